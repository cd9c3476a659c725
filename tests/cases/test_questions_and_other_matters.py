"""Consultations and other matters: answered, converted, sent where they belong; flags with a procedure of their own."""

from __future__ import annotations

import pytest

from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.lifecycle.waiting import waits_for
from jiesu.cases.models import Case, Clock, Message
from jiesu.cases.queries import visible
from jiesu.cases.verify import verify_case
from jiesu.intake.links import complete_links
from jiesu.people.visibility import Part
from tests.cases.conftest import Teller
from tests.cases.sketch import CITY, NEXT, Sketch


@pytest.mark.rule("C-28")
def test_a_consultation_is_answered_at_once_or_by_a_notice_and_closed() -> None:
    at_once = Sketch("consultation").does("answer", reply="预付卡未用完可退。", at_once=True)
    assert (at_once.state.state, at_once.state.facts.notices) == ("answered", {})
    later = Sketch("consultation").does("answer", reply="预付卡未用完可退。", knowledge="K-7")
    assert [n.form for n in later.state.facts.notices.values()] == ["answer"]
    later.does("close", **CHECKED)
    assert (later.state.state, later.state.outcome) == ("closed", "answered")


def test_no_time_limit_is_set_for_consultations_by_law() -> None:
    case = Sketch("consultation")
    assert not [c for c in case.state.clocks if c.statutory]
    assert case.routed().clocks() == {}
    assert str(waits_for(case.state)) == "等待答复；办法没有规定期限"


@pytest.mark.django_db
@pytest.mark.rule("C-28")
def test_a_consultation_that_is_a_complaint_goes_on_without_retyping(story: Teller) -> None:
    told = story("consultation", "2026-11-02T09:00")
    told.act("calltaker", "convert", kind="complaint", matter="要求退还预付卡余额 500 元")
    [number] = complete_links(told.number, at=told.at)
    other = Case.objects.get(pk=number)
    assert (told.case.state, other.kind, other.state) == ("converted", "complaint", "registered")
    assert other.received_at == told.case.received_at
    assert {p["role"] for p in other.facts["parties"]} == {"complainant", "respondent"}
    assert verify_case(told.case) == []
    assert verify_case(other) == []


def test_converting_answers_nobody_so_the_clock_of_12345_is_void_not_met() -> None:
    case = Sketch("other", channel="12345", service_due="2026-10-16")
    case.does("convert", kind="complaint", matter="x", reserved={"new_case": "430900260000000077"})
    assert case.clock("service.hotline_12345").state == "void"


def test_other_matters_return_to_12345_with_a_reason_and_meet_its_clock() -> None:
    case = Sketch("other", channel="12345", service_due="2026-10-16")
    case.cannot("return_to_12345", because="reason")
    case.does("return_to_12345", reason="属于住建部门职责", competent="益阳市住房和城乡建设局")
    assert (case.state.outcome, case.clock("service.hotline_12345").state) == ("returned_to_12345", "met")
    case.does("close", **CHECKED)


@pytest.mark.rule("C-28")
def test_other_channels_are_told() -> None:
    case = Sketch("other").does("inform_other_channel", matter="petition", advice="请向信访部门提出。")
    assert [n.form for n in case.state.facts.notices.values()] == ["other_channel"]
    case.does("close", **CHECKED)


@pytest.mark.rule("C-26")
def test_referral_stays_inside_one_bureau() -> None:
    case = Sketch("other")
    case.cannot("refer_internal", because="organisation", organisation=NEXT, reason="x")
    case.does("refer_internal", organisation=CITY, office=90, reason="转法规科")
    assert (case.state.state, case.state.organisation, case.state.office) == ("routed", CITY, 90)
    case.does("answer", reply="已答复").does("close", **CHECKED)


@pytest.mark.rule("C-28")
@pytest.mark.parametrize(
    ("flag", "rule", "last_day"),
    [
        ("information_request", "other.information_request", "2026-11-09"),
        ("review_application", "other.review_application", "2026-10-19"),
    ],
)
def test_a_matter_with_its_own_statute_runs_from_receipt_and_holds_the_close(
    flag: str, rule: str, last_day: str
) -> None:
    at_birth = Sketch("other", flags=[flag])
    assert at_birth.clocks() == {rule: last_day, "service.distribution": "2026-10-13"}
    case = Sketch("other").does("flag", "2026-10-14T09:00", flag=flag)
    assert case.clocks() == {rule: last_day, "service.distribution": "2026-10-13"}
    case.cannot("flag", because="already_flagged", flag=flag)
    case.cannot("convert", because="own_procedure", kind="complaint", matter="x")
    case.does("inform_other_channel", matter="information_request", advice="请另行申请")
    case.cannot("close", because="open_duties", **CHECKED)
    case.does("enter_own_procedure", matter=flag, on="2026-10-14", reference="益资市监公开〔2026〕3号")
    assert case.clock(rule).state == "met"
    case.cannot("enter_own_procedure", because="no_procedure", matter=flag, on="2026-10-14", reference="x")
    case.does("close", **CHECKED)


def test_a_flag_set_by_mistake_is_cleared_with_its_clock() -> None:
    case = Sketch("other").does("flag", flag="information_request")
    case.does("clear_flag", flag="information_request", reason="只是咨询")
    assert (list(case.clocks()), case.state.facts.flags) == (["service.distribution"], ())
    case.cannot("clear_flag", because="flag", flag="information_request", reason="x")


@pytest.mark.rule("C-31")
@pytest.mark.parametrize("kind", ["complaint", "report", "consultation", "other"])
def test_a_possible_state_secret_stops_everything_but_two_ways_out(kind: str) -> None:
    case = Sketch(kind).does("flag", flag="state_secret")
    for action, fields in (
        ("route", {"organisation": 10}),
        ("add_evidence", {"description": "不得录入"}),
        ("send_message", {"body": "不得录入"}),
        ("confirm_kind", {"kind": "report"}),
    ):
        if kind != "other" or action != "route":
            case.cannot(action, because="state_secret", **fields)
    cleared = (
        Sketch(kind)
        .does("flag", flag="state_secret")
        .does("clear_flag", flag="state_secret", reason="不涉密")
    )
    cleared.does("add_evidence", description="照片")
    case.does("end_as_secret", reference="SM-2026-1")
    assert (case.state.state, case.state.outcome, case.state.national_status) == (
        "closed",
        "state_secret",
        "not_applicable",
    )
    assert case.clocks() == {}


def test_only_what_is_flagged_secret_ends_that_way() -> None:
    Sketch().cannot("end_as_secret", because="not_flagged")


@pytest.mark.django_db
@pytest.mark.rule("C-28")
def test_the_legal_section_sees_an_information_request_at_once(story: Teller) -> None:
    told = story("other", registered_by_key="430902-centre")
    told.act("dispatcher.ziyang", "flag", flag="information_request")
    assert visible(told.who("legal"), Part.CONTENT).filter(pk=told.number).exists()
    assert Clock.objects.filter(case_id=told.number, rule="other.information_request", state="open").exists()
    told.act(
        "legal",
        "enter_own_procedure",
        matter="information_request",
        on="2026-11-02",
        reference="公开〔2026〕3号",
    )
    told.act(
        "dispatcher.ziyang", "inform_other_channel", matter="information_request", advice="已按公开申请办理"
    )
    told.act("dispatcher.ziyang", "close", **CHECKED)
    assert verify_case(told.case) == []


@pytest.mark.django_db
def test_words_go_both_ways_and_urging_is_counted(story: Teller) -> None:
    told = story()
    told.act("calltaker", "send_message", body="请补充购物小票。")
    told.act("calltaker", "urge", note="来电催办")
    assert Message.objects.get(case_id=told.number).direction == "out"
    assert told.case.facts["urged"] == 1
    assert verify_case(told.case) == []
