"""Jobs of the case. Each re-reads what is owed; losing all of them loses nothing, the sweeps find it again."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from jiesu.cases import anchors, indexing, recalculation, reminders, search, sending
from jiesu.cases.idempotency import KEY_KEPT
from jiesu.cases.models import AnsweredKey


@app.task(name="jiesu.send_messages", queue="messages", pass_context=False)
def send_messages(case: str) -> int:
    """Sends what one case owes."""
    return sending.send_owed(at=timezone.now(), case=int(case))


# A sweep of its own for each duty: a gateway that hangs delays no reminder and no clock.
@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep_messages", queue="sweep", queueing_lock="jiesu.sweep_messages")
def sweep_messages(timestamp: int) -> int:
    """Each minute: messages that are owed without a job."""
    return sending.send_owed(at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep_reminders", queue="sweep", queueing_lock="jiesu.sweep_reminders")
def sweep_reminders(timestamp: int) -> int:
    """Each minute: reminders that are owed."""
    return reminders.remind(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep_clocks", queue="sweep", queueing_lock="jiesu.sweep_clocks")
def sweep_clocks(timestamp: int) -> int:
    """Each minute: some hundred cases whose clocks rest on a calendar that has changed."""
    return recalculation.recalculate_stale(at=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="jiesu.enter_words", queue="sweep", queueing_lock="jiesu.enter_words")
def enter_words(timestamp: int) -> int:
    """When an import is done, and every five minutes: words of imported cases that are not in the index yet."""
    return indexing.enter()


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sort_words_in", queue="sweep", queueing_lock="jiesu.sort_words_in")
def sort_words_in(timestamp: int) -> int:
    """Each minute: new words go from their waiting list into the index, before the list is full."""
    return search.sort_in()


@app.periodic(cron="40 * * * *")
@app.task(name="jiesu.nightly", queue="sweep", queueing_lock="jiesu.nightly")
def nightly(timestamp: int) -> None:
    """Once a night, or in the first hour after a night in which the machine slept: the anchor of all heads.
    Old answered keys go."""
    now = timezone.now()
    if anchors.owed(now):
        anchors.anchor(at=now)
    AnsweredKey.objects.filter(at__lt=now - KEY_KEPT).delete()
