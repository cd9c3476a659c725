"""A contact comes in: kept once, one case or two, and nothing of the law's items forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jiesu.businesses.models import Business
from jiesu.cases import keys
from jiesu.cases.act import load
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.files import Upload
from jiesu.cases.models import AnsweredKey, Case, Clock, Event, File, Link, Party
from jiesu.intake.actions import add_to_case, note_contact
from jiesu.intake.forms import FormError, read
from jiesu.intake.models import Contact, Outcome
from jiesu.intake.queries import earlier, original_text
from jiesu.intake.registering import Registered, Split, register
from jiesu.people.actors import Actor, citizen
from jiesu.places.queries import by_key
from jiesu.triage import kind as triage_kind
from tests.intake.given import AT, COMPLAINT, REPORT

pytestmark = pytest.mark.django_db

CITIZEN = citizen("complainant")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def put(body: dict[str, Any], actor: Actor = CITIZEN, **more: Any) -> Registered:
    """Registers a body with whatever else is given."""
    return register(form=read(body), actor=actor, at=more.pop("at", AT), key=more.pop("key", None), **more)


def codes(error: ActionError) -> dict[str, str]:
    """Codes of the fields at fault."""
    return dict(error.data["codes"])


def test_a_complaint_from_the_portal_becomes_one_case_at_the_centre_of_the_shops_district() -> None:
    done = put(COMPLAINT)

    (case,) = (Case.objects.get(pk=c.number) for c in done.cases)
    assert (case.kind, case.state, case.registered_by.key) == ("complaint", "registered", "430902-centre")
    assert str(case.pk).startswith("43090226")
    assert case.contact_id == done.contact.pk
    assert done.contact.cases == [case.pk]
    assert case.amount == 3500
    assert done.cases[0].query_code
    assert {p.role for p in Party.objects.filter(case_id=case.pk)} == {"complainant", "respondent"}


def test_what_came_in_is_kept_sealed_and_word_for_word() -> None:
    contact = put(COMPLAINT).contact

    stored = Contact.objects.get(pk=contact.pk)
    assert original_text(stored) == COMPLAINT["text"]
    assert "王小花".encode() not in bytes(stored.sealed_details or b"")
    assert (stored.consent_disclosure, stored.consent_commission) == (True, False)


@pytest.mark.parametrize(
    ("left_out", "field", "code"),
    [
        ({"text": ""}, "text", "facts"),
        ({"demand": ""}, "demand", "demand"),
        ({"complainant": {}}, "complainant.name", "complainant_name"),
        ({"complainant": {}}, "complainant.phone", "complainant_phone"),
        ({"complainant": {}}, "complainant.address", "complainant_address"),
        ({"respondent": {}}, "respondent.name", "respondent_name"),
        ({"respondent": {}}, "respondent.address", "respondent_address"),
        ({"anonymous": True}, "anonymous", "complainant_name"),
        (
            {"complainant": {**COMPLAINT["complainant"], "phone": "1381234"}},
            "complainant.phone",
            "phone_doubtful",
        ),
        (
            {"respondent": {**COMPLAINT["respondent"], "unified_credit_code": "91430900MA4L0000X1"}},
            "respondent.unified_credit_code",
            "credit_code_doubtful",
        ),
        ({"amount": "很多"}, "amount", "amount_wrong"),
        ({"occurred_on": "2027-01-01"}, "occurred_on", "occurred_later_than_now"),
        ({"received_on": "2026-08-01"}, "received_on", "received_on_not_here"),
        ({"text": "长" * 3001}, "text", "too_long"),
    ],
)
def test_the_portal_asks_before_it_sends(left_out: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(ActionError) as refused:
        put({**COMPLAINT, **left_out})

    assert refused.value.code == Code.FIELDS_INVALID
    assert codes(refused.value)[field] == code
    assert refused.value.fields[field]
    assert not Contact.objects.exists()


def test_the_telephone_refuses_nothing_and_marks_what_is_missing(staff: Callable[[str], Actor]) -> None:
    done = put({"kind": "complaint", "channel": "hotline", "text": "买到过期牛奶"}, staff("calltaker"))

    assert done.incomplete == (
        "complainant_name",
        "complainant_phone",
        "complainant_address",
        "respondent_name",
        "respondent_address",
        "demand",
    )
    case = Case.objects.get()
    assert load(case).state.facts.incomplete == done.incomplete
    assert case.registered_by.key == "430900-centre"


def test_doubtful_values_from_staff_are_kept_as_they_were_said(staff: Callable[[str], Actor]) -> None:
    body = {
        **COMPLAINT,
        "channel": "hotline",
        "amount": "三百多",
        "occurred_on": "上个月",
        "complainant": {**COMPLAINT["complainant"], "phone": "不记得"},
    }

    done = put(body, staff("calltaker"))

    assert done.incomplete == ("phone_doubtful",)
    assert "（涉及金额：三百多）" in original_text(done.contact)
    assert "（发生时间：上个月）" in original_text(done.contact)


def test_a_letter_carries_the_day_on_which_it_was_signed_for(staff: Callable[[str], Actor]) -> None:
    body = {**COMPLAINT, "channel": "letter", "received_on": "2026-08-27", "tracking_number": "EMS123"}

    done = put(body, staff("dispatcher.ziyang"))

    case = Case.objects.get()
    assert case.received_at == datetime(2026, 8, 26, 16, tzinfo=UTC)  # midnight in Shanghai
    assert case.registered_at == AT
    assert done.contact.back_dated
    assert done.contact.tracking_number == "EMS123"


def test_a_call_registered_on_a_later_day_needs_a_reason(staff: Callable[[str], Actor]) -> None:
    body = {**COMPLAINT, "channel": "hotline", "received_on": "2026-08-27"}
    with pytest.raises(ActionError) as refused:
        put(body, staff("calltaker"))
    assert codes(refused.value) == {"received_reason": "received_reason_missing"}

    done = put({**body, "received_reason": "系统停机，纸质登记补录"}, staff("calltaker"))

    assert done.contact.back_dated


def test_nothing_is_received_tomorrow(staff: Callable[[str], Actor]) -> None:
    with pytest.raises(ActionError) as refused:
        put({**COMPLAINT, "channel": "letter", "received_on": "2026-09-02"}, staff("calltaker"))
    assert codes(refused.value) == {"received_on": "received_later_than_now"}


def test_the_same_key_gives_the_same_answer_once() -> None:
    first = put(COMPLAINT, key="k")
    again = put(COMPLAINT, key="k", at=AT + timedelta(minutes=3))

    assert again.repeated
    assert again.cases == first.cases
    assert Case.objects.count() == Contact.objects.count() == 1
    with pytest.raises(ActionError) as refused:
        put({**COMPLAINT, "demand": "换货"}, key="k")
    assert refused.value.code == Code.IDEMPOTENCY_MISMATCH


def test_a_report_may_be_anonymous() -> None:
    put(REPORT, citizen("informant"))

    case = Case.objects.get()
    assert (case.kind, case.anonymous) == ("report", True)
    assert {p.role for p in Party.objects.all()} == {"reported"}


def test_whoever_reports_without_a_name_leaves_none_even_if_one_was_typed() -> None:
    done = put({**REPORT, "informant": COMPLAINT["complainant"]}, citizen("informant"))

    draft = load(Case.objects.get())
    (informant,) = draft.state.parties("informant")
    assert draft.plain(informant.seq) == {"phone": "13812345678"}
    key = keys.unwrap(bytes(done.contact.wrapped_key or b""))
    assert "王小花" not in keys.decrypt(key, bytes(done.contact.sealed_details or b""))


def test_an_auditor_registers_nothing(staff: Callable[[str], Actor]) -> None:
    with pytest.raises(ActionError) as refused:
        put({**COMPLAINT, "channel": "hotline"}, staff("auditor"))
    assert refused.value.code == Code.NOT_PERMITTED


def test_an_unsure_kind_waits_for_a_person_under_the_strictest_clock(staff: Callable[[str], Actor]) -> None:
    body = {**COMPLAINT, "kind": "auto", "channel": "hotline"}

    put(body, staff("calltaker"), suggest_kind=triage_kind.suggest)

    case = Case.objects.get()
    assert case.kind == "complaint"
    assert not load(case).state.facts.confirmed
    assert Clock.objects.get(rule="complaint.acceptance").due_on == date(2026, 9, 10)


def test_what_is_missing_is_read_from_the_kind_it_turns_out_to_be(staff: Callable[[str], Actor]) -> None:
    body = {"kind": "auto", "channel": "hotline", "text": "在超市买到过期牛奶，要求退款，商家拒绝"}

    done = put(body, staff("calltaker"), suggest_kind=triage_kind.suggest)

    assert Case.objects.get().kind == "complaint"
    assert "complainant_name" in done.incomplete


def test_a_mixed_letter_becomes_two_cases_with_the_same_receipt(staff: Callable[[str], Actor]) -> None:
    split = Split(complaint_text="牛奶过期，要求退款。", report_text="超市改日期再卖。")
    files = [Upload("信.png", PNG, purpose="letter"), Upload("小票.png", PNG)]

    done = put({**COMPLAINT, "channel": "letter"}, staff("dispatcher.ziyang"), split=split, files=files)

    complaint, report = (Case.objects.get(pk=c.number) for c in done.cases)
    assert (complaint.kind, report.kind) == ("complaint", "report")
    assert complaint.contact_id == report.contact_id == done.contact.pk
    assert complaint.received_at == report.received_at
    assert done.contact.cases == [complaint.pk, report.pk]
    assert Link.objects.get(case_id=report.pk).other_id == complaint.pk
    # The complaint's file holds no word and no picture of the report.
    draft = load(complaint)
    assert "改日期" not in draft.text({"text": 3}) + complaint.title
    assert [f.name for f in File.objects.filter(case_id=complaint.pk)] == ["小票.png"]
    assert {f.name for f in File.objects.filter(case_id=report.pk)} == {"信.png", "小票.png"}
    assert done.cases[0].query_code != done.cases[1].query_code


def test_a_mixed_letter_that_nobody_has_split_is_marked(staff: Callable[[str], Actor]) -> None:
    text = "我在超市买到过期牛奶，要求退款赔偿，商家拒绝。另外举报该超市长期销售过期食品、涂改生产日期，要求查处。"

    put(
        {**COMPLAINT, "channel": "hotline", "text": text},
        staff("calltaker"),
        suggest_kind=triage_kind.suggest,
    )

    assert load(Case.objects.get()).state.facts.mixed == "suggested"


def test_an_authorised_agent_is_told_in_place_of_the_complainant(staff: Callable[[str], Actor]) -> None:
    agent = {
        "name": "李律师",
        "phone": "13900001111",
        "id_number": "11010519491231002X",
        "matter": "投诉退款",
        "powers": "特别授权",
        "period": "至2026年12月31日",
    }
    put({**COMPLAINT, "channel": "letter", "agent": agent}, staff("calltaker"))

    parties = {p.role: p for p in load(Case.objects.get()).state.facts.parties}
    assert parties["complainant"].represented_by == parties["agent"].seq


def test_an_agent_without_powers_is_marked_and_not_told(staff: Callable[[str], Actor]) -> None:
    agent = {"name": "李律师", "phone": "13900001111"}

    done = put({**COMPLAINT, "channel": "letter", "agent": agent}, staff("calltaker"))

    assert {"agent_authorisation", "agent_identity"} <= set(done.incomplete)
    parties = {p.role: p for p in load(Case.objects.get()).state.facts.parties}
    assert parties["complainant"].represented_by is None


def test_a_joint_complaint_is_one_case_with_at_most_two_representatives(
    staff: Callable[[str], Actor],
) -> None:
    people = [
        {"name": f"业主{n}", "phone": f"1380000000{n}", "address": "资阳区幸福小区", "representative": n < 2}
        for n in range(4)
    ]
    body = {**COMPLAINT, "channel": "letter", "complainant": None, "joint": people, "joint_agreed": True}

    put(body, staff("calltaker"))

    complainants = load(Case.objects.get()).state.parties("complainant")
    assert len(complainants) == 4
    assert [p.represented_by for p in complainants[1:]] == [complainants[0].seq] * 3
    with pytest.raises(ActionError) as refused:
        put({**body, "joint": [{**p, "representative": True} for p in people]}, staff("calltaker"))
    assert codes(refused.value) == {"joint": "too_many_representatives"}


def test_a_credit_code_leads_to_the_business_itself() -> None:
    respondent = {**COMPLAINT["respondent"], "unified_credit_code": "91350100m000100y43"}

    put({**COMPLAINT, "respondent": respondent})

    business = Business.objects.get()
    assert business.unified_credit_code == "91350100M000100Y43"
    assert Case.objects.get().business_id == business.pk


def test_nothing_personal_enters_the_chain() -> None:
    put(COMPLAINT)

    written = str(list(Event.objects.values_list("data", flat=True)))
    assert not any(word in written for word in ("王小花", "13812345678", "过期牛奶", "五一西路"))


@pytest.mark.parametrize(
    ("respondent", "centre"),
    [
        ({"name": "店", "address": "益阳市赫山区桃花仑街道"}, "430903-centre"),
        ({"name": "店", "address": "益阳市"}, "430900-centre"),
        # The complaint goes by the address that the shop shows on the platform (order 121 art. 13).
        (
            {"name": "店", "platform": "拼多多", "platform_address": "湖南省益阳市赫山区金山路"},
            "430903-centre",
        ),
    ],
)
def test_the_portal_finds_the_centre_by_address_fields(respondent: dict[str, str], centre: str) -> None:
    put({**COMPLAINT, "text": "沅江芦笋是假的，从安化黑茶店买的", "respondent": respondent})

    assert Case.objects.get().registered_by == by_key(centre)


def test_a_shop_far_away_is_taken_in_where_the_person_lives() -> None:
    put({**COMPLAINT, "respondent": {"name": "店", "address": "广东省深圳市南山区科技园"}})

    assert Case.objects.get().registered_by.key == "430902-centre"


def test_a_call_taker_finds_earlier_complaints_by_telephone_and_never_reports(
    staff: Callable[[str], Actor],
) -> None:
    calltaker = staff("calltaker")
    body = {**COMPLAINT, "channel": "hotline"}
    complaint = put(body, calltaker).cases[0].number
    put(
        {**REPORT, "channel": "hotline", "anonymous": False, "informant": COMPLAINT["complainant"]}, calltaker
    )
    put({**body, "complainant": {**COMPLAINT["complainant"], "phone": "13899999999"}}, calltaker)

    assert [c.pk for c in earlier("138-1234-5678", calltaker)] == [complaint]
    assert list(earlier("13812345678", staff("handler.heshan"))) == []
    assert list(earlier("不知道", calltaker)) == []


def test_a_second_call_is_added_to_the_case_that_exists(staff: Callable[[str], Actor]) -> None:
    calltaker = staff("calltaker")
    number = put({**COMPLAINT, "channel": "hotline"}, calltaker).cases[0].number
    more = read({"kind": "complaint", "channel": "hotline", "text": "店家今天又拒绝了"})

    contact = add_to_case(number, form=more, actor=calltaker, at=AT, key="more")
    again = add_to_case(number, form=more, actor=calltaker, at=AT, key="more")
    add_to_case(number, form=more, actor=calltaker, at=AT, urge=True)

    assert again.pk == contact.pk
    assert (contact.outcome, contact.cases) == (Outcome.ADDED, [number])
    assert Case.objects.count() == 1
    assert list(Event.objects.order_by("seq").values_list("type", flat=True)) == [
        "register",
        "add_evidence",
        "urge",
    ]


def test_a_call_answered_at_once_is_a_contact_without_a_case(staff: Callable[[str], Actor]) -> None:
    form = read({"kind": "consultation", "channel": "hotline", "text": "问营业时间"})

    contact = note_contact(form=form, actor=staff("calltaker"), at=AT, outcome=Outcome.ANSWERED)

    assert contact.cases == []
    assert not Case.objects.exists()


def test_the_answer_to_a_key_opens_no_case_by_itself() -> None:
    done = put(COMPLAINT, key="k")

    stored = str(list(AnsweredKey.objects.values_list("response", flat=True)))
    assert str(done.cases[0].number) in stored
    assert done.cases[0].query_code not in stored


def test_unknown_fields_and_wrong_types_are_named_together() -> None:
    with pytest.raises(FormError) as refused:
        read(
            {"kind": "complaint", "phone": "1", "anonymous": "maybe", "complainant": {"nam": "x"}, "joint": 3}
        )
    assert {p: v.code for p, v in refused.value.problems.items()} == {
        "phone": "unknown_field",
        "anonymous": "wrong_type",
        "complainant.nam": "unknown_field",
        "joint": "wrong_type",
    }
