"""Sketches estimate how alike two texts are, tell nothing without the key, and meet in a band when alike."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from jiesu.triage.similarity import SIZE, bands, bigrams, pack, similarity, sketch, unpack

LETTER = (
    "本人于2026年3月5日在鑫鑫超市购买进口果汁三瓶，中文标签没有标明营养成分表和生产商地址，"
    "违反食品安全法第六十七条，要求退还货款并支付十倍赔偿，请依法处理并书面答复。"
)
SAME = LETTER.replace("3月5日", "4月9日").replace("鑫鑫超市", "好再来超市").replace("三瓶", "两瓶")
OTHER = "小区电梯上周开始经常停在半空，物业说没有钱维修，老人小孩上下楼很不方便，希望派人检查。"
TEXTS = st.text(alphabet="退款超市牛奶过期电梯检验投诉举报健身卡充值游戏价格", min_size=0, max_size=120)


def test_a_letter_with_other_dates_and_shop_stays_alike_and_another_matter_does_not() -> None:
    assert similarity(sketch(LETTER), sketch(SAME)) > 0.6
    assert similarity(sketch(LETTER), sketch(OTHER)) < 0.2


def test_near_duplicates_share_a_band() -> None:
    assert set(bands(sketch(LETTER))) & set(bands(sketch(SAME)))
    assert not set(bands(sketch(LETTER))) & set(bands(sketch(OTHER)))


def test_another_key_makes_sketches_that_cannot_be_compared() -> None:
    assert similarity(sketch(LETTER, key=b"one"), sketch(LETTER, key=b"two")) < 0.2


def test_a_sketch_survives_storing() -> None:
    values = sketch(LETTER)
    assert unpack(pack(values)) == values
    assert len(pack(values)) == 4 * SIZE


@given(TEXTS, TEXTS)
@settings(max_examples=200, deadline=None)
def test_the_estimate_is_symmetric_bounded_and_near_the_truth(a: str, b: str) -> None:
    one, two = sketch(a), sketch(b)
    estimate = similarity(one, two)
    assert estimate == similarity(two, one)
    assert 0 <= estimate <= 1
    left, right = bigrams(a), bigrams(b)
    if len(left | right) >= 40 and left and right:
        assert abs(estimate - len(left & right) / len(left | right)) < 0.4


@given(TEXTS)
def test_a_text_is_wholly_like_itself_unless_it_says_nothing(text: str) -> None:
    assert similarity(sketch(text), sketch(text)) == (1.0 if bigrams(text) else 0.0)


def test_a_thousand_sketches_take_about_a_second() -> None:
    begun = time.perf_counter()
    for _ in range(1000):
        sketch(LETTER)
    assert time.perf_counter() - begun < 3
