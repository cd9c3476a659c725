"""Work lists: who has what to do, in the order of the clock. Every list starts from ``visible``.

A page is found by keyset over the partial index of its scope; counts stop at a cap, so neither grows with the archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiesu.cases.conditions import BY_CLOCK, NEWEST, Condition, both, condition
from jiesu.cases.finding import Search, behind, by_words, found_by, search_for
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.looking import Look
from jiesu.cases.models import Case, Participant
from jiesu.cases.queries import line_of, receiving, seen_by, visible
from jiesu.cases.search import column_mark
from jiesu.cases.statements import listed, streamed
from jiesu.people.actors import Actor
from jiesu.people.visibility import Capacity, Part, Standing, visible_parts

PAGE = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True)
class Scope:
    """One queue of an actor: whose work it holds and which rows those are.

    Args:
        branches: the same rows in parts that no two share, where one index cannot give them in their order.
        marks: one of these stands at each of its rows in the index of words; none where they do not tell.
    """

    key: str
    label: str | Promise
    condition: Q
    branches: tuple[Q, ...] = ()
    marks: tuple[str, ...] = ()


def _by_column(key: str, label: str | Promise, column: str, *values: int) -> Scope:
    """What stands in one of some people's or organisations' name."""
    name = f"{column}_id"
    where = Q(**{name: values[0]}) if len(values) == 1 else Q(**{f"{name}__in": values})
    return Scope(key, label, where, marks=tuple(column_mark(column, value) for value in values))


def _taking_part(actor: Actor, capacity: Capacity) -> Q:
    mine = [o for o in (actor.organisation_id, actor.authority_id) if o]
    rows = Participant.objects.filter(organisation_id__in=mine, capacity=capacity, until=None)
    return Q(pk__in=rows.values("case_id"))


def _at_receipt(actor: Actor, label: str | Promise) -> Scope:
    """What the actor's centre registered; for a dispatcher also what any desk of the bureau has taken in."""
    own = Q(registered_by_id=actor.organisation_id)
    inside = receiving(actor) if actor.has("dispatcher") else None
    if inside is None:
        return _by_column("centre", label, "registered_by", actor.organisation_id or -1)
    return Scope("centre", label, own | inside, (own, inside & ~own))


@lru_cache(maxsize=1024)
def scopes(actor: Actor) -> tuple[Scope, ...]:
    """The queues that an actor has, the one opened first at the head; composed once for each actor."""
    found: list[Scope] = []
    works = actor.has("handler", "mediator", "officehead", "head")
    mine = _by_column("mine", _("我的"), "assignee", *sorted({actor.staff_id or -1, *actor.covers}))
    if works and not actor.has("head"):
        found.append(mine)
    if actor.office_id and works:
        found.append(_by_column("office", _("本所"), "office", actor.office_id))
    if actor.has("calltaker", "dispatcher"):
        found.append(_at_receipt(actor, _("本中心登记")))
    elif actor.organisation_id and actor.has("handler", "officehead"):
        # What an office takes in at its counter waits for the dispatcher; whoever registered it sees it meanwhile.
        found.append(_by_column("registered", _("本所登记"), "registered_by", actor.organisation_id))
    if actor.authority_id and actor.has("head", "legal", "dispatcher", "officehead", "handler", "mediator"):
        found.append(_by_column("bureau", _("本局"), "organisation", actor.authority_id))
    if works and actor.has("head"):
        found.append(mine)
    line = line_of(actor)
    if line is not None and actor.has("auditor"):
        found.append(Scope("line", _("全部"), line))
    elif line is not None and not actor.county and actor.has("supervisor", "head"):
        found.append(Scope("below", _("下级"), line & ~Q(organisation_id=actor.authority_id)))
    elif line is not None and actor.has("supervisor"):
        found.append(Scope("below", _("本辖区"), line))
    if actor.has("council", "mediator"):
        found.append(Scope("commissioned", _("委托调解"), _taking_part(actor, Capacity.COMMISSIONED)))
    if actor.has("handler", "officehead", "head", "dispatcher", "council", "mediator"):
        found.append(Scope("assisting", _("协办"), _taking_part(actor, Capacity.ASSISTING)))
    return tuple(found)


def scope_named(actor: Actor, key: str) -> Scope | None:
    """The actor's scope of that name; the first one where the name is none of the actor's."""
    every = scopes(actor)
    return next((s for s in every if s.key == key), every[0] if every else None)


WINDOWS: tuple[tuple[str, str | Promise], ...] = (
    ("late", _("已超期")),
    ("today", _("今日到期")),
    ("soon", _("3 日内到期")),
    ("week", _("7 日内到期")),
    ("paused", _("暂停计时或无时限")),
    ("unproven", _("待送达证明")),
)


@dataclass(frozen=True)
class Filters:
    """What narrows a list. Empty values narrow nothing.

    Args:
        text: words or a case number.
        window: key of ``WINDOWS``.
        since, until: days of registration, both included.
        bounced: returned to the centre at least once.
        closed: closed cases too, the newest first: they have no clock to stand in the order of.
    """

    kind: str = ""
    state: str = ""
    window: str = ""
    office: int | None = None
    organisation: int | None = None
    assignee: int | None = None
    text: str = ""
    since: date | None = None
    until: date | None = None
    bounced: bool = False
    closed: bool = False

    @property
    def any(self) -> bool:
        return self != Filters()

    @property
    def whole(self) -> bool:
        """Nothing is left out: one plan then serves all values, for each branch walks the index of its own."""
        return replace(self, closed=False) == Filters()

    @property
    def order(self) -> str:
        return NEWEST if self.closed else BY_CLOCK


@dataclass(frozen=True)
class Item:
    """A row of a list with the parts of it that the actor may see."""

    case: Case
    parts: frozenset[Part]

    @property
    def open_content(self) -> bool:
        return Part.CONTENT in self.parts


@dataclass(frozen=True)
class Page:
    """One page; ``after`` is the cursor of the next one, empty on the last; ``failed`` stands above all pages."""

    items: list[Item] = field(default_factory=list)
    after: str = ""
    failed: list[Item] = field(default_factory=list)


def _day_start(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def window_bounds(window: str, now: datetime) -> tuple[datetime | None, datetime] | None:
    """After which instant, if any, and until which one the clocks of a due window end; None for other windows.

    ``due_at`` is the first instant after the last day.
    """
    tomorrow = _day_start(now.astimezone(SHANGHAI).date() + timedelta(days=1))
    if window == "late":
        return None, now
    days = {"today": 0, "soon": 3, "week": 7}.get(window)
    return None if days is None else (now, tomorrow + timedelta(days=days))


def window_condition(window: str, now: datetime) -> Q:
    """Rows of a due window at an instant."""
    bounds = window_bounds(window, now)
    if bounds is not None:
        after, until = bounds
        return Q(due_at__lte=until) if after is None else Q(due_at__gt=after, due_at__lte=until)
    if window == "paused":
        return Q(due_at=None)
    if window == "unproven":
        return Q(unproven__gt=0)
    return Q()


def narrowed(rows: QuerySet[Case], filters: Filters, now: datetime) -> QuerySet[Case]:
    """The rows that pass the filters; the text is searched by ``with_words``."""
    if not filters.closed:
        rows = rows.filter(closed_at=None)
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.office:
        rows = rows.filter(office_id=filters.office)
    if filters.organisation:
        rows = rows.filter(organisation_id=filters.organisation)
    if filters.assignee:
        rows = rows.filter(assignee_id=filters.assignee)
    if filters.window:
        rows = rows.filter(window_condition(filters.window, now))
    if filters.since:
        rows = rows.filter(registered_at__gte=_day_start(filters.since))
    if filters.until:
        rows = rows.filter(registered_at__lt=_day_start(filters.until + timedelta(days=1)))
    if filters.bounced:
        rows = rows.filter(facts__bounces__gte=1)
    return rows


def _search(scope: Scope | None, filters: Filters, now: datetime) -> Search:
    since, until = filters.since, filters.until
    last = _day_start(until) if until else now
    return search_for(filters.text).among(
        only_open=not filters.closed,
        kinds=[filters.kind] if filters.kind else [],
        organisation=filters.organisation,
        registered=(_day_start(since), last) if since else None,
        marks=scope.marks if scope else (),
    )


def base(actor: Actor, scope: Scope | None, filters: Filters, now: datetime) -> QuerySet[Case]:
    """The rows of a scope that pass the filters and that the actor may see."""
    rows = found_by(actor, _search(scope, filters, now)) if filters.text.strip() else visible(actor)
    if scope is not None:
        rows = rows.filter(scope.condition)
    return narrowed(rows, filters, now)


def _cursor(case: Case, order: str) -> str:
    letter, at = ("n", case.registered_at) if order == NEWEST else ("d", case.due_at)
    # To the microsecond: clocks of hours end at any instant, and many cases of an import at the same one.
    return f"{letter}{(at - _EPOCH) // timedelta(microseconds=1)}_{case.pk}" if at else f"-_{case.pk}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _read_cursor(text: str, order: str) -> Place | None:
    match = re.fullmatch(rf"({'n' if order == NEWEST else '-|d'})(\d{{0,18}})_(\d{{1,19}})", text)
    if match is None or (match.group(1) == "-") != (match.group(2) == ""):
        return None
    stamp, number = match.group(2), int(match.group(3))
    try:
        return (_EPOCH + timedelta(microseconds=int(stamp)) if stamp else None), number
    except OverflowError:
        return None


def with_participants(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Rows that bring their open participants along, for rights without another query."""
    taking_part = Participant.objects.filter(case_id=OuterRef("pk"), until=None).values(
        data=JSONObject(capacity="capacity", organisation="organisation_id")
    )
    return rows.annotate(taking_part=ArraySubquery(taking_part))


def standing_of(case: Case) -> Standing:
    """The standing of a row read with ``with_participants``."""
    taking_part: Sequence[dict[str, Any]] = getattr(case, "taking_part", ())
    return Standing(
        kind=case.kind,
        state=case.state,
        registered_by=case.registered_by_id,
        organisation=case.organisation_id,
        office=case.office_id,
        assignee=case.assignee_id,
        province=case.province,
        city=case.city,
        county=case.county,
        participants=frozenset((p["capacity"], p["organisation"]) for p in taking_part),
    )


def items(rows: Iterable[Case], actor: Actor) -> list[Item]:
    """Rows read with ``with_participants`` as items with their visible parts."""
    return [Item(case, visible_parts(standing_of(case), actor)) for case in rows]


def shown(rows: QuerySet[Case]) -> QuerySet[Case]:
    """The columns and names that a list shows."""
    return (
        with_participants(rows)
        .select_related("organisation", "office", "assignee")
        .defer("wrapped_key", "head", "query_code_hash")
    )


@lru_cache(maxsize=1024)
def _parts_of(actor: Actor, key: str) -> tuple[Condition, ...]:
    """The rows of a queue, whoever may see them, in branches that each walk an index; composed once for each actor."""
    scope = next((s for s in scopes(actor) if s.key == key), None)
    if scope is None:
        return ()
    return tuple(condition(Case.objects.filter(q)) for q in scope.branches or (scope.condition,))


@lru_cache(maxsize=1024)
def _own_rows(actor: Actor, key: str, apart: bool = True) -> tuple[Condition, ...]:
    """The rows of a queue that the actor may see, composed once for each actor.

    Args:
        apart: in branches that each walk an index; else as one condition.
    """
    rights = seen_by(actor)
    scope = next((s for s in scopes(actor) if s.key == key), None)
    if scope is None:
        return (rights,)
    parts = _parts_of(actor, key) if apart else (condition(Case.objects.filter(scope.condition)),)
    return tuple(both(part, rights) for part in parts)


def _in_order(filters: Filters) -> Filters:
    """Those filters that the index of a list's order answers: what they leave out is no row to be looked through."""
    dated = filters.order == BY_CLOCK and filters.window != "unproven"
    return Filters(
        since=filters.since,
        until=filters.until,
        closed=filters.closed,
        window=filters.window if dated else "",
    )


Rows = list[Condition] | Look


def rows_of(
    actor: Actor, scope: Scope | None, filters: Filters, now: datetime, *, place: Place | None = None
) -> Rows:
    """The rows of ``base``, for statements of their own: in branches, or for words how they are looked for.

    Args:
        place: where the page before ended.
    """
    key = scope.key if scope else ""
    extra = condition(narrowed(Case.objects.all(), filters, now))
    follows = _following(place, filters.order) if place else [Condition("TRUE")]
    if not filters.text.strip():
        return [both(part, extra, each) for part in _own_rows(actor, key) for each in follows]
    search = _search(scope, filters, now)
    rest = both(*_own_rows(actor, key, False), extra, _any_of(follows))
    if search.named:
        return [both(condition(found_by(actor, search)), rest)]
    dated = condition(narrowed(Case.objects.all(), _in_order(filters), now))
    walks = [both(walk, dated, each) for walk in _parts_of(actor, key) for each in follows]
    return by_words(actor, search, walks, rest, newest_from=_newest_from(filters, now, place))


def _newest_from(filters: Filters, now: datetime, place: Place | None) -> datetime | None:
    """After which instant a list that is newest first has no rows."""
    if filters.order != NEWEST:
        return None
    ends = [now, _day_start(filters.until + timedelta(days=1)) if filters.until else now]
    return min([*ends, place[0]] if place and place[0] else ends)


#: Where a page ended: what its last row stands in the order of, if anything, and its number.
Place = tuple[datetime | None, int]


def _following(place: Place, order: str) -> list[Condition]:
    """What follows a place: in the order of the clock the dated rows, then those without a date."""
    at, last = place
    if order == NEWEST:
        return [behind((at or _EPOCH, last))]
    if at is None:
        return [Condition("due_at IS NULL AND id > %s", (last,))]
    return [Condition("(due_at, id) > (%s, %s)", (at, last)), Condition("due_at IS NULL")]


def _any_of(parts: Sequence[Condition]) -> Condition:
    return Condition(" OR ".join(f"({p.sql})" for p in parts), tuple(v for p in parts for v in p.values))


#: So many failed notices stand above a queue; whoever has more sees the rest when these are dealt with.
FAILED_SHOWN = 20


def page(
    actor: Actor, scope: Scope | None, filters: Filters, *, now: datetime, after: str = "", size: int = PAGE
) -> Page:
    """One page in the order of the filters, in one query.

    Above the first page of a whole queue stand the cases whose required notice could not be delivered, whatever
    their clock.

    Args:
        after: cursor of the page before; anything unreadable gives the first page.
    """
    order = filters.order
    rows = rows_of(actor, scope, filters, now, place=_read_cursor(after, order))
    lists: list[tuple[Rows, int]] = [(rows, size + 1)]
    if not (filters.any or after):
        failed = both(
            Condition("failed > 0 AND closed_at IS NULL"),
            *_own_rows(actor, scope.key if scope else "", False),
        )
        lists.append(([failed], FAILED_SHOWN))
    found, *others = listed(*lists, order=order, prepared=filters.whole)
    more = len(found) > size
    found = found[:size]
    return Page(
        items=items(found, actor),
        after=_cursor(found[-1], order) if more and found else "",
        failed=items(others[0], actor) if others else [],
    )


def each_in(
    actor: Actor, rows: QuerySet[Case], *, order: str = BY_CLOCK, most: int = MOST_EXPORTED
) -> Iterable[Item]:
    """The rows of an export in the order of their filters, at most ``most``."""
    for case in streamed(condition(rows), most, order=order):
        yield Item(case, visible_parts(standing_of(case), actor))
