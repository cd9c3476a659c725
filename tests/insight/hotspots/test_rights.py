"""Who sees what of a hot spot: everything is counted from the cases that the reader may see, and small cells stay closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import Count

from jiesu.insight.hotspots import deeds, keeping, queries, typical
from jiesu.insight.hotspots.errors import HotSpotError
from jiesu.insight.hotspots.models import Member, Progress
from jiesu.people.actors import Actor, citizen
from tests.insight.hotspots.conftest import BURST, NOW, STUDIO, Town

HESHAN = "dispatcher.heshan"


def stranger(town: Town) -> Actor:
    """The supervisor of a city where nothing of this happened."""
    return replace(town.actor("supervisor"), authority_id=999_999, organisation_id=999_999, city="430100")


def seen(actor: Actor) -> list[queries.HotSpot]:
    return queries.listing(actor, at=NOW)


@pytest.fixture
def two_counties(town: Town) -> Town:
    """Four people in Ziyang and seven in Heshan, the same studio."""
    town.ordinary()
    town.burst(4)
    town.burst(7, by=HESHAN)
    keeping.sweep(at=NOW)
    return town


def test_the_city_sees_both_counties(two_counties: Town) -> None:
    for username in ("supervisor", "auditor"):
        (spot,) = seen(two_counties.actor(username))
        assert (spot.cases, spot.people, spot.beyond) == (11, 11, None)
        assert [(p.code, p.count) for p in spot.places] == [("430903", 7), ("430902", 4)]
        assert "健身" in spot.label


def test_a_county_sees_its_own_and_of_the_rest_a_rounded_number(two_counties: Town) -> None:
    (spot,) = seen(two_counties.actor("head"))
    assert (spot.cases, spot.people, spot.beyond) == (4, 4, 5)
    assert [(p.code, p.count) for p in spot.places] == [("430902", 4)]
    (spot,) = seen(two_counties.actor("head.heshan"))
    # Four cases elsewhere are fewer than the small cell: nothing is said of them.
    assert (spot.cases, spot.people, spot.beyond) == (7, 7, None)
    assert sum(n for _day, n in spot.trend) == 7


def test_another_city_a_handler_and_a_citizen_see_nothing(two_counties: Town) -> None:
    key = seen(two_counties.actor("supervisor"))[0].key
    for actor in (stranger(two_counties), citizen("complainant"), Actor(roles=frozenset({"supervisor"}))):
        assert seen(actor) == []
        with pytest.raises(HotSpotError, match="not_found"):
            queries.one(actor, key, at=NOW)


def test_where_too_few_people_are_seen_there_is_no_hot_spot(town: Town) -> None:
    town.ordinary()
    town.burst(2)
    town.burst(7, by=HESHAN)
    keeping.sweep(at=NOW)
    assert seen(town.actor("head")) == []
    assert len(seen(town.actor("head.heshan"))) == 1


def test_informants_are_in_no_count_of_people(town: Town) -> None:
    """A complainant who also reports is told by nobody from the numbers: with or without, they are the same."""
    town.ordinary()
    town.burst(4, phone="")
    for phone in ("13700000001", "13800000010"):
        town.contact(
            "飞扬健身会所关门不退会员费，还在收新会员的钱。", kind="report", phone=phone, shop=STUDIO
        )
    keeping.sweep(at=NOW)
    (spot,) = seen(town.actor("supervisor"))
    assert (spot.cases, spot.reports, spot.people) == (6, 2, 4)


@pytest.mark.parametrize("phone", ["13700000001", "13700000009"], ids=["a complainant", "somebody else"])
def test_whether_an_informant_is_a_complainant_cannot_be_tried_out(town: Town, phone: str) -> None:
    # given two complainants, and a report by one of them or by a third person
    town.ordinary()
    for n, who in enumerate(("13700000001", "13700000002")):
        town.contact(BURST[n], phone=who, shop=STUDIO)
    town.contact("飞扬健身会所关门不退会员费，还在收新会员的钱。", kind="report", phone=phone, shop=STUDIO)
    keeping.sweep(at=NOW)
    assert Member.objects.values("spot").annotate(n=Count("pk")).get(n__gte=3)
    # then there is a hot spot in neither case
    assert seen(town.actor("supervisor")) == []


@pytest.mark.parametrize("phone", ["13700000001", "13700000009"], ids=["a complainant", "somebody else"])
def test_nor_by_splitting_off_the_report_with_some_complaints(town: Town, phone: str) -> None:
    town.ordinary()
    pair = [town.contact(BURST[n], phone=f"1370000000{n + 1}", shop=STUDIO) for n in range(2)]
    town.burst(4)
    report = town.contact(
        "飞扬健身会所关门不退会员费，收新会员的钱。", kind="report", phone=phone, shop=STUDIO
    )
    keeping.sweep(at=NOW)
    supervisor = town.actor("supervisor")
    (spot,) = seen(supervisor)
    with pytest.raises(HotSpotError, match="too_few"):
        deeds.split(
            spot=spot.key, cases=[*pair, report], title="分店关门", reason="另一家", actor=supervisor, at=NOW
        )


@pytest.mark.parametrize("informants", [1, 3])
def test_what_a_bureau_takes_out_does_not_tell_how_many_informants_are_left(
    town: Town, informants: int
) -> None:
    """Five reports, three of one person or of three: without the two others the hot spot looks the same."""
    town.ordinary()
    text = "飞扬健身会所无证经营地下泳池，会员费照收。"
    phones = ["13700000008", "13700000009", *(f"1370000000{n % informants}" for n in range(3))]
    numbers = [town.contact(text, kind="report", phone=phone, shop=STUDIO) for phone in phones]
    keeping.sweep(at=NOW)
    supervisor = town.actor("supervisor")
    (spot,) = seen(supervisor)
    deeds.take_out(spot=spot.key, cases=numbers[:2], reason="不是一回事", actor=supervisor, at=NOW)
    assert queries.one(supervisor, spot.key, at=NOW).reports == 3
    assert [s.reports for s in seen(supervisor)] == [3]


def test_reports_elsewhere_are_not_told_at_all(town: Town) -> None:
    town.ordinary()
    town.burst(4)
    for _n in range(12):
        town.contact("飞扬健身会所关门不退会员费，还在收新会员的钱。", kind="report", by=HESHAN, shop=STUDIO)
    keeping.sweep(at=NOW)
    (spot,) = seen(town.actor("head"))
    assert (spot.cases, spot.reports, spot.beyond) == (4, 0, None)


def test_a_hot_spot_of_reports_alone_has_no_words(town: Town) -> None:
    town.ordinary()
    for n in range(5):
        town.contact(f"飞扬健身会所无证经营地下泳池，第{n}次举报。", kind="report", shop=STUDIO, ago=5 - n)
    keeping.sweep(at=NOW)
    (spot,) = seen(town.actor("supervisor"))
    assert (spot.people, spot.reports, spot.words) == (0, 5, ())
    assert "泳池" not in spot.label
    assert typical.texts(town.actor("head"), spot) == []


def test_typical_texts_are_masked_and_for_readers_of_content(two_counties: Town) -> None:
    two_counties.contact("我叫王小花，电话13812345678，飞扬健身会所关门不退会员费，年卡没用完。", shop=STUDIO)
    keeping.sweep(at=NOW + timedelta(minutes=1))
    supervisor = two_counties.actor("supervisor")
    texts = [t.text for t in typical.texts(supervisor, seen(supervisor)[0])]
    assert texts
    assert not any("小花" in text or "13812345678" in text for text in texts)


def test_cases_behind_it_are_those_the_reader_may_see(two_counties: Town) -> None:
    (spot,) = seen(two_counties.actor("head"))
    behind = queries.cases_of(two_counties.actor("head"), spot)
    assert {case.county for case in behind} == {"430902"}
    assert behind.count() == spot.cases


def test_the_list_costs_the_same_for_more_cases(town: Town, django_assert_max_num_queries: object) -> None:
    town.burst(4)
    keeping.sweep(at=NOW)
    supervisor = town.actor("supervisor")
    with django_assert_max_num_queries(10) as few:  # type: ignore[operator]
        assert len(seen(supervisor)) == 1
    town.burst(8, by=HESHAN)
    for n in range(6):
        town.contact(f"阳光驾校收了报名费不安排练车，教练电话打不通，第{n}个学员。", shop="阳光驾校")
    # The new ones were typed in before the first sweep, which never happens.
    Progress.objects.update(registered_until=None)
    keeping.sweep(at=NOW)
    with django_assert_max_num_queries(len(few)):  # type: ignore[operator]
        assert len(seen(supervisor)) == 2


def test_the_ten_hot_subjects_of_a_year(two_counties: Town) -> None:
    day = keeping.day_of(NOW)
    supervisor = two_counties.actor("supervisor")
    (spot,) = queries.top(supervisor, since=day.replace(month=1, day=1), until=day, at=NOW)
    assert spot.people == 11
    assert (
        queries.top(supervisor, since=day.replace(year=2025), until=day.replace(month=1, day=1), at=NOW) == []
    )


def test_the_hot_subjects_of_few_days_grow_as_the_list_says(town: Town) -> None:
    """Few in the last week, few in the week before, many in the three before those: it abates."""
    day = keeping.day_of(NOW)
    for n, ago in enumerate((30, 28, 26, 24, 22, 20, 18, 11, 10, 2)):
        town.contact(BURST[n % 8], ago=ago, shop=STUDIO)
    keeping.sweep(at=NOW)
    supervisor = town.actor("supervisor")
    (listed,) = seen(supervisor)
    assert (listed.cases, listed.recent, listed.before, listed.growing) == (10, 1, 9, False)
    (spot,) = queries.top(supervisor, since=day - timedelta(days=13), until=day, at=NOW)
    assert (spot.cases, spot.people, spot.since) == (3, 3, day - timedelta(days=11))
    assert (spot.recent, spot.before, spot.growing, spot.heat) == (1, 9, False, listed.heat)
