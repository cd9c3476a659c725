"""Organisations in the database: the line of command, and who is competent where."""

import pytest
from django.db import connection

from jiesu.places.jurisdiction import designating_bureau, is_below, same_authority
from jiesu.places.loading import load_divisions, load_organisations
from jiesu.places.models import Organisation
from jiesu.places.queries import (
    ancestors,
    authority,
    bureau_for_division,
    bureaus_for,
    by_key,
    centre_of,
    common_superior,
    competent_name,
    ids_below,
    line_of_command,
    office_for_town,
    superior,
)

pytestmark = pytest.mark.django_db


def test_loading_again_changes_nothing_an_administrator_set() -> None:
    load_divisions()
    load_organisations()
    Organisation.objects.filter(key="430902-bureau").update(phone="0737-4322315")

    assert load_divisions().added == 0
    assert load_organisations().added == 0
    assert by_key("430902-bureau").phone == "0737-4322315"


def test_what_is_missing_is_loaded() -> None:
    # Past Django's collector: nothing refers to these rows yet, and this package knows nothing of what might.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM places_organisation WHERE key = '430902005-station'")
        cursor.execute("DELETE FROM places_division WHERE code = '430902005001'")

    assert load_divisions().added == 1
    assert load_organisations().added == 1
    assert by_key("430902005-station").parent == by_key("430902005-office")


def test_loading_takes_few_statements(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM places_organisation WHERE type = 'station'")

    with django_assert_max_num_queries(8):
        load_organisations()


@pytest.mark.parametrize("key", ["430902-bureau", "430902-centre", "430902-consumer", "430902005-office"])
def test_office_centre_and_section_act_for_their_bureau(key: str) -> None:
    assert authority(by_key(key)) == by_key("430902-bureau")
    assert superior(by_key(key)) == by_key("430900-bureau")


@pytest.mark.parametrize("key", ["430902-council", "430902005-station", "430902-partner-police"])
def test_others_are_outside_the_line_of_command(key: str) -> None:
    org = by_key(key)

    assert authority(org) is None
    assert superior(org) is None
    assert line_of_command(org) == []
    assert not is_below(org, by_key("430902-bureau"))
    assert not is_below(by_key("430902005-office"), org)


def test_the_line_of_command_ends_with_the_province(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    office = by_key("430902005-office")

    with django_assert_max_num_queries(1):
        line = line_of_command(office)

    assert [org.key for org in line] == ["430902-bureau", "430900-bureau", "430000-bureau"]
    assert [org.key for org in ancestors(office)] == ["430902005-office", *[org.key for org in line]]


@pytest.mark.parametrize(
    ("one", "other", "above"),
    [
        ("430902-bureau", "430903-bureau", "430900-bureau"),
        ("430902005-office", "430972-centre", "430900-bureau"),
        ("430902-bureau", "430104-bureau", "430000-bureau"),
        ("430902-bureau", "430900-bureau", "430000-bureau"),
        ("430902-bureau", "430902005-office", "430900-bureau"),
        ("430000-bureau", "430902-bureau", None),
        ("430902-council", "430903-bureau", None),
    ],
)
def test_the_nearest_common_superior_designates(one: str, other: str, above: str | None) -> None:
    expected = by_key(above) if above else None

    assert common_superior(by_key(one), by_key(other)) == expected
    assert designating_bureau(by_key(other), by_key(one)) == expected


def test_below_and_same_authority() -> None:
    office, bureau, city = by_key("430902005-office"), by_key("430902-bureau"), by_key("430900-centre")

    assert is_below(office, city)
    assert is_below(bureau, by_key("430000-bureau"))
    assert not is_below(bureau, bureau)
    assert not is_below(by_key("430000-bureau"), bureau)
    assert same_authority(office, bureau)
    assert not same_authority(office, city)
    assert not same_authority(by_key("430902-council"), by_key("430902-council"))


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("430902005001", "430902-bureau"),
        ("430902", "430902-bureau"),
        ("430900", "430900-bureau"),
        ("430972403", "430972-bureau"),
        ("430000", "430000-bureau"),
    ],
)
def test_the_bureau_of_a_division(code: str, key: str) -> None:
    assert bureau_for_division(code) == by_key(key)
    assert bureaus_for([code]) == {code: by_key(key)}


def test_a_closed_bureau_leaves_its_division_to_the_superior() -> None:
    Organisation.objects.filter(key="430902-bureau").update(is_active=False)

    assert bureau_for_division("430902") == by_key("430900-bureau")


def test_another_province_has_no_bureau_here_but_a_name() -> None:
    assert bureau_for_division("440305") is None
    assert bureaus_for(["440305"]) == {}
    assert competent_name("440305") == "广东省深圳市南山区市场监督管理局"
    assert competent_name("110105") == "北京市朝阳区市场监督管理局"
    assert competent_name("430902005") == "益阳市资阳区市场监督管理局"
    with pytest.raises(KeyError):
        competent_name("999999")


def test_offices_and_centres() -> None:
    assert office_for_town("430902005001") == by_key("430902005-office")
    assert office_for_town("440305001") is None
    assert centre_of(by_key("430902-bureau")) == by_key("430902-centre")


def test_all_below_a_bureau_and_nobody_else(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    bureau = by_key("430902-bureau")

    with django_assert_max_num_queries(1):
        below = ids_below(bureau)

    keys = set(Organisation.objects.filter(pk__in=below).values_list("key", flat=True))
    assert {"430902-bureau", "430902-centre", "430902-legal", "430902005-office"} <= keys
    assert all(key.startswith("430902") for key in keys)
    assert not keys & {"430902-council", "430902005-station", "430902-partner-police"}
