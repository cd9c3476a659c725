"""What a message holds is prefilled; a person checks it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.triage.extract import facts

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026年9月24日购买", date(2026, 9, 24)),
        ("2026-09-24购买", date(2026, 9, 24)),
        ("26年9月24号购买", date(2026, 9, 24)),
        ("9月24日购买", date(2026, 9, 24)),
        ("12月3日购买", date(2025, 12, 3)),
        ("昨天购买", date(2026, 11, 19)),
        ("花了3.5元", None),
        ("2027年1月1日开业", None),
        ("2月30日", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert facts(text, today=TODAY).occurred_on == day


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("花了35.5元", 3550),
        ("共计1,288元", 128800),
        ("交了4.4万元", 4400000),
        ("￥299", 29900),
        ("3万多人", None),
        ("电话13812345678", None),
    ],
)
def test_sums_in_fen(text: str, fen: int | None) -> None:
    assert facts(text, today=TODAY).amount == fen


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我在步步高超市买到过期牛奶", "步步高超市"),
        ("举报益阳市好再来食品有限公司虚假宣传", "益阳市好再来食品有限公司"),
        ("投诉A市金吉鸟健身会所转卡收费", "A市金吉鸟健身会所"),
        ("商家不退钱，公司说再等", ""),
    ],
)
def test_names_of_businesses(text: str, name: str) -> None:
    assert facts(text, today=TODAY).respondent == name


def test_telephones_come_with_what_may_be_shown() -> None:
    (phone,) = facts("店里电话0737-4221234", today=TODAY).phones
    assert phone.masked == "0737-****234"


@given(st.text(max_size=300))
def test_nothing_breaks_on_any_text(text: str) -> None:
    assert facts(text, today=TODAY).amounts is not None
