"""Clocks as chips and as accounts: days left in the unit of the rule, and the day-by-day explanation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jiesu import law
from jiesu.cases.clockwork import FIXED
from jiesu.cases.facts import ClockFact
from jiesu.cases.kinds import ClockState
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case
from jiesu.law import LawError, Unit
from jiesu.law.calendar import Calendar
from jiesu.law.periods import regime
from jiesu.web.templatetags.presentation import DueChip

#: At most so many units left, a chip warns.
NEAR = {Unit.WORKING_DAY: 2, Unit.CALENDAR_DAY: 3}


@lru_cache(maxsize=4096)
def unit_of(rule: str, on: date) -> Unit:
    """The unit in which a rule's period is counted for a start on a day; days where nobody says."""
    try:
        unit = regime(rule, on=on).governing.unit
    except LawError:
        return Unit.CALENDAR_DAY
    return Unit.WORKING_DAY if unit == Unit.WORKING_DAY else Unit.CALENDAR_DAY


def rule_title(rule: str) -> str:
    """The name of a period; its id where the law has no such rule."""
    return _(_title(rule))


@lru_cache(maxsize=512)
def _title(rule: str) -> str:
    try:
        return str(law.rule(rule).title)
    except LawError:
        return rule


def day_of(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def chip(
    last_day: date | None,
    rule: str,
    *,
    now: datetime,
    calendar: Calendar,
    started: date | None = None,
    url: str = "",
) -> DueChip:
    """A running clock: what is left up to its last day, red when it is over or ends today."""
    today = day_of(now)
    unit = unit_of(rule, started or today)
    left = law.days_left(last_day, today=today, unit=unit, calendar=calendar)
    if last_day is not None and left == 0 and today > last_day:
        # Late by a week-end only: no working day has passed, but the period has.
        unit, left = Unit.CALENDAR_DAY, (last_day - today).days
    if last_day is not None and left == 0 and today < last_day:
        unit, left = Unit.CALENDAR_DAY, (last_day - today).days
    level = ""
    if left is not None:
        level = "red" if left <= 0 else ("orange" if left <= NEAR[unit] else "green")
    return DueChip(
        state="open" if last_day else "suspended",
        left=left,
        unit="workday" if unit == Unit.WORKING_DAY else "day",
        due=last_day,
        provisional=last_day is not None and not calendar.published(last_day.year),
        level=level,
        url=url,
    )


def hours_chip(ends_at: datetime, *, now: datetime, url: str = "") -> DueChip:
    """A running period of hours: whole hours left, or begun since it is over."""
    left = math.floor((ends_at - now) / timedelta(hours=1))
    return DueChip(state="open", left=left, unit="hour", due=ends_at, level="red", url=url)


def _in_hours(rule: str, on: date) -> bool:
    try:
        return regime(rule, on=on).governing.unit == Unit.HOUR
    except LawError:
        return False


def case_chip(case: Case, *, now: datetime, calendar: Calendar, url: str = "") -> DueChip:
    """The clock of a row of a list."""
    if case.closed_at is not None:
        return DueChip(state="met")
    if case.due_at is None:
        return DueChip(state="none")
    last_day = day_of(case.due_at - timedelta(seconds=1))
    if _in_hours(case.due_rule, last_day):
        return hours_chip(case.due_at, now=now, url=url)
    return chip(last_day, case.due_rule, now=now, calendar=calendar, url=url)


#: The period that routing will open; receipt by the centre of the same bureau starts it already.
AFTER_ROUTING = {"complaint": "complaint.acceptance", "report": "report.verification"}


def expected_chip(case: Case, *, now: datetime, calendar: Calendar) -> DueChip:
    """For a case that waits for routing: the clock that its bureau will have if receipt here is its receipt."""
    rule = AFTER_ROUTING.get(case.kind)
    if case.due_at is not None or rule is None:
        return case_chip(case, now=now, calendar=calendar)
    try:
        last_day = law.due(rule, start=case.received_at, calendar=calendar).last_day
    except LawError:
        return DueChip(state="none")
    return chip(last_day, rule, now=now, calendar=calendar, started=day_of(case.received_at))


def clock_chip(clock: ClockFact, *, now: datetime, calendar: Calendar, url: str = "") -> DueChip:
    """One clock of a case."""
    if clock.state == ClockState.OPEN and clock.due_at is not None:
        return hours_chip(clock.due_at, now=now, url=url)
    if clock.state == ClockState.OPEN:
        started = day_of(clock.started_at)
        return chip(clock.due_on, clock.rule, now=now, calendar=calendar, started=started, url=url)
    return DueChip(state=clock.state, due=clock.due_on, url=url)


def account_of(clock: ClockFact, calendar: Calendar) -> list[dict[str, Any]]:
    """The account of a stored clock, line by line: articles, days counted, days left out and why.

    Computed anew from what the clock keeps, with the calendar of its own version.
    """
    fixed = clock.options.get(FIXED)
    if fixed:
        return [
            {
                "kind": "title",
                "text": _("%(rule)s〔服务期限，不是法定期限〕") % {"rule": rule_title(clock.rule)},
            },
            {
                "kind": "last",
                "text": _("最后一日：%(fixed)s，由来文或者决定书指定，不经计算") % {"fixed": fixed},
            },
        ]
    deadline = law.due(
        clock.rule,
        start=clock.started_at,
        received=clock.received_at,
        pauses=clock.pauses,
        extensions=clock.extensions,
        calendar=calendar,
        options=clock.options,
    )
    return [{"kind": line.kind, "text": line.text} for line in law.account(deadline)]


def clock_rows(clocks: Iterable[ClockFact], *, now: datetime, calendar: Calendar) -> list[dict[str, Any]]:
    """The clocks of a case for the side panel: running ones first, then what is done, void ones last."""
    rank = {
        ClockState.OPEN: 0,
        ClockState.SUSPENDED: 0,
        ClockState.MET: 1,
        ClockState.MET_LATE: 1,
        ClockState.VOID: 2,
    }
    listed = sorted(clocks, key=lambda c: (rank[ClockState(c.state)], c.due_on or date.max, c.seq))
    return [
        {
            "clock": c,
            "title": rule_title(c.rule),
            "chip": clock_chip(c, now=now, calendar=calendar),
            "running": c.running,
            "void": c.state == ClockState.VOID,
            "reason": VOID_REASONS.get(c.reason, c.reason),
        }
        for c in listed
    ]


VOID_REASONS = {
    "returned": lazy("已退回中心"),
    "routed_again": lazy("重新分送"),
    "kind_confirmed": lazy("类型已确认"),
    "withdrawn": lazy("投诉已撤回"),
    "decision_revoked": lazy("原决定已撤销"),
    "case_closed": lazy("办件已办结"),
    "restarted": lazy("重新起算"),
    "repeat": lazy("重复举报"),
    "merged": lazy("已并入先前举报"),
    "transferred": lazy("已移交"),
    "no_authority": lazy("无处理权限"),
    "converted": lazy("已转办"),
    "state_secret": lazy("转涉密渠道办理"),
    "flag_cleared": lazy("标记已解除"),
    "joined": lazy("与先前投诉作一件处理"),
}
