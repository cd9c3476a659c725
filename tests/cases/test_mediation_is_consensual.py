"""Mediation: consent of both, sessions told in advance, appraisal that stops the clock, recusal that does not."""

from __future__ import annotations

import pytest

from jiesu.cases import keys
from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Clock, Message, Participant, Session
from jiesu.cases.offering import offered
from jiesu.cases.queries import visible
from jiesu.cases.verify import verify_case
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller
from tests.cases.sketch import COUNCIL, HANDLER, SECOND, Sketch

RULE = "complaint.mediation"


@pytest.mark.rule("C-13")
def test_mediation_begins_with_the_consent_of_both_and_ends_when_one_withdraws_it() -> None:
    case = Sketch().accepted()
    case.does("ask_consent", commission=True)
    assert {n.to for n in case.state.facts.notices.values() if n.form == "consent"} == {
        "complainant",
        "respondent",
    }
    case.consent("complainant")
    assert case.state.state == "accepted"
    case.consent("respondent")
    assert case.state.state == "mediating"
    case.consent("respondent", given=False)
    assert case.state.state == "accepted"
    assert case.state.facts.express_refusals == ("respondent",)
    case.consent("respondent")
    assert (case.state.state, case.state.facts.express_refusals) == ("mediating", ())


@pytest.mark.rule("C-15")
def test_a_session_is_told_in_advance_and_recorded_after_it_began() -> None:
    case = Sketch().mediating()
    seq = case.session("2026-10-14T10:00")
    told = [n for n in case.state.facts.notices.values() if n.form == "7"]
    assert {n.to for n in told} == {"complainant", "respondent"}
    case.cannot(
        "record_session",
        "2026-10-14T09:00",
        because="session_not_begun",
        session=seq,
        result="held",
        positions="x",
    )
    case.does("record_session", "2026-10-14T09:30", session=seq, result="postponed", positions="商家申请改期")
    case.cannot(
        "record_session", "2026-10-14T11:00", because="session", session=seq, result="held", positions="x"
    )
    again = case.session("2026-10-16T10:00")
    case.does("record_session", "2026-10-16T11:00", session=again, result="held", positions="双方到场")
    case.cannot(
        "schedule_session",
        because="starts_at",
        starts_at="2026-10-15T10:00",
        method="phone",
        place="x",
        mediator=7,
    )


@pytest.mark.rule("C-17")
def test_appraisal_is_not_counted_from_commission_to_receipt_of_the_report() -> None:
    case = Sketch(at="2026-05-11T09:00").mediating()
    assert str(case.clock(RULE).due_on) == "2026-07-10"
    case.cannot(
        "start_appraisal", because="pause_before_start", since="2026-05-10", body="省检", document="W-1"
    )
    case.does("start_appraisal", "2026-05-20T09:00", since="2026-05-20", body="省检", document="W-1")
    assert (case.clock(RULE).state, case.clock(RULE).due_on) == ("suspended", None)
    case.cannot("start_testing", because="already_paused", since="2026-05-20", body="市检", document="W-2")
    case.cannot("end_testing", because="not_paused", until="2026-05-20", document="B", result="x")
    case.does("end_appraisal", "2026-06-01T09:00", until="2026-05-29", document="B-1", result="合格")
    # 20 to 29 May, both included, are ten days that do not count
    assert (case.clock(RULE).state, str(case.clock(RULE).due_on)) == ("open", "2026-07-20")


@pytest.mark.rule("C-17")
def test_an_appraiser_is_designated_since_the_regulation_of_2024_and_before_it_dispute_ends_the_mediation() -> (
    None
):
    before = Sketch(at="2024-06-20T09:00").mediating()
    before.cannot(
        "designate_appraiser", because="not_in_force", body="省检", failed_on="2024-06-20", reason="谈不拢"
    )
    before.does("record_fee_dispute", about="body", on="2024-06-20", note="双方对机构谈不拢")
    before.does("terminate", ground="20.21.2", reasons="谈不拢", violation=False)
    after = Sketch(at="2026-05-11T09:00").mediating()
    after.does("designate_appraiser", body="省检", failed_on="2026-05-11", reason="谈不拢")
    after.does("record_fee_dispute", about="body", on="2026-05-11", note="双方对机构谈不拢")
    after.cannot("terminate", because="no_fee_dispute", ground="121.23.4", reasons="谈不拢", violation=False)
    after.does("record_fee_dispute", about="fee", on="2026-05-11", note="双方对费用谈不拢")
    after.does("terminate", ground="121.23.4", reasons="谈不拢", violation=False)


@pytest.mark.rule("C-16")
def test_an_application_for_recusal_suspends_mediation_without_stopping_its_clock() -> None:
    case = Sketch(at="2026-05-11T09:00").mediating()
    seq = case.session("2026-05-13T10:00")
    case.does("request_recusal", door="complainant", reason="调解员是商家亲戚", as_party="complainant")
    case.cannot("request_recusal", because="recusal_pending", door="own_duty", reason="x")
    for action, fields in (
        ("record_session", {"session": seq, "result": "held", "positions": "x"}),
        ("agree", {"form": "record", "terms": "x"}),
        ("terminate", {"ground": "121.23.1", "reasons": "x", "violation": False}),
    ):
        case.cannot(action, "2026-05-13T11:00", because="recusal_pending", **fields)
    assert str(case.clock(RULE).due_on) == "2026-07-10"
    case.cannot("decide_recusal", because="mediator", granted=True, reason="属实")
    case.cannot("decide_recusal", because="mediator_recused", granted=True, mediator=HANDLER, reason="属实")
    case.does("decide_recusal", "2026-05-15T09:00", granted=True, mediator=SECOND, reason="属实")
    assert (case.state.facts.mediator, case.state.facts.recused) == (SECOND, (HANDLER,))
    assert str(case.clock(RULE).due_on) == "2026-07-10"
    case.cannot(
        "schedule_session",
        because="mediator_recused",
        starts_at="2026-05-18T10:00",
        method="phone",
        place="x",
        mediator=HANDLER,
    )


@pytest.mark.rule("C-16")
def test_the_setting_lets_recusal_stop_the_clock_and_an_appraisal_beside_it_is_not_counted_twice() -> None:
    case = Sketch(at="2026-05-11T09:00", options={"recusal.pauses": True}).mediating()
    case.does("request_recusal", "2026-05-12T09:00", door="own_duty", reason="近亲属")
    assert case.clock(RULE).state == "suspended"
    case.does("start_testing", "2026-05-13T09:00", since="2026-05-13", body="市检", document="W")
    case.does("end_testing", "2026-05-15T09:00", until="2026-05-14", document="B", result="x")
    assert case.clock(RULE).state == "suspended"
    case.does("decide_recusal", "2026-05-16T09:00", granted=False, reason="不属实")
    assert (case.clock(RULE).state, str(case.clock(RULE).due_on)) == ("open", "2026-07-15")


def test_a_party_applies_for_recusal_on_its_own_side_only() -> None:
    case = Sketch().mediating()
    case.cannot("request_recusal", because="not_yours", door="respondent", reason="x", as_party="complainant")
    case.cannot("decide_recusal", because="no_recusal", granted=False, reason="x")


@pytest.mark.rule("C-14")
def test_commissioning_needs_the_consent_of_both_since_the_regulation_of_2024() -> None:
    before = Sketch(at="2024-06-20T09:00").mediating()
    before.does("commission", organisation=COUNCIL, scope="全部", reserved={"consent_required": False})
    case = Sketch(at="2024-07-01T09:00").mediating()
    case.cannot("commission", because="commission_consent_missing", organisation=COUNCIL, scope="全部")
    case.consent("complainant", "commission").consent("respondent", "commission")
    assert case.state.state == "mediating"
    case.does("commission", organisation=COUNCIL, scope="全部")
    case.cannot("commission", because="already_commissioned", organisation=51, scope="再委托")
    case.does("end_commission", reason="受托组织无法办理")
    assert (case.state.facts.commissioned, case.state.facts.taking_part) == (None, {})
    case.cannot("end_commission", because="not_commissioned", reason="x")


def test_what_the_complainant_said_of_commissioning_on_form_1_is_not_asked_again() -> None:
    case = Sketch(consent_commission=True).mediating()
    case.consent("respondent", "commission").does("commission", organisation=COUNCIL, scope="全部")
    refused = Sketch(consent_commission=False).mediating()
    refused.consent("respondent", "commission")
    refused.cannot("commission", because="commission_consent_missing", organisation=COUNCIL, scope="全部")


@pytest.mark.django_db
@pytest.mark.rule("C-14")
def test_the_council_records_and_proposes_and_the_bureau_decides(assigned: Teller) -> None:
    told = assigned()
    council = by_key("430902-council").pk
    assert not visible(told.who("council")).filter(pk=told.number).exists()
    told.act("handler", "accept")
    told.prove()
    for side in ("complainant", "respondent"):
        for subject in ("mediation", "commission"):
            told.act("handler", "record_consent", party=side, subject=subject, consent=True, proof="written")
    told.act("handler", "commission", organisation=council, scope="组织调解，记录并提出意见")
    # the council sees the case and mediates
    assert visible(told.who("council")).filter(pk=told.number).exists()
    mediator = Staff.objects.get(username="council").pk
    told.act(
        "council",
        "schedule_session",
        starts_at="2026-11-05T10:00",
        method="on_site",
        place="消委会",
        mediator=mediator,
    )
    seq = int(next(iter(told.case.facts["sessions"])))
    told.act(
        "council",
        "record_session",
        "2026-11-05T11:00",
        session=seq,
        result="agreed",
        positions="双方同意退款",
    )
    # it can neither commission on, terminate nor seal
    for action, fields in (
        ("commission", {"organisation": council, "scope": "x"}),
        ("ask_consent", {}),
        ("close", CHECKED),
    ):
        with pytest.raises(ActionError) as refusal:
            told.act("council", action, **fields)
        assert refusal.value.code == Code.NOT_PERMITTED, action
    terms = {"form": "performed", "terms": "退款 299 元", "recovered": "299", "proof": "转账凭证"}
    state = load_state(told.case, Clock.objects.filter(case_id=told.number))
    offers = {o.action: o.propose for o in offered(told.case, state, told.who("council"), told.at)}
    assert (offers["agree"], offers["terminate"]) == (True, True)
    with pytest.raises(ActionError) as refusal:
        told.act("council", "agree", **terms)
    assert refusal.value.code == Code.NEEDS_APPROVAL
    # it proposes, the head decides
    told.act("council", "propose", action="agree", **terms)
    told.act("head", "approve", proposal=int(next(iter(told.case.facts["proposals"]))))
    assert (told.case.state, told.case.recovered) == ("agreed", 29900)
    assert Session.objects.get(case_id=told.number).result == "agreed"
    told.act("handler", "close", **CHECKED)
    assert verify_case(told.case) == []


@pytest.mark.django_db
def test_taking_a_commission_back_ends_the_councils_sight_of_the_case(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "accept")
    for side in ("complainant", "respondent"):
        told.act("handler", "record_consent", party=side, subject="commission", consent=True, proof="written")
    told.act("handler", "commission", organisation=by_key("430902-council").pk, scope="全部")
    told.act("officehead", "end_commission", reason="收回自办")
    assert not visible(told.who("council")).filter(pk=told.number).exists()
    assert Participant.objects.get(case_id=told.number, capacity="commissioned").until is not None
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "commission", organisation=by_key("430903-bureau").pk, scope="全部")
    assert "organisation" in refusal.value.fields
    assert verify_case(told.case) == []


@pytest.mark.rule("C-16")
@pytest.mark.parametrize("granted", [True, False])
def test_both_sides_are_told_of_the_decision_on_recusal_and_no_proof_of_it_holds_the_close(
    granted: bool,
) -> None:
    case = Sketch(at="2026-05-11T09:00").mediating()
    case.does("request_recusal", door="complainant", reason="调解员是商家亲戚", as_party="complainant")
    case.does("decide_recusal", granted=granted, reason="经查", **({"mediator": SECOND} if granted else {}))
    told = [n for n in case.state.facts.notices.values() if n.form == "recusal"]
    assert [(n.to, n.required) for n in told] == [("complainant", False), ("respondent", False)]
    case.does("agree", form="record", terms="退款").does("close", **CHECKED)


@pytest.mark.django_db
@pytest.mark.rule("C-16")
def test_the_notice_names_the_new_mediator_and_gives_the_reason(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "accept")
    told.prove()
    second = Staff.objects.get(username="handler.second")
    told.act("handler", "request_recusal", door="own_duty", reason="近亲属")
    told.act("head", "decide_recusal", granted=True, mediator=second.pk, reason="调解人员是投诉人的近亲属。")
    sent = Message.objects.filter(case_id=told.number, form="recusal").order_by("seq")
    assert [m.to_role for m in sent] == ["complainant", "respondent"]
    key = keys.unwrap(told.case.wrapped_key)
    body = keys.decrypt(key, sent[0].sealed)
    assert f"由{second.name}担任调解人员" in body
    assert "调解人员是投诉人的近亲属。" in body
    assert "第二十一条" in body
    assert verify_case(told.case) == []
