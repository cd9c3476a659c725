"""Reports: officers, conditions of filing, duties to tell, repeats, extension (Penalty Procedure arts. 18–20; art. 35)."""

from __future__ import annotations

import pytest

from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Clock
from jiesu.cases.verify import verify_case
from jiesu.intake.links import complete_links
from tests.cases.conftest import Teller
from tests.cases.sketch import Sketch

ADVERTISING = "informant.advertising"
RULE = "report.verification"
SITE = {"on_site": True, "officers_named": "7,8", "findings": "现场核查情况"}


def verified(at: str = "2026-10-12T09:00", *, subjects: tuple[str, ...] = (), **more: object) -> Sketch:
    case = Sketch("report", at=at, **more).routed()  # type: ignore[arg-type]
    return case.does("record_verification", at=case.at.isoformat(), subjects=list(subjects), **SITE)


def declined(*args: str, **more: object) -> Sketch:
    case = verified(*args, **more)  # type: ignore[arg-type]
    return case.does("decline_filing", missing_conditions=["p22.19.1"], facts_found="没有证据")


@pytest.mark.rule("R-11")
def test_filing_and_declining_come_after_verification_and_name_their_conditions() -> None:
    case = Sketch("report").routed()
    case.cannot("file_case", because="not_allowed_in_state", facts_found="x", officers_named="7,8")
    case.does("start_testing", since="2026-10-12", body="市检", document="W")
    case.cannot("file_case", because="not_verified", facts_found="x", officers_named="7,8")
    case.does("end_testing", until="2026-10-12", document="B", result="x")
    case.does("record_verification", at="2026-10-12T09:00", **SITE)
    case.cannot("file_case", because="officers_named", facts_found="x", officers_named="7")
    case.cannot("decline_filing", because="no_ground", facts_found="x")
    case.does("decline_filing", may_not_file=["p22.20.2"], facts_found="初次违法并及时改正")
    assert (case.state.state, case.clock(RULE).state) == ("declined", "met")


@pytest.mark.rule("R-10")
def test_one_officer_may_look_at_papers_and_two_go_on_site() -> None:
    case = Sketch("report").routed()
    one = {"at": "2026-10-12T09:00", "officers_named": "7", "findings": "x"}
    case.cannot("record_verification", because="officers_named", on_site=True, **one)
    case.cannot(
        "record_verification", because="officers_named", on_site=True, **{**one, "officers_named": "7,7"}
    )
    case.does("record_verification", on_site=False, **one)
    assert case.state.state == "verifying"


@pytest.mark.rule("R-10")
def test_an_extension_comes_before_the_last_day_once_and_from_the_head() -> None:
    case = Sketch("report", at="2026-09-21T09:00").routed()
    assert str(case.clock(RULE).due_on) == "2026-10-19"
    extend = {"clock": RULE, "reasons": "案情复杂"}
    case.cannot("extend", "2026-10-19T09:00", because="clock", **extend)
    case.does("extend", "2026-10-16T09:00", **extend)
    assert (str(case.clock(RULE).due_on), case.clock(RULE).extensions) == ("2026-11-09", 1)
    case.cannot("extend", because="clock", **extend)


@pytest.mark.rule("R-10")
def test_what_begins_after_the_last_day_stops_nothing_any_more() -> None:
    case = Sketch("report", at="2026-09-21T09:00").routed()
    late = {"since": "2026-10-20", "body": "市检", "document": "W"}
    case.cannot("start_testing", "2026-10-20T09:00", because="since", **late)
    assert case.clock(RULE).state == "open"


@pytest.mark.rule("R-10")
@pytest.mark.parametrize("kind", ["report", "lead"])
def test_the_right_owners_identification_is_not_counted(kind: str) -> None:
    born = {"found": "otherwise", "organisation": 10} if kind == "lead" else {}
    case = Sketch(kind, at="2026-10-12T09:00", **born)
    rule = RULE if kind == "report" else "lead.found_otherwise"
    if kind == "report":
        case.routed()
    assert str(case.clock(rule).due_on) == "2026-11-02"
    case.does(
        "start_identification", "2026-10-14T09:00", since="2026-10-14", body="商标权利人", document="函-1"
    )
    case.cannot("start_appraisal", because="already_paused", since="2026-10-14", body="x", document="x")
    case.does("end_identification", "2026-10-20T09:00", until="2026-10-18", document="函-2", result="假冒")
    assert str(case.clock(rule).due_on) == "2026-11-05"
    assert case.state.state == "verifying"


def test_clocks_follow_a_newly_published_calendar_by_an_event_of_their_own() -> None:
    case = Sketch("report", at="2026-10-12T09:00").routed()
    before = case.clock(RULE)
    case.does("recalculate")
    assert (case.last.type, case.clock(RULE).due_on) == ("recalculate", before.due_on)


@pytest.mark.rule("R-08")
def test_under_order_20_a_named_informant_is_told_in_five_working_days_and_under_order_121_not() -> None:
    before = verified("2026-03-30T09:00")
    before.does("decline_filing", "2026-04-14T09:00", missing_conditions=["p22.19.1"], facts_found="x")
    assert before.clocks() == {"report.informant_notice": "2026-04-21"}
    before.cannot("inform_informant", because="basis", basis="no_duty", reason="x")
    before.cannot("inform_informant", because="basis", basis="courtesy", result="x")
    after = verified("2026-03-30T09:00")
    after.does("decline_filing", "2026-04-15T09:00", missing_conditions=["p22.19.1"], facts_found="x")
    assert after.clocks() == {}
    after.cannot("inform_informant", because="basis", basis="order20.filing", result="x")


@pytest.mark.rule("R-08")
def test_before_a_named_report_closes_it_says_told_under_or_no_duty_because() -> None:
    case = declined()
    case.cannot("close", because="informant_unanswered", **CHECKED)
    case.cannot("inform_informant", because="reason", basis="no_duty")
    case.cannot("inform_informant", because="result", basis="courtesy")
    case.does("inform_informant", basis="no_duty", reason="办法没有规定告知义务").does("close", **CHECKED)
    anonymous = declined(anonymous=True)
    anonymous.does("close", **CHECKED)


@pytest.mark.rule("R-08")
def test_food_is_answered_under_the_food_safety_law_with_form_10() -> None:
    case = declined(subjects=("food",))
    assert case.state.facts.duties == ("food.answer",)
    case.does("inform_informant", basis="courtesy", result="已核查")
    case.cannot("close", because="duty_unanswered", **CHECKED)
    case.does("inform_informant", basis="food.answer", result="经核查未发现违法行为")
    case.cannot("close", because="open_duties", **CHECKED)
    case.told().does("close", **CHECKED)


@pytest.mark.rule("R-08")
def test_advertising_opens_a_clock_of_seven_working_days_from_receipt_and_is_told_before_any_decision() -> (
    None
):
    case = verified(subjects=("advertising",))
    assert case.clocks() == {RULE: "2026-11-02", "informant.advertising": "2026-10-21"}
    case.cannot("inform_informant", because="basis", basis="courtesy", result="x")
    case.does("inform_informant", basis="advertising.result", result="正在核查，已责令停止发布").told(
        "2026-10-20T09:00"
    )
    assert case.clock("informant.advertising").state == "met"
    case.does("decline_filing", missing_conditions=["p22.19.2"], facts_found="x").does("close", **CHECKED)


def test_duties_that_nobody_has_read_in_full_hang_on_a_setting() -> None:
    case = verified(
        subjects=("advertising", "unfair_competition"), options={"informant.second_hand_duties": False}
    )
    assert (case.state.facts.duties, case.clocks()) == ((), {RULE: "2026-11-02"})


def test_an_anonymous_informant_is_owed_nothing() -> None:
    case = verified(subjects=("advertising", "food"), anonymous=True)
    assert (case.state.facts.duties, case.clocks()) == ((), {RULE: "2026-11-02"})


def test_a_promised_courtesy_is_a_service_clock_and_never_statutory() -> None:
    case = declined(options={"informant.courtesy_working_days": 3})
    clock = case.clock("service.courtesy_answer")
    assert (clock.statutory, str(clock.due_on)) == (False, "2026-10-15")
    case.does("inform_informant", basis="courtesy", result="已核查").told()
    assert case.clock("service.courtesy_answer").state == "met"
    assert not any(n.required for n in case.state.facts.notices.values())


@pytest.mark.rule("R-07")
def test_only_a_named_informants_own_report_is_a_repeat_and_only_under_order_121() -> None:
    other = {"other": "430900260000000099", "reason": "已于 10 月核查"}
    case = Sketch("report").routed()
    case.cannot("close_repeat", because="same_informant", same_informant=False, **other)
    case.cannot(
        "close_repeat", because="other", same_informant=True, other=str(case.state.number), reason="x"
    )
    case.does("close_repeat", same_informant=True, **other).does("close", **CHECKED)
    assert (case.state.outcome, case.state.facts.links) == ("repeated", (("repeat", 430900260000000099),))
    anonymous = Sketch("report", anonymous=True).routed()
    anonymous.cannot("close_repeat", because="anonymous", same_informant=True, **other)
    early = Sketch("report", at="2026-04-13T09:00").routed()
    for action in ("close_repeat", "merge_repeat"):
        early.cannot(action, because="not_in_force", same_informant=True, **other)


@pytest.mark.rule("R-07")
def test_merging_restarts_the_earlier_clock_and_keeps_a_testing_under_way_out_of_it() -> None:
    case = Sketch("report", at="2026-10-12T09:00").routed()
    case.does("start_testing", "2026-10-14T09:00", since="2026-10-14", body="市检", document="W")
    case.does("absorb_repeat", "2026-10-20T09:00", other="430900260000000099", received_on="2026-10-19T10:00")
    assert [c.state for c in case.state.clocks if c.rule == RULE] == ["void", "suspended"]
    case.does("end_testing", "2026-10-23T09:00", until="2026-10-22", document="B", result="x")
    assert str(case.clock(RULE).due_on) == "2026-11-12"


def test_a_decision_taken_back_is_verified_anew() -> None:
    case = declined()
    case.does("revoke_decision", "2026-10-20T09:00", reason="发现新证据")
    assert (case.state.state, case.state.outcome, case.state.decided_at) == ("verifying", "", None)
    assert str(case.clock(RULE).due_on) == "2026-11-10"
    case.does("file_case", facts_found="有证据", officers_named="7,8")


@pytest.mark.django_db
@pytest.mark.rule("R-07")
def test_a_repeat_is_merged_while_the_earlier_report_is_undecided(assigned: Teller, officers: str) -> None:
    first = assigned("report", "2026-11-02T09:00")
    second = assigned("report", "2026-11-09T09:00")
    merge = {"other": str(first.number), "same_informant": True, "reason": "补充照片"}
    second.act("handler", "merge_repeat", **merge)
    assert complete_links(second.number, at=second.at) == [first.number]
    assert (second.case.state, second.case.outcome) == ("merged", "merged")
    clock = Clock.objects.get(case_id=first.number, rule=RULE, state="open")
    assert str(clock.due_on) == "2026-11-30"
    # decided, it takes no more: new facts are a new report
    first.act(
        "handler",
        "record_verification",
        "2026-11-10T09:00",
        at="2026-11-10T08:00",
        **{**SITE, "officers_named": officers},
    )
    first.decide("decline_filing", missing_conditions=["p22.19.1"], facts_found="x")
    third = assigned("report", "2026-11-11T09:00")
    with pytest.raises(ActionError) as refusal:
        third.act("handler", "merge_repeat", **merge)
    assert refusal.value.data["reason"] == "earlier_closed"
    # and a complaint or a hidden report is none
    complaint = assigned()
    for number in (complaint.number, 430900260000000000):
        with pytest.raises(ActionError) as refusal:
            third.act("handler", "close_repeat", other=str(number), same_informant=True, reason="x")
        assert "other" in refusal.value.fields
    for told in (first, second, third):
        assert verify_case(told.case) == []


@pytest.mark.django_db
@pytest.mark.rule("R-11")
def test_the_head_files_and_names_two_officers_who_may_enforce(assigned: Teller, officers: str) -> None:
    told = assigned("report")
    named = {**SITE, "officers_named": "李卫东,孙海燕"}
    told.act("handler", "record_verification", "2026-11-03T11:00", at="2026-11-03T10:00", **named)
    event = told.case.facts
    assert event["verified"] == 1
    fields = {"facts_found": "有初步证据。"}
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "file_case", officers_named=officers, **fields)
    assert refusal.value.data["propose"]
    unqualified = ",".join([officers.split(",")[0], str(told.who("head").staff_id)])
    stranger = ",".join([officers.split(",")[0], str(told.who("handler.heshan").staff_id)])
    for named_officers in (unqualified, stranger, "张三,李四"):
        with pytest.raises(ActionError) as refusal:
            told.act("head", "file_case", officers_named=named_officers, **fields)
        assert "officers_named" in refusal.value.fields
    told.decide("file_case", officers_named=officers, **fields)
    assert told.case.state == "filed"
    told.act("handler", "inform_informant", basis="no_duty", reason="办法没有规定告知义务。")
    told.act("handler", "close", **CHECKED)
    assert verify_case(told.case) == []
    assert Case.objects.get(pk=told.number).outcome == "filed"


# --- complainants, where a bureau has confirmed what nobody here has read


ON = {"complainant.advertising_notice": True}


@pytest.mark.rule("R-08")
@pytest.mark.parametrize(("options", "category"), [({}, "advertising"), (ON, "quality")])
def test_a_complainant_is_owed_no_second_telling_unless_the_bureau_turned_it_on_and_it_is_about_advertising(
    options: dict[str, bool], category: str
) -> None:
    case = Sketch(options=options, category=category).routed()
    assert ADVERTISING not in case.clocks()
    case.cannot("inform_complainant", because="no_clock", result="x")


@pytest.mark.rule("R-08")
def test_turned_on_a_complaint_about_advertising_is_told_of_its_handling_with_proof() -> None:
    case = Sketch(at="2026-10-12T09:00", options=ON, category="advertising").routed()
    assert case.clocks()[ADVERTISING] == "2026-10-21"
    # another bureau gets a period of its own
    case.does("return_to_centre", "2026-10-13T09:00", cause="wrong_place", reason="x")
    assert case.clock(ADVERTISING).reason == "returned"
    case.routed("2026-10-14T09:00")
    assert case.clocks()[ADVERTISING] == "2026-10-23"
    case.does("withdraw", statement="不投诉了").cannot("close", because="open_duties", **CHECKED)
    case.does("inform_complainant", result="已责令停止发布。")
    case.cannot("inform_complainant", because="already_told", result="x")
    case.told()
    assert case.clock(ADVERTISING).state == "met"
    case.does("close", **CHECKED)
