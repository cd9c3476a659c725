"""Before the close: what the case knows is ticked with its reason, what only a person knows is ticked one by one."""

from __future__ import annotations

from datetime import date

import pytest

from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.closing import BY_HAND, CHECKED, DEED, Tick, checklist
from jiesu.cases.lifecycle.table import Context
from jiesu.law import shipped
from tests.cases.sketch import BUREAU, Sketch


def ticks(case: Sketch) -> dict[str, Tick]:
    ctx = Context(
        at=case.at, actor=1, authority=BUREAU, party=None, seq=0, calendar=shipped(), options=case.options
    )
    return {t.key: t for t in checklist(case.state, ctx)}


def test_each_item_that_only_a_person_knows_is_a_tick_of_its_own() -> None:
    case = Sketch().does("withdraw", statement="不投诉了")
    for field in BY_HAND:
        case.cannot("close", because=field.name, **{**CHECKED, field.name: False})
        case.cannot("close", because=field.name, **{k: v for k, v in CHECKED.items() if k != field.name})
    case.does("close", **CHECKED)


def test_what_the_case_knows_is_ticked_with_the_day_and_the_event_it_rests_on() -> None:
    # given a complaint refused on Monday and told on Tuesday
    case = Sketch(at="2026-10-12T09:00").routed()
    case.does("refuse", "2026-10-12T10:00", ground="121.16.3", reasons="不是生活消费。", violation=False)
    refused = case.last.seq
    found = ticks(case)
    assert (found["decision"].on, found["decision"].event) == (date(2026, 10, 12), refused)
    assert [k for k, t in found.items() if not t.done] == ["told", "periods"]
    # when it has been told
    case.told("2026-10-13T09:00")
    found = ticks(case)
    # then every item is ticked, and says since when and by which event
    assert all(t.done for t in found.values())
    assert (found["told"].on, found["told"].event) == (date(2026, 10, 13), refused)
    assert found["periods"].on == date(2026, 10, 13)
    assert found["lead"].text == "已回答：材料没有反映涉嫌违法线索"


def test_lateness_is_said_and_does_not_hold_the_close() -> None:
    case = Sketch(at="2026-10-12T09:00").routed().does("accept", "2026-10-30T09:00")
    case.told()
    case.does("settle", on="2026-10-30", terms="退款")
    case.does("terminate", ground="121.23.1", reasons="双方和解", violation=False).told()
    assert "逾期 1 项" in ticks(case)["periods"].text
    case.does("close", **CHECKED)


@pytest.mark.rule("C-25")
def test_a_mixed_letter_and_12345_are_items_where_they_apply() -> None:
    assert {"mixed", "hotline"}.isdisjoint(ticks(Sketch().routed()))
    case = Sketch(mixed="suggested", service_due="2026-10-20", channel="12345")
    assert not ticks(case)["mixed"].done
    assert not ticks(case)["hotline"].done
    case.does("keep_whole", reason="只有投诉").does("reply_to_12345", on="2026-10-12", reply="已受理")
    assert (ticks(case)["mixed"].done, ticks(case)["hotline"].on) == (True, date(2026, 10, 12))


@pytest.mark.rule("R-08")
def test_a_named_report_shows_that_its_informant_was_answered() -> None:
    case = Sketch("report").routed()
    case.does("record_verification", on_site=False, at="2026-10-12T09:00", officers_named="7", findings="x")
    case.does("decline_filing", missing_conditions=["p22.19.1"], facts_found="x")
    assert "informant" not in ticks(case)
    case.does("inform_informant", basis="no_duty", reason="没有专门规定")
    assert ticks(case)["informant"].done
    case.does("close", **CHECKED)


@pytest.mark.rule("C-21")
def test_an_agreement_on_form_9_is_signed_sealed_and_made_in_three_copies_and_the_chain_keeps_it() -> None:
    case = Sketch().mediating().does("agree", form="form9", on_site=True, terms="退款").told()
    marks = ["complainant", "respondent", "mediator", "seal"]
    assert "lead" not in ticks(case)
    case.cannot("close", because="deed", **CHECKED, deed=marks[:3], copies=3)
    case.cannot("close", because="copies", **CHECKED, deed=marks)
    case.cannot("close", because="copies", **CHECKED, deed=marks, copies=2)
    case.does("close", **CHECKED, deed=marks, copies=3)
    assert (case.last.data["in"]["deed"], case.last.data["in"]["copies"]) == (sorted(marks), 3)


def test_without_form_9_nobody_is_asked_about_it() -> None:
    case = Sketch().mediating().does("agree", form="record", terms="退款")
    assert [resolve(field, case.state, case.day()) for field in DEED] == [(), ()]
    case.does("close", **CHECKED)
