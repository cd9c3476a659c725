"""The year in figures: the report itself and its page, of the province and of a city, from the tallies."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case
from jiesu.insight import reports
from jiesu.insight.periods import Period
from jiesu.insight.scope import Scope
from jiesu.insight.tallies import keeping
from jiesu.people.actors import Actor
from tools.bench.doors import call, signed_in
from tools.bench.measuring import Figure, Goal, figure, measure
from tools.bench.people import NOW, actor

REPORT = Goal(p50=100)
#: One year, and as many as reach over most of the cases.
PERIODS = ("2024", f"2018-01-01..{NOW:%Y-%m-%d}")
READERS = (("bench.430000.supervisor", "430000", "province"), ("supervisor", "430900", "city"))


def figures(*, times: int) -> list[Figure]:
    """What has become late since the figures were counted, then reports of one year and of many."""
    begun = time.perf_counter()
    marks = keeping.refresh_all(now=datetime.now(UTC))
    spent = (time.perf_counter() - begun) * 1000
    found = [
        figure(
            f"figures brought up to date: {marks:,} days of holders in which clocks ran out since", [spent]
        )
    ]
    for username, region, level in READERS:
        for period in map(Period.parse, PERIODS):
            found += _reports(username, region, level, period, times=times)
    return found


def _reports(username: str, region: str, level: str, period: Period, *, times: int) -> list[Figure]:
    """One report as the desk makes it, and its page."""
    headers, reader = signed_in(username), actor(username, datetime.now(UTC))
    what = f"{level}, {period.key}, {_cases(reader, period):,} cases"
    address = f"/desk/report/?region={region}&period={period.key}"

    def make(_n: int) -> None:
        reports.make(Scope.of(region, period.key, datetime.now(UTC)), actor=reader)

    def show(_n: int) -> None:
        call("GET", address, headers=headers)

    return [
        measure(f"report, {what}", make, times=times, key="report", goal=REPORT),
        measure(f"report page, {what}", show, times=times, key="report page"),
    ]


def _cases(reader: Actor, period: Period) -> int:
    """How many cases the report is about."""
    begins, ends = (
        datetime.combine(day, datetime.min.time(), SHANGHAI)
        for day in (period.since, period.until + timedelta(1))
    )
    rows = Case.objects.filter(received_at__gte=begins, received_at__lt=ends, province=reader.province)
    return (rows.filter(city=reader.city) if reader.city else rows).count()
