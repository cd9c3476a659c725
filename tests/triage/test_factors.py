"""Scene: forty complaints in a fortnight about one label, one telephone, six names. Facts are shown; a person decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from jiesu.triage.factors import Surrounding, Thresholds, weigh
from jiesu.triage.similarity import sketch

TODAY = date(2026, 11, 14)
TEXT = "在该店购买进口果汁20瓶，中文标签没有标明营养成分，违反食品安全法，要求退款并十倍赔偿。"
NAMES = ("张*", "李*", "王*", "赵*", "钱*", "孙*")
FORTY = [
    Surrounding(
        number=1000 + i,
        received_on=TODAY - timedelta(days=i % 14),
        phone=b"one telephone",
        name=NAMES[i % 6],
        business_id=i % 9,
        respondent=f"商行{i % 9}",
        subject="food",
        sketch=tuple(sketch(TEXT)),
    )
    for i in range(40)
]
CASE = FORTY[0]


def test_the_file_shows_the_factors_with_facts_and_case_numbers() -> None:
    found = {f.meaning: f for f in weigh(CASE, FORTY, text=TEXT, on=TODAY)}
    assert set(found) == {"quantity", "concentrated", "shared_contact"}
    assert "投诉40件" in found["shared_contact"].observed[0]
    assert "6个不同姓名" in found["shared_contact"].observed[0]
    assert any("14日内40件" in line for line in found["concentrated"].observed)
    assert len(found["concentrated"].cases) == 39
    assert "20瓶" in found["quantity"].observed[0]
    assert all("第十七条" in f.article and f.key.startswith("121.17.") for f in found.values())


def test_without_a_setting_there_is_no_threshold_and_no_verdict() -> None:
    assert all(f.reached is None for f in weigh(CASE, FORTY, text=TEXT, on=TODAY))


def test_a_setting_of_the_city_only_adds_whether_it_is_reached() -> None:
    limits = Thresholds(window_days=14, many_complaints=10, shared_contact_people=8)
    found = {f.meaning: f for f in weigh(CASE, FORTY, on=TODAY, thresholds=limits)}
    assert found["concentrated"].reached is True
    assert found["shared_contact"].reached is False


def test_before_order_121_there_was_no_such_article() -> None:
    assert weigh(CASE, FORTY, text=TEXT, on=date(2026, 4, 14)) == []


def test_an_ordinary_complaint_shows_nothing() -> None:
    lone = replace(CASE, number=1)
    assert weigh(lone, [], text="买了一台电饭煲，坏了，要求退货", on=TODAY) == []


def test_one_person_with_one_telephone_is_no_shared_contact() -> None:
    mine = [replace(c, name="张*") for c in FORTY]
    assert "shared_contact" not in {f.meaning for f in weigh(mine[0], mine, on=TODAY)}


def test_a_joint_complaint_counts_once() -> None:
    two = [replace(FORTY[1], name="李*"), replace(FORTY[1], name="王*")]
    (factor,) = [f for f in weigh(CASE, two, on=TODAY) if f.meaning == "shared_contact"]
    assert "投诉2件" in factor.observed[0]
    assert "3个不同姓名" in factor.observed[0]
