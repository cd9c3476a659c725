"""What a text finds: a case by its number, or cases by their words; and lists newest first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet
from django.utils import timezone

from jiesu.cases.commonness import share_of
from jiesu.cases.models import Case, ComplaintWords, ReportWords
from jiesu.cases.queries import capacities_that_see, kinds_that_show, reaches, seen_by, visible
from jiesu.cases.search import (
    OPEN,
    column_mark,
    month_mark,
    query_runs,
    query_tokens,
    table_for,
    vector,
    year_mark,
)
from jiesu.cases.statements import LOOKED_THROUGH, NEWEST, Condition, Look, both, condition, first_of, listed
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
        self, *, only_open: bool = False, kinds: Sequence[str] = (), organisation: int | None = None
    ) -> Search:
        """The same search where a list holds nothing else than open work, or cases of some kinds or of one bureau."""
        groups = (
            (OPEN,) if only_open else (),
            tuple(column_mark("kind", kind) for kind in kinds),
            (column_mark("organisation", organisation),) if organisation else (),
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


#: The rows themselves, whatever the planner expects of them: each is then looked up by its number.
_HOLDING = "UNION ALL SELECT case_id FROM {0} WHERE words @@ %s::tsquery "
#: Of the few others each is looked at by itself.
_HOLDING_OF = """
UNION ALL SELECT p.case_id FROM cases_participant p
WHERE p.organisation_id = ANY(%s) AND p.capacity = ANY(%s) AND p.until IS NULL AND COALESCE(
    (SELECT w.words FROM cases_complaintwords w WHERE w.case_id = p.case_id),
    (SELECT w.words FROM cases_reportwords w WHERE w.case_id = p.case_id)) @@ %s::tsquery
"""


class _Holding(Func):
    """Whether a case is one of those that a statement names."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, statement: str, values: Sequence[Any]) -> None:
        super().__init__(F("pk"))
        self.statement, self.values = statement, tuple(values)

    def as_sql(  # type: ignore[override]  # one form for every database
        self, compiler: Any, connection: Any, **_more: Any
    ) -> tuple[str, tuple[Any, ...]]:
        number, given = compiler.compile(self.source_expressions[0])
        return f"{number} = ANY(ARRAY({self.statement}))", (*given, *self.values)


def _any(marks: Sequence[str]) -> str:
    return "(" + " | ".join(vector([m]) for m in marks) + ")"


def _holding(actor: Actor, search: Search, *period: Sequence[str]) -> _Holding:
    """Cases that hold the words, within reach of the actor and of a period."""
    groups = [*search.within, *period]
    wanted = " & ".join([*(vector([w]) for w in search.words), *(_any(group) for group in groups)])
    reach = Reach() if actor.system else _reach(actor, search.part)
    parts: list[str] = []
    values: list[Any] = []
    for table in reach.tables:
        parts.append(_HOLDING.format(table._meta.db_table))
        values.append(f"{wanted} & {_any(sorted(reach.marks))}" if reach.marks else wanted)
    if reach.capacities:
        parts.append(_HOLDING_OF)
        values += [list(reach.takes_part), list(reach.capacities), wanted]
    text = "".join(parts).strip().removeprefix("UNION ALL")
    return _Holding(text or "SELECT NULL::bigint WHERE FALSE", values)


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
    return rows.filter(_holding(actor, search)) if search.words else rows


def _periods(now: datetime, *, wide: bool) -> Iterator[tuple[list[str], ...]]:
    """Ever longer times up to now, as marks: the newest months hold what is looked for, mostly.

    Args:
        wide: nothing else narrows the search; a common word then has thousands of hits in two months.
    """
    before = now - timedelta(days=7) if wide else now.replace(day=1) - timedelta(days=1)
    # Two marks at most: the index walks all cases of each mark named.
    yield (sorted({month_mark(now), month_mark(before)}),)
    yield ([year_mark(now), year_mark(now - timedelta(days=366))],)
    yield ()


#: So many times what is wanted must be expected among the newest rows: the newest months give fewer hits as soon.
_SURELY = 3
Narrow = Callable[[QuerySet[Case]], QuerySet[Case]]


def _from_the_top(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows


def newest(
    actor: Actor,
    search: Search,
    narrow: Narrow,
    *,
    size: int,
    begin: Narrow = _from_the_top,
    periods: int = 3,
) -> list[Case]:
    """The newest cases that a search finds for an actor, as a list shows them.

    Common words are looked for among the newest rows first; words in the newest months first, then further back. Without
    words each capacity walks its own index and stops when it has enough; one condition over all would read everything.

    Args:
        narrow: puts the list's further conditions on the rows.
        size: so many are wanted.
        begin: lets the list begin after a place.
        periods: so many at most are asked for one after the other, a statement each.
    """
    place = condition(begin(Case.objects.all()))
    more = both(place, condition(narrow(Case.objects.filter(search.condition))))
    if search.named or actor.system:
        return _first([both(seen_by(actor, search.part), more)], size)
    if not search.words:
        walks = first_of(
            [both(reach, more) for reach in _reaches(actor, search.part)],
            "id",
            size,
            order=NEWEST,
            apart=True,
        )
        return _first([Condition(f"id IN {walks.sql}", walks.values)], size)
    rights = seen_by(actor, search.part)
    walked = [both(reach, place) for reach in _reaches(actor, search.part)]
    asked = both(more, legible(actor, search))
    common = search.share * LOOKED_THROUGH >= _SURELY * size
    found: list[Case] = []
    every = list(_periods(timezone.now(), wide=not _reach(actor, search.part).marks))
    for number, period in enumerate([*every[: periods - 1], every[-1]]):
        holding = condition(Case.objects.filter(_holding(actor, search, *period)))
        branches = [both(holding, rights, more)]
        first = common and not number
        found = _first(Look(walked, asked, branches, search.share, True) if first else branches, size)
        if len(found) >= size:
            break
    return found


def _first(branches: list[Condition] | Look, size: int) -> list[Case]:
    return listed((branches, size), order=NEWEST)[0]


@lru_cache(maxsize=1024)
def _reaches(actor: Actor, part: Part) -> tuple[Condition, ...]:
    """The conditions of ``reaches``, composed once for each actor."""
    return tuple(condition(Case.objects.filter(reach)) for reach in reaches(actor, part)) or (
        Condition("FALSE"),
    )
