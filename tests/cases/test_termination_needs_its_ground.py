"""Each ground of termination has its condition; both parties are told within seven working days (art. 23)."""

from __future__ import annotations

import pytest

from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Clock
from jiesu.cases.verify import verify_case
from tests.cases.conftest import Teller
from tests.cases.sketch import Sketch

RULE, NOTICE = "complaint.mediation", "complaint.termination_notice"
WHY = {"reasons": "事实和理由。", "violation": False}


@pytest.mark.rule("C-19")
def test_withdrawal_and_settlement_after_acceptance_are_facts_that_lead_to_termination() -> None:
    case = Sketch().mediating()
    case.cannot("terminate", because="not_withdrawn", ground="121.23.1", **WHY)
    withdrawn = Sketch().mediating().does("withdraw", statement="不投诉了")
    assert withdrawn.state.state == "mediating"
    withdrawn.does("terminate", ground="121.23.1", **WHY)
    settled = Sketch().mediating().does("settle", on="2026-10-12", recovered="100", terms="退一半")
    assert (settled.state.state, settled.state.recovered) == ("mediating", 10000)
    settled.does("terminate", ground="121.23.1", **WHY)
    assert settled.state.state == "terminated"


@pytest.mark.rule("C-19")
def test_absence_counts_only_with_a_session_notice_proven_before_the_session() -> None:
    missed = {"result": "missed", "absent": ["respondent"], "positions": "未到"}
    # told in time
    case = Sketch(at="2026-05-11T09:00").mediating()
    seq = case.session("2026-05-13T10:00")
    case.cannot(
        "record_session", "2026-05-13T11:00", because="absent", session=seq, result="missed", positions="x"
    )
    case.does("record_session", "2026-05-13T11:00", session=seq, **missed)
    case.does("terminate", ground="121.23.2", **WHY)
    # sent but never proven: silence
    silent = Sketch(at="2026-05-11T09:00").mediating()
    seq = silent.session("2026-05-13T10:00", told=False)
    silent.does("record_session", "2026-05-13T11:00", session=seq, **missed)
    silent.cannot("terminate", because="absence_unproven", ground="121.23.2", **WHY)
    # proven only after the session
    silent.told("2026-05-14T09:00")
    silent.cannot("terminate", because="absence_unproven", ground="121.23.2", **WHY)
    # the other party was the one told
    other = Sketch(at="2026-05-11T09:00").mediating()
    seq = other.session("2026-05-13T10:00", told=False)
    notice = next(s for s, n in other.state.facts.notices.items() if n.form == "7" and n.to == "complainant")
    other.does(
        "notify",
        message=notice,
        result="delivered",
        channel="phone",
        proof="call_record",
        told_at=other.at.isoformat(),
    )
    other.does("record_session", "2026-05-13T11:00", session=seq, **missed)
    other.cannot("terminate", because="absence_unproven", ground="121.23.2", **WHY)


@pytest.mark.rule("C-19")
def test_an_express_refusal_ends_mediation_and_silence_does_not() -> None:
    contact = {"to": "respondent", "channel": "phone", "at": "2026-10-12T10:00", "note": "内容"}
    case = Sketch().accepted()
    case.does("record_contact", "2026-10-12T11:00", result="no_answer", **contact)
    case.cannot("terminate", because="absence_unproven", ground="121.23.2", **WHY)
    case.does("record_contact", "2026-10-12T12:00", result="declined", express_refusal=True, **contact)
    case.does("terminate", ground="121.23.2", **WHY)


@pytest.mark.rule("C-19")
def test_under_order_20_only_the_respondents_refusal_ends_mediation() -> None:
    case = Sketch(at="2024-03-04T09:00").accepted()
    case.consent("complainant", given=False)
    case.cannot("terminate", because="absence_unproven", ground="20.21.3", **WHY)
    case.consent("respondent", given=False)
    case.does("terminate", ground="20.21.3", **WHY)


@pytest.mark.rule("C-19")
def test_no_agreement_needs_a_held_session() -> None:
    case = Sketch(at="2026-05-11T09:00").mediating()
    case.cannot("terminate", because="no_session_held", ground="121.23.3", **WHY)
    seq = case.session("2026-05-13T10:00")
    case.does("record_session", "2026-05-13T11:00", session=seq, result="no_agreement", positions="谈不拢")
    case.does("terminate", ground="121.23.3", **WHY)


@pytest.mark.rule("C-18")
def test_the_period_is_over_only_after_the_sixtieth_countable_day_and_then_nothing_is_agreed() -> None:
    case = Sketch(at="2026-05-11T09:00").mediating()
    assert str(case.clock(RULE).due_on) == "2026-07-10"
    case.cannot("terminate", "2026-07-10T09:00", because="period_not_over", ground="121.23.5", **WHY)
    case.cannot("agree", "2026-07-11T09:00", because="mediation_over", form="record", terms="x")
    case.cannot(
        "start_appraisal",
        "2026-07-11T09:00",
        because="mediation_over",
        since="2026-07-10",
        body="x",
        document="x",
    )
    case.does("terminate", "2026-07-11T09:00", ground="121.23.5", **WHY)
    assert case.clock(RULE).state == "met_late"


@pytest.mark.rule("C-18")
@pytest.mark.parametrize(
    ("accepted", "last_day", "instrument"),
    [
        ("2024-06-28T09:00", "2024-08-30", "order20"),
        ("2024-07-01T09:00", "2024-08-30", "regulation2024"),
        ("2026-04-14T09:00", "2026-06-13", "regulation2024"),
        ("2026-04-15T09:00", "2026-06-14", "regulation2024"),
    ],
)
def test_the_day_of_acceptance_chooses_the_period(accepted: str, last_day: str, instrument: str) -> None:
    case = Sketch(at=accepted).accepted()
    assert (str(case.clock(RULE).due_on), case.clock(RULE).instrument) == (last_day, instrument)


@pytest.mark.rule("C-19")
def test_what_is_found_later_is_named() -> None:
    case = Sketch().accepted()
    case.cannot("terminate", because="item_missing", ground="121.23.6", **WHY)
    case.cannot("terminate", because="not_transferred", ground="121.23.6", item="fraud", **WHY)
    case.does("transfer_to_police", organ="资阳分局", conduct="swap", evidence="照片", reason="掉包")
    case.does("terminate", ground="121.23.6", item="fraud", **WHY)
    early = Sketch(at="2024-03-04T09:00").accepted()
    early.cannot("terminate", because="item", ground="20.21.6", item="fraud", **WHY)
    early.does("terminate", ground="20.21.6", item="20.15.3", **WHY)


@pytest.mark.rule("C-19")
def test_death_needs_proof_and_other_law_its_article() -> None:
    case = Sketch().accepted()
    case.cannot("terminate", because="proof_missing", ground="121.23.7", **WHY)
    case.cannot("terminate", because="legal_basis_missing", ground="121.23.8", **WHY)
    case.does("terminate", ground="121.23.7", proof="注销登记通知书", **WHY)
    early = Sketch(at="2024-03-04T09:00").accepted()
    early.cannot("terminate", because="ground", ground="121.23.7", proof="x", **WHY)


@pytest.mark.rule("C-20")
def test_both_are_told_within_seven_working_days_of_the_decision() -> None:
    case = Sketch(at="2026-10-12T09:00").accepted().does("withdraw", statement="撤回")
    case.does("terminate", "2026-10-19T09:00", ground="121.23.1", **WHY)
    assert str(case.clock(NOTICE).due_on) == "2026-10-28"
    first, second = (s for s, n in sorted(case.state.facts.notices.items()) if n.form == "8")
    proof = {"result": "delivered", "channel": "phone", "proof": "call_record"}
    case.does("notify", "2026-10-20T09:00", message=first, told_at="2026-10-20T09:00", **proof)
    case.cannot("close", because="open_duties", **CHECKED)
    assert case.clock(NOTICE).state == "open"
    case.does("notify", "2026-10-29T09:00", message=second, told_at="2026-10-29T09:00", **proof)
    assert case.clock(NOTICE).state == "met_late"
    case.does("close", **CHECKED)


def test_an_appraisal_report_that_comes_after_termination_is_still_filed() -> None:
    case = Sketch(at="2026-05-11T09:00").accepted()
    case.does("start_testing", since="2026-05-11", body="市检", document="W").does(
        "withdraw", statement="撤回"
    )
    case.does("terminate", ground="121.23.1", **WHY)
    case.does("end_testing", "2026-06-01T09:00", until="2026-06-01", document="B", result="x")
    assert case.state.facts.appraisal == ""


@pytest.mark.django_db
@pytest.mark.rule("C-20")
def test_the_head_approves_a_termination_and_the_case_closes_when_both_know(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "accept")
    told.prove()
    told.act("handler", "settle", on="2026-11-02", recovered="299", terms="双方电话确认已退款")
    told.decide("terminate", ground="121.23.1", reasons="双方自行和解。", violation=False)
    assert (told.case.state, told.case.unproven) == ("terminated", 2)
    told.prove()
    told.act("handler", "close", **CHECKED)
    assert (told.case.outcome, told.case.recovered) == ("terminated", 29900)
    assert {c.state for c in Clock.objects.filter(case_id=told.number)} == {"met"}
    assert verify_case(told.case) == []
