"""One letter holds a complaint and a report: two cases, two clocks, and the one knows nothing of the other (art. 9)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jiesu.cases import keys
from jiesu.cases.draft import load_state
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Clock, Message
from jiesu.cases.offering import offered
from jiesu.cases.queries import parts_of, visible
from jiesu.cases.verify import verify_case
from jiesu.intake.links import complete_links
from jiesu.intake.registering import Split
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.scenes.given import bureau, does, moment, taken, who

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C-25")]

AT = moment("2026-11-02T10:00")
LETTER = "在该超市买到过期牛奶，要求退款；该超市把过期牛奶改日期后再卖，请查处。"


def mixed(*_args: Any, **_kwargs: Any) -> Any:
    """A suggestion that the letter holds both."""
    return SimpleNamespace(value="complaint", mixed=True)


def test_a_confirmed_split_opens_both_at_once_with_the_same_receipt() -> None:
    done = taken(
        AT, text=LETTER, split=Split(complaint_text="买到过期牛奶，要求退款。", report_text="改日期后再卖。")
    )
    complaint, report = (Case.objects.get(pk=c.number) for c in done.cases)
    assert (complaint.kind, report.kind) == ("complaint", "report")
    assert complaint.received_at == report.received_at == AT
    assert complaint.contact_id == report.contact_id
    for number in (complaint.pk, report.pk):
        does("dispatcher", number, "route", AT, organisation=bureau("430902"))
    running = Clock.objects.filter(case_id__in=[complaint.pk, report.pk], state="open")
    clocks = {c.rule: str(c.due_on) for c in running}
    assert clocks == {"complaint.acceptance": "2026-11-11", "report.verification": "2026-11-23"}


def test_a_later_split_inserts_the_second_case_with_the_contacts_receipt_and_keeps_the_first_from_closing() -> (
    None
):
    number = taken(AT, text=LETTER, suggest=mixed).cases[0].number
    assert Case.objects.get(pk=number).facts["mixed"] == "suggested"
    does(
        "dispatcher", number, "route", AT, organisation=bureau("430902"), office=by_key("430902005-office").pk
    )
    does("officehead", number, "assign", AT, staff=Staff.objects.get(username="handler").pk)
    later = moment("2026-11-04T09:00")
    does("handler", number, "split", later, kind="report", matter="改日期后再卖过期牛奶。")
    [other] = complete_links(number, at=later)
    report = Case.objects.get(pk=other)
    assert (report.kind, report.received_at, report.registered_at) == ("report", AT, later)
    assert report.facts["mixed"] == "split"
    assert [p["role"] for p in report.facts["parties"]] == ["informant", "reported"]


def test_the_complaint_goes_its_way_and_the_report_survives_the_withdrawal_unseen() -> None:
    done = taken(
        AT, text=LETTER, split=Split(complaint_text="买到过期牛奶，要求退款。", report_text="改日期后再卖。")
    )
    complaint, report = (c.number for c in done.cases)
    office = by_key("430902005-office").pk
    for number, username in ((complaint, "mediator"), (report, "handler")):
        does(
            "dispatcher",
            number,
            "route",
            AT,
            organisation=bureau("430902"),
            office=office if username == "handler" else "",
        )
        does("dispatcher.ziyang", number, "assign", AT, staff=Staff.objects.get(username=username).pk)
    mediator = who("mediator", AT)
    # the mediator of the complaint sees neither that a report exists nor how it goes
    assert visible(mediator).filter(pk=complaint).exists()
    assert not visible(mediator).filter(pk=report).exists()
    assert parts_of(Case.objects.get(pk=report), mediator) == frozenset()
    # when the complaint is accepted, withdrawn, terminated and told
    does("mediator", complaint, "accept", AT)
    does("mediator", complaint, "withdraw", AT, statement="商家已退款")
    fields = {"ground": "121.23.1", "reasons": "投诉人撤回。", "violation": False}
    does("head", complaint, "terminate", AT, **fields)
    for message in Message.objects.filter(case_id=complaint, required=True):
        does(
            "mediator", complaint, "notify", AT,
            message=message.seq, result="delivered", channel="phone", told_at=AT.isoformat(), proof="call_record",
        )  # fmt: skip
    does("mediator", complaint, "close", AT, **CHECKED)
    # then the report runs on, for its handler only
    assert Clock.objects.get(case_id=report, statutory=True).state == "open"
    assert visible(who("handler", AT)).filter(pk=report).exists()
    state = load_state(Case.objects.get(pk=report), Clock.objects.filter(case_id=report))
    assert not offered(Case.objects.get(pk=report), state, mediator, AT)
    # and nothing sent to the respondent speaks of it
    told = Message.objects.filter(case_id=complaint, to_role="respondent")
    assert told
    data_key = keys.unwrap(Case.objects.get(pk=complaint).wrapped_key)
    for message in told:
        sent = message.subject + message.short + keys.decrypt(data_key, message.sealed)
        # The title of the order holds the word itself.
        assert "举报" not in sent.replace("投诉举报处理", "")
        assert str(report) not in sent
    for number in (complaint, report):
        assert verify_case(Case.objects.get(pk=number)) == []
