"""What a message is, with reasons; most of what a city receives is not market regulation."""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from jiesu.triage import kind
from jiesu.triage.lexicon import matters

MESSAGES = Path(
    os.environ.get("JIESU_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"), "hunan-messages.csv"
)
LABELS = Path(__file__).parent / "labels.csv"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我在步步高超市买到过期牛奶，要求退款并赔偿，商家拒绝处理", "complaint"),
        ("在某健身房办了年卡，现在关门了联系不上，要求退款", "complaint"),
        ("双十一在淘宝网店买的衣服，七天无理由退货被拒绝", "complaint"),
        ("孩子14岁，偷偷给游戏充值200多次共4万多元，要求退款", "complaint"),
        ("举报某某市场电子秤作弊，缺斤少两，请查处", "report"),
        ("小区电梯年检过期，经常故障困人，请处理", "report"),
        ("资阳区某路有家早餐店无证经营，卫生很差，请取缔", "report"),
        ("有人以走路赚钱拉人头发展下线，涉嫌传销", "report"),
        ("请问个体工商户营业执照怎么注销，需要什么材料？", "consultation"),
        ("咨询一下网购的商品七天无理由退货从哪天算起？", "consultation"),
        ("请问如何投诉商家，12315多久受理？", "consultation"),
        ("建议在路口增设红绿灯", "other"),
        ("公司拖欠农民工工资半年", "other"),
        ("开发商延期交房，房产证一直没办下来", "other"),
        ("", "other"),
    ],
)
def test_plain_messages_get_the_kind_a_dispatcher_would_give(text: str, expected: str) -> None:
    assert kind.suggest(text).value == expected


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("现依法提出政府信息公开申请，请公开该企业的登记档案", "information_request"),
        ("申请人不服你局不予受理决定，现申请行政复议", "review"),
        ("某村书记贪污受贿，请纪委介入调查", "discipline"),
        ("隔壁KTV深夜噪音扰民", "environment"),
        ("自来水公司无故停水三天", "utilities"),
        ("12315工作人员态度恶劣，偏袒商家", "discipline"),
    ],
)
def test_what_is_not_ours_names_who_is_competent_and_what_to_say(text: str, matter: str) -> None:
    found = kind.suggest(text)
    assert (found.value, found.matter) == ("other", matter)
    assert found.department
    assert found.tell


def test_every_suggestion_has_chinese_reasons_and_a_confidence() -> None:
    for text in ("", "退款", "请问营业执照怎么办理？", "举报假货", "路灯坏了"):
        found = kind.suggest(text)
        assert found.reasons
        assert 0 <= found.confidence <= 100


MIXED = (
    "我于3月5日在鑫鑫超市购买了一箱牛奶，花了68元，回家发现已过期三个月。"
    "商家拒绝退款，我要求退货并赔偿1000元。"
    "另外举报该店货架上还有大量过期食品在卖，请依法查处，严厉处罚。"
)


def test_a_letter_with_both_is_mixed_and_tells_which_sentences_speak_for_each() -> None:
    found = kind.suggest(MIXED)
    assert found.mixed
    assert any("赔偿1000元" in sentence for sentence in found.for_complaint)
    assert any("依法查处" in sentence for sentence in found.for_report)
    assert not any("依法查处" in sentence for sentence in found.for_complaint)


def test_a_plain_complaint_is_not_mixed() -> None:
    assert not kind.suggest("我在鑫鑫超市购买了一箱牛奶，商家拒绝退款，我要求退货").mixed


def test_fields_of_the_form_speak_for_a_complaint() -> None:
    text = "某某超市的面包发霉了，我买了两袋"
    assert kind.suggest(text).value == "report"
    assert (
        kind.suggest(text, demand="要求退款并赔偿", amount=3000, respondent="某某超市").value == "complaint"
    )


def test_keys_of_matters_are_unique() -> None:
    assert max(Counter(m.key for m in matters()).values()) == 1


def test_a_long_letter_takes_no_noticeable_time() -> None:
    begun = time.perf_counter()
    kind.suggest(MIXED * 100)
    assert time.perf_counter() - begun < 1


@pytest.mark.skipif(not MESSAGES.exists(), reason="hunan-messages.csv is not on this machine")
def test_kinds_of_real_messages_stay_as_good_as_documented() -> None:
    with MESSAGES.open(encoding="utf-8") as file:
        messages = {
            r["message_id"]: f"{r['title'].strip()}\n{r['text'].strip()}" for r in csv.DictReader(file)
        }
    with LABELS.open(encoding="utf-8") as file:
        labels = [(r["message_id"], r["kind"]) for r in csv.DictReader(file) if r["stratum"] != "P"]
    assert len(labels) >= 120
    right = sum(kind.suggest(messages[number]).value == label for number, label in labels)
    assert right / len(labels) >= 0.85


@pytest.mark.skipif(not MESSAGES.is_file(), reason="the message file is not here; see data/README.md")
def test_whoever_has_said_the_kind_learns_as_well_whether_the_letter_is_mixed() -> None:
    with MESSAGES.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    mixed = [text for text in texts if kind.suggest(text).mixed]
    assert mixed
    assert [text for text in texts if kind.suggest(text, said="complaint").mixed] == mixed
