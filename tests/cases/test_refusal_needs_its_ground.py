"""Non-acceptance names an item of the law of its day, and what that item needs (order 121 art. 16, order 20 art. 15)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.lifecycle.table import Context
from jiesu.cases.models import Clock, Message, Proposal
from jiesu.cases.offering import offered
from jiesu.cases.verify import verify_case
from jiesu.law import shipped
from tests.cases.conftest import Teller
from tests.cases.sketch import BUREAU, Sketch

WHY = {"reasons": "事实和理由。", "violation": False}


def keys(case: Sketch, action: str = "refuse") -> list[str]:
    field = next(f for f in table("complaint").rows[action].fields if f.name == "ground")
    return [key for key, _label in resolve(field, case.state, case.day())]


@pytest.mark.rule("C-10")
def test_order_20_knows_six_grounds_and_order_121_seven() -> None:
    before = Sketch(at="2026-04-13T09:00").routed("2026-04-14T09:00")
    assert keys(before) == [f"20.15.{n}" for n in range(1, 7)]
    after = Sketch(at="2026-04-13T09:00").routed("2026-04-15T09:00")
    assert keys(after) == [f"121.16.{n}" for n in range(1, 8)]


@pytest.mark.rule("C-10")
def test_a_ground_of_another_day_is_refused() -> None:
    case = Sketch(at="2026-04-13T09:00").routed("2026-04-14T09:00")
    case.cannot("refuse", because="ground", ground="121.16.6", identity_basis="impersonation", **WHY)


@pytest.mark.rule("C-10")
def test_the_setting_lets_a_bureau_cite_the_law_of_the_day_on_which_the_period_began() -> None:
    case = Sketch(at="2026-04-13T09:00", options={"transition.act": "start_day"}).routed("2026-04-14T09:00")
    case.at += timedelta(days=2)
    assert keys(case)[0] == "20.15.1"
    case.does("refuse", "2026-04-16T09:00", ground="20.15.3", **WHY)
    assert case.state.facts.decision is not None
    assert case.state.facts.decision.ground == "20.15.3"


def test_a_ground_that_order_121_added_comes_with_a_warning_for_complaints_received_before_it() -> None:
    warn = table("complaint").rows["refuse"].warn
    assert warn is not None
    case = Sketch(at="2026-04-13T09:00").routed("2026-04-16T09:00")
    texts = warn(case.state, _context(case))
    assert any("原办法" in text for text in texts)
    new = Sketch(at="2026-04-16T09:00").routed("2026-04-17T09:00")
    assert not any("原办法" in text for text in warn(new.state, _context(new)))


def _context(case: Sketch) -> Context:
    return Context(
        at=case.at, actor=1, authority=BUREAU, party=None, seq=0, calendar=shipped(), options=case.options
    )


@pytest.mark.rule("C-10")
@pytest.mark.parametrize(
    ("ground", "reason", "remedy"),
    [
        ("121.16.1", "competent_missing", {"competent": "益阳市住房和城乡建设局"}),
        ("121.16.2", "earlier_missing", {"earlier": "资阳区市场监督管理局 430900260000000009"}),
        ("121.16.4", "known_on_missing", {"known_on": "2023-10-01"}),
        ("121.16.5", "missing_items_unnamed", {"missing": "没有提供消费凭证。"}),
        ("121.16.6", "identity_basis_missing", {"identity_basis": "express_refusal"}),
        ("121.16.7", "legal_basis_missing", {"legal_basis": "《某条例》第三条"}),
    ],
)
def test_each_ground_says_what_it_needs(ground: str, reason: str, remedy: dict[str, str]) -> None:
    case = Sketch().routed()
    case.cannot("refuse", because=reason, ground=ground, **WHY)
    case.does("refuse", ground=ground, **WHY, **remedy)
    assert case.state.state == "refused"


@pytest.mark.rule("C-11")
@pytest.mark.parametrize(
    ("known_on", "over"), [("2023-10-11", True), ("2023-10-12", False), ("2020-02-29", True)]
)
def test_three_years_are_counted_to_the_day_of_receipt(known_on: str, over: bool) -> None:
    case = Sketch(at="2026-10-12T09:00").routed()
    if over:
        case.does("refuse", ground="121.16.4", known_on=known_on, **WHY)
    else:
        case.cannot("refuse", because="within_three_years", ground="121.16.4", known_on=known_on, **WHY)


@pytest.mark.rule("C-12")
def test_factors_never_refuse_by_themselves() -> None:
    case = Sketch().routed()
    case.cannot(
        "refuse",
        because="reasons",
        ground="121.16.3",
        factors=["121.17.1", "121.17.2", "121.17.4"],
        violation=False,
    )
    case.does("refuse", ground="121.16.3", factors=["121.17.1"], **WHY)
    assert case.last.data["in"]["factors"] == ["121.17.1"]


@pytest.mark.rule("C-04")
def test_silence_is_refusal_only_when_the_notice_arrived_and_the_day_has_passed() -> None:
    silence = {"ground": "121.16.6", "identity_basis": "silence", **WHY}
    case = Sketch(at="2026-10-12T09:00").routed()
    case.cannot("refuse", because="identity_notice_unproven", **silence)
    case.does("request_identity", items="身份证正反面", answer_by="2026-10-15")
    case.cannot("refuse", "2026-10-16T09:00", because="identity_notice_unproven", **silence)
    case.told("2026-10-13T09:00")
    case.cannot("refuse", "2026-10-15T09:00", because="identity_answer_awaited", **silence)
    case.does("refuse", "2026-10-16T09:00", **silence)
    assert case.state.state == "refused"


@pytest.mark.rule("C-04")
def test_asking_for_identity_or_material_stops_nothing_and_ends_before_the_deadline() -> None:
    case = Sketch(at="2026-10-12T09:00").routed()
    due = case.clock("complaint.acceptance").due_on
    assert str(due) == "2026-10-21"
    for action in ("request_identity", "request_materials"):
        case.cannot(action, because="answer_too_late", items="票据", answer_by="2026-10-21")
        case.does(action, items="票据", answer_by="2026-10-20")
    assert case.clock("complaint.acceptance").due_on == due
    assert case.clock("complaint.acceptance").pauses == ()


@pytest.mark.rule("C-04")
def test_identity_can_be_asked_for_since_the_regulation_of_2024() -> None:
    early = Sketch(at="2024-06-27T09:00").routed()
    early.cannot("request_identity", because="not_in_force", items="身份证", answer_by="2024-06-30")
    early.does("request_materials", items="票据", answer_by="2024-06-30")
    late = Sketch(at="2024-07-01T09:00").routed()
    late.does("request_identity", items="身份证", answer_by="2024-07-05")


@pytest.mark.rule("C-10")
def test_nothing_is_decided_before_a_person_confirms_the_kind() -> None:
    case = Sketch(confirmed=False)
    assert case.clocks()["complaint.acceptance"] == "2026-10-21"
    case.cannot("route", because="kind_unconfirmed", organisation=10)
    case.does("confirm_kind", kind="complaint").routed()
    assert [c.state for c in case.state.clocks if c.rule == "complaint.acceptance"] == ["void", "open"]


@pytest.mark.parametrize("kind", ["report", "consultation", "other"])
def test_the_strictest_clock_runs_whatever_kind_was_guessed(kind: str) -> None:
    case = Sketch(kind, confirmed=False)
    assert case.clocks()["complaint.acceptance"] == "2026-10-21"
    case.does("confirm_kind", kind=kind)
    assert case.clocks() == {"service.distribution": "2026-10-13"}


@pytest.mark.rule("C-24")
def test_refusing_asks_for_a_violation_and_yes_raises_a_lead() -> None:
    case = Sketch().routed()
    case.cannot("refuse", because="violation", ground="121.16.3", reasons="不是生活消费")
    case.does(
        "refuse",
        ground="121.16.3",
        reasons="不是生活消费",
        violation=True,
        reserved={"new_case": "430900260000000077"},
    )
    assert ("lead", 430900260000000077) in case.state.facts.links
    assert case.state.state == "refused"


@pytest.mark.django_db
@pytest.mark.rule("C-10")
def test_the_handler_proposes_the_head_refuses_and_the_complainant_hears_ground_and_remedies(
    assigned: Teller,
) -> None:
    told = assigned()
    fields = {
        "ground": "121.16.1",
        "competent": "益阳市文化旅游广电体育局",
        "reasons": "属于旅游纠纷。",
        "violation": False,
    }
    # given that the handler may not refuse alone
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "refuse", **fields)
    assert (refusal.value.code, refusal.value.data["propose"]) == (Code.NEEDS_APPROVAL, True)
    state = load_state(told.case, Clock.objects.filter(case_id=told.number))
    offers = {o.action: o.propose for o in offered(told.case, state, told.who("handler"), told.at)}
    assert offers["refuse"] is True
    # when the proposal is turned down once and then approved
    told.act("handler", "propose", action="refuse", **fields)
    with pytest.raises(ActionError) as refusal:
        told.act("handler", "propose", action="refuse", **fields)
    assert refusal.value.data["reason"] == "already_proposed"
    seq = int(next(iter(told.case.facts["proposals"])))
    told.act("head", "reject", proposal=seq, reason="请写明哪个机关有权处理。")
    assert told.case.state == "routed"
    told.decide("refuse", **fields)
    # then the notice holds ground, who is competent, and the remedies of art. 39
    message = Message.objects.get(case_id=told.number, form="6")
    assert message.number
    told.prove()
    told.act("handler", "close", **CHECKED)
    assert list(
        Proposal.objects.filter(case_id=told.number).order_by("seq").values_list("status", flat=True)
    ) == [
        "rejected",
        "approved",
    ]
    assert (told.case.state, told.case.outcome) == ("closed", "refused")
    assert verify_case(told.case) == []


def test_a_complaint_without_a_respondent_waits_for_one_instead_of_being_turned_away() -> None:
    case = Sketch(
        parties=({"seq": 1, "role": "complainant"},), incomplete=["respondent_name", "demand"]
    ).routed()
    case.cannot("accept", because="respondent_missing")
    case.does("add_party", role="respondent", name="某超市", phone="0737-1", completes=["respondent_name"])
    assert case.state.facts.incomplete == ("demand",)
    case.does("add_evidence", description="要求退款", completes=["demand"])
    assert case.state.facts.incomplete == ()
    case.does("accept")
