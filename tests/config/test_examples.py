"""The demonstration's cases: every example loads, on working days and holidays, and shows what it is there for."""

from __future__ import annotations

import time

import pytest

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case, Clock, Link, Message, Party, Proposal
from jiesu.cases.verify import verify_case
from jiesu.config.examples.load import load
from jiesu.intake.models import Contact
from jiesu.people.masking import mask_text
from tests.cases.conftest import moment

pytestmark = pytest.mark.django_db
NOW = "2026-11-24T05:48"


@pytest.mark.parametrize(
    "now", ["2026-09-01T08:00", "2026-10-03T23:30", "2027-01-02T12:00", "2026-11-29T00:10"]
)
def test_every_example_loads_whatever_the_day(now: str) -> None:
    began = time.monotonic()
    written = load(now=moment(now))
    assert time.monotonic() - began < 10
    assert [r.error.message for r in written.refused] == []
    assert len(written.numbers) == Case.objects.count() > 140
    assert not Case.objects.filter(registered_at__gt=moment(now)).exists()


def test_the_examples_show_what_a_bureau_meets() -> None:
    # given
    now = moment(NOW)
    load(now=now)
    open_cases = Case.objects.filter(closed_at=None)
    today = now.astimezone(SHANGHAI).date()
    due = [c.due_at.astimezone(SHANGHAI) for c in open_cases.exclude(due_at=None) if c.due_at]

    # then: late, due today, paused, every kind, notices without proof and undelivered, heads' work, both laws
    assert sum(d <= now for d in due) >= 8
    assert sum((d.date() - today).days == 1 for d in due) >= 6
    assert Clock.objects.filter(state="suspended").count() >= 3
    assert set(Case.objects.values_list("kind", flat=True)) == {
        "complaint",
        "report",
        "lead",
        "consultation",
        "other",
    }
    assert open_cases.filter(unproven__gt=0).count() >= 5
    assert Message.objects.filter(status="failed").count() == 2
    assert not Message.objects.filter(status="queued").exists()
    assert Message.objects.filter(direction="in").exists()
    assert Proposal.objects.filter(status="pending").count() >= 6
    assert set(Clock.objects.filter(rule="complaint.acceptance").values_list("instrument", flat=True)) >= {
        "order20",
        "order121",
    }
    assert not Link.objects.filter(pending=True).exists()
    assert Contact.objects.count() == Case.objects.exclude(kind="lead").count() - 1


def test_one_telephone_brought_forty_complaints_under_six_names() -> None:
    load(now=moment(NOW))
    by_phone: dict[bytes, set[str]] = {}
    counts: dict[bytes, int] = {}
    for index, name in Party.objects.exclude(phone_index=None).values_list("phone_index", "name_masked"):
        by_phone.setdefault(bytes(index), set()).add(name)
        counts[bytes(index)] = counts.get(bytes(index), 0) + 1
    most = max(counts, key=lambda k: counts[k])
    assert counts[most] == 40
    assert len(by_phone[most]) == 6


def test_the_chains_of_the_examples_are_whole() -> None:
    load(now=moment(NOW))
    for case in Case.objects.all():
        assert verify_case(case) == []
        assert mask_text(case.title) == case.title
