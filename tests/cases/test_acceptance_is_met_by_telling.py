"""A complaint is decided and told within seven working days; what meets the clock is the telling, with proof."""

from __future__ import annotations

import pytest

from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Message
from jiesu.cases.queries import visible
from jiesu.cases.verify import verify_case
from tests.cases.conftest import Teller
from tests.cases.sketch import BUREAU, Sketch

RULE = "complaint.acceptance"


@pytest.mark.rule("C-09")
def test_deciding_alone_leaves_the_clock_running_and_telling_ends_it() -> None:
    case = Sketch().routed().does("accept")
    assert case.clock(RULE).state == "open"
    assert str(case.clock(RULE).decided_on) == "2026-10-12"
    case.told("2026-10-14T10:00")
    assert (case.clock(RULE).state, str(case.clock(RULE).met_on)) == ("met", "2026-10-14")


@pytest.mark.rule("C-09")
def test_decided_in_time_but_told_late_is_late() -> None:
    case = Sketch(at="2026-10-12T09:00").routed().does("accept", "2026-10-20T09:00")
    case.told("2026-10-22T09:00")
    assert case.clock(RULE).state == "met_late"


def test_a_bureau_that_reads_the_article_leniently_counts_the_decision() -> None:
    case = Sketch(options={"acceptance.met_by": "decided"}).routed().does("accept")
    assert case.clock(RULE).state == "met"


@pytest.mark.rule("C-20")
def test_the_lenient_reading_does_not_reach_the_notice_of_termination() -> None:
    case = Sketch(options={"acceptance.met_by": "decided"}).routed().does("accept")
    case.does("withdraw", statement="不投诉了")
    case.does("terminate", ground="121.23.1", reasons="撤回", violation=False)
    assert case.clock("complaint.termination_notice").state == "open"


def test_a_proof_lies_neither_before_the_notice_nor_in_the_future() -> None:
    case = Sketch().routed().does("accept", "2026-10-14T09:00")
    seq = next(iter(case.state.facts.notices))
    delivered = {"message": seq, "result": "delivered", "channel": "phone", "proof": "call_record"}
    case.cannot("notify", because="told_before_made", told_at="2026-10-13T09:00", **delivered)
    case.cannot("notify", because="told_at", told_at="2026-10-15T09:00", **delivered)


def test_delivered_needs_its_proof() -> None:
    case = Sketch().routed().does("accept")
    seq = next(iter(case.state.facts.notices))
    case.cannot(
        "notify",
        because="proof",
        message=seq,
        result="delivered",
        channel="phone",
        told_at=case.at.isoformat(),
    )


@pytest.mark.rule("C-09")
def test_a_joint_complaint_is_told_when_the_last_is_told() -> None:
    people = (
        {"seq": 1, "role": "complainant"},
        {"seq": 3, "role": "complainant"},
        {"seq": 2, "role": "respondent"},
    )
    case = Sketch(parties=people).routed().does("accept")
    first, second = sorted(case.state.facts.notices)
    for seq, day, state in ((first, "13", "open"), (second, "15", "met")):
        when = f"2026-10-{day}T10:00"
        case.does(
            "notify",
            when,
            message=seq,
            result="delivered",
            channel="sms",
            proof="gateway_receipt",
            told_at=when,
        )
        assert case.clock(RULE).state == state
    assert str(case.clock(RULE).met_on) == "2026-10-15"


def test_nobody_can_be_told_who_left_no_address_and_the_decision_ends_the_clock() -> None:
    people = ({"seq": 1, "role": "complainant", "reachable": False}, {"seq": 2, "role": "respondent"})
    case = Sketch(parties=people).routed().does("accept")
    assert case.clock(RULE).state == "met"
    assert not case.state.facts.notices


@pytest.mark.django_db
def test_a_failed_notice_is_counted_until_another_way_is_proven(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "accept")
    seq = next(iter(told.case.facts["notices"]))
    # when the call is not answered
    told.act(
        "handler",
        "notify",
        message=int(seq),
        result="failed",
        channel="phone",
        told_at=told.at.isoformat(),
        address="13812345678",
    )
    # then the case stands among those where somebody could not be told, and the number used is kept masked
    assert (told.case.failed, told.case.unproven) == (1, 1)
    message = Message.objects.get(case_id=told.number, seq=int(seq))
    assert (message.status, message.address_masked) == ("failed", "138****5678")
    told.prove()
    assert (told.case.failed, told.case.unproven) == (0, 0)
    assert verify_case(told.case) == []


@pytest.mark.django_db
def test_no_decided_case_closes_before_it_is_told(assigned: Teller) -> None:
    told = assigned()
    told.decide("refuse", ground="121.16.3", reasons="不能证明存在消费关系。", violation=False)
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "close", **CHECKED)
    assert refusal.value.data["reason"] == "open_duties"
    assert visible(told.who("handler")).filter(pk=told.number, unproven=1).exists()


def test_a_case_is_not_closed_for_another_bureau() -> None:
    case = Sketch().routed()
    case.does("refuse", ground="121.16.3", reasons="不是生活消费", violation=False).told()
    case.cannot("close", because="another_bureau", authority=9, **CHECKED)
    case.does("close", authority=BUREAU, **CHECKED)
    assert case.state.state == "closed"
