"""Who reads figures looks at the wall of the own bureau and of those below; nobody looks at another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiesu.insight.hotspots import keeping
from jiesu.insight.scope import may_read
from jiesu.insight.wall import hot
from jiesu.people.actors import Actor
from jiesu.people.roles import Role
from tests.insight.hotspots import conftest as given
from tests.web.wall.conftest import actor, entered, person

pytestmark = pytest.mark.django_db
PAGES = ("wall:wall", "wall:snapshot")
#: Account, region, answer.
CROSSED = (
    ("supervisor", "", 200),
    ("supervisor", "430900", 200),
    ("supervisor", "430902", 200),
    ("supervisor", "430903", 200),
    ("supervisor", "430000", 403),
    ("supervisor", "430100", 403),
    ("supervisor", "430102", 403),
    ("auditor", "430902", 200),
    ("auditor", "430800", 403),
    ("head", "", 200),
    ("head", "430902", 200),
    ("head", "430903", 403),
    ("head", "430900", 403),
    ("head.heshan", "430902", 403),
    ("legal", "430902", 200),
    ("legal", "430900", 403),
    # Regions that are none.
    ("supervisor", "430999", 404),
    ("supervisor", "4309", 403),
    ("supervisor", "4309'--", 403),
    ("supervisor", "４３０９００", 403),
    ("head", "430902005", 403),
    *((name, region, 403) for name in ("handler", "calltaker", "dispatcher", "council", "mediator", "officehead",
                                       "admin", "security") for region in ("", "430902")),
)  # fmt: skip


@pytest.mark.parametrize(("username", "region", "status"), CROSSED)
def test_roles_cross_regions(username: str, region: str, status: int) -> None:
    client = entered(username)
    for name in PAGES:
        answer = client.get(reverse(name), {"region": region} if region else {})
        assert answer.status_code == status
        assert ('"tiles"' in answer.content.decode()) == (status == 200)


def test_a_citizen_is_led_to_the_door() -> None:
    for name in PAGES:
        answer = Client().get(reverse(name), {"region": "430900"})
        assert answer.status_code == 302
        assert "/desk/login/" in answer["Location"]


def test_what_one_may_see_is_not_kept_for_another() -> None:
    url = reverse("wall:snapshot")
    assert entered("supervisor").get(url, {"region": "430903"}).status_code == 200
    assert entered("head").get(url, {"region": "430903"}).status_code == 403


def test_a_city_whose_code_ends_in_zeros_sees_no_neighbour() -> None:
    # Chenzhou is 431000, Yongzhou 431100.
    chenzhou = Actor(authority_id=1, roles=frozenset({Role.HEAD.value}), province="430000", city="431000")
    assert may_read(chenzhou, "431000")
    assert may_read(chenzhou, "431002")
    assert not may_read(chenzhou, "431100")
    assert not may_read(chenzhou, "431102")
    person("head.chenzhou", "431000-bureau", Role.HEAD)
    client = entered("head.chenzhou")
    assert client.get(reverse("wall:wall"), {"region": "431000"}).status_code == 200
    assert client.get(reverse("wall:wall"), {"region": "431100"}).status_code == 403
    assert "431100" not in client.get(reverse("wall:wall")).content.decode()


def test_the_province_sees_all_its_cities() -> None:
    person("supervisor.hunan", "430000-bureau", Role.SUPERVISOR)
    data = entered("supervisor.hunan").get(reverse("wall:snapshot")).json()
    names = {tile["name"] for tile in data["tiles"]}
    assert len(names) == 15
    assert {"长沙市", "益阳市", "湘西州", "省本级"} <= names


def test_hot_spots_are_counted_within_the_region_and_the_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    # given five people about one studio in Ziyang and six in Heshan
    now = timezone.now()
    monkeypatch.setattr(given, "NOW", now - timedelta(minutes=1))
    town = given.Town()
    town.ordinary()
    town.burst(5)
    town.contact("飞扬健身会所关门不退会员费，夜里从后门搬走器材。", kind="report", shop=given.STUDIO)
    town.burst(6, by="dispatcher.heshan")
    keeping.sweep(at=now)
    url = reverse("wall:snapshot")

    def people(username: str, region: str) -> list[int] | None:
        found = entered(username).get(url, {"region": region}).json()["matters"]
        return None if found is None else [m["people"] for m in found]

    # then each wall counts its own region, the city's both; the informant is in no count
    assert people("supervisor", "430900") == [11]
    assert people("supervisor", "430902") == [5]
    assert people("supervisor", "430903") == [6]
    assert people("head", "430902") == [5]
    assert people("head.heshan", "430903") == [6]
    assert people("auditor", "430902") == [5]
    # and whoever may not read contents below is shown no hot spots of below
    person("legal.yiyang", "430900-legal", Role.LEGAL)
    assert people("legal.yiyang", "430902") is None


def test_a_viewer_sees_no_more_than_the_person() -> None:
    supervisor, head = actor("supervisor"), actor("head")
    own, below = hot.viewer(supervisor, "430900"), hot.viewer(supervisor, "430902")
    assert own is not None
    assert below is not None
    assert own.roles == supervisor.roles & {Role.SUPERVISOR.value}
    assert (below.roles, below.county, below.staff_id) == (frozenset({"auditor"}), "430902", None)
    assert hot.viewer(head, "430902") == hot.viewer(actor("head.acting"), "430902")
