"""A complaint from registration to an agreement that is told, closed and rated."""

from __future__ import annotations

import pytest

from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Clock, Event, Message
from tests.cases.conftest import Teller

pytestmark = pytest.mark.django_db


def test_complaint_is_accepted_told_mediated_agreed_and_closed(assigned: Teller) -> None:
    # given a complaint with its handler
    told = assigned()
    assert told.case.state == "routed"
    acceptance = Clock.objects.get(case_id=told.number, rule="complaint.acceptance", state="open")
    assert str(acceptance.due_on) == "2026-11-11"

    # when it is accepted and the complainant told with proof
    told.act("handler", "accept")
    assert told.case.unproven == 1
    assert Clock.objects.get(case_id=told.number, rule="complaint.acceptance").state == "open"
    told.prove()
    assert Clock.objects.get(case_id=told.number, rule="complaint.acceptance").state == "met"
    assert Message.objects.get(case_id=told.number, form="5").status == "proven"

    # and both consent, meet and agree
    told.act(
        "handler",
        "record_consent",
        party="complainant",
        subject="mediation",
        consent=True,
        proof="call_record",
    )
    told.act(
        "handler",
        "record_consent",
        party="respondent",
        subject="mediation",
        consent=True,
        proof="call_record",
    )
    assert told.case.state == "mediating"
    told.act(
        "handler",
        "schedule_session",
        starts_at="2026-11-05T10:00",
        method="on_site",
        place="大码头所",
        mediator=told.who("handler").staff_id,
    )
    told.prove()
    session = next(iter(told.case.facts["sessions"]))
    told.act(
        "handler",
        "record_session",
        "2026-11-05T11:00",
        session=int(session),
        result="agreed",
        positions="双方到场",
    )
    told.act("handler", "agree", form="form9", on_site=True, recovered="299.00", terms="退货退款 299 元")
    told.prove()
    deed = ["complainant", "respondent", "mediator", "seal"]
    told.act("handler", "close", **CHECKED, deed=deed, copies=3)

    # then nothing is open and the sum is counted
    case = told.case
    assert (case.state, case.outcome, case.recovered, case.due_at) == ("closed", "agreed", 29900, None)
    assert not Clock.objects.filter(case_id=told.number, state__in=["open", "suspended"]).exists()
    assert Event.objects.filter(case_id=told.number).order_by("seq").last().type == "close"


def test_complaint_is_refused_with_ground_and_remedies_after_approval(assigned: Teller) -> None:
    told = assigned()
    told.decide("refuse", ground="121.16.3", reasons="不能证明存在消费关系。", violation=False)
    assert told.case.state == "refused"
    told.prove()
    assert Clock.objects.get(case_id=told.number, rule="complaint.acceptance").state == "met"
    told.act("handler", "close", **CHECKED)
    assert told.case.state == "closed"
