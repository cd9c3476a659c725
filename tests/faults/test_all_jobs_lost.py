"""Rows are the truth, jobs only hurry: with every job deleted, the sweeps find all that is owed."""

from __future__ import annotations

import inspect
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.cases import recalculation
from jiesu.cases.models import Anchor, Case, Clock, Event, Link, Message, Reminder, Suggestion
from jiesu.cases.verify import verify_all
from jiesu.intake.forms import ContactForm, Person, Respondent
from jiesu.intake.registering import register
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.triage.models import ComplaintSketch
from tests.cases.conftest import SHANGHAI, Story, assigned, story

#: Jobs about jobs: nothing is owed by them.
UPKEEP = frozenset({"jiesu.retry_stalled", "jiesu.remove_old_jobs"})


def who(username: str, at: str = "") -> Actor:
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, timezone.now())


def begin(at: datetime, **changes: object) -> Story:
    """A complaint routed and assigned, committed."""
    teller = assigned.__wrapped__(story.__wrapped__(who))  # type: ignore[attr-defined]
    told: Story = teller("complaint", f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", **changes)
    return told


def every_sweep() -> list[str]:
    """Runs each periodic task once, as the worker does when its time comes; gives their names."""
    names = []
    for periodic in app.periodic_registry.periodic_tasks.values():
        task = periodic.task
        if task.name in UPKEEP:
            continue
        assert not inspect.iscoroutinefunction(task.func)
        task.func(timestamp=int(timezone.now().timestamp()))
        names.append(task.name)
    return names


@pytest.mark.slow
def test_all_owed_work_is_done_without_any_job(own_database: str) -> None:
    now = timezone.now()
    # given notices to be sent, a lead to be opened, a late clock, one counted on a calendar that was replaced, and a
    # contact for which nothing has been suggested
    told = begin(now - timedelta(days=40), query_code="ABCDEFGHJK")
    told.act("handler", "accept")
    told.act(
        "handler",
        "raise_lead",
        found="otherwise",
        matter="货架上有过期食品",
        found_on=(now - timedelta(days=40)).astimezone(SHANGHAI).date().isoformat(),
    )
    stale = begin(now - timedelta(days=1))
    Clock.objects.filter(case_id=stale.number, state="open").update(calendar_version="1990-1991.0000000000")
    form = ContactForm(
        kind="auto",
        channel="hotline",
        text="在该超市购买的电饭煲使用一天即损坏，要求退货被拒绝。",
        complainant=Person(name="张小明", phone="13812345678"),
        respondent=Respondent(name="资阳区好再来超市", address="益阳市资阳区"),
    )
    asked = register(form=form, actor=who("calltaker"), at=now, key=None).cases[0].number
    lead = Link.objects.get(case_id=told.number, initiating=True)
    assert lead.pending
    assert Message.objects.filter(status="queued").exists()
    assert ProcrastinateJob.objects.filter(status="todo").count() >= 3

    # when somebody deletes every job
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert not ProcrastinateJob.objects.exists()

    # then one round of the sweeps does it all
    done = every_sweep()
    assert len(done) == len(set(done)) >= 5
    assert not Message.objects.filter(status="queued").exists()
    assert Message.objects.filter(case_id=told.number, status="sent", channel="internet").exists()
    lead.refresh_from_db()
    assert not lead.pending
    assert Case.objects.get(pk=lead.other_id).kind == "lead"
    assert Reminder.objects.filter(case_id=told.number, stage__startswith="escalated").exists()
    assert Event.objects.filter(case_id=stale.number, type="recalculate").count() == 1
    assert not Clock.objects.filter(recalculation.stale()).exists()
    assert Anchor.objects.count() == 1
    # the cases that the sweep itself opened are looked at by the next round at the latest
    every_sweep()
    assert ComplaintSketch.objects.filter(pk=asked).exists()
    assert Suggestion.objects.filter(case_id=asked).exists()
    # and nothing was done twice
    events = Event.objects.count()
    reminders = Reminder.objects.count()
    every_sweep()
    assert (Event.objects.count(), Reminder.objects.count(), Anchor.objects.count()) == (events, reminders, 1)
    assert verify_all().findings == ()
