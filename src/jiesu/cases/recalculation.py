"""When a calendar year is published, running clocks that rest on it are counted again, one case at a time."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.db.models import Q

from jiesu.cases.act import act
from jiesu.cases.clockwork import FIXED
from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Clock
from jiesu.law.calendar import FIRST, Calendar
from jiesu.people import calendar
from jiesu.people.actors import SYSTEM

log = logging.getLogger(__name__)

BATCH = 200
RUNNING = Q(state__in=("open", "suspended"))


@lru_cache(maxsize=32)
def changed_span(before: Calendar, after: Calendar) -> tuple[date, date] | None:
    """First and last day about which two calendars disagree, or whose year only one has; None where there is none."""
    days: list[date] = []
    years = range(min(*before.years, *after.years), max(*before.years, *after.years) + 1)
    for year in years:
        first, last = date(year, 1, 1), date(year, 12, 31)
        if before.published(year) != after.published(year):
            days += [first, last]
        for n in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(n)
            if (before.is_working_day(day), before.holiday_name(day)) != (
                after.is_working_day(day),
                after.holiday_name(day),
            ):
                days.append(day)
    return (min(days), max(days)) if days else None


def stale() -> Q:
    """Running clocks that rest on days which the calendar in use tells otherwise: the provisional ones of a year that
    has been published since, and those that a corrected notice touches. A period that somebody set is none of them."""
    current = calendar.current()
    condition = Q(case_id__in=[])
    versions = Clock.objects.filter(RUNNING).exclude(calendar_version=current.version)
    for version in versions.order_by().values_list("calendar_version", flat=True).distinct():
        span = _span(version, current)
        if span is None:
            continue
        first, last = span
        touched = Q(started_at__lt=_midnight(last + timedelta(days=1)), due_on__gte=first)
        condition |= Q(calendar_version=version) & (Q(provisional=True) | touched)
    return RUNNING & condition & ~Q(options__has_key=FIXED)


def _span(version: str, current: Calendar) -> tuple[date, date] | None:
    try:
        return changed_span(calendar.at_version(version), current)
    except KeyError:
        # A version that nobody knows (a restored database): everything is counted anew.
        return FIRST, date.max - timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def recalculate_stale(*, at: datetime, most: int = BATCH) -> int:
    """Counts the clocks of up to ``most`` cases again; call it until it returns 0. Each case is a transaction and an
    event of its own, so that it may stop anywhere. A case that refuses is passed over. Returns the number of cases."""
    numbers = Clock.objects.filter(stale()).order_by("case_id").values_list("case_id", flat=True).distinct()
    done, last = 0, 0
    while done < most:
        page = list(numbers.filter(case_id__gt=last)[: most - done])
        if not page:
            break
        last = page[-1]
        done += sum(_recalculate(number, at) for number in page)
    return done


def _recalculate(number: int, at: datetime) -> bool:
    try:
        act(number, "recalculate", {}, actor=SYSTEM, at=at)
    except ActionError as refused:
        log.error("clocks of case %s not counted again: %s %s", number, refused.code, refused.data)
        return False
    return True
