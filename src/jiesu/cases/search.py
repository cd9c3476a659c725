"""Words of a case for searching: character bigrams and trigrams in a table beside the cases.

Two-character Chinese words are bigrams; trigrams narrow longer ones. Runs of seven digits and more (telephones,
identity numbers) and the names of persons never enter. Beside the words stand marks: what the case is, who holds it,
since when, and whether it is open, so that the index itself leaves out what a reader cannot see.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from operator import add

from django.db import connection

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case, ComplaintWords, ReportWords

_DIGITS = re.compile(r"\d{7,}")
_WORDS = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
SECRET_KINDS = frozenset({"report", "lead"})


def tokens(text: str, *, without: Iterable[str] = ()) -> list[str]:
    """The tokens under which a text is found.

    Args:
        without: names that must not be findable.

    >>> tokens("退款难 13812345678")
    ['款难', '退款', '退款难']
    """
    for name in without:
        if name:
            text = text.replace(name, " ")
    found: set[str] = set()
    for word in _WORDS.findall(_DIGITS.sub(" ", text.lower())):
        if word[0].isascii():
            found.add(word[:32])
            continue
        pairs = list(map(add, word, word[1:]))
        found.update(pairs)
        found.update(map(add, pairs, word[2:]))
    return sorted(found)


def query_runs(text: str) -> list[list[str]]:
    """Tokens that all must occur for a search text, by its words: trigrams where one has them, else the bigram.

    >>> query_runs("预付卡余额 退款")
    [['预付卡', '付卡余', '卡余额'], ['退款']]
    """
    found: list[list[str]] = []
    for word in _WORDS.findall(_DIGITS.sub(" ", text.lower())):
        if word[0].isascii():
            found.append([word[:32]])
        elif len(word) == 2:
            found.append([word])
        elif len(word) > 2:
            found.append([word[i : i + 3] for i in range(len(word) - 2)])
    return found


def query_tokens(text: str) -> list[str]:
    """The tokens of ``query_runs``, each once.

    >>> query_tokens("预付卡"), query_tokens("退款")
    (['预付卡'], ['退款'])
    """
    return sorted({token for run in query_runs(text) for token in run})


def vector(words: Iterable[str]) -> str:
    """Tokens as the text of a tsvector without positions."""
    listed = "\n".join(words)  # no token holds a line break
    return "'" + listed.replace("'", "''").replace("\n", "' '") + "'" if listed else ""


OPEN = "@open"


def month_mark(at: datetime) -> str:
    """The mark of a case registered in the month of an instant."""
    return f"@m{at.astimezone(SHANGHAI):%Y%m}"


def year_mark(at: datetime) -> str:
    """The mark of a case registered in the year of an instant."""
    return f"@y{at.astimezone(SHANGHAI):%Y}"


#: So many months at most stand as marks of their own; of longer times the years do, and of these so many.
_MONTHS, _YEARS = 3, 5


def period_marks(since: datetime, until: datetime) -> tuple[str, ...]:
    """The marks of a time, one of which each case registered in it bears; none for a time of many years.

    >>> period_marks(datetime(2025, 12, 31, tzinfo=SHANGHAI), datetime(2026, 1, 2, tzinfo=SHANGHAI))
    ('@m202512', '@m202601')
    >>> period_marks(datetime(2024, 1, 1, tzinfo=SHANGHAI), datetime(2025, 1, 1, tzinfo=SHANGHAI))
    ('@y2024', '@y2025')
    """
    first, last = since.astimezone(SHANGHAI), until.astimezone(SHANGHAI)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if len(months) <= _MONTHS:
        return tuple(f"@m{n // 12}{n % 12 + 1:02d}" for n in months)
    years = range(first.year, last.year + 1)
    return tuple(f"@y{year}" for year in years) if len(years) <= _YEARS else ()


def column_mark(column: str, value: int | str | None) -> str:
    """The mark of a case by a column that says what it is or who holds it; empty where it says nothing.

    >>> column_mark("organisation", 31), column_mark("county", "430902")
    ('@o31', '@d430902')
    """
    return f"@{_LETTERS[column]}{value}" if value else ""


_LETTERS = {
    "kind": "k",
    "assignee": "a",
    "registered_by": "r",
    "organisation": "o",
    "office": "f",
    "county": "d",
    "city": "c",
}


def marks(case: Case) -> frozenset[str]:
    """What narrows a search beside the words. They only narrow it: rights are asked of each case."""
    found = {
        month_mark(case.registered_at),
        year_mark(case.registered_at),
        column_mark("kind", case.kind),
        column_mark("registered_by", case.registered_by_id),
        column_mark("organisation", case.organisation_id),
        column_mark("office", case.office_id),
        column_mark("assignee", case.assignee_id),
        column_mark("county", case.county),
        column_mark("city", case.city),
        "" if case.closed_at else OPEN,
    }
    return frozenset(found - {""})


def table_for(kind: str) -> type[ComplaintWords] | type[ReportWords]:
    return ReportWords if kind in SECRET_KINDS else ComplaintWords


def row(case: Case, words: Iterable[str]) -> ComplaintWords | ReportWords:
    """A new case's words and marks, to be written in the action's transaction."""
    return table_for(case.kind)(case_id=case.pk, words=vector([*words, *marks(case)]))


def follow(case: Case, kind: str, before: frozenset[str]) -> None:
    """Takes the words along where an action has changed the kind, the holder or the end of a case.

    Args:
        kind, before: kind and marks as they were.
    """
    if (kind, before) == (case.kind, marks(case)) or _taken_along(case, kind, before):
        return
    # An import's case whose words are being entered at this moment: once that is done they follow. Where it has not
    # begun it waits for this action, and then reads the case as it is.
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM cases_wordsowed WHERE case_id = %s FOR UPDATE", [case.pk])
    _taken_along(case, kind, before)


def _taken_along(case: Case, kind: str, before: frozenset[str]) -> bool:
    """Whether there were words to take along."""
    move(case.pk, kind, case.kind)
    now = marks(case)
    name = table_for(case.kind)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{name}" SET words = ts_delete(words, %s::text[]) || %s::tsvector'  # noqa: S608
            " WHERE case_id = %s",
            [list(before - now), vector(now - before), case.pk],
        )
        return bool(cursor.rowcount)


def move(case_id: int, before: str, after: str) -> None:
    """Takes a case's words along when a person finds that it is of another kind: reports have an index of their own."""
    old, new = table_for(before)._meta.db_table, table_for(after)._meta.db_table
    if old == new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{new}" (case_id, words) SELECT case_id, words FROM "{old}" WHERE case_id = %s'  # noqa: S608
            " ON CONFLICT (case_id) DO UPDATE SET words = excluded.words",
            [case_id],
        )
        cursor.execute(f'DELETE FROM "{old}" WHERE case_id = %s', [case_id])  # noqa: S608


def sort_in() -> int:
    """Sorts new words that wait into the index, so that no registration has to; gives how many pages waited.

    Words that wait are found too, but by looking through all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_sort_words_in()")
        return int(cursor.fetchone()[0])
