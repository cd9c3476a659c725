"""Jobs of insight. Rows are the truth: each looks for what is owed; losing all of them loses nothing."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiesu.insight.hotspots import following_up, keeping
from jiesu.insight.tallies import keeping as tallies

#: More cases at once would keep the worker from other jobs; the next sweep goes on.
MOST_AT_ONCE = 5000


@app.periodic(cron="*/5 * * * *")
@app.task(name="jiesu.sweep_hotspots", queue="triage", queueing_lock="jiesu.sweep_hotspots")
def sweep_hotspots(timestamp: int) -> int:
    """Every five minutes: new cases are put to hot spots."""
    return keeping.sweep(at=timezone.now(), most=MOST_AT_ONCE)


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep_tallies", queue="sweep", queueing_lock="jiesu.sweep_tallies")
def sweep_tallies(timestamp: int) -> int:
    """Each minute: what is marked is counted."""
    return tallies.refresh_all(now=timezone.now())


@app.periodic(cron="7 * * * *")
@app.task(name="jiesu.remind_late_notices", queue="sweep", queueing_lock="jiesu.remind_late_notices")
def remind_late_notices(timestamp: int) -> int:
    """Each hour: bureaus whose day for answering a supervision notice has passed are reminded, once for each day."""
    return following_up.remind_late(at=timezone.now())
