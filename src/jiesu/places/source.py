"""The divisions that are shipped: read once from the files in ``data/divisions``."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jiesu.places.models import DivisionKind, DivisionLevel
from jiesu.places.names import without_parents

_FOLDER = Path(__file__).parent / "data" / "divisions"
_MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
_GROUP_NAMES = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_ZONE = re.compile("(?:管理区|开发区|园区|示范区|园|农场|新区|经济区|度假区|保税区|监狱)$")


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One shipped division."""

    code: str
    name: str
    level: str
    kind: str
    parent: str | None

    @property
    def is_group(self) -> bool:
        """A heading of the statistics bureau, not a division: nobody writes it in an address."""
        return self.kind == DivisionKind.GROUP


def _read(name: str) -> Iterator[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _province_kind(code: str, name: str) -> str:
    if code in _MUNICIPALITIES:
        return DivisionKind.MUNICIPALITY
    return DivisionKind.AUTONOMOUS_REGION if name.endswith("自治区") else DivisionKind.PROVINCE


def _city_kind(name: str) -> str:
    if name in _GROUP_NAMES:
        return DivisionKind.GROUP
    return DivisionKind.CITY if name.endswith("市") else DivisionKind.PREFECTURE


def _county_kind(code: str, name: str) -> str:
    if code[2:4] != "90" and (70 <= int(code[4:6]) <= 79 or _ZONE.search(name)):
        return DivisionKind.ZONE
    if name.endswith("市"):
        return DivisionKind.COUNTY_CITY
    return DivisionKind.DISTRICT if name.endswith("区") else DivisionKind.COUNTY


def _town_kind(name: str) -> str:
    for tail, kind in (
        ("街道", DivisionKind.STREET),
        ("镇", DivisionKind.TOWN),
        ("乡", DivisionKind.TOWNSHIP),
    ):
        if name.endswith(tail):
            return kind
    return (
        DivisionKind.ZONE
        if re.search("(?:开发区|工业园|循环经济园|科技园|管理区|地区|度假区)$", name)
        else DivisionKind.OTHER
    )


def _village_kind(name: str) -> str:
    return DivisionKind.COMMUNITY if "社区" in name or name.endswith("居委会") else DivisionKind.VILLAGE


@cache
def divisions() -> tuple[DivisionRow, ...]:
    """All shipped divisions, a parent always before its children.

    A city without counties (东莞市) has the same code at both levels in the source; it is kept once, as a city.
    """
    rows: dict[str, DivisionRow] = {}

    def add(code: str, name: str, level: str, kind: str, parent: str | None) -> None:
        rows.setdefault(code, DivisionRow(code, name, level, kind, parent))

    for r in _read("national_provinces_cities.csv"):
        if r["level"] == DivisionLevel.PROVINCE:
            add(r["code"], r["name"], r["level"], _province_kind(r["code"], r["name"]), None)
    for r in _read("national_provinces_cities.csv"):
        if r["level"] == DivisionLevel.CITY:
            add(r["code"], r["name"], r["level"], _city_kind(r["name"]), r["parent"])
    for r in _read("national_counties.csv"):
        add(r["code"], r["name"], DivisionLevel.COUNTY, _county_kind(r["code"], r["name"]), r["city"])
    for r in _read("hunan_province_city_county_town.csv"):
        if r["level"] == DivisionLevel.TOWN:
            add(r["code"], r["name"], DivisionLevel.TOWN, _town_kind(r["name"]), r["parent"])
    for r in _read("yiyang_villages.csv"):
        add(r["code"], r["name"], DivisionLevel.VILLAGE, _village_kind(r["name"]), r["town"])
    return tuple(rows.values())


@cache
def by_code() -> dict[str, DivisionRow]:
    """The shipped divisions by code."""
    return {row.code: row for row in divisions()}


def parents(row: DivisionRow) -> list[DivisionRow]:
    """The divisions above, highest first, without groups."""
    line: list[DivisionRow] = []
    step = by_code().get(row.parent) if row.parent else None
    while step is not None:
        if not step.is_group:
            line.append(step)
        step = by_code().get(step.parent) if step.parent else None
    return line[::-1]


@cache
def full_place_name(code: str) -> str:
    """Name of a division with all above it.

    >>> full_place_name("430902005")
    '湖南省益阳市资阳区大码头街道'

    Raises:
        KeyError: no such division.
    """
    row = by_code()[code]
    above = parents(row)
    own = without_parents(row.name, [p.name for p in above])
    return (full_place_name(above[-1].code) if above else "") + own
