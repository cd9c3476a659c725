"""What is shipped, without a database."""

from collections import Counter

from jiesu.places.models import DivisionLevel
from jiesu.places.organisations import organisation_rows, place_names
from jiesu.places.source import by_code, divisions


def test_the_shipped_divisions_are_complete() -> None:
    rows = divisions()
    hunan = Counter(row.level for row in rows if row.code.startswith("43"))
    country = Counter(row.level for row in rows)

    assert hunan == {"province": 1, "city": 14, "county": 134, "town": 2008, "village": 1446}
    assert country[DivisionLevel.PROVINCE] == 31
    # 2,978 in the source, less 东莞, 中山 and 儋州, which are listed as cities.
    assert country[DivisionLevel.COUNTY] == 2975
    assert country[DivisionLevel.CITY] == 342


def test_parents_come_before_their_children() -> None:
    seen: set[str] = set()
    for row in divisions():
        assert row.parent is None or row.parent in seen
        seen.add(row.code)


def test_a_zone_is_told_from_a_district() -> None:
    assert by_code()["430971"].kind == "zone"
    assert by_code()["430902"].kind == "district"
    assert by_code()["429021"].kind == "district"


def test_organisations_have_unique_keys_and_names_and_a_parent_before_them() -> None:
    rows = organisation_rows()
    seen: set[str] = set()
    for row in rows:
        assert row.parent is None or row.parent in seen
        seen.add(row.key)

    assert len(seen) == len(rows) == len({row.name for row in rows})


def test_official_names_follow_the_practice() -> None:
    names = {row.key: (row.name, row.short_name) for row in organisation_rows()}

    assert names["430902-bureau"] == ("益阳市资阳区市场监督管理局", "资阳区市场监管局")
    assert names["430923-bureau"] == ("安化县市场监督管理局", "安化县市场监管局")
    assert names["430981-bureau"] == ("沅江市市场监督管理局", "沅江市市场监管局")
    assert names["430971-bureau"] == ("益阳市大通湖管理区市场监督管理局", "大通湖管理区市场监管局")
    assert names["430900-centre"] == ("益阳市12315投诉举报中心", "益阳市12315中心")
    assert names["430902-council"] == ("益阳市资阳区消费者权益保护委员会", "资阳区消委会")
    assert place_names(by_code()["430972"]) == ("益阳高新技术产业园区", "益阳高新区")
