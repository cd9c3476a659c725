"""Jobs of insight. Rows are the truth: each looks for what is owed; losing all of them loses nothing."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiesu.insight.hotspots import keeping

#: More cases at once would keep the worker from other jobs; the next sweep goes on.
MOST_AT_ONCE = 5000


@app.periodic(cron="*/5 * * * *")
@app.task(name="jiesu.sweep_hotspots", queue="triage", queueing_lock="jiesu.sweep_hotspots")
def sweep_hotspots(timestamp: int) -> int:
    """Every five minutes: new cases are put to hot spots."""
    return keeping.sweep(at=timezone.now(), most=MOST_AT_ONCE)
