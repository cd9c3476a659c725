"""What a text finds: a case by its number, or cases by their words; and lists newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone

from jiesu.cases.commonness import share_of
from jiesu.cases.conditions import NEWEST, Condition, both, condition, first_of
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.looking import Look
from jiesu.cases.models import Case, ComplaintWords, ReportWords
from jiesu.cases.queries import capacities_that_see, kinds_that_show, reaches, seen_by, visible
from jiesu.cases.search import (
    OPEN,
    column_mark,
    month_mark,
    period_marks,
    query_runs,
    query_tokens,
    table_for,
    vector,
    year_mark,
)
from jiesu.cases.statements import listed
from jiesu.people.actors import Actor
from jiesu.people.visibility import BY_PARTICIPATION, Capacity, Part

_NUMBER = re.compile(r"\d{18}")


@dataclass(frozen=True)
class Search:
    """What a text looks for.

    Args:
        part: the part of a case that whoever finds it so must be able to see.
        condition: on the rows.
        named: the condition itself names the rows.
        words: tokens that a case must hold, all of them.
        share: so large a part of all cases is expected to hold them; 0 for rare ones.
        within: marks of which a case must bear one of each group; they only say sooner what the list asks anyway.
    """

    part: Part = Part.OUTLINE
    condition: Q = field(default_factory=Q)
    named: bool = False
    words: tuple[str, ...] = ()
    share: float = 0.0
    within: tuple[tuple[str, ...], ...] = ()

    def among(
        self,
        *,
        only_open: bool = False,
        kinds: Sequence[str] = (),
        organisation: int | None = None,
        registered: tuple[datetime, datetime] | None = None,
        marks: tuple[str, ...] = (),
    ) -> Search:
        """The same search where a list holds nothing else than open work, or cases of some kinds, one bureau, a time or marks."""
        groups = (
            (OPEN,) if only_open else (),
            tuple(column_mark("kind", kind) for kind in kinds),
            (column_mark("organisation", organisation),) if organisation else (),
            period_marks(*registered) if registered else (),
            marks,
        )
        return replace(self, within=tuple(group for group in groups if group))


def search_for(text: str) -> Search:
    """The search for a text: a number, or words; nothing is found by a text without a word long enough.

    Words only find what the reader may read: searching the words of a report whose content is kept back would tell it.
    """
    number = _NUMBER.search(text.replace(" ", ""))
    if number:
        return Search(condition=Q(pk=int(number.group())), named=True)
    external = text.strip()
    if re.fullmatch(r"[A-Za-z0-9-]{6,64}", external):
        return Search(condition=Q(external_number=external) | Q(national_number=external), named=True)
    words = tuple(query_tokens(text))
    if not words:
        return Search(Part.CONTENT, Q(pk__in=[]), named=True)
    return Search(Part.CONTENT, words=words, share=share_of(query_runs(text)))


@dataclass(frozen=True)
class Reach:
    """Where the cases lie of which an actor may see a part: marks of most, and what names the few others.

    Args:
        tables: where their words lie.
        marks: one of these stands at each of those cases, but for the others; none where they may be anywhere.
        takes_part, capacities: organisations whose open part in a case makes it one of the others.
    """

    tables: tuple[type[ComplaintWords] | type[ReportWords], ...] = (ComplaintWords, ReportWords)
    marks: frozenset[str] = frozenset()
    takes_part: tuple[int, ...] = ()
    capacities: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def _reach(actor: Actor, part: Part) -> Reach:
    """The narrowest reach that leaves out nothing an actor may see."""
    held, kinds = capacities_that_see(actor, part), kinds_that_show(actor, part)
    tables = tuple(sorted({table_for(kind) for kind in kinds}, key=str))
    line = column_mark("county", actor.county) or column_mark("city", actor.city)
    by_capacity = {
        Capacity.OFFICE: column_mark("office", actor.office_id),
        Capacity.HANDLING: column_mark("organisation", actor.authority_id),
        Capacity.CENTRE: column_mark("registered_by", actor.organisation_id),
    }
    marks = {mark for capacity, mark in by_capacity.items() if capacity in held and mark}
    if Capacity.ASSIGNEE in held:
        marks |= {column_mark("assignee", pk) for pk in (actor.staff_id, *actor.covers) if pk}
    if actor.authority_id is not None and held & {Capacity.RECEIVING, Capacity.SUPERIOR, Capacity.LINE}:
        if not line:
            return Reach(tables)
        marks.add(line)
    taking_part = held & set(BY_PARTICIPATION)
    return Reach(
        tables=tables if marks else (),
        marks=frozenset(marks),
        takes_part=tuple(sorted(o for o in {actor.organisation_id, actor.authority_id} if o)),
        capacities=tuple(sorted(taking_part)),
    )


_HOLDING = "UNION ALL SELECT case_id FROM {0} WHERE words @@ %s::tsquery "
#: Of the few others each is looked at by itself.
_HOLDING_OF = """
UNION ALL SELECT DISTINCT p.case_id FROM cases_participant p
WHERE p.organisation_id = ANY(%s) AND p.capacity = ANY(%s) AND p.until IS NULL AND COALESCE(
    (SELECT w.words FROM cases_complaintwords w WHERE w.case_id = p.case_id),
    (SELECT w.words FROM cases_reportwords w WHERE w.case_id = p.case_id)) @@ %s::tsquery
"""


def _any(marks: Sequence[str]) -> str:
    return "(" + " | ".join(vector([m]) for m in marks) + ")"


def holding(actor: Actor, search: Search, *period: Sequence[str]) -> Condition:
    """The numbers of the cases that hold the words, within reach of the actor and of a period, as a statement.

    No number comes twice: whichever of the few others lies within the marks is left to them.
    """
    groups = [*search.within, *period]
    wanted = " & ".join([*(vector([w]) for w in search.words), *(_any(group) for group in groups)])
    reach = Reach() if actor.system else _reach(actor, search.part)
    inside, outside = wanted, wanted
    # What bears one of some marks of the reach lies within it, and is none of the few others.
    within = any(reach.marks.issuperset(group) for group in groups)
    if reach.marks and not within:
        marks = _any(sorted(reach.marks))
        inside, outside = f"{wanted} & {marks}", f"{wanted} & !{marks}"
    parts = [_HOLDING.format(table._meta.db_table) for table in reach.tables]
    values: list[Any] = [inside for _table in reach.tables]
    if reach.capacities and not within:
        parts.append(_HOLDING_OF)
        values += [list(reach.takes_part), list(reach.capacities), outside]
    text = "".join(parts).strip().removeprefix("UNION ALL").strip()
    return Condition(text or "SELECT NULL::bigint AS case_id WHERE FALSE", tuple(values))


class _Holding(Func):
    """Whether a case is one of those that hold the words.

    An array of them, whatever the planner expects of their number: each is then looked up by itself.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, numbers: Condition) -> None:
        super().__init__(F("pk"))
        self.numbers = numbers

    def as_sql(  # type: ignore[override]  # one form for every database
        self, compiler: Any, connection: Any, **_more: Any
    ) -> tuple[str, tuple[Any, ...]]:
        number, given = compiler.compile(self.source_expressions[0])
        return f"{number} = ANY(ARRAY({self.numbers.sql}))", (*given, *self.numbers.values)


#: A row's own words; each case has them in one of the two tables.
_HOLDS = """
COALESCE((SELECT w.words FROM cases_complaintwords w WHERE w.case_id = cases_case.id),
    (SELECT w.words FROM cases_reportwords w WHERE w.case_id = cases_case.id)) @@ %s::tsquery
"""


def legible(actor: Actor, search: Search) -> Condition:
    """Whether a row holds the words that are looked for, where the actor may read them: asked of one row by itself."""
    wanted = " & ".join(vector([w]) for w in search.words)
    return both(seen_by(actor, search.part), Condition(_HOLDS, (wanted,)))


def searched(actor: Actor, text: str) -> QuerySet[Case]:
    """What an actor may find by a text: by words only where the content may be read, else by number."""
    return found_by(actor, search_for(text))


def found_by(actor: Actor, search: Search) -> QuerySet[Case]:
    """What a search finds for an actor."""
    rows = visible(actor, search.part).filter(search.condition)
    return rows.filter(_Holding(holding(actor, search))) if search.words else rows


def by_words(
    actor: Actor,
    search: Search,
    walks: Sequence[Condition],
    rest: Condition,
    *,
    newest_from: datetime | None = None,
    shared: bool = False,
) -> Look:
    """Where the rows of a list by words are looked for.

    Args:
        walks: the list before the words and whatever else is asked; each walks the index of its own.
        rest: what else is asked of a row.
        newest_from: the instant after which a list that is newest first has no rows; None for other lists.
        shared: two walks may give the same row.
    """
    named = [holding(actor, search)]
    if newest_from is not None:
        periods = _periods(newest_from, wide=actor.system or not _reach(actor, search.part).marks)
        named = [*(holding(actor, search, period) for period in periods), *named]
    asked = both(rest, legible(actor, search))
    return Look(walks, asked, named, both(seen_by(actor, search.part), rest), search.share, shared)


def _periods(last: datetime, *, wide: bool) -> tuple[list[str], list[str]]:
    """Ever longer times without a gap up to an instant, as marks: the newest months hold what is looked for, mostly.

    Args:
        wide: nothing else narrows the search; a common word then has thousands of hits in two months.

    >>> _periods(datetime(2026, 1, 1, tzinfo=SHANGHAI), wide=False)
    (['@m202512', '@m202601'], ['@y2026', '@y2025'])
    """
    last = last.astimezone(SHANGHAI)
    before = last - timedelta(days=7) if wide else last.replace(day=1) - timedelta(days=1)
    # Two marks at most: the index walks all cases of each mark named.
    return (
        sorted({month_mark(last), month_mark(before)}),
        [year_mark(last), year_mark(last.replace(month=1, day=1) - timedelta(days=1))],
    )


Narrow = Callable[[QuerySet[Case]], QuerySet[Case]]
#: Where a page newest first ended: the registration of its last case, and that case.
Place = tuple[datetime, int]


def behind(place: Place) -> Condition:
    """What follows a place in a list that is newest first."""
    return Condition("(registered_at, id) < (%s, %s)", place)


def newest(
    actor: Actor, search: Search, narrow: Narrow, *, size: int, place: Place | None = None
) -> list[Case]:
    """The newest cases that a search finds for an actor, as a list shows them; one query.

    Without words each capacity walks its own index and stops when it has enough; one condition over all would read
    everything.

    Args:
        narrow: puts the list's further conditions on the rows.
        size: so many are wanted.
        place: where the page before ended.
    """
    follows = [behind(place)] if place else []
    more = both(condition(narrow(Case.objects.filter(search.condition))), *follows)
    if search.named or (actor.system and not search.words):
        return _first([both(seen_by(actor, search.part), more)], size)
    if search.words:
        walks = [both(reach, *follows) for reach in _reaches(actor, search.part)]
        last = place[0] if place else timezone.now()
        return _first(by_words(actor, search, walks, more, newest_from=last, shared=True), size)
    reaches_of = [both(reach, more) for reach in _reaches(actor, search.part)]
    walked = first_of(reaches_of, "id", size, order=NEWEST, apart=True)
    return _first([Condition(f"id IN {walked.sql}", walked.values)], size)


def _first(branches: list[Condition] | Look, size: int) -> list[Case]:
    return listed((branches, size), order=NEWEST)[0]


@lru_cache(maxsize=1024)
def _reaches(actor: Actor, part: Part) -> tuple[Condition, ...]:
    """The conditions of ``reaches``, composed once for each actor."""
    return tuple(condition(Case.objects.filter(reach)) for reach in reaches(actor, part)) or (
        Condition("FALSE"),
    )
