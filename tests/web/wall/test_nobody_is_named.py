"""Nothing that people wrote about people reaches a wall: a room full of people looks at it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from jiesu.insight.hotspots import keeping, queries
from jiesu.insight.hotspots.models import Spot
from jiesu.insight.wall import hot
from jiesu.people.actors import SYSTEM
from tests.insight.hotspots import conftest as given
from tests.web.wall.conftest import entered

pytestmark = pytest.mark.django_db
NAME, OWNER, STREET, IDENTITY = "欧阳翠花", "司马大壮", "秀峰东路188号", "430902199001011234"


def test_names_numbers_and_addresses_in_contacts_stand_on_no_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    # given people who all name the owner of a shop, its street, a telephone and an identity number, and an informant
    now = timezone.now()
    monkeypatch.setattr(given, "NOW", now - timedelta(minutes=1))
    town = given.Town()
    town.ordinary()
    shop = f"{OWNER}健身会所"
    texts = [
        f"{shop}关门，会员费不退，老板{OWNER}住{STREET}，电话13987654321，身份证{IDENTITY}，{n}月办的年卡。"
        for n in range(1, 7)
    ]
    for n, text in enumerate(texts):
        town.contact(text, ago=6 - n, shop=shop, complainant={"name": NAME, "phone": f"1377777000{n}"})
    town.contact(texts[0], kind="report", shop=shop, informant={"name": "诸葛铁柱", "phone": "13766660000"})
    keeping.sweep(at=now)
    # and a bureau that called the hot spot by the owner's name, and words that hold it
    key = queries.listing(SYSTEM, at=now)[0].key
    assert entered("head").post(reverse("hotspots:deed", args=[key, "rename"]), {"title": f"{OWNER}跑路"}).status_code == 303  # fmt: skip
    Spot.objects.filter(pk=key).update(words=[shop, "会员费", OWNER, STREET, "13987654321"])
    # when walls are looked at
    for username, region in (("head", "430902"), ("supervisor", "430902"), ("supervisor", "430900")):
        client = entered(username)
        data = client.get(reverse("wall:snapshot"), {"region": region})
        page = client.get(reverse("wall:wall"), {"region": region})
        # then the hot spot is there, in words that name nobody
        (matter,) = data.json()["matters"]
        assert matter["people"] == 6
        assert matter["words"] == "健身会所、会员费"
        for answer in (data, page):
            text = answer.content.decode()
            for secret in (
                NAME,
                OWNER,
                "诸葛铁柱",
                STREET,
                "秀峰",
                "13987654321",
                "1377777",
                IDENTITY,
                shop,
                "跑路",
            ):
                assert secret not in text


def test_few_people_make_no_hot_spot(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    monkeypatch.setattr(given, "NOW", now - timedelta(minutes=1))
    town = given.Town()
    town.ordinary()
    town.burst(2)
    town.contact(given.BURST[2], kind="report", shop=given.STUDIO)
    keeping.sweep(at=now)
    assert entered("head").get(reverse("wall:snapshot")).json()["matters"] == []


def test_only_listed_words_are_shown() -> None:
    assert hot.listed((OWNER, STREET, "13987654321", IDENTITY, "张三牛奶店")) == ("牛奶",)
    terms = hot._list()
    assert len(terms) > 200
    assert all(2 <= len(term) <= 8 or term == "鞋" for term in terms)
