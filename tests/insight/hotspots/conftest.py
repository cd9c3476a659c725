"""Given: a town where a fitness studio closes its doors, and everybody else complains about something else."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from jiesu.cases.act import act
from jiesu.insight.hotspots import keeping, queries, supervising
from jiesu.insight.hotspots.models import SupervisionNotice
from jiesu.intake import forms
from jiesu.intake.registering import register
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import moment

NOW = moment("2026-09-20T08:30")
TODAY = keeping.day_of(NOW)
#: The day by which the supervision notice that was sent wants its answers.
DAY = TODAY + timedelta(days=5)
ANSWER = "三件已经受理，两件约定周五调解；已经约谈该会所，暂未发现其他分店。"
STUDIO = "飞扬健身会所"
BURST = (
    "飞扬健身会所突然关门，办的年卡还有八个月没用，会员费不退，电话打不通。",
    "我在飞扬健身会所办了年卡，现在会所关门停业，老板失联，要求退还会员费。",
    "飞扬健身会所关门跑路，会员卡余额两千多元不退，请帮忙追回会员费。",
    "飞扬健身会所停业没有通知会员，年卡不给退费，门口贴了关门告示。",
    "投诉飞扬健身会所关门不退会员费，办卡的时候承诺随时可以退。",
    "飞扬健身会所上周关门，我的私教课和年卡都没有办法退，会员费打了水漂。",
    "飞扬健身会所关门了，会员群里几百人都在要求退会员费，店家没有说法。",
    "办了飞扬健身会所的会员年卡，刚用一个月就关门，要求退会员费。",
)
OTHERS = (
    "在菜市场买的排骨回家一称少了三两，摊主的电子秤有问题。",
    "网上买的电饭煲用了两天就跳闸，商家不给换货。",
    "理发店说好三十八元，结账要收三百八十元，没有明码标价。",
    "奶茶里喝出一根头发，店员态度恶劣，拒绝赔偿。",
    "驾校报名以后约不上练车时间，教练总是推脱。",
    "小区门口水果店用腐烂的水果榨汁卖给学生。",
    "手机贴膜后屏幕失灵，维修店说和他们没有关系。",
    "旅行社临时更换酒店，行程单上的景点少去了两个。",
    "装修公司用的板材和合同约定的品牌不一样，味道很大。",
    "影楼拍的婚纱照修得不像本人，要求重拍被拒绝。",
)


class Town:
    """Contacts of people, taken in at the centres of two counties."""

    def __init__(self) -> None:
        self.numbers = count(13800000000)

    def actor(self, username: str) -> Actor:
        return actor_for(Staff.objects.select_related("organisation__parent").get(username=username), NOW)

    def contact(
        self,
        text: str,
        *,
        ago: float = 1,
        by: str = "dispatcher.ziyang",
        kind: str = "complaint",
        phone: str = "",
        shop: str = "",
        **more: Any,
    ) -> int:
        at: datetime = NOW - timedelta(days=ago)
        who = {"name": "王小花", "phone": phone or str(next(self.numbers))}
        # Every shop has its own name where none is given.
        shop = shop or f"{text[3]}{text[-6]}{text[5]}号店"
        body: dict[str, Any] = {
            "kind": kind,
            "channel": "hotline",
            "text": text,
            "demand": "退款",
            "informant" if kind == "report" else "complainant": who,
            "respondent": {"name": shop, "address": "益阳市资阳区大码头街道五一西路20号"},
            **more,
        }
        done = register(form=forms.read(body), actor=self.actor(by), at=at, key=None, strict=False)
        return done.cases[0].number

    def ordinary(self, ago: float = 20) -> list[int]:
        """Unlike each other."""
        return [self.contact(text, ago=ago - n / 10) for n, text in enumerate(OTHERS)]

    def burst(self, people: int = 6, **more: Any) -> list[int]:
        """Different people about the studio, the latest two days ago."""
        return [self.contact(BURST[n % len(BURST)], ago=8 - n, shop=STUDIO, **more) for n in range(people)]


@pytest.fixture
def town(db: None) -> Town:
    return Town()


@pytest.fixture
def sent(town: Town) -> Town:
    """Four complaints in the hands of Ziyang, three in those of Heshan, one report of Heshan; all of them urged."""
    town.ordinary()
    for username, bureau, people in (("ziyang", "430902", 4), ("heshan", "430903", 3)):
        numbers = town.burst(people, by=f"dispatcher.{username}")
        if username == "heshan":
            text = "飞扬健身会所关门不退会员费，还在收新会员的钱。"
            numbers.append(town.contact(text, kind="report", by="dispatcher.heshan", shop=STUDIO))
        for number in numbers:
            act(
                number,
                "route",
                {"organisation": by_key(f"{bureau}-bureau").pk},
                actor=town.actor(f"dispatcher.{username}"),
                at=NOW,
            )
    keeping.sweep(at=NOW)
    supervisor = town.actor("supervisor")
    spot = queries.listing(supervisor, at=NOW)[0]
    for _again in range(2):
        supervising.supervise(
            spot=spot.key,
            note="请核查是否还有别的分店，联系人电话13812345678。",
            answer_by=DAY,
            key="k1",
            actor=supervisor,
            at=NOW,
        )
    return town


def only() -> SupervisionNotice:
    return SupervisionNotice.objects.get()
