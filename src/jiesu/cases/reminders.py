"""Reminders before a clock ends, on its last day, and to the superior after it: what is owed, found by the sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q

from jiesu.cases.kinds import ClockState
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Clock
from jiesu.law import days_left
from jiesu.people import calendar, settings
from jiesu.people.models import LeaveCover, RoleAssignment, Setting, Staff
from jiesu.people.roles import Role
from jiesu.places.models import Organisation

BATCH = 2000
#: Days; no published holiday with its weekends has been longer.
LONGEST_HOLIDAY = 10
BEFORE, AFTER = "reminder.before", "reminder.escalate_after"
LATE = "late"


@dataclass(frozen=True)
class Owed:
    """One reminder that ought to have been given."""

    case_id: int
    clock_seq: int
    stage: str
    due_on: date
    recipient: int


@dataclass(frozen=True)
class Running:
    """An open clock, and what its case says about who is to know of it."""

    case_id: int
    seq: int
    due_on: date
    due_at: datetime | None
    holder: int | None
    registered_by: int
    organisation: int | None
    office: int | None
    assignee: int | None
    province: str
    city: str
    county: str


def running_until(day: date) -> Iterator[Running]:
    """Open clocks that end on or before a day, earliest first."""
    rows = (
        Clock.objects.filter(state=ClockState.OPEN, due_on__lte=day)
        .order_by("due_on", "case_id")
        .values_list(
            "case_id",
            "seq",
            "due_on",
            "due_at",
            "holder_id",
            "case__registered_by_id",
            "case__organisation_id",
            "case__office_id",
            "case__assignee_id",
            "case__province",
            "case__city",
            "case__county",
        )
    )
    row: Any
    for row in rows.iterator(chunk_size=BATCH):
        yield Running(*row)


def stage(left: int, *, over: bool = False, before: Sequence[int], after: Sequence[int]) -> str:
    """Where a clock stands: ``before_3``, ``today``, ``late``, ``escalated_1``; empty while there is time.

    Args:
        left: working days left; 0 on the last day and on the days off right after it, negative after those.
        over: whether the last day is over.
        before: working days before the end at which the handler is reminded.
        after: full working days after the end at which the superior is told; the head is told at once.

    >>> stage(2, before=[3, 1, 0], after=[1, 3]), stage(0, before=[3, 1, 0], after=[1, 3])
    ('before_3', 'today')
    >>> [stage(left, over=True, before=[3, 1, 0], after=[1, 3]) for left in (0, -1, -2, -4)]
    ['late', 'late', 'escalated_1', 'escalated_3']
    """
    if over:
        # On the first working day after the end no full day has passed yet.
        reached = [n for n in after if -left > n]
        return f"escalated_{max(reached)}" if reached else LATE
    if left == 0:
        return "today"
    due = [n for n in before if n and left <= n]
    return f"before_{min(due)}" if due else ""


def words_of(stage_: str) -> tuple[str, int]:
    """A stage's name and its number of working days, 0 where it has none.

    >>> words_of("before_3"), words_of("late")
    (('before', 3), ('late', 0))
    """
    name, _sep, number = stage_.partition("_")
    return name, int(number or 0)


class Stages:
    """The stage of a last day for a bureau; each day and each set of values is looked at once a sweep."""

    def __init__(self, at: datetime) -> None:
        self.today = at.astimezone(SHANGHAI).date()
        self._at = at
        self._calendar = calendar.current()
        self._common = self._values(settings.in_force(organisation=None, at=at))
        self._own: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        # Bureaus with values of their own, or below one that has: none in most installations.
        self._differ = Setting.objects.filter(key__in=(BEFORE, AFTER), organisation__isnull=False).exists()
        self._known: dict[tuple[date, tuple[tuple[int, ...], tuple[int, ...]]], str] = {}

    @staticmethod
    def _values(found: dict[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        return tuple(found[BEFORE]), tuple(found[AFTER])

    def values(self, organisation: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        if not self._differ:
            return self._common
        if organisation not in self._own:
            holder = Organisation.objects.get(pk=organisation)
            self._own[organisation] = self._values(settings.in_force(organisation=holder, at=self._at))
        return self._own[organisation]

    def earliest(self) -> int:
        """The most working days before an end at which anybody is reminded."""
        rows = Setting.objects.filter(key=BEFORE, confirmed_at__isnull=False).values_list("value", flat=True)
        own: list[int] = [int(day) for value in rows for day in value]
        return max(0, *self._common[0], *own)

    def of(self, due_on: date, organisation: int, *, due_at: datetime | None = None) -> str:
        values = self.values(organisation)
        key = (due_on, values)
        if key not in self._known:
            left = days_left(due_on, today=self.today, calendar=self._calendar) or 0
            before, after = values
            self._known[key] = stage(left, over=self.today > due_on, before=before, after=after)
        if due_at is not None and self._at >= due_at:
            # A period of hours is over within its last day.
            return self._known[key] if self.today > due_on else LATE
        return self._known[key]


class Directory:
    """Who holds which role today, and who stands in for whom; read once per sweep."""

    def __init__(self, day: date) -> None:
        rows = RoleAssignment.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day, staff__is_active=True
        ).values_list(
            "role",
            "organisation_id",
            "organisation__parent_id",
            "organisation__type",
            "organisation__province",
            "organisation__city",
            "organisation__county",
            "staff_id",
        )
        self._by_role: dict[tuple[str, int], set[int]] = {}
        self._supervisors: dict[str, set[int]] = {}
        for role, organisation, parent, type_, province, city, county, staff in rows:
            self._by_role.setdefault((role, organisation), set()).add(staff)
            if parent and type_ != "bureau":
                self._by_role.setdefault((role, parent), set()).add(staff)
            if role == Role.SUPERVISOR and not county:
                self._supervisors.setdefault(city or province, set()).add(staff)
        self._deputies: dict[int, set[int]] = {}
        for absent, deputy in LeaveCover.objects.filter(since__lte=day, until__gte=day).values_list(
            "absent_id", "deputy_id"
        ):
            self._deputies.setdefault(absent, set()).add(deputy)
        self._gone = set(Staff.objects.filter(is_active=False).values_list("pk", flat=True))

    def holders(self, role: str, organisation: int | None) -> set[int]:
        return self._by_role.get((role, organisation), set()) if organisation else set()

    def with_deputies(self, people: Iterable[int]) -> set[int]:
        """The people who are still there, and those who stand in for them today."""
        found = set(people)
        for person in tuple(found):
            found |= self._deputies.get(person, set())
        return found - self._gone

    def _workers(self, clock: Running, responsible: int) -> set[int]:
        """Those who work on what the clock asks for: the assignee, else the office's head, else the dispatchers."""
        if clock.holder is not None and clock.holder != clock.organisation:
            # The centre's own duty, or another bureau's: not the handler's.
            return self.with_deputies(self.holders(Role.DISPATCHER, clock.holder))
        if clock.assignee and (found := self.with_deputies([clock.assignee])):
            return found
        if clock.office and (heads := self.holders(Role.OFFICEHEAD, clock.office)):
            return self.with_deputies(heads)
        return self.with_deputies(self.holders(Role.DISPATCHER, responsible))

    def recipients(self, clock: Running, stage_: str) -> frozenset[int]:
        """Whom a stage reaches: who works on it, from the last day on the office's head, when it is late the
        responsible heads, then the supervisors of the next level. Somebody always, if there is anybody."""
        responsible = clock.holder or clock.organisation or clock.registered_by
        found = self._workers(clock, responsible)
        late = stage_ == LATE or stage_.startswith("escalated")
        own = clock.holder in (None, clock.organisation)
        if own and not stage_.startswith("before"):
            found |= self.with_deputies(self.holders(Role.OFFICEHEAD, clock.office))
        heads = self.with_deputies(self.holders(Role.HEAD, responsible))
        if late or not found:
            found |= heads
        if stage_.startswith("escalated") or not found:
            # A city bureau's own case has its superior in the province.
            above = clock.city if clock.county else clock.province
            found |= self.with_deputies(self._supervisors.get(above, set()))
        return frozenset(found)


def owed(at: datetime) -> Iterator[Owed]:
    """Every reminder that ought to exist now; most of them do already."""
    stages = Stages(at)
    directory = Directory(stages.today)
    # Two calendar days a working day, and the longest holiday, cover the earliest reminder.
    horizon = stages.today + timedelta(days=stages.earliest() * 2 + LONGEST_HOLIDAY)
    known: dict[tuple[Any, ...], frozenset[int]] = {}
    for clock in running_until(horizon):
        bureau = clock.organisation or clock.registered_by
        reached = stages.of(clock.due_on, bureau, due_at=clock.due_at)
        if not reached:
            continue
        place = (
            clock.holder, clock.registered_by, clock.organisation, clock.office, clock.assignee,
            clock.province, clock.city, clock.county, reached,
        )  # fmt: skip
        if place not in known:
            known[place] = directory.recipients(clock, reached)
        for person in sorted(known[place]):
            yield Owed(clock.case_id, clock.seq, reached, clock.due_on, person)


# Without the look first, each reminder given long ago would use up a number of the key's sequence every minute.
_WRITE = """
INSERT INTO cases_reminder (case_id, clock_seq, stage, due_on, recipient_id, at)
SELECT n.case_id, n.clock_seq, n.stage, n.due_on, n.recipient_id, %s
FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::date[], %s::bigint[])
    AS n (case_id, clock_seq, stage, due_on, recipient_id)
WHERE NOT EXISTS (
    SELECT FROM cases_reminder r WHERE r.case_id = n.case_id AND r.clock_seq = n.clock_seq AND r.stage = n.stage
    AND r.due_on = n.due_on AND r.recipient_id = n.recipient_id)
ON CONFLICT DO NOTHING
"""


def remind(at: datetime) -> int:
    """Writes the reminders that are missing; running it again writes nothing. Returns how many were new."""
    new = 0
    listed = owed(at)
    while batch := list(islice(listed, BATCH)):
        with connection.cursor() as cursor:
            cursor.execute(
                _WRITE,
                [
                    at,
                    [o.case_id for o in batch],
                    [o.clock_seq for o in batch],
                    [o.stage for o in batch],
                    [o.due_on for o in batch],
                    [o.recipient for o in batch],
                ],
            )
            new += cursor.rowcount
    return new
