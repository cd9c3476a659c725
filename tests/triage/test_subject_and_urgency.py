"""Problem category and urgency, with reasons."""

from __future__ import annotations

import pytest

from jiesu.triage import subject, urgency
from jiesu.triage.urgency import Level


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("在超市买的牛奶已过期", "food"),
        ("药店无处方销售处方药", "drug"),
        ("面膜用了以后过敏，没有中文标签的化妆品", "cosmetics"),
        ("买到假货，说好是正品", "counterfeit"),
        ("广告里说包治百病，虚假宣传", "advertising"),
        ("停车场乱收费，没有明码标价", "price"),
        ("菜市场电子秤缺斤少两", "measure"),
        ("小区电梯年检过期", "equipment"),
        ("健身房办卡后不给退卡", "prepaid"),
        ("网店拒绝七天无理由退货", "return7"),
        ("10岁孩子给游戏充值两万元", "minor"),
        ("新买的空调坏了，售后不给维修，保修期内", "aftersales"),
        ("早餐店无证经营", "unlicensed"),
        ("拉人头发展下线的传销", "pyramid"),
        ("交了定金，商家违约不退", "contract"),
        ("今天天气很好", "other"),
    ],
)
def test_the_category_follows_the_words(text: str, code: str) -> None:
    found = subject.suggest(text)
    assert found.code == code
    assert found.reasons


def test_choices_have_unique_codes_and_every_code_is_mapped_by_name() -> None:
    codes = [code for code, _ in subject.subjects()]
    assert len(codes) == len(set(codes))
    assert all(len(code) <= 20 for code in codes)
    assert all(entry.complaints and entry.reports for entry in subject.entries())


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("电梯里现在困人", Level.AT_ONCE),
        ("全家食物中毒住院了", Level.AT_ONCE),
        ("燃气泄漏没人管", Level.AT_ONCE),
        ("孩子13岁打赏主播八千元", Level.TODAY),
        ("健身房老板跑路", Level.TODAY),
        ("衣服洗一次就掉色", Level.ORDINARY),
    ],
)
def test_danger_to_life_comes_first(text: str, level: Level) -> None:
    found = urgency.suggest(text)
    assert found.level == level
    assert found.reasons
