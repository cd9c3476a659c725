"""Personal data does not reach lists and titles."""

from __future__ import annotations

import csv
import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesu.people import masking
from jiesu.people.masking import mask_address, mask_id, mask_name, mask_phone, mask_text, summary

MESSAGES = Path(
    os.environ.get("JIESU_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"), "hunan-messages.csv"
)


@pytest.mark.parametrize(
    ("told", "hidden"),
    [
        ("请打13812345678联系", "请打138****5678联系"),
        ("电话：138 1234 5678", "电话：138****5678"),
        ("电话１３８１２３４５６７８", "电话１３８****５６７８"),
        ("+86 13812345678", "138****5678"),
        ("座机0737-4221234转2", "座机0737-****234转2"),
        ("电话4221234", "电话****234"),
        ("一三八一二三四五六七八", "***********"),
        ("身份证号430902199001011234。", "身份证号430***********1234。"),
        ("身份证43090219900101123X", "身份证430***********123X"),
        ("卡号6222 0212 3456 7890 123", "卡号622************0123"),
        ("湘H·12345撞了", "湘H****5撞了"),
        ("粤BD12345停在门口", "粤B****5停在门口"),
        ("邮箱zhang.san@example.com", "邮箱z***@***"),
        ("微信号：zhangsan_88", "微信号：z****"),
        ("我叫张三丰，今年", "我叫张**，今年"),
        ("姓名：李四 电话", "姓名：李* 电话"),
        ("投诉人：欧阳修，男", "投诉人：欧阳*，男"),
        ("本人王小明，男，1970年生", "本人王**，男，1970年生"),
        ("联系人刘芳13812345678", "联系人刘*138****5678"),
        ("陈大文先生说", "陈**先生说"),
        ("家住资阳区幸福小区3栋502，楼下", "家住资阳区****，楼下"),
        ("投诉人：蒋大山、陈歌、李菲", "投诉人：蒋**、陈*、李*"),
        ("我家住河西的市民都知道", "我家住河西的市民都知道"),
        ("收货地址：益阳市资阳区幸福小区3栋502", "收货地址：益阳市资阳区****"),
        ("被投诉人：方便面馆，地点在朝阳市场", "被投诉人：方便面馆，地点在朝阳市场"),
        ("统一社会信用代码91430900MA4L16JQ9B", "统一社会信用代码91430900MA4L16JQ9B"),
        ("订单金额1288.50元，2020年9月24日", "订单金额1288.50元，2020年9月24日"),
        ("本人于昨日在超市购物", "本人于昨日在超市购物"),
        ("我是高中老师", "我是高中老师"),
        ("12315和12345都打了", "12315和12345都打了"),
        ("400-123-4567是客服", "400-123-4567是客服"),
    ],
)
def test_what_people_tell_of_themselves_is_hidden_and_nothing_else(told: str, hidden: str) -> None:
    assert mask_text(told) == hidden


def test_single_fields_keep_what_tells_two_people_apart() -> None:
    assert mask_name(" 张三 ") == "张*"
    assert mask_phone("8613812345678") == "138****5678"
    assert mask_id("43090219900101123X").endswith("123X")
    assert mask_address("长沙市岳麓区麓山南路932号") == "长沙市岳麓区麓山南路****"
    assert mask_address(mask_address("长沙市岳麓区麓山南路932号")) == "长沙市岳麓区麓山南路****"


PIECES = st.sampled_from(
    [
        "我叫张三丰",
        "，",
        "13812345678",
        "0737-4221234",
        " ",
        "湘H12345",
        "430902199001011234",
        "a.b@c.com",
        "家住资阳区大码头街道1号",
        "微信abc12345",
        "本人",
        "李四",
        "男",
        "电话",
        "2020年",
        "元",
        "。",
        "王五先生",
        "*",
        "姓名：",
        "7",
        "号",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask_text(text)
    assert mask_text(once) == once


@given(st.lists(PIECES | st.sampled_from(masking._TITLES), max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_what_is_looked_for_only_after_its_signs_is_never_passed_over(text: str) -> None:
    if masking._HOME.search(text):
        assert any(sign in text for sign in masking._HOME_SIGNS)
    if masking._MOBILE.search(text):
        assert masking._MOBILE_CORE.search(text)
    if masking._TITLED_NAME.search(text):
        assert any(title in text for title in masking._TITLES)


@given(st.lists(PIECES, max_size=12).map("".join), st.integers(10, 80))
@settings(max_examples=200, deadline=None)
def test_a_summary_is_one_short_line(text: str, length: int) -> None:
    line = summary(text, length)
    assert len(line) <= length + 1
    assert "\n" not in line


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.sampled_from(["", "电话", "打", "：", "，", "联系人李四"]))
def test_no_mobile_number_survives(phone: str, before: str) -> None:
    assert phone not in mask_text(f"{before}{phone}，谢谢")


def test_a_long_letter_is_masked_quickly() -> None:
    letter = "尊敬的领导：我叫张三丰，电话13812345678，家住资阳区大码头街道，反映物业乱收费问题。" * 200
    begun = time.perf_counter()
    mask_text(letter)
    assert time.perf_counter() - begun < 1


@pytest.mark.skipif(not MESSAGES.exists(), reason="hunan-messages.csv is not on this machine")
def test_no_number_of_a_person_is_left_in_real_messages() -> None:
    with MESSAGES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            masked = mask_text(row["title"] + "\n" + row["text"])
            assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", masked)
            assert not re.search(r"(?<!\d)\d{17}[\dXx](?!\d)", masked)
