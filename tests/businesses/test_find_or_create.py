"""One business is one row, however it is written, and nothing known is overwritten."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections

from jiesu.businesses.actions import find_or_create
from jiesu.businesses.errors import BusinessError, Code
from jiesu.businesses.models import Business
from jiesu.businesses.queries import by_credit_code, of_same_name, starting_with

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
CODE = "91350100M000100Y43"


@pytest.mark.django_db
def test_the_same_name_and_address_written_otherwise_is_the_same_business() -> None:
    first = find_or_create(name="好又多超市（五一路店）", address="益阳市资阳区 五一西路12号", at=AT)

    again = find_or_create(
        name="好又多超市(五一路店)", address="益阳市资阳区五一西路12号", phone="0737-1", at=AT
    )

    assert again.pk == first.pk
    assert again.division_code == "430902"
    assert again.phone == "0737-1"


@pytest.mark.django_db
def test_another_address_is_another_shop() -> None:
    first = find_or_create(name="好又多超市", address="资阳区五一西路", at=AT)
    second = find_or_create(name="好又多超市", address="赫山区桃花仑路", at=AT)

    assert first.pk != second.pk
    assert of_same_name(first) == [second]


@pytest.mark.django_db
def test_a_credit_code_goes_to_the_business_known_without_it() -> None:
    first = find_or_create(name="好又多超市", address="资阳区五一西路", at=AT)

    again = find_or_create(
        name="好又多超市", address="资阳区五一西路", unified_credit_code=CODE.lower(), at=AT
    )

    assert again.pk == first.pk
    assert by_credit_code(CODE) == first


@pytest.mark.django_db
def test_the_credit_code_alone_decides_and_nothing_known_is_overwritten() -> None:
    first = find_or_create(
        name="益阳好又多商贸有限公司", unified_credit_code=CODE, address="资阳区", phone="1", at=AT
    )

    again = find_or_create(name="好又多", unified_credit_code=CODE, address="赫山区", phone="2", at=AT)

    assert again.pk == first.pk
    assert (again.name, again.address, again.phone) == ("益阳好又多商贸有限公司", "资阳区", "1")


@pytest.mark.django_db
def test_a_company_is_known_by_its_name_a_shop_is_not() -> None:
    company = find_or_create(name="益阳好又多商贸有限公司", unified_credit_code=CODE, address="资阳区", at=AT)

    assert find_or_create(name="益阳好又多商贸有限公司", at=AT) == company
    assert find_or_create(name="好又多超市", at=AT) != find_or_create(
        name="好又多超市", address="资阳区", at=AT
    )


@pytest.mark.django_db
def test_a_business_needs_a_name_and_a_right_code() -> None:
    with pytest.raises(BusinessError) as caught:
        find_or_create(name=" （） ", at=AT)
    assert caught.value.code is Code.NAME_MISSING

    with pytest.raises(BusinessError) as caught:
        find_or_create(name="好又多", unified_credit_code="123", at=AT)
    assert caught.value.code is Code.CREDIT_CODE_LENGTH
    assert not Business.objects.exists()


@pytest.mark.django_db
def test_typing_finds_by_name_and_code_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    business = find_or_create(name="好又多超市", unified_credit_code=CODE, at=AT)

    with django_assert_num_queries(1):
        assert starting_with("好 又") == [business]
    assert starting_with("91350100m") == [business]
    assert starting_with("%") == []


@pytest.mark.parametrize("code", ["", CODE])
def test_many_at_once_make_one_business(own_database: str, code: str) -> None:
    start = threading.Barrier(6)
    found: list[int] = []

    def register() -> None:
        try:
            start.wait()
            found.append(
                find_or_create(
                    name="好又多超市", address="资阳区五一西路", unified_credit_code=code, at=AT
                ).pk
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=register) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 6
    assert len(set(found)) == 1
