"""Reminders before a clock ends, on its last day, and to the superior after it: what is owed, found by the sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from jiesu.cases.kinds import ClockState
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case, Clock, Reminder
from jiesu.law import days_left
from jiesu.people import calendar, settings
from jiesu.people.models import LeaveCover, RoleAssignment

BATCH = 2000
#: Days; no published holiday with its weekends has been longer.
LONGEST_HOLIDAY = 10


@dataclass(frozen=True)
class Owed:
    """One reminder that ought to have been given."""

    case_id: int
    clock_seq: int
    stage: str
    due_on: date
    recipient: int


def running_until(day: date) -> Iterator[Clock]:
    """Open clocks that end on or before a day, earliest first."""
    yield from (
        Clock.objects.filter(state=ClockState.OPEN, due_on__lte=day)
        .select_related("case")
        .order_by("due_on", "case_id")
        .iterator(chunk_size=BATCH)
    )


def stage(left: int, *, before: Sequence[int], after: Sequence[int]) -> str:
    """Where a clock stands: ``before_3``, ``today``, ``late``, ``escalated_1``; empty while there is time.

    Args:
        left: working days left; 0 on the last day, negative after it.
        before: working days before the end at which the handler is reminded.
        after: working days after the end at which the superior is told.

    >>> stage(2, before=[3, 1, 0], after=[1, 3]), stage(-1, before=[3, 1, 0], after=[1, 3])
    ('before_3', 'escalated_1')
    """
    if left < 0:
        reached = [n for n in after if -left >= n]
        return f"escalated_{max(reached)}" if reached else "late"
    if left == 0:
        return "today"
    due = [n for n in before if n and left <= n]
    return f"before_{min(due)}" if due else ""


class Directory:
    """Who holds which role today; read once per sweep."""

    def __init__(self, day: date) -> None:
        rows = RoleAssignment.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day, staff__is_active=True
        ).values_list(
            "role",
            "organisation_id",
            "organisation__parent_id",
            "organisation__city",
            "organisation__county",
            "organisation__type",
            "staff_id",
        )
        self.by_role: dict[tuple[str, int], set[int]] = {}
        self.city_supervisors: dict[str, set[int]] = {}
        for role, organisation, parent, city, county, type_, staff in rows:
            self.by_role.setdefault((role, organisation), set()).add(staff)
            if parent and type_ != "bureau":
                self.by_role.setdefault((role, parent), set()).add(staff)
            if role == "supervisor" and not county:
                self.city_supervisors.setdefault(city, set()).add(staff)
        self.deputies: dict[int, set[int]] = {}
        for absent, deputy in LeaveCover.objects.filter(since__lte=day, until__gte=day).values_list(
            "absent_id", "deputy_id"
        ):
            self.deputies.setdefault(absent, set()).add(deputy)

    def holders(self, role: str, organisation: int | None) -> set[int]:
        return set(self.by_role.get((role, organisation), ())) if organisation else set()

    def workers(self, case: Case) -> set[int]:
        """Those who work on the case: its assignee and deputies, else the office's head, else the dispatchers."""
        if case.assignee_id:
            return {case.assignee_id, *self.deputies.get(case.assignee_id, ())}
        if case.office_id and (heads := self.holders("officehead", case.office_id)):
            return heads
        return self.holders("dispatcher", case.organisation_id or case.registered_by_id)

    def recipients(self, case: Case, stage_: str) -> set[int]:
        """Whom a stage reaches; nobody who may not see the case's outline."""
        found = self.workers(case)
        if not stage_.startswith("before") and case.office_id:
            found |= self.holders("officehead", case.office_id)
        if stage_ == "late" or stage_.startswith("escalated"):
            found |= self.holders("head", case.organisation_id)
        if stage_.startswith("escalated"):
            found |= self.city_supervisors.get(case.city, set())
        return found


def owed(at: datetime) -> Iterator[Owed]:
    """Every reminder that ought to exist now; most of them do already."""
    today = at.astimezone(SHANGHAI).date()
    values = settings.in_force(organisation=None, at=at)
    before, after = list(values["reminder.before"]), list(values["reminder.escalate_after"])
    table = calendar.current()
    directory = Directory(today)
    # Two calendar days a working day, and the longest holiday, cover the earliest reminder.
    horizon = today + timedelta(days=max(before, default=0) * 2 + LONGEST_HOLIDAY)
    for clock in running_until(horizon):
        left = days_left(clock.due_on, today=today, calendar=table)
        reached = stage(left, before=before, after=after) if left is not None else ""
        if not reached or clock.due_on is None:
            continue
        for person in sorted(directory.recipients(clock.case, reached)):
            yield Owed(clock.case_id, clock.seq, reached, clock.due_on, person)


def remind(at: datetime) -> int:
    """Writes the reminders that are missing; running it again writes nothing. Returns how many were new."""
    before = Reminder.objects.count()
    for batch in _batches(owed(at), BATCH):
        Reminder.objects.bulk_create(
            [
                Reminder(
                    case_id=o.case_id,
                    clock_seq=o.clock_seq,
                    stage=o.stage,
                    due_on=o.due_on,
                    recipient_id=o.recipient,
                    at=at,
                )
                for o in batch
            ],
            ignore_conflicts=True,
        )
    return Reminder.objects.count() - before


def _batches(items: Iterable[Owed], size: int) -> Iterator[list[Owed]]:
    batch: list[Owed] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
