"""Complaints either side of 2024-07-01 and of 2026-04-15: other periods, articles, grounds, forms and duties."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from jiesu.cases import keys
from jiesu.cases.act import clean_fields
from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.models import Case, Clock, Message
from jiesu.cases.verify import verify_case
from jiesu.law import account, due, explain, form_for
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.scenes.given import bureau, does, moment, taken

pytestmark = pytest.mark.django_db


def accepted(at: datetime) -> Case:
    """A complaint received, routed, assigned, accepted and told on one day."""
    number = taken(at).cases[0].number
    does("dispatcher", number, "route", at, organisation=bureau("430902"))
    does("dispatcher.ziyang", number, "assign", at, staff=Staff.objects.get(username="handler").pk)
    does("handler", number, "accept", at)
    prove(number, at)
    return Case.objects.get(pk=number)


def prove(number: int, at: datetime) -> None:
    for message in Message.objects.filter(case_id=number, required=True, status__in=["queued", "sent"]):
        does("head", number, "notify", at,
            message=message.seq, result="delivered", channel="phone", told_at=at.isoformat(), proof="call_record",
        )  # fmt: skip


def words(number: int, form: str) -> str:
    message = Message.objects.get(case_id=number, form=form, to_role="complainant")
    return keys.decrypt(keys.unwrap(Case.objects.get(pk=number).wrapped_key), message.sealed)


@pytest.mark.rule("C-18")
@pytest.mark.parametrize(
    ("day", "last_day", "governs", "shown"),
    [
        ("2024-06-28", "2024-08-30", "order20", {"order20"}),
        ("2024-07-01", "2024-08-30", "regulation2024", {"regulation2024", "order20"}),
        ("2026-04-14", "2026-06-13", "regulation2024", {"regulation2024", "order20"}),
        ("2026-04-15", "2026-06-14", "regulation2024", {"regulation2024", "order121"}),
    ],
)
def test_the_account_of_the_mediation_clock_names_every_instrument(
    day: str, last_day: str, governs: str, shown: set[str]
) -> None:
    case = accepted(moment(f"{day}T09:00"))
    clock = Clock.objects.get(case_id=case.pk, rule="complaint.mediation")
    assert (str(clock.due_on), clock.instrument) == (last_day, governs)
    deadline = due("complaint.mediation", start=clock.started_at)
    assert {p.citation.instrument.key for p in deadline.instruments} == shown
    text = explain(deadline)
    assert all(p.citation.instrument.title in text for p in deadline.instruments)
    assert account(deadline)
    assert verify_case(case) == []


@pytest.mark.rule("C-10")
@pytest.mark.rule("C-09")
@pytest.mark.parametrize(
    ("day", "count", "article"), [("2026-04-14", 6, "第十五条"), ("2026-04-15", 7, "第十六条")]
)
def test_a_refusal_cites_the_order_of_its_day_with_reasons_and_remedies(
    day: str, count: int, article: str
) -> None:
    at = moment(f"{day}T09:00")
    number = taken(at).cases[0].number
    does("dispatcher", number, "route", at, organisation=bureau("430902"))
    field = next(f for f in table("complaint").rows["refuse"].fields if f.name == "ground")
    state = load_state(Case.objects.get(pk=number), Clock.objects.filter(case_id=number))
    keys_ = [key for key, _label in resolve(field, state, at.date())]
    assert len(keys_) == count
    does("head", number, "refuse", at, ground=keys_[2], reasons="不是为生活消费需要。", violation=False)
    text = words(number, "6")
    assert article in text
    # the remedies of Consumer Protection Law art. 39 are told on both sides: the Regulation asks for it since 2024
    assert "第三十九条" in text
    assert "不是为生活消费需要。" in text
    prove(number, at)
    assert verify_case(Case.objects.get(pk=number)) == []


@pytest.mark.rule("C-19")
def test_termination_has_seven_grounds_under_the_one_order_and_eight_under_the_other() -> None:
    case = accepted(moment("2026-03-02T09:00"))
    row = table("complaint").rows["terminate"]
    state = load_state(case, Clock.objects.filter(case_id=case.pk))
    for day, count in (("2026-04-14", 7), ("2026-04-15", 8)):
        at = moment(f"{day}T09:00")
        assert len(resolve(row.fields[0], state, at.date())) == count
    # received and accepted under order 20, decided under order 121: the new order is cited
    at = moment("2026-04-15T09:00")
    does("handler", case.pk, "withdraw", at, statement="撤回")
    with pytest.raises(ActionError):
        clean_fields(row, {"ground": "20.21.1", "reasons": "x", "violation": False}, state, at)
    does("head", case.pk, "terminate", at, ground="121.23.1", reasons="撤回。", violation=False)
    assert "第二十三条" in words(case.pk, "8")
    assert str(Clock.objects.get(case_id=case.pk, rule="complaint.termination_notice").due_on) == "2026-04-24"


@pytest.mark.rule("C-14")
@pytest.mark.rule("C-17")
def test_the_regulation_of_2024_brought_identity_consent_and_designated_appraisers() -> None:
    before = accepted(moment("2024-06-28T09:00"))
    at = moment("2024-06-28T10:00")
    with pytest.raises(ActionError) as refusal:
        does(
            "handler",
            before.pk,
            "designate_appraiser",
            at,
            body="省检",
            failed_on="2024-06-28",
            reason="谈不拢",
        )
    assert refusal.value.data["reason"] == "not_in_force"
    council = "430902-council"
    does("head", before.pk, "commission", at, organisation=by_key(council).pk, scope="全部")
    after = accepted(moment("2024-07-01T09:00"))
    at = moment("2024-07-01T10:00")
    with pytest.raises(ActionError) as refusal:
        does("head", after.pk, "commission", at, organisation=by_key(council).pk, scope="全部")
    assert refusal.value.data["reason"] == "commission_consent_missing"
    does("handler", after.pk, "designate_appraiser", at, body="省检", failed_on="2024-07-01", reason="谈不拢")


@pytest.mark.rule("R-08")
def test_a_named_informant_is_owed_an_answer_until_the_change_and_courtesy_after_it() -> None:
    officers = ",".join(str(s.pk) for s in Staff.objects.filter(username__in=["handler", "handler.second"]))
    for day, owed in (("2026-04-14", True), ("2026-04-15", False)):
        received = moment("2026-04-01T09:00") + timedelta(minutes=owed)
        number = (
            taken(
                received,
                kind="report",
                demand="",
                amount="",
                informant={"name": "王小花", "phone": "13812345678"},
            )
            .cases[0]
            .number
        )
        does("dispatcher", number, "route", received, organisation=bureau("430902"))
        at = moment(f"{day}T09:00")
        does(
            "head",
            number,
            "record_verification",
            at,
            on_site=True,
            at=at.isoformat(),
            officers_named=officers,
            findings="x",
        )
        does("head", number, "decline_filing", at, missing_conditions=["p22.19.1"], facts_found="x")
        assert Clock.objects.filter(case_id=number, rule="report.informant_notice").exists() is owed
        assert form_for("refuse", on=at.date()) is not None or owed
