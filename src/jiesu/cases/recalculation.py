"""When a calendar year is published, running clocks that rest on it are counted again, one case at a time."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from jiesu.cases.act import act
from jiesu.cases.models import Clock
from jiesu.people import calendar
from jiesu.people.actors import SYSTEM

BATCH = 200


def stale(version: str) -> Q:
    """Running clocks that were counted on another calendar."""
    return Q(state__in=("open", "suspended")) & ~Q(calendar_version=version)


def recalculate_stale(*, at: datetime, most: int = BATCH) -> int:
    """Counts the clocks of up to ``most`` cases again; call it until it returns 0. Each case is a transaction and an
    event of its own, so that it may stop anywhere. Returns the number of cases."""
    version = calendar.current().version
    numbers = list(
        Clock.objects.filter(stale(version))
        .order_by("case_id")
        .values_list("case_id", flat=True)
        .distinct()[:most]
    )
    for number in numbers:
        act(number, "recalculate", {}, actor=SYSTEM, at=at)
    return len(numbers)
