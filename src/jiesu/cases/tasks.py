"""Jobs of the case. Each re-reads what is owed; losing all of them loses nothing, the sweep finds it again."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from jiesu.cases import recalculation, reminders, sending, verify
from jiesu.cases.act import KEY_KEPT
from jiesu.cases.models import Anchor, AnsweredKey


@app.task(name="jiesu.send_messages", queue="messages", pass_context=False)
def send_messages(case: str) -> int:
    """Sends what one case owes."""
    now = timezone.now()
    return sum(sending.send(c, s, at=now) for c, s in sending.owed(now) if str(c) == case)


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep", queue="sweep", queueing_lock="sweep")
def sweep(timestamp: int) -> dict[str, int]:
    """Each minute: messages, reminders and clocks that are owed without a job."""
    now = timezone.now()
    return {
        "sent": sending.send_owed(at=now),
        "reminded": reminders.remind(now),
        "recalculated": recalculation.recalculate_stale(at=now),
    }


@app.periodic(cron="40 18 * * *")
@app.task(name="jiesu.nightly", queue="sweep", queueing_lock="nightly")
def nightly(timestamp: int) -> None:
    """Each night (02:40 in Shanghai): anchor of all heads; old answered keys go."""
    now = timezone.now()
    if not Anchor.objects.filter(at__gt=now - timedelta(hours=12)).exists():
        verify.anchor(at=now)
    AnsweredKey.objects.filter(at__lt=now - KEY_KEPT).delete()
