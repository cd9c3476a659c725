"""What the service has promised: 12345 is answered by its reply alone, and a period of hours ends within its day."""

from __future__ import annotations

import pytest

from jiesu.cases.clockwork import due_at
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.lifecycle.offering import pointless
from jiesu.cases.models import Case, Clock, Reminder
from jiesu.cases.reminders import remind
from jiesu.cases.verify import verify_case
from jiesu.cases.worklists import Filters, page, scope_named
from jiesu.intake.links import complete_links
from jiesu.law import due, explain
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller, moment
from tests.cases.sketch import BUREAU, Sketch

HOTLINE, ON_SITE = "service.hotline_12345", "service.on_site_hour"
FROM_12345 = {"service_due": "2026-10-20", "channel": "12345"}


# --- 12345


def test_nothing_but_the_reply_answers_12345() -> None:
    # given a complaint that 12345 sent and that was settled
    case = Sketch(**FROM_12345).mediating().does("agree", form="record", terms="退款")
    # then it does not close before 12345 has its reply
    case.cannot("close", because="open_duties", **CHECKED)
    assert case.clock(HOTLINE).state == "open"
    case.does("reply_to_12345", "2026-10-21T09:00", on="2026-10-21", reply="已退款", satisfaction="satisfied")
    assert case.clock(HOTLINE).state == "met_late"
    case.does("close", **CHECKED)
    assert case.state.state == "closed"


def test_sending_a_matter_back_to_12345_is_its_answer() -> None:
    case = Sketch("other", **FROM_12345).does("return_to_12345", reason="属于物业管理")
    assert case.clock(HOTLINE).state == "met"
    case.does("close", **CHECKED)


def test_a_duplicate_that_is_joined_still_owes_12345_its_reply() -> None:
    case = Sketch(**FROM_12345)
    case.does("join_duplicate", other="430900260000000009", consent=True, proof="written", reason="同一纠纷")
    assert (case.state.state, case.clock(HOTLINE).state) == ("merged", "open")
    case.does("reply_to_12345", on="2026-10-12", reply="与先前投诉一并处理")
    assert case.clock(HOTLINE).state == "met"


@pytest.mark.django_db
def test_what_a_consultation_owes_12345_goes_over_to_the_complaint_it_becomes(story: Teller) -> None:
    told = story("consultation", channel="12345", service_due="2026-11-06")
    told.act("calltaker", "convert", kind="complaint", matter="要求退还预付卡余额 500 元")
    [number] = complete_links(told.number, at=told.at)
    assert Clock.objects.get(case_id=told.number, rule=HOTLINE).state == "void"
    owed = Clock.objects.get(case_id=number, rule=HOTLINE)
    assert (str(owed.due_on), owed.state) == ("2026-11-06", "open")
    assert [verify_case(Case.objects.get(pk=n)) for n in (told.number, number)] == [[], []]


@pytest.mark.django_db
def test_of_a_mixed_letter_one_case_answers_12345(story: Teller) -> None:
    told = story(channel="12345", service_due="2026-11-06", mixed="suggested")
    told.act("dispatcher", "split", kind="report", matter="该店销售过期食品。")
    [number] = complete_links(told.number, at=told.at)
    assert not Clock.objects.filter(case_id=number, rule=HOTLINE).exists()
    assert Clock.objects.get(case_id=told.number, rule=HOTLINE).state == "open"


# --- the hour on site


def test_an_hour_is_an_hour_by_the_wall_clock_and_the_account_says_when_it_ends() -> None:
    found = due(ON_SITE, start=moment("2026-10-12T23:20"))
    assert found.expires_at == moment("2026-10-13T00:20")
    assert "届满：2026-10-13 00:20" in explain(found)
    two = due(ON_SITE, start=moment("2026-10-12T23:20"), options={"on_site.hours": 2})
    assert two.expires_at == moment("2026-10-13T01:20")


def test_rapid_response_runs_from_the_order_and_is_met_by_arriving() -> None:
    case = Sketch(at="2026-10-12T09:00").does("route", "2026-10-12T09:30", organisation=BUREAU, rapid=True)
    clock = case.clock(ON_SITE)
    assert (clock.due_at, clock.holder, clock.statutory) == (moment("2026-10-12T10:30"), BUREAU, False)
    # it stands at the head of the queue, before anything that ends with a day
    assert due_at(case.state) == (moment("2026-10-12T10:30"), ON_SITE)
    case.cannot("record_arrival", because="at", at="2026-10-12T09:10")
    case.does("record_arrival", "2026-10-12T10:10", at="2026-10-12T10:05")
    assert (case.clock(ON_SITE).state, str(case.clock(ON_SITE).met_on)) == ("met", "2026-10-12")
    assert due_at(case.state)[1] == "complaint.acceptance"
    case.cannot("record_arrival", because="no_clock", at="2026-10-12T10:05")


def test_arriving_after_the_hour_is_late_on_the_same_day() -> None:
    case = Sketch(at="2026-10-12T09:00").does("route", organisation=BUREAU, rapid=True)
    case.does("record_arrival", "2026-10-12T11:00", at="2026-10-12T10:30")
    assert case.clock(ON_SITE).state == "met_late"


def test_arrival_is_asked_for_only_where_it_was_ordered() -> None:
    row = table("complaint").rows["record_arrival"]
    calm = Sketch().routed()
    assert pointless(row, calm.state, calm.day())
    rapid = Sketch().does("route", organisation=BUREAU, rapid=True)
    assert not pointless(row, rapid.state, rapid.day())
    rapid.does("return_to_centre", cause="wrong_place", reason="x")
    assert (rapid.clock(ON_SITE).state, rapid.clock(ON_SITE).reason) == ("void", "returned")


@pytest.mark.parametrize("kind", ["consultation", "other"])
def test_every_kind_may_be_answered_on_site(kind: str) -> None:
    case = Sketch("consultation").does("route", organisation=BUREAU, rapid=True, report_by="2026-10-14")
    assert case.clocks() == {ON_SITE: "2026-10-12", "service.report_back": "2026-10-14"}


def test_a_promise_that_was_not_kept_is_not_met_by_closing() -> None:
    case = Sketch().does("route", organisation=BUREAU, rapid=True)
    case.does("withdraw", statement="不投诉了").does("close", **CHECKED)
    assert (case.clock(ON_SITE).state, case.clock(ON_SITE).reason) == ("void", "case_closed")


@pytest.mark.django_db
def test_the_hour_leads_the_queue_and_its_end_reaches_the_head(story: Teller) -> None:
    # given a case with 7 working days to go, and after it one with an hour
    calm = story()
    calm.act("dispatcher", "route", organisation=by_key("430902-bureau").pk)
    told = story(at="2026-11-02T09:00")
    told.act("dispatcher", "route", "2026-11-02T09:00", organisation=by_key("430902-bureau").pk, rapid=True)
    head = told.who("head")
    listed = page(head, scope_named(head, "bureau"), Filters(), now=moment("2026-11-02T09:20"))
    assert [i.case.pk for i in listed.items][:2] == [told.number, calm.number]
    # when the hour is over, it is late on the same day and the head is told
    late = page(head, scope_named(head, "bureau"), Filters(window="late"), now=moment("2026-11-02T10:00"))
    assert [i.case.pk for i in late.items] == [told.number]
    remind(moment("2026-11-02T10:00"))
    stages = Reminder.objects.filter(case_id=told.number, recipient_id=head.staff_id)
    assert "late" in set(stages.values_list("stage", flat=True))
    assert verify_case(told.case) == []
