"""A report from registration to its decision: verified, extended, paused, filed or declined, repeated, closed."""

from __future__ import annotations

import pytest

from jiesu.cases.errors import ActionError, Code
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Clock
from jiesu.cases.verify import verify_case
from tests.cases.conftest import Story, Teller

pytestmark = pytest.mark.django_db


def clock(told: Story, rule: str) -> Clock:
    return Clock.objects.filter(case_id=told.number, rule=rule).order_by("-seq")[0]


def test_report_is_declined_by_the_head_and_closed_with_a_reason_for_not_telling(
    assigned: Teller, officers: str
) -> None:
    # given a report with its handler
    told = assigned("report")
    assert str(clock(told, "report.verification").due_on) == "2026-11-23"
    # when it is verified on site by two officers and the head declines to file
    told.act(
        "handler",
        "record_verification",
        "2026-11-03T11:00",
        on_site=True,
        at="2026-11-03T10:00",
        officers_named=officers,
        findings="现场未见过期食品。",
        subjects=["quality"],
    )
    told.decide("decline_filing", missing_conditions=["p22.19.1"], facts_found="没有证据。")
    assert (told.case.state, clock(told, "report.verification").state) == ("declined", "met")
    # then it closes only after the informant question is answered
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "close", **CHECKED)
    assert refusal.value.data["reason"] == "informant_unanswered"
    told.act("handler", "inform_informant", basis="no_duty", reason="办法没有规定告知义务。")
    told.act("handler", "close", **CHECKED)
    assert told.case.state == "closed"
    assert verify_case(told.case) == []


def test_testing_is_not_counted_and_an_extension_comes_once_from_the_head(assigned: Teller) -> None:
    told = assigned("report")
    told.act(
        "handler", "start_testing", "2026-11-04T09:00", since="2026-11-04", body="市检验所", document="W-1"
    )
    assert clock(told, "report.verification").state == "suspended"
    assert told.case.due_at is None
    told.act("handler", "end_testing", "2026-11-13T09:00", until="2026-11-13", document="B-1", result="合格")
    assert str(clock(told, "report.verification").due_on) == "2026-12-03"
    told.decide("extend", clock="report.verification", reasons="案情复杂。")
    assert str(clock(told, "report.verification").due_on) == "2026-12-24"
    with pytest.raises(ActionError) as refusal:
        told.act("head", "extend", clock="report.verification", reasons="再延。")
    assert refusal.value.code in (Code.FIELDS_INVALID, Code.GUARD_FAILED)
    assert verify_case(told.case) == []


def test_a_named_informant_under_order_20_is_owed_a_notice_within_five_working_days(
    assigned: Teller, officers: str
) -> None:
    told = assigned("report", at="2026-03-02T09:00")
    told.act(
        "handler",
        "record_verification",
        "2026-03-03T11:00",
        on_site=False,
        at="2026-03-03T10:00",
        officers_named=officers.split(",")[0],
        findings="属实。",
    )
    told.act("head", "file_case", "2026-03-04T09:00", facts_found="有证据。", officers_named=officers)
    assert str(clock(told, "report.informant_notice").due_on) == "2026-03-11"
    told.act("handler", "inform_informant", "2026-03-05T09:00", basis="order20.filing", result="已立案。")
    told.prove(at="2026-03-05T10:00")
    assert clock(told, "report.informant_notice").state == "met"


def test_one_officer_is_not_enough_on_site(assigned: Teller, officers: str) -> None:
    told = assigned("report")
    with pytest.raises(ActionError) as refusal:
        told.act(
            "handler",
            "record_verification",
            "2026-11-03T11:00",
            on_site=True,
            at="2026-11-03T10:00",
            officers_named=officers.split(",")[0],
            findings="现场核查。",
        )
    assert refusal.value.fields == {"officers_named": "现场核查、办案人员不得少于两人。"}
