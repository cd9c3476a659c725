"""Closing by checklist, reviews and reopening, revoking, the national platform, call-backs, mixed letters, duplicates."""

from __future__ import annotations

import pytest

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Clock, Message
from jiesu.cases.verify import verify_case
from jiesu.intake.links import complete_links
from jiesu.people.actors import citizen
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller
from tests.cases.sketch import Sketch

WHY = {"reasons": "事实和理由。", "violation": False}


def refused(**more: object) -> Sketch:
    case = Sketch(**more).routed()  # type: ignore[arg-type]
    return case.does("refuse", ground="121.16.3", **WHY).told()


@pytest.mark.rule("C-23")
def test_a_case_closes_by_its_checklist() -> None:
    case = Sketch(mixed="suggested").routed().does("refuse", ground="121.16.3", **WHY)
    case.cannot("close", because="ground_right")
    case.cannot("close", because="ground_right", **{**CHECKED, "ground_right": False})
    case.cannot("close", because="open_duties", **CHECKED)  # not told
    case.told().cannot("close", because="open_duties", **CHECKED)  # perhaps mixed
    case.does("keep_whole", reason="只有投诉内容").does("close", **CHECKED)
    assert case.state.closed_at is not None


def test_a_review_has_its_reply_day_and_its_outcome() -> None:
    case = refused().does("close", **CHECKED)
    review = {"type": "review", "reference": "益政复〔2026〕7号", "served_on": "2026-10-12"}
    case.does("record_review", reply_by="2026-10-22", **review)
    assert case.clock("service.review_reply").statutory is False
    case.does("record_review", "2026-10-20T09:00", replied_on="2026-10-19", **review)
    assert (case.clock("service.review_reply").state, str(case.clock("service.review_reply").met_on)) == (
        "met",
        "2026-10-19",
    )
    case.does("record_review", "2026-12-01T09:00", outcome="revoked", **review)
    assert case.state.facts.reviews == ("review:pending", "review:pending", "review:revoked")


def test_a_revoked_refusal_is_decided_anew_within_the_period_the_decision_sets() -> None:
    case = refused().does("close", **CHECKED)
    case.does("reopen", "2026-12-01T09:00", cause="review", reason="复议撤销", finish_by="2026-12-10")
    assert (case.state.state, case.state.outcome, case.state.closed_at) == ("routed", "", None)
    assert case.clocks() == {"service.review_order": "2026-12-10"}
    case.does("accept").told()
    assert "complaint.mediation" in case.clocks()


def test_reopened_without_a_day_the_statutory_period_runs_anew() -> None:
    case = refused().does("close", **CHECKED)
    case.does("reopen", "2026-12-01T09:00", cause="own_correction", reason="自行纠正")
    assert case.clocks() == {"complaint.acceptance": "2026-12-10"}


def test_a_termination_that_falls_is_mediated_on_not_accepted_again() -> None:
    case = (
        Sketch()
        .mediating()
        .does("withdraw", statement="撤回")
        .does("terminate", ground="121.23.1", **WHY)
        .told()
    )
    case.does("close", **CHECKED).does("reopen", "2026-12-01T09:00", cause="judgment", reason="法院撤销")
    assert (case.state.state, case.clocks()) == ("mediating", {"complaint.mediation": "2027-01-30"})
    assert case.clock("complaint.mediation").due_on is not None


def test_the_head_takes_back_a_decision_and_its_notices_need_no_proof_any_more() -> None:
    case = Sketch(at="2026-10-12T09:00").routed().does("refuse", ground="121.16.3", **WHY)
    case.does("revoke_decision", "2026-10-14T09:00", reason="依据有误")
    assert (case.state.state, case.state.unproven(), case.state.outcome) == ("routed", {}, "")
    assert str(case.clock("complaint.acceptance").due_on) == "2026-10-23"
    case.does("accept")
    terminated = (
        Sketch().mediating().does("withdraw", statement="x").does("terminate", ground="121.23.1", **WHY)
    )
    terminated.does("revoke_decision", reason="依据有误")
    assert terminated.state.state == "mediating"
    assert "complaint.termination_notice" not in terminated.clocks()


@pytest.mark.rule("C-25")
def test_a_mixed_letter_is_split_once_and_its_receipt_goes_along() -> None:
    case = Sketch(mixed="suggested")
    case.does("split", kind="report", matter="销售过期食品", reserved={"new_case": "430900260000000077"})
    assert case.state.facts.mixed == "split"
    assert ("split", 430900260000000077) in case.state.facts.links


@pytest.mark.django_db
@pytest.mark.rule("C-10")
def test_a_duplicate_is_linked_and_decided_or_joined_with_consent(assigned: Teller) -> None:
    first, second, third = assigned(), assigned(), assigned()
    # linked, it gets a decision of its own that names the earlier number
    second.act("handler", "link_duplicate", other=str(first.number))
    assert complete_links(second.number, at=second.at) == [first.number]
    second.decide("refuse", ground="121.16.2", earlier=f"资阳区局 {first.number}", **WHY)
    assert ["duplicate", second.number] in first.case.facts["links"]
    # joined only with the complainant's consent
    join = {"other": str(first.number), "proof": "call_record", "reason": "同一争议"}
    with pytest.raises(ActionError) as refusal:
        third.act("handler", "join_duplicate", consent=False, **join)
    assert refusal.value.data["reason"] == "consent_missing"
    third.act("handler", "join_duplicate", consent=True, **join)
    assert (third.case.state, third.case.outcome) == ("merged", "joined")
    assert complete_links(third.number, at=third.at) == [first.number]
    assert first.case.state == "routed"
    # and one joined by mistake is taken up again
    third.act("head", "reopen", cause="own_correction", reason="并非同一争议")
    assert (third.case.state, third.case.outcome) == ("routed", "")
    for told in (first, second, third):
        assert verify_case(told.case) == []


@pytest.mark.django_db
@pytest.mark.rule("C-30")
def test_where_a_case_stands_on_the_national_platform_is_kept_with_time_and_person(assigned: Teller) -> None:
    told = assigned()
    assert told.case.national_status == "to_enter"
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "record_national_status", status="entered")
    assert "national_number" in refusal.value.fields
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "record_national_status", status="entered", national_number="张小明的投诉")
    assert "national_number" in refusal.value.fields
    told.act("handler", "record_national_status", status="entered", national_number="1430902002026110200001")
    case = told.case
    assert (case.national_status, case.national_number) == ("entered", "1430902002026110200001")
    assert (case.national_at, case.national_by_id) == (told.at, told.who("handler").staff_id)
    told.act("handler", "record_national_status", status="returned", note="字段不全")
    assert verify_case(told.case) == []


@pytest.mark.django_db
@pytest.mark.rule("C-23")
def test_a_closed_case_is_rated_sampled_and_called_back(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "withdraw", statement="已解决")
    told.act("handler", "close", **CHECKED)
    act(told.number, "rate", {"stars": 5, "note": "很快"}, actor=citizen("complainant"), at=told.at)
    with pytest.raises(ActionError) as refusal:
        act(told.number, "rate", {"stars": 6}, actor=citizen("complainant"), at=told.at)
    assert "stars" in refusal.value.fields
    told.act("calltaker", "record_callback", method="call", on="2026-11-02", satisfaction="satisfied")
    told.act("supervisor", "record_callback", method="sample", on="2026-11-02", satisfaction="in_order")
    assert told.case.facts["rated"] == 5
    assert verify_case(told.case) == []


@pytest.mark.django_db
@pytest.mark.rule("C-10")
def test_a_review_revokes_and_the_old_decision_stays_in_the_chain(assigned: Teller) -> None:
    told = assigned()
    told.decide("refuse", ground="121.16.3", **WHY)
    told.prove()
    told.act("handler", "close", **CHECKED)
    told.act(
        "legal",
        "record_review",
        type="review",
        reference="益政复〔2026〕7号",
        served_on="2026-11-02",
        outcome="revoked",
    )
    told.act("legal", "reopen", cause="review", finish_by="2026-12-10", reason="复议撤销")
    case = told.case
    assert (case.state, case.closed_at, case.due_rule) == ("routed", None, "service.review_order")
    told.act("handler", "accept")
    assert list(
        Message.objects.filter(case_id=told.number).order_by("seq").values_list("form", "status")
    ) == [("6", "proven"), ("5", "queued")]
    told.prove()
    assert verify_case(told.case) == []


@pytest.mark.django_db
@pytest.mark.rule("C-25")
def test_a_letter_split_at_the_centre_makes_two_cases_with_two_clocks(story: Teller) -> None:
    told = story(mixed="suggested", at="2026-11-02T09:00")
    told.act("dispatcher", "split", kind="report", matter="该店销售过期食品。")
    [number] = complete_links(told.number, at=told.at)
    bureau = by_key("430902-bureau").pk
    told.act("dispatcher", "route", organisation=bureau)
    report = Case.objects.get(pk=number)
    act(number, "route", {"organisation": bureau}, actor=told.who("dispatcher"), at=told.at)
    clocks = dict(
        Clock.objects.filter(case_id__in=[told.number, number], statutory=True).values_list("rule", "due_on")
    )
    assert {k: str(v) for k, v in clocks.items()} == {
        "complaint.acceptance": "2026-11-11",
        "report.verification": "2026-11-23",
    }
    assert report.received_at == told.case.received_at
    assert verify_case(told.case) == []
    assert verify_case(Case.objects.get(pk=number)) == []
