"""A whole sheet of businesses is linked as each row alone would be, in a handful of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from jiesu.businesses.actions import find_or_create
from jiesu.businesses.credit_codes import check_character
from jiesu.businesses.divisions import division_of
from jiesu.businesses.linking import link, link_many
from jiesu.businesses.models import Business
from jiesu.businesses.naming import Named
from jiesu.places.addresses import Confidence, locate
from jiesu.places.source import divisions

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 1, 2, tzinfo=UTC)


def code(number: int) -> str:
    first = f"91430902MA4L{number:05d}"
    return first + check_character(first)


def together(named: list[Named | None]) -> list[int | None]:
    return link_many(named, at=AT)


def partition(found: list[int | None]) -> list[int]:
    """Which of them are the same business, whatever their keys."""
    seen: dict[int | None, int] = {}
    return [seen.setdefault(pk, len(seen)) if pk is not None else -1 for pk in found]


def test_the_same_shop_in_many_rows_is_one_business() -> None:
    rows = [
        Named("好又多超市（五一路店）", address="益阳市资阳区 五一西路12号"),
        Named("好又多超市(五一路店)", address="益阳市资阳区五一西路12号", phone="0737-1"),
        Named("好又多超市（五一路店）", address="益阳市赫山区桃花仑路1号"),
        None,
        Named("没有地址的店"),
    ]
    first, again, elsewhere, *rest = together(rows)
    assert first == again != elsewhere
    assert rest == [None, None]
    row = Business.objects.get(pk=first)
    assert (row.phone, row.division_code) == ("0737-1", "430902")


def test_what_is_known_is_taken_and_filled_and_never_overwritten() -> None:
    known = find_or_create(
        name="益阳好又多商贸有限公司", unified_credit_code=code(1), address="资阳区", at=AT
    )
    found = together(
        [
            Named("好又多", unified_credit_code=code(1).lower(), address="赫山区", phone="2"),
            Named("益阳好又多商贸有限公司", address="别处1号"),
        ]
    )
    assert found == [known.pk, known.pk]
    known.refresh_from_db()
    assert (known.address, known.phone) == ("资阳区", "2")


def test_a_code_goes_to_the_business_known_without_it() -> None:
    known = find_or_create(name="好又多超市", address="资阳区五一西路", at=AT)
    (found,) = together([Named("好又多超市", unified_credit_code=code(2), address="资阳区五一西路")])
    known.refresh_from_db()
    assert (found, known.unified_credit_code) == (known.pk, code(2))


def test_named_with_a_code_and_without_is_one_business() -> None:
    rows = [
        Named("好又多超市", address="资阳区五一西路"),
        Named("好又多超市", unified_credit_code=code(3), address="资阳区五一西路"),
        Named("湘都商贸有限公司", address="资阳区大码头"),
        Named("湘都商贸有限公司", unified_credit_code=code(4), address="赫山区"),
        Named("好又多", unified_credit_code="123", address="资阳区三里桥"),
    ]
    found = together(rows)
    assert found[0] == found[1]
    assert found[2] == found[3]
    # a number that cannot be right decides nothing
    assert found[4] is not None
    assert Business.objects.get(pk=found[4]).unified_credit_code is None


@pytest.mark.parametrize("seed", range(5))
def test_a_sheet_is_linked_as_its_rows_one_by_one(seed: int) -> None:
    random = Random(seed)
    names = ["好又多超市", "湘都商贸有限公司", "鑫鑫百货", "益阳天天商贸有限公司"]
    addresses = ["", "资阳区五一西路1号", "赫山区桃花仑路2号"]
    rows = [
        Named(
            name := random.choice(names),
            # A code belongs to one name: what is told of a real register.
            unified_credit_code=random.choice(["", "", code(names.index(name)), "123"]),
            address=random.choice(addresses),
        )
        for _ in range(40)
    ]
    # given rows with a code first: one after the other, a later code cannot reach back
    rows.sort(key=lambda one: len(one.unified_credit_code) != 18)
    alone = partition([link(one, at=AT) for one in rows])
    Business.objects.all().delete()
    assert partition(together(list(rows))) == alone


def test_queries_do_not_grow_with_the_rows(django_assert_max_num_queries: Callable[..., object]) -> None:
    for count in (10, 200):
        rows: list[Named | None] = [
            Named(f"店{n}", address=f"资阳区五一西路{n}号", phone=str(n)) for n in range(count)
        ]
        with django_assert_max_num_queries(5):
            assert len(set(together(rows))) == count
        with django_assert_max_num_queries(2):
            together(rows)


def test_shops_are_counted_for_the_platform_they_sell_on() -> None:
    shop = Named("轻奢折扣店", address="益阳市赫山区金山路88号", kind="shop", platform="淘淘购")
    other = Named("鲜果多旗舰店", address="益阳市资阳区大码头1号", kind="shop", platform=" 淘淘购 ")
    itself = Named("淘淘购", address="杭州市余杭区1号", kind="platform", platform="淘淘购")
    merchant = Named("好又多超市", address="益阳市资阳区五一西路12号")
    first = link(shop, at=AT)
    found = together([shop, other, itself, merchant])
    assert found[0] == first
    rows = {pk: Business.objects.select_related("platform").get(pk=pk) for pk in found}
    platforms = {rows[pk].platform_id for pk in found[:3]}
    assert len(platforms) == 1
    (platform,) = Business.objects.filter(kind="platform", address_key="")
    assert platforms == {platform.pk}
    assert platform.name == "淘淘购"
    assert rows[found[3]].platform is None


@pytest.mark.parametrize(
    "address",
    [
        "益阳市资阳区大码头街道五一西路12号",
        "益阳市资阳区大码头街道五一西路7号3栋502",
        "资阳区１２号",
        "鼓楼区中山路1号",
        "12号",
    ],
)
def test_a_house_lies_where_its_street_does(address: str) -> None:
    found = locate(address)
    assert division_of(address) == (found.code if found.confidence is Confidence.HIGH else "")


def test_no_division_has_a_number_in_its_name() -> None:
    assert not [row.name for row in divisions() if re.search(r"\d", row.name)]
