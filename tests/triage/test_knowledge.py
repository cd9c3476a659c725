"""Answers rest on the words of the law, and the question that people ask finds the answer."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest

from jiesu.triage import knowledge

TEXTS = Path(os.environ.get("JIESU_LAW_TEXTS", Path(__file__).parents[3] / "shared" / "law" / "texts"))


def squeezed(text: str) -> str:
    return re.sub(r"[\s　*]", "", text)


def test_there_is_an_answer_to_what_is_asked_most_and_each_names_its_source() -> None:
    entries = knowledge.entries()
    assert len(entries) >= 25
    assert len({entry.key for entry in entries}) == len(entries)
    for entry in entries:
        assert entry.sources
        assert all(source.quote for source in entry.sources)
        assert re.search(r"第.+条", entry.cited)


@pytest.mark.skipif(
    not TEXTS.is_dir(), reason="the texts of the law are not on this machine (JIESU_LAW_TEXTS)"
)
def test_every_quote_stands_in_the_article_that_is_named() -> None:
    texts = {file.name[:2]: file.read_text("utf-8") for file in TEXTS.glob("*.txt")}
    wrong = []
    for entry in knowledge.entries():
        for source in entry.sources:
            raw = texts[source.text]
            starts = [
                (found.start(), found.group(1))
                for found in re.finditer(
                    r"^(?:\d+:)?\**(第[一二三四五六七八九十百零]+条)(?:第[一二三]款)?\**[　 \n]", raw, re.M
                )
            ]
            parts = [
                squeezed(raw[begin:end])
                for (begin, article), (end, _) in zip(starts, [*starts, (len(raw), "")][1:], strict=True)
                if article == source.article
            ]
            if not any(squeezed(source.quote) in part for part in parts):
                wrong.append((entry.key, source.article, source.quote))
    assert wrong == []


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("我在网上买的鞋子不想要了，七天无理由退货怎么退", "return-seven-days"),
        ("健身房关门了，办的卡怎么退钱", "prepaid-refund"),
        ("超市买到过期食品能不能要求十倍赔偿", "food-tenfold"),
        ("儿子玩游戏充值了几千块能退吗", "minor-topup"),
        ("投诉后几个工作日会告诉我是否受理", "acceptance-period"),
        ("投诉和举报有什么不同", "complaint-or-report"),
        ("商家欺诈能退一赔三吗", "fraud-triple"),
        ("小区电梯检验过期找谁", "lift-inspection"),
        ("举报有没有奖励", "report-reward"),
        ("网店的投诉归哪里的市场监管局管辖", "platform-complaint-place"),
        ("饭店收费没有明码标价", "marked-price"),
        ("投诉被不予受理了怎么办", "not-accepted"),
    ],
)
def test_a_question_in_plain_words_finds_its_answer_among_the_first_two(question: str, key: str) -> None:
    assert key in [found.entry.key for found in knowledge.search(question)[:2]]


def test_an_answer_is_not_given_before_its_law_was_in_force() -> None:
    assert all(
        found.entry.valid_from <= date(2025, 1, 1)
        for found in knowledge.search("投诉多久受理", on=date(2025, 1, 1))
    )


def test_nonsense_finds_nothing() -> None:
    assert knowledge.search("") == []
    assert knowledge.search("zzzz qqqq") == []
