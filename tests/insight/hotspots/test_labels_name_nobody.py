"""A label is made of words of several people, and of no one's name, telephone or address."""

from __future__ import annotations

import pytest

from jiesu.insight.hotspots.labels import words


def label(*texts: str, names: tuple[str, ...] = (), least: int = 3) -> str:
    return " ".join(words([("", t) for t in texts], names=names, weight=lambda piece: 1.0, least=least))


def test_words_of_one_or_two_people_do_not_stand() -> None:
    assert label("健身房关门", "健身房关门", "买鱼少秤") == ""
    assert "健身房关门" in label("健身房关门", "健身房关门", "健身房关门")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("店长李国强态度恶劣不退款", "国强"),
        ("老板叫王德发，拒绝退款", "德发"),
        ("赵敏女士收了会员费", "赵敏"),
        ("我叫张三丰，要求退会员费", "三丰"),
        ("联系电话13812345678，退会员费", "138"),
        ("住址：资阳区幸福里小区三栋，退会员费", "幸福里"),
    ],
)
def test_people_are_not_named(text: str, secret: str) -> None:
    assert secret not in label(text, text, text, text)


def test_names_of_the_parties_are_taken_out() -> None:
    text = "陈小明不发货一直拖着"
    assert "小明" in label(text, text, text)
    assert "小明" not in label(text, text, text, names=("陈小明",))
