"""Agreement and its form, withdrawal, agents within their powers, joint complaints with consents on file."""

from __future__ import annotations

import pytest

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Clock, Message, Party
from jiesu.cases.opening import PartyInput
from jiesu.cases.verify import verify_case
from jiesu.people.actors import citizen
from tests.cases.conftest import Teller
from tests.cases.sketch import Sketch

JOINT = (
    {"seq": 1, "role": "complainant"},
    {"seq": 3, "role": "complainant", "represented_by": 1},
    {"seq": 4, "role": "complainant", "represented_by": 1},
    {"seq": 2, "role": "respondent"},
)
WITH_AGENT = (
    {"seq": 1, "role": "complainant", "represented_by": 5},
    {"seq": 5, "role": "agent"},
    {"seq": 2, "role": "respondent"},
)
AUTHORISATION = {
    "agent": 5,
    "original": True,
    "signed": True,
    "identity": True,
    "matter": "电饭煲退货",
    "powers": ["lodge", "mediate", "agree"],
    "valid_from": "2026-10-01",
    "valid_to": "2026-10-31",
}


@pytest.mark.rule("C-21")
def test_on_site_an_agreement_is_drawn_up_unless_performed_or_both_want_none_with_proof() -> None:
    case = Sketch().mediating()
    case.cannot("agree", because="document_required", form="record", on_site=True, terms="退款", proof="x")
    case.cannot("agree", because="proof", form="performed", on_site=True, terms="退款")
    case.cannot("agree", because="proof", form="record", on_site=True, none_agreed=True, terms="退款")
    for form, more in (
        ("form9", {"on_site": True}),
        ("performed", {"on_site": True, "proof": "收条"}),
        ("record", {"on_site": True, "none_agreed": True, "proof": "双方签字的记录"}),
        ("record", {}),
    ):
        done = Sketch().mediating().does("agree", form=form, terms="退款 299 元", recovered="299", **more)
        assert (done.state.state, done.state.recovered, done.clock("complaint.mediation").state) == (
            "agreed",
            29900,
            "met",
        )
        assert {n.to for n in done.state.facts.notices.values() if n.form == "9"} == (
            {"complainant", "respondent"} if form == "form9" else set()
        )


@pytest.mark.rule("C-21")
def test_agreement_is_no_termination_and_form_9_goes_into_both_hands() -> None:
    case = Sketch().mediating().does("agree", form="form9", on_site=True, terms="退款")
    assert "complaint.termination_notice" not in case.clocks()
    seq = next(s for s, n in case.state.facts.notices.items() if n.form == "9")
    case.cannot(
        "notify",
        because="in_writing",
        message=seq,
        result="delivered",
        channel="phone",
        proof="call_record",
        told_at=case.at.isoformat(),
    )
    deed = ["complainant", "respondent", "mediator", "seal"]
    case.told().does("close", **CHECKED, deed=deed, copies=3)
    assert case.state.state == "closed"


@pytest.mark.rule("C-19")
def test_withdrawal_before_acceptance_closes_on_the_statement_without_form_8() -> None:
    case = Sketch().routed().does("withdraw", statement="商家已退款，不投诉了", as_party="complainant")
    assert (case.state.state, case.clock("complaint.acceptance").state) == ("withdrawn", "void")
    case.does("close", **CHECKED)
    assert not case.state.facts.notices


def test_what_is_withdrawn_at_the_centre_is_closed_there() -> None:
    case = Sketch().does("withdraw", statement="打错了").does("close", **CHECKED)
    assert (case.state.state, case.state.organisation) == ("closed", None)
    case.cannot("reopen", because="never_routed", cause="own_correction", reason="x")


def test_nobody_withdraws_twice() -> None:
    case = Sketch().accepted().does("withdraw", statement="撤回")
    case.cannot("withdraw", because="already_withdrawn", statement="再撤")


@pytest.mark.rule("C-05")
def test_an_authorisation_is_an_original_signed_and_with_the_agents_identity() -> None:
    case = Sketch(parties=WITH_AGENT, incomplete=["agent_authorisation"]).routed()
    for name in ("original", "signed", "identity"):
        case.cannot("record_authorisation", because=f"{name}_missing", **{**AUTHORISATION, name: False})
    case.cannot("record_authorisation", because="valid_to", **{**AUTHORISATION, "valid_to": "2026-09-01"})
    case.does("record_authorisation", completes=["agent_authorisation"], **AUTHORISATION)
    assert case.state.facts.incomplete == ()


@pytest.mark.rule("C-05")
def test_an_agent_acts_within_powers_and_period_only() -> None:
    case = Sketch(parties=WITH_AGENT).mediating()
    terms = {"form": "record", "terms": "退款", "agent": 5}
    case.cannot("agree", because="not_authorised", **terms)
    case.does("record_authorisation", **AUTHORISATION)
    case.cannot("withdraw", because="outside_powers", statement="撤回", agent=5)
    case.cannot("change_claim", because="outside_powers", demand="只要换货", agent=5)
    case.cannot("agree", "2026-11-01T09:00", because="authorisation_over", **terms)
    # the principal in person may do what the agent may not
    case.does("change_claim", demand="只要换货")
    case.does("agree", "2026-10-31T09:00", **terms)
    assert case.state.state == "agreed"


@pytest.mark.rule("C-06")
def test_a_joint_complaint_has_two_representatives_at_most() -> None:
    three = tuple({"seq": n, "role": "complainant", "represented_by": n - 10} for n in (11, 12, 13))
    with pytest.raises(ActionError) as refusal:
        Sketch(parties=(*({"seq": n, "role": "complainant"} for n in (1, 2, 3)), *three))
    assert refusal.value.data["reason"] == "too_many_representatives"
    Sketch(parties=(*({"seq": n, "role": "complainant"} for n in (1, 2)), *three[:2]))


@pytest.mark.rule("C-06")
def test_each_complainant_agrees_to_joint_handling_before_acceptance() -> None:
    case = Sketch(parties=JOINT, incomplete=["joint_agreement"]).routed()
    case.cannot("accept", because="joint_handling_missing")
    consent = {"subject": "joint_handling", "consent": True, "proof": "written"}
    case.does("record_joint_consent", people=["1", "3"], **consent)
    case.cannot("accept", because="joint_handling_missing")
    case.does("record_joint_consent", people=["4"], completes=["joint_agreement"], **consent)
    case.does("accept")


@pytest.mark.rule("C-06")
@pytest.mark.parametrize(
    ("action", "subject", "fields"),
    [
        ("agree", "agreement", {"form": "record", "terms": "退款"}),
        ("settle", "agreement", {"on": "2026-10-12", "terms": "退款"}),
        ("withdraw", "withdrawal", {"statement": "撤回"}),
        ("change_claim", "changed_claim", {"demand": "换货"}),
    ],
)
def test_rights_of_the_represented_are_given_away_only_with_their_consent_on_file(
    action: str, subject: str, fields: dict[str, str]
) -> None:
    case = Sketch(parties=JOINT).mediating()
    case.cannot(action, because="represented_consent_missing", **fields)
    consent = {"subject": subject, "proof": "written"}
    case.does("record_joint_consent", people=["3", "4"], consent=True, **consent)
    case.does("record_joint_consent", people=["4"], consent=False, **consent)
    case.cannot(action, because="represented_consent_missing", **fields)
    case.does("record_joint_consent", people=["4"], consent=True, **consent)
    case.does(action, **fields)


@pytest.mark.django_db
@pytest.mark.rule("C-03")
def test_parties_become_known_and_reachable_later(assigned: Teller) -> None:
    told = assigned(
        parties=(PartyInput(role="complainant", name="张小明"),),
        incomplete=("respondent_name", "complainant_phone"),
    )
    # given a complainant nobody can reach and no respondent
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "accept")
    assert refusal.value.data["reason"] == "respondent_missing"
    # when both become known
    told.act(
        "handler",
        "add_party",
        role="respondent",
        name="资阳区好再来超市",
        phone="07371234567",
        completes=["respondent_name"],
    )
    person = next(p for p in told.case.facts["parties"] if p["role"] == "complainant")
    told.act(
        "handler",
        "correct_party",
        party=person["seq"],
        phone="13912345678",
        reason="回拨核实",
        completes=["complainant_phone"],
    )
    # then the case goes on, the number is masked for lists, and the notice finds its addressee
    row = Party.objects.get(case_id=told.number, seq=person["seq"])
    assert (row.name_masked, row.phone_masked) == ("张**", "139****5678")
    assert told.case.respondent == "资阳区好再来超市"
    told.act("handler", "accept")
    assert Message.objects.get(case_id=told.number, form="5").party_seq == person["seq"]
    assert "incomplete" not in told.case.facts
    told.prove()
    assert verify_case(told.case) == []


@pytest.mark.django_db
def test_the_citizen_withdraws_from_the_follow_page(assigned: Teller) -> None:
    told = assigned()
    act(told.number, "withdraw", {"statement": "已解决"}, actor=citizen("complainant"), at=told.at)
    assert told.case.state == "withdrawn"
    assert Clock.objects.get(case_id=told.number, rule="complaint.acceptance").state == "void"
    with pytest.raises(ActionError):
        act(told.number, "close", CHECKED, actor=citizen("complainant"), at=told.at)
    told.act("handler", "close", **CHECKED)
    assert verify_case(told.case) == []
