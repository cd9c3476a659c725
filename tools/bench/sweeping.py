"""What runs beside the pages: the law's arithmetic, and the sweep for reminders."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import transaction

from jiesu.cases import reminders
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Clock
from jiesu.law import due
from tools.bench import floor
from tools.bench.measuring import Figure, figure, percentile
from tools.bench.people import NOW

#: The floor of the sweep: the open clocks with what their cases say about who is to know of them.
_OPEN_CLOCKS = """
SELECT q.case_id, q.seq, q.due_on, q.due_at, q.holder_id, c.registered_by_id, c.organisation_id, c.office_id,
       c.assignee_id, c.province, c.city, c.county
  FROM cases_clock q JOIN cases_case c ON c.id = q.case_id WHERE q.state = 'open' ORDER BY q.due_on, q.case_id
"""


def deadlines(*, times: int) -> list[Figure]:
    """``due()``: a period of working days, and one of calendar days with a pause and an extension."""
    first = datetime(2026, 4, 20, 10, 30, tzinfo=SHANGHAI)
    plain, paused = [], []
    for n in range(times):
        start = first + timedelta(hours=7 * (n % 600))
        begun = time.perf_counter()
        due("complaint.acceptance", start=start)
        plain.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        due(
            "report.verification",
            start=start,
            pauses=[(start.date() + timedelta(days=3), start.date() + timedelta(days=9))],
            extensions=1,
        )
        paused.append((time.perf_counter() - begun) * 1000)
    return [
        figure("due(): 7 working days", plain, queries=0, rate=times / sum(plain) * 1000),
        figure(
            "due(): 15 working days, paused and extended", paused, queries=0, rate=times / sum(paused) * 1000
        ),
    ]


def sweep() -> list[Figure]:
    """The sweep for reminders and escalations: once when everything is owed, once when nothing is."""
    found = []
    clocks = Clock.objects.filter(state="open").count()
    bare = floor.reading([floor.Statement(_OPEN_CLOCKS, None)], times=3)
    with transaction.atomic():
        for name in ("all owed", "nothing new"):
            begun = time.perf_counter()
            new = reminders.remind(NOW)
            spent = time.perf_counter() - begun
            found.append(
                figure(
                    f"reminder and escalation sweep, {clocks:,} open clocks, {name} ({new:,} new)",
                    [spent * 1000],
                    key="sweep",
                    bare=percentile(bare, 0.5),
                    rate=clocks / spent,
                )
            )
        transaction.set_rollback(True)
    return found
