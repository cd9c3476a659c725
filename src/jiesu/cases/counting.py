"""Figures of lists: counts up to a cap, what waits beside the navigation, who holds how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from jiesu import statements
from jiesu.cases.conditions import BY_CLOCK, Condition, both, condition, first_of
from jiesu.cases.kinds import Kind, State
from jiesu.cases.looking import Look, counted
from jiesu.cases.models import Case
from jiesu.cases.statements import asked
from jiesu.cases.worklists import WINDOWS, Filters, Rows, Scope, rows_of, window_bounds, window_condition
from jiesu.people.actors import Actor

#: Counts are exact up to here; beyond it they are shown as "at least".
CAP = 1000
#: So many rows with a common word are counted, where they are found at the head of the list.
COMMON = 100


@dataclass(frozen=True)
class Tally:
    """Counts of a list. ``capped``: there may be more than each figure says."""

    figures: dict[str, int]
    capped: bool

    def words(self, key: str, *, least: int = 0) -> str:
        """A figure as shown: 137, 999+ or, where counting stopped, 137+.

        Args:
            least: so many are known to be there, though counting may have stopped before it met them.

        >>> Tally({"all": 137}, capped=False).words("all", least=50), Tally({"all": 12}, capped=True).words("all", least=50)
        ('137', '50+')
        """
        number = self.figures.get(key, 0)
        if self.capped:
            number = max(number, least)
        if number > 999:
            return "999+"
        return f"{number}+" if self.capped and number else str(number)


def tally(rows: QuerySet[Case], *, now: datetime) -> Tally:
    """Counts of any rows by kind, by stage and by due window, in the order of the clock up to ``CAP``; one query."""
    return _tallies([([condition(rows)], BY_CLOCK)], now, prepared=False)[0]


def tallies(actor: Actor, scope: Scope | None, *each: Filters, now: datetime) -> dict[Filters, Tally]:
    """The counts of a queue under some filters; one query for all of them."""
    different = list(dict.fromkeys(each))
    lists = [(rows_of(actor, scope, filters, now), filters.order) for filters in different]
    whole = all(filters.whole for filters in different)
    return dict(zip(different, _tallies(lists, now, prepared=whole), strict=True))


_COUNTED = "id, kind, state, due_at, registered_at, unproven"


def _tallies(lists: list[tuple[Rows, str]], now: datetime, *, prepared: bool) -> list[Tally]:
    kinds = _counted(now)
    chosen = ", ".join(f"count(*) FILTER (WHERE {c.sql})" for c in kinds.values())
    parts: list[str] = []
    values: list[Any] = []
    stops = []
    for place, (wanted, order) in enumerate(lists):
        if isinstance(wanted, Look):
            rows = counted(wanted, _COUNTED, CAP, order=order, enough=COMMON)
            stops.append({CAP, COMMON} if wanted.worth(COMMON) else {CAP})
        else:
            rows = first_of(wanted, _COUNTED, CAP, order=order)
            stops.append({CAP})
        parts.append(f"SELECT {place:d}, {chosen} FROM {rows.sql} r")  # noqa: S608
        values += [value for c in kinds.values() for value in c.values] + [*rows.values]
    statement = " UNION ALL ".join(parts) + " ORDER BY 1"
    found = [dict(zip(kinds, row[1:], strict=True)) for row in asked(statement, values, prepared=prepared)]
    return [Tally(figures, figures["all"] in stop) for figures, stop in zip(found, stops, strict=True)]


def _counted(now: datetime) -> dict[str, Condition]:
    """What a tally counts, by name."""
    found = {"all": Condition("TRUE")}
    for kind in Kind:
        found[f"kind_{kind.value}"] = Condition("kind = %s", (kind.value,))
    for name, states in STAGES.items():
        found[f"stage_{name}"] = Condition("state = ANY(%s)", ([s.value for s in states],))
    for window, _label in WINDOWS:
        found[f"due_{window}"] = _window_text(window, now)
    found["waiting_today"] = both(found["stage_waiting"], found["due_today"])
    return found


def _window_text(window: str, now: datetime) -> Condition:
    bounds = window_bounds(window, now)
    if bounds is not None:
        after, until = bounds
        late = Condition("due_at <= %s", (until,))
        return late if after is None else both(Condition("due_at > %s", (after,)), late)
    return Condition("due_at IS NULL" if window == "paused" else "unproven > 0")


#: Stages of work that the figures above a queue count.
STAGES: dict[str, tuple[State, ...]] = {
    "unrouted": (State.REGISTERED,),
    "waiting": (State.ROUTED,),
    "working": (State.ACCEPTED, State.MEDIATING, State.VERIFYING, State.FILED),
    "closing": (
        State.REFUSED, State.AGREED, State.TERMINATED, State.WITHDRAWN, State.DECLINED, State.NO_AUTHORITY,
        State.TRANSFERRED, State.REPEATED, State.ANSWERED, State.REDIRECTED,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Badges:
    """Figures beside the navigation, each counted to 100 at most."""

    reminders: int = 0
    approvals: int = 0
    unrouted: int = 0


#: One row for each thing that waits for the approval of a head: of a bureau, not of the person's own making.
_APPROVALS = [
    "SELECT 1 FROM cases_proposal WHERE organisation_id = %(approves)s AND status = 'pending'",
]


def also_approved(statement: str) -> None:
    """Counts with the approvals what a floor above lays before a head.

    Args:
        statement: gives a row for each, for the bureau ``%(approves)s`` and the person ``%(staff)s``.
    """
    _APPROVALS.append(statement)


def badges(actor: Actor) -> Badges:
    """What waits for an actor, in one query. Unrouted work has no bureau yet and stands in its centre's county."""
    approves = actor.has("head") and actor.authority_id is not None
    routes = actor.has("dispatcher", "calltaker")
    ((reminders, approvals, unrouted),) = statements.fetch(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM cases_reminder"  # noqa: S608 - statements of ours
        "  WHERE recipient_id = %(staff)s AND read_at IS NULL LIMIT 100) r),"
        f" (SELECT count(*) FROM ({' UNION ALL '.join(_APPROVALS)} LIMIT 100) p),"
        " (SELECT count(*) FROM (SELECT 1 FROM cases_case"
        "  WHERE county = %(county)s AND organisation_id IS NULL AND closed_at IS NULL"
        "  AND registered_by_id = %(routes)s AND state = 'registered' LIMIT 100) u)",
        {
            "staff": actor.staff_id,
            "approves": actor.authority_id if approves else -1,
            # Whoever routes nothing looks nowhere: no county is called so.
            "county": actor.county if routes else "-",
            "routes": actor.organisation_id if routes else -1,
        },
    )
    return Badges(reminders, approvals, unrouted)


@dataclass(frozen=True)
class Load:
    """Open work of one holder."""

    holder: int | None
    open: int
    late: int
    today: int
    week: int


def loads(rows: QuerySet[Case], by: str, *, now: datetime) -> list[Load]:
    """Open work by a column (``organisation_id``, ``office_id``, ``assignee_id``), the most late first; one query."""
    found = (
        rows.order_by()
        .values(by)
        .annotate(
            open=Count("pk"),
            late=Count("pk", filter=window_condition("late", now)),
            today=Count("pk", filter=window_condition("today", now)),
            week=Count("pk", filter=window_condition("week", now)),
        )
        .order_by("-late", "-open")
    )
    return [Load(r[by], r["open"], r["late"], r["today"], r["week"]) for r in found[:200]]
