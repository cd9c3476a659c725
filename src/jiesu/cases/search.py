"""Words of a case for searching: character bigrams and trigrams in a table beside the cases.

Two-character Chinese words are bigrams; trigrams narrow longer ones. Runs of seven digits and more (telephones,
identity numbers) and the names of persons never enter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection

from jiesu.cases.models import ComplaintWords, ReportWords

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
        found.update(word[i : i + 2] for i in range(len(word) - 1))
        found.update(word[i : i + 3] for i in range(len(word) - 2))
    return sorted(found)


def query_tokens(text: str) -> list[str]:
    """Tokens that all must occur for a search word: trigrams where the word has them, else the bigram.

    >>> query_tokens("预付卡"), query_tokens("退款")
    (['预付卡'], ['退款'])
    """
    found: set[str] = set()
    for word in _WORDS.findall(_DIGITS.sub(" ", text.lower())):
        if word[0].isascii():
            found.add(word[:32])
        elif len(word) == 1:
            continue
        elif len(word) == 2:
            found.add(word)
        else:
            found.update(word[i : i + 3] for i in range(len(word) - 2))
    return sorted(found)


def vector(words: Iterable[str]) -> str:
    """Tokens as the text of a tsvector without positions."""
    return " ".join("'" + w.replace("'", "''") + "'" for w in words)


def table_for(kind: str) -> type[ComplaintWords] | type[ReportWords]:
    return ReportWords if kind in SECRET_KINDS else ComplaintWords


def index(case_id: int, kind: str, words: list[str]) -> None:
    """Writes a case's words, in the action's transaction."""
    name = table_for(kind)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{name}" (case_id, words) VALUES (%s, %s::tsvector)'  # noqa: S608 - a table name of ours
            " ON CONFLICT (case_id) DO UPDATE SET words = excluded.words",
            [case_id, vector(words)],
        )


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
