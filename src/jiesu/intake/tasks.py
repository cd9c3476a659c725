"""Jobs of intake. Each only hurries what the sweep would find."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiesu.intake import claims, held, limits, links


@app.task(name="jiesu.complete_links")
def complete_links(case: str) -> None:
    """Completes the links that a case opened."""
    links.complete_links(int(case), at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep_links", queueing_lock="jiesu.sweep_links")
def sweep_links(timestamp: int) -> None:
    """Completes links whose job was lost."""
    links.sweep_links(timezone.now())


@app.periodic(cron="23 * * * *")
@app.task(name="jiesu.forget_public_use", queueing_lock="jiesu.forget_public_use")
def forget_public_use(timestamp: int) -> None:
    """Removes counts of the past, files that nobody sent and claims of numbers that are over."""
    limits.forget(timezone.now())
    held.sweep(timezone.now())
    claims.forget(timezone.now())
