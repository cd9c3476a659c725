"""A suspected violation outlives the complaint; food, fraud, crime and filed cases go to whom they belong."""

from __future__ import annotations

import pytest

from jiesu.cases.lifecycle import TABLES
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Clock
from jiesu.cases.verify import verify_case
from jiesu.intake.links import complete_links
from tests.cases.conftest import Teller
from tests.cases.sketch import Sketch

LEAD = {"found": "otherwise", "found_on": "2026-10-12", "matter": "涉嫌销售过期食品"}
NEW = {"new_case": "430900260000000077"}


@pytest.mark.rule("C-24")
def test_a_lead_may_be_raised_in_every_state_of_a_complaint() -> None:
    cycle = TABLES["complaint"]
    assert cycle.rows["raise_lead"].states == cycle.states() - {"new"}


@pytest.mark.rule("C-24")
def test_the_lead_of_a_withdrawn_and_closed_complaint_goes_on() -> None:
    case = Sketch().does("withdraw", statement="撤回").does("close", **CHECKED)
    case.does("raise_lead", reserved=NEW, **LEAD)
    assert (case.state.state, case.state.facts.lead_raised) == ("closed", True)


def test_a_lead_needs_somebody_whom_it_is_about() -> None:
    case = Sketch(parties=({"seq": 1, "role": "complainant"},)).routed()
    case.cannot("raise_lead", because="respondent_missing", **LEAD)


@pytest.mark.django_db
@pytest.mark.rule("C-24")
def test_a_lead_found_in_mediation_is_verified_from_its_discovery_and_knows_no_complainant(
    assigned: Teller,
) -> None:
    told = assigned()
    told.act("handler", "accept")
    told.prove()
    told.act(
        "handler",
        "raise_lead",
        "2026-11-05T10:00",
        found="in_mediation",
        found_on="2026-11-04",
        matter="标签虚假",
    )
    assert complete_links(told.number, at=told.at)
    lead = Case.objects.get(kind="lead")
    clock = Clock.objects.get(case_id=lead.pk)
    assert (clock.rule, clock.instrument, str(clock.due_on)) == (
        "lead.verification",
        "order121",
        "2026-11-25",
    )
    assert [p["role"] for p in lead.facts["parties"]] == ["reported"]
    assert lead.organisation_id == told.case.organisation_id
    # terminating the complaint does not end it
    told.act("handler", "withdraw", statement="不投诉了")
    told.decide("terminate", ground="121.23.1", reasons="撤回", violation=False)
    assert Clock.objects.get(case_id=lead.pk).state == "open"
    assert verify_case(told.case) == []
    assert verify_case(lead) == []


@pytest.mark.django_db
@pytest.mark.rule("R-10")
def test_a_lead_found_otherwise_runs_under_the_penalty_procedure(assigned: Teller) -> None:
    told = assigned()
    told.decide("refuse", ground="121.16.3", reasons="不是生活消费。", violation=True)
    complete_links(told.number, at=told.at)
    clock = Clock.objects.get(case__kind="lead")
    assert (clock.rule, clock.instrument) == ("lead.found_otherwise", "penalty2022")


@pytest.mark.rule("C-27")
def test_fraud_goes_to_the_police_by_the_heads_approval_and_ends_nothing_by_itself() -> None:
    row = TABLES["complaint"].rows["transfer_to_police"]
    assert row.approval == "law"
    case = Sketch().mediating()
    for missing in ("organ", "evidence", "conduct"):
        given = {"organ": "资阳分局", "conduct": "forgery", "evidence": "清单", "reason": "篡改生产日期"}
        del given[missing]
        case.cannot("transfer_to_police", because=missing, **given)
    case.does(
        "transfer_to_police", organ="资阳分局", conduct="forgery", evidence="清单", reason="篡改生产日期"
    )
    assert (case.state.state, case.clock("complaint.mediation").state) == ("mediating", "open")
    early = Sketch(at="2024-06-20T09:00").routed()
    early.cannot(
        "transfer_to_police", because="not_in_force", organ="x", conduct="swap", evidence="x", reason="x"
    )
    report = Sketch("report").routed()
    report.does(
        "transfer_to_police", organ="资阳分局", conduct="extortion", evidence="清单", reason="索要封口费"
    )
    assert report.clock("report.verification").state == "open"


@pytest.mark.rule("R-21")
def test_a_suspected_crime_of_the_merchant_is_another_action() -> None:
    case = Sketch("report").routed()
    case.does("transfer_crime", organ="资阳分局", evidence="清单", reason="有毒有害食品")
    assert (case.state.state, case.state.facts.police) == ("routed", False)


@pytest.mark.rule("R-05")
@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("complaint", "complaint.acceptance"),
        ("report", "report.verification"),
        ("consultation", ""),
        ("other", ""),
    ],
)
def test_food_outside_the_departments_duties_is_transferred_and_told_in_writing(kind: str, rule: str) -> None:
    case = Sketch(kind)
    if kind != "other":
        case.routed()
    case.does("transfer_food_matter", competent="益阳市农业农村局", reasons="种植环节")
    assert case.state.state == "transferred"
    seq, notice = next((s, n) for s, n in case.state.facts.notices.items() if n.form == "food_transfer")
    assert notice.required
    case.cannot("close", because="open_duties", **CHECKED)
    case.cannot(
        "notify", because="in_writing", message=seq, result="delivered", channel="phone", proof="call_record",
        told_at=case.at.isoformat(),
    )  # fmt: skip
    case.told(channel="letter", proof="postal_number")
    if rule:
        assert case.clock(rule).state == ("met" if kind == "complaint" else "void")
    case.does("close", **CHECKED)


@pytest.mark.rule("C-26")
def test_only_a_filed_case_is_transferred_to_another_bureau() -> None:
    case = Sketch("report").routed()
    fields = {"competent": "赫山区市场监督管理局", "reasons": "不属于本局管辖"}
    case.cannot("transfer_case", because="not_allowed_in_state", **fields)
    case.does("record_verification", on_site=True, at="2026-10-12T09:00", officers_named="7,8", findings="x")
    case.does("file_case", facts_found="有证据", officers_named="7,8").does("transfer_case", **fields)
    assert case.state.state == "transferred"
    lead = Sketch("lead", found="otherwise", organisation=10)
    lead.does("transfer_lead", **fields)
    assert lead.clock("lead.found_otherwise").state == "void"
