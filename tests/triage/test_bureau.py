"""Whose case: complaints and reports differ, the day chooses the order, only address fields are read."""

from __future__ import annotations

from datetime import date

import pytest

from jiesu.law import LawError
from jiesu.triage.bureau import Respondent, suggest

ZIYANG, HESHAN, NANSHAN = "430902", "430903", "440305"
OLD, NEW = date(2026, 4, 14), date(2026, 4, 15)
SHOP = Respondent(
    name="某网店",
    platform="某平台",
    shown_address="湖南省益阳市资阳区五一西路1号",
    address="湖南省益阳市赫山区桃花仑路1号",
    platform_seat="广东省深圳市南山区科技园1号",
)


def places(kind: str, respondent: Respondent, on: date) -> list[str]:
    return [candidate.division for candidate in suggest(kind, respondent, on=on).candidates]


def test_a_complaint_about_a_shop_goes_where_it_says_it_is_or_to_the_platform() -> None:
    assert places("complaint", SHOP, NEW) == [ZIYANG, NANSHAN]


def test_a_report_about_the_same_shop_goes_to_its_actual_place_of_business() -> None:
    routing = suggest("report", SHOP, on=NEW)
    assert [c.division for c in routing.candidates] == [HESHAN, NANSHAN]
    assert [c.first_receiver for c in routing.candidates] == [False, True]


def test_under_order_20_the_complaint_went_to_the_actual_place_of_business() -> None:
    routing = suggest("complaint", SHOP, on=OLD)
    assert [c.division for c in routing.candidates] == [HESHAN, NANSHAN]
    assert "第十二条" in routing.candidates[0].article


def test_a_shop_that_cannot_be_reached_is_the_platforms_and_contact_records_prove_it() -> None:
    unreachable = Respondent(**{**{f: getattr(SHOP, f) for f in SHOP.__slots__}, "unreachable": True})
    routing = suggest("complaint", unreachable, on=NEW)
    assert [c.division for c in routing.candidates] == [NANSHAN]
    assert routing.needs == ("contact_records",)


def test_an_address_that_is_not_shown_leaves_the_platform_and_says_what_is_missing() -> None:
    routing = suggest("complaint", Respondent(platform="某平台", platform_seat=SHOP.platform_seat), on=NEW)
    assert [c.division for c in routing.candidates] == [NANSHAN]
    assert any("公示" in line for line in routing.missing)


def test_an_own_website_goes_to_the_seat() -> None:
    respondent = Respondent(
        own_website=True, registered_address="益阳市资阳区长春路1号", address="益阳市赫山区桃花仑路1号"
    )
    assert places("complaint", respondent, NEW) == [ZIYANG]
    assert places("report", respondent, NEW) == [ZIYANG]


def test_a_plain_complaint_goes_to_place_of_business_or_seat() -> None:
    respondent = Respondent(address="益阳市资阳区长春路1号", registered_address="益阳市赫山区桃花仑路1号")
    assert places("complaint", respondent, NEW) == [ZIYANG, HESHAN]


def test_a_report_goes_where_it_happened() -> None:
    respondent = Respondent(address="益阳市资阳区长春路1号", act_address="益阳市赫山区桃花仑路1号")
    assert places("report", respondent, NEW) == [HESHAN]
    assert places("lead", respondent, NEW) == [HESHAN]


def test_an_advertisement_goes_to_the_publisher_and_on_the_internet_also_to_who_receives_it_first() -> None:
    respondent = Respondent(
        advertising="internet",
        publisher_address="广东省深圳市南山区科技园1号",
        advertiser_address="益阳市资阳区长春路1号",
    )
    routing = suggest("report", respondent, on=NEW)
    assert [(c.division, c.first_receiver) for c in routing.candidates] == [(NANSHAN, False), (ZIYANG, True)]
    own = Respondent(advertising="own_internet", address="益阳市资阳区长春路1号")
    assert places("report", own, NEW) == [ZIYANG]


def test_every_candidate_cites_its_article() -> None:
    for kind in ("complaint", "report"):
        for candidate in suggest(kind, SHOP, on=NEW).candidates:
            assert candidate.article in candidate.reasons[0]
            assert "第" in candidate.article


def test_goods_named_after_a_place_are_no_address() -> None:
    routing = suggest("complaint", Respondent(name="沅江芦笋专卖", address="沅江芦笋"), on=NEW)
    assert all(c.confidence < 50 for c in routing.candidates)


def test_a_city_alone_is_no_place_for_a_complaint_but_one_for_a_report() -> None:
    respondent = Respondent(address="湖南省益阳市")
    routing = suggest("complaint", respondent, on=NEW)
    assert routing.candidates == []
    assert any("补充" in line for line in routing.missing)
    assert places("report", respondent, NEW) == ["430900"]


def test_both_places_in_one_county_are_one_candidate() -> None:
    respondent = Respondent(address="益阳市资阳区长春路1号", registered_address="益阳市资阳区五一路2号")
    assert places("complaint", respondent, NEW) == [ZIYANG]


def test_before_order_20_there_is_no_answer() -> None:
    with pytest.raises(LawError):
        suggest("complaint", SHOP, on=date(2019, 12, 31))


def test_a_consultation_has_no_article_and_goes_by_its_address() -> None:
    (candidate,) = suggest("consultation", Respondent(address="益阳市资阳区长春路1号"), on=NEW).candidates
    assert (candidate.division, candidate.article) == (ZIYANG, "")
