"""Receipt by the bureau as a legal person, routing, what is not ours, and whose case it is (arts. 13, 33, 41)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.lifecycle.table import Context
from jiesu.cases.models import Clock, Participant
from jiesu.cases.offering import offered
from jiesu.cases.queries import parts_of, visible
from jiesu.cases.verify import verify_case
from jiesu.law import shipped
from jiesu.people.models import Staff
from jiesu.people.visibility import Part
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller, moment
from tests.cases.sketch import BUREAU, CITY, NEXT, Sketch

RULE = "complaint.acceptance"


@pytest.mark.rule("C-09")
def test_the_competent_bureaus_clock_starts_when_it_receives_and_assigning_restarts_nothing() -> None:
    case = Sketch(at="2026-10-12T09:00").routed("2026-10-14T09:00")
    assert str(case.clock(RULE).due_on) == "2026-10-23"
    before = case.clock(RULE)
    case.does("assign", "2026-10-16T09:00", office=20, staff=7)
    case.does("reassign", "2026-10-19T09:00", office=21, staff=8, reason="休假")
    assert case.clock(RULE) == before


@pytest.mark.rule("C-09")
def test_where_centre_and_bureau_are_one_authority_its_first_receipt_counts() -> None:
    case = Sketch(at="2026-10-12T09:00", direct=True).routed("2026-10-14T09:00")
    assert str(case.clock(RULE).due_on) == "2026-10-21"
    assert case.state.facts.direct


def test_a_setting_counts_from_the_first_receipt_anywhere() -> None:
    case = Sketch(at="2026-10-12T09:00", options={"receipt.starts": "received"}).routed("2026-10-14T09:00")
    assert str(case.clock(RULE).due_on) == "2026-10-21"


def test_an_earlier_arrival_needs_its_reason_and_lies_not_before_receipt() -> None:
    case = Sketch(at="2026-10-12T09:00")
    earlier = {"organisation": BUREAU, "arrived_at": "2026-10-13T10:00"}
    case.cannot("route", "2026-10-15T09:00", because="note", **earlier)
    case.cannot(
        "route",
        "2026-10-15T09:00",
        because="arrived_at",
        organisation=BUREAU,
        arrived_at="2026-10-11T10:00",
        note="x",
    )
    case.does("route", "2026-10-15T09:00", note="信函由收发室迟交", **earlier)
    assert str(case.clock(RULE).due_on) == "2026-10-22"


@pytest.mark.rule("C-26")
def test_what_is_not_ours_goes_back_to_the_centre_and_never_sideways() -> None:
    case = Sketch(at="2026-10-12T09:00").routed()
    case.does(
        "return_to_centre", "2026-10-13T09:00", cause="wrong_place", reason="在赫山区", competent="赫山区局"
    )
    assert (case.state.state, case.state.organisation, case.state.facts.bounces) == ("registered", None, 1)
    assert (case.clock(RULE).state, case.clock(RULE).reason) == ("void", "returned")
    assert case.clock("service.return_to_centre").state == "met"
    # the next bureau gets a clock of its own; the old one stays visible
    case.does("route", "2026-10-14T09:00", organisation=NEXT)
    assert [c.state for c in case.state.clocks if c.rule == RULE] == ["void", "open"]
    assert str(case.clock(RULE).due_on) == "2026-10-23"


@pytest.mark.rule("C-26")
def test_a_late_return_is_warned_of_and_counted_late() -> None:
    case = Sketch(at="2026-10-12T09:00").routed()
    warn = table("complaint").rows["return_to_centre"].warn
    assert warn is not None
    for days, warned in ((1, False), (2, True)):
        at = case.at + timedelta(days=days)
        ctx = Context(at=at, actor=1, authority=BUREAU, party=None, seq=0, calendar=shipped(), options={})
        assert bool(warn(case.state, ctx)) is warned
    case.does("return_to_centre", "2026-10-15T09:00", cause="wrong_place", reason="x")
    assert case.clock("service.return_to_centre").state == "met_late"


def test_by_setting_the_centre_carries_the_running_period_on() -> None:
    case = Sketch(options={"centre_or_bureau": "centre"}).routed()
    case.does("return_to_centre", cause="wrong_place", reason="x")
    assert (case.clock(RULE).state, case.clock(RULE).holder) == ("open", case.state.registered_by)


@pytest.mark.rule("C-26")
def test_what_the_bureau_received_itself_is_not_returned_but_refused() -> None:
    case = Sketch(direct=True).routed()
    case.cannot("return_to_centre", because="received_directly", cause="other_department", reason="x")
    # a wrong kind may be corrected, and nothing starts anew
    due = case.clock(RULE).due_on
    case.does("return_to_centre", cause="wrong_kind", reason="其实是举报")
    assert case.clock(RULE).state == "open"
    case.does("confirm_kind", kind="complaint").routed()
    assert case.clock(RULE).due_on == due


@pytest.mark.rule("R-05")
def test_a_report_without_authority_is_told_where_received_directly_and_returned_where_distributed() -> None:
    told = {"within_regulation": True, "competent": "长沙市岳麓区市场监督管理局", "reasons": "不在本辖区"}
    direct = Sketch("report", direct=True).routed()
    direct.cannot("inform_no_authority", because="competent", within_regulation=True, reasons="x")
    direct.does("inform_no_authority", **told).told().does("close", **CHECKED)
    assert (direct.state.state, direct.state.outcome) == ("closed", "no_authority")
    at_centre = Sketch("report").does("inform_no_authority", **told)
    assert at_centre.state.state == "no_authority"
    distributed = Sketch("report").routed()
    distributed.cannot("inform_no_authority", because="came_by_distribution", **told)
    distributed.does(
        "record_verification", on_site=False, at="2026-10-12T09:00", officers_named="7", findings="x"
    )
    distributed.cannot("inform_no_authority", because="came_by_distribution", **told)
    distributed.does("return_to_centre", cause="wrong_place", reason="x")
    assert distributed.clock("report.verification").reason == "returned"


@pytest.mark.rule("C-07")
def test_the_seat_of_a_platform_handles_when_the_contact_log_shows_that_nobody_answers() -> None:
    case = Sketch()
    far = {"organisation": BUREAU, "basis": "platform_seat_unreachable"}
    case.cannot("route", because="contact_records_missing", **far)
    case.does(
        "record_contact",
        to="respondent",
        channel="phone",
        result="no_answer",
        at="2026-10-12T09:00",
        note="三次",
    )
    case.does("route", **far)


@pytest.mark.rule("R-06")
@pytest.mark.parametrize("kind", ["complaint", "report"])
def test_a_dispute_runs_beside_the_acceptance_clock_and_the_common_superior_designates(kind: str) -> None:
    rule = RULE if kind == "complaint" else "report.verification"
    case = Sketch(kind, at="2026-10-12T09:00").routed()
    case.cannot("dispute_jurisdiction", because="itself", other=BUREAU, reason="x")
    case.does("dispute_jurisdiction", "2026-10-12T10:00", other=NEXT, reason="经营地不在本区")
    case.cannot("dispute_jurisdiction", because="dispute_open", other=NEXT, reason="x")
    case.cannot("return_to_centre", because="dispute_open", cause="wrong_place", reason="x")
    assert case.clocks()["jurisdiction.dispute"] == "2026-10-21"
    assert case.clock(rule).state == "open"
    case.does("refer_dispute", "2026-10-19T09:00", superior=CITY, reason="协商不成")
    assert case.clock("jurisdiction.dispute").state == "met"
    assert (case.clocks()["jurisdiction.designation"], case.clock("jurisdiction.designation").holder) == (
        "2026-10-28",
        CITY,
    )
    case.does("designate_jurisdiction", "2026-10-20T09:00", organisation=NEXT, reason="指定", authority=CITY)
    assert (case.state.organisation, case.state.facts.dispute) == (NEXT, "")
    assert (case.clock(rule).holder, case.clock(rule).state) == (NEXT, "open")
    assert case.clock("jurisdiction.designation").state == "met"


def test_a_dispute_settled_between_the_two_needs_no_superior() -> None:
    case = Sketch().routed().does("dispute_jurisdiction", other=NEXT, reason="x")
    case.cannot("designate_jurisdiction", because="organisation", reason="x")
    case.does("settle_dispute", organisation=BUREAU, agreed_on="2026-10-12")
    assert case.state.organisation == BUREAU
    case.cannot("refer_dispute", because="not_negotiating", superior=CITY, reason="x")


@pytest.mark.rule("C-07")
def test_the_superior_takes_a_case_over_and_its_clocks_go_along() -> None:
    case = Sketch(service_due="2026-10-20", channel="12345").mediating()
    case.does("request_take_over", reason="案情重大")
    due = case.clock("complaint.mediation").due_on
    case.does("take_over", reason="提级", authority=CITY)
    assert (case.state.organisation, case.state.assignee) == (CITY, None)
    assert (case.clock("complaint.mediation").holder, case.clock("complaint.mediation").due_on) == (CITY, due)
    # what 12345 waits for stays with the centre that answers it
    assert case.clock("service.hotline_12345").holder == case.state.registered_by


def test_a_service_clock_neither_shortens_nor_satisfies_a_statutory_one() -> None:
    case = Sketch(service_due="2026-10-13", channel="12345")
    case.does("route", organisation=BUREAU, report_by="2026-10-14")
    assert case.clocks() == {
        "service.hotline_12345": "2026-10-13",
        RULE: "2026-10-21",
        "service.report_back": "2026-10-14",
    }
    case.does("reply_to_12345", on="2026-10-12", reply="正在办理", satisfaction="satisfied")
    case.does("report_back", result="已受理")
    assert case.clocks() == {RULE: "2026-10-21"}
    case.cannot("report_back", because="no_clock", result="x")
    Sketch().routed().cannot("reply_to_12345", because="not_from_12345", on="2026-10-12", reply="x")


def test_assistance_keeps_the_case_open_until_the_last_part_is_done() -> None:
    case = Sketch().mediating()
    case.does("request_assistance", organisation=30, task="查询登记").does(
        "request_assistance", organisation=31, task="检测"
    )
    first, second = sorted(case.state.facts.taking_part)
    case.cannot("finish_assistance", because="which_part", result="x")
    case.does("finish_assistance", part=first, result="已查")
    assert (case.state.facts.open_parts, case.state.facts.taking_part) == (1, {second: "assisting"})
    case.does("agree", form="record", terms="退款")
    case.cannot("close", because="open_duties", **CHECKED)
    case.does("finish_assistance", result="合格").does("close", **CHECKED)
    case.cannot("finish_assistance", because="not_allowed_in_state", result="x")


# --- with the people of the demonstration


@pytest.mark.django_db
def test_a_case_is_routed_to_bureaus_and_assigned_inside_them(story: Teller) -> None:
    told = story()
    other = Staff.objects.get(username="handler.heshan").pk
    office = by_key("430902005-office").pk
    for fields, field in (
        ({"organisation": office}, "organisation"),
        ({"organisation": by_key("430903-bureau").pk, "office": office}, "office"),
        ({"organisation": by_key("430902-council").pk}, "organisation"),
    ):
        with pytest.raises(ActionError) as refusal:
            told.act("dispatcher", "route", **fields)
        assert field in refusal.value.fields, fields
    told.act("dispatcher", "route", organisation=by_key("430902-bureau").pk, office=office)
    for fields, field in (({"staff": other}, "staff"), ({"office": by_key("430903001-office").pk}, "office")):
        with pytest.raises(ActionError) as refusal:
            told.act("officehead", "assign", **fields)
        assert field in refusal.value.fields
    with pytest.raises(ActionError) as refusal:
        told.act("officehead", "assign")
    assert refusal.value.data["reason"] == "nobody_named"
    told.act("officehead", "assign", staff=Staff.objects.get(username="handler").pk)
    with pytest.raises(ActionError) as refusal:
        told.act("officehead", "assign", staff=Staff.objects.get(username="handler.second").pk)
    assert refusal.value.data["reason"] == "already_assigned"
    told.act("officehead", "reassign", staff=Staff.objects.get(username="handler.second").pk, reason="休假")
    assert told.case.assignee_id == Staff.objects.get(username="handler.second").pk
    assert verify_case(told.case) == []


@pytest.mark.django_db
def test_a_bounce_goes_back_and_on_to_the_right_county(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "return_to_centre", cause="wrong_place", reason="经营地在赫山区")
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "accept")
    assert refusal.value.code == Code.CASE_NOT_FOUND
    told.act("dispatcher", "route", organisation=by_key("430903-bureau").pk)
    case = told.case
    assert (case.county, case.facts["bounces"]) == ("430903", 1)
    assert not visible(told.who("head")).filter(pk=told.number).exists()
    assert visible(told.who("head.heshan")).filter(pk=told.number).exists()
    assert verify_case(case) == []


@pytest.mark.django_db
@pytest.mark.rule("C-09")
def test_what_a_market_office_takes_in_is_received_by_its_bureau_and_waits_for_its_dispatcher(
    story: Teller,
) -> None:
    # given a complaint handed in at a market office
    office = by_key("430902005-office")
    told = story(registered_by=office.pk, division="430902", at="2026-11-02T09:00")
    assert told.case.registered_by_id == office.pk
    # then the dispatchers of its bureau see and route it, those of the next county and of the city do not
    for username, sees in (
        ("dispatcher.ziyang", True),
        ("head", True),
        ("legal", True),
        ("handler", True),
        ("dispatcher.heshan", False),
        ("dispatcher", False),
    ):
        assert visible(told.who(username), Part.CONTENT).filter(pk=told.number).exists() is sees, username
    told.act(
        "dispatcher.ziyang",
        "route",
        "2026-11-04T09:00",
        organisation=by_key("430902-bureau").pk,
        office=office.pk,
    )
    # the clock began with the receipt at the counter
    assert told.case.arrived_at == moment("2026-11-02T09:00")
    assert verify_case(told.case) == []


@pytest.mark.django_db
@pytest.mark.rule("R-06")
def test_two_counties_disagree_and_the_city_designates(assigned: Teller) -> None:
    told = assigned()
    heshan, city = by_key("430903-bureau").pk, by_key("430900-bureau").pk
    assert parts_of(told.case, told.who("head.heshan")) == frozenset()
    told.act("head", "dispute_jurisdiction", other=heshan, reason="经营地在赫山区")
    assert Part.CONTENT in parts_of(told.case, told.who("head.heshan"))
    with pytest.raises(ActionError) as refusal:
        told.act("head", "refer_dispute", superior=by_key("430000-bureau").pk, reason="x")
    assert "superior" in refusal.value.fields
    told.act("head", "refer_dispute", superior=city, reason="协商不成")
    told.act(
        "supervisor",
        "designate_jurisdiction",
        organisation=by_key("430902-bureau").pk,
        reason="经营地在资阳区",
    )
    # the other county's look at the case ends with the dispute
    assert parts_of(told.case, told.who("head.heshan")) == frozenset()
    assert Participant.objects.get(case_id=told.number, capacity="disputing").until is not None
    assert told.case.assignee_id is not None
    assert verify_case(told.case) == []


@pytest.mark.django_db
def test_the_superior_is_offered_to_take_over_and_the_lower_is_not(assigned: Teller) -> None:
    told = assigned()
    state = load_state(told.case, Clock.objects.filter(case_id=told.number))
    names = {
        u: {o.action for o in offered(told.case, state, told.who(u), told.at)}
        for u in ("supervisor", "head", "handler")
    }
    assert "take_over" in names["supervisor"]
    assert "take_over" not in names["head"] | names["handler"]
    told.act("supervisor", "take_over", reason="案情重大")
    assert told.case.organisation_id == by_key("430900-bureau").pk
    assert (told.case.county, told.case.city) == ("", "430900")
    assert verify_case(told.case) == []
