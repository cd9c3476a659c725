"""The organisations of a province, derived from its divisions: one rule for names, keys and the line of command."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jiesu.places.models import DivisionKind, DivisionLevel, OrganisationLevel, OrganisationType
from jiesu.places.names import without_parents
from jiesu.places.source import DivisionRow, by_code, divisions, full_place_name, parents

_FILE = Path(__file__).parent / "data" / "organisations" / "yiyang.yaml"

_SECTIONS: dict[str, dict[str, str]] = {
    OrganisationLevel.PROVINCE: {
        "consumer": "消费者权益保护处",
        "legal": "法规处",
        "enforcement": "综合行政执法总队",
    },
    OrganisationLevel.CITY: {
        "consumer": "消费者权益保护科",
        "legal": "法规科",
        "enforcement": "综合行政执法支队",
    },
    OrganisationLevel.COUNTY: {
        "consumer": "消费者权益保护科",
        "legal": "法规科",
        "enforcement": "综合行政执法大队",
    },
}
_SHORT_BY_LEVEL = {
    OrganisationLevel.PROVINCE: {"consumer": "消保处", "legal": "法规处", "enforcement": "执法总队"},
    OrganisationLevel.CITY: {"consumer": "消保科", "legal": "法规科", "enforcement": "执法支队"},
    OrganisationLevel.COUNTY: {"consumer": "消保科", "legal": "法规科", "enforcement": "执法大队"},
}


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation to be loaded; ``parent`` is the key of the one above."""

    key: str
    name: str
    short_name: str
    type: str
    level: str
    parent: str | None
    division_code: str
    province: str
    city: str = ""
    county: str = ""
    phone: str = ""


@cache
def _extra() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


def place_names(row: DivisionRow) -> tuple[str, str]:
    """The full and the short name of a division as organisations carry it.

    A district is named with its city, a county or county-level city by itself.

    >>> place_names(by_code()["430902"]), place_names(by_code()["430923"])
    (('益阳市资阳区', '资阳区'), ('安化县', '安化县'))
    >>> place_names(by_code()["430972"])
    ('益阳高新技术产业园区', '益阳高新区')
    """
    zone = _extra()["zones"].get(row.code)
    if zone:
        return zone["name"], zone["short"]
    above = [p.name for p in parents(row)]
    own = without_parents(row.name, above)
    if row.kind in (DivisionKind.DISTRICT, DivisionKind.ZONE) and above:
        return above[-1] + own, own
    return row.name, own


def official_name(code: str) -> str:
    """Official name of the bureau of a division anywhere in China, with its province and city.

    >>> official_name("440305")
    '广东省深圳市南山区市场监督管理局'
    >>> official_name("110105"), official_name("430972")
    ('北京市朝阳区市场监督管理局', '湖南省益阳市高新技术产业园区市场监督管理局')

    Raises:
        KeyError: no such division.
    """
    return full_place_name(code) + "市场监督管理局"


def _bodies(row: DivisionRow, level: str, above: str | None) -> Iterator[OrganisationRow]:
    """Bureau, centre, sections and council of one division."""
    name, short = place_names(row)
    line = [p.code for p in parents(row)] + [row.code]
    codes = dict(zip(("province", "city", "county"), line, strict=False))
    bureau = f"{row.code}-bureau"

    def body(
        key: str, full: str, brief: str, kind: str, parent: str | None, phone: str = ""
    ) -> OrganisationRow:
        return OrganisationRow(key, full, brief, kind, level, parent, row.code, phone=phone, **codes)

    yield body(bureau, f"{name}市场监督管理局", f"{short}市场监管局", OrganisationType.BUREAU, above)
    yield body(
        f"{row.code}-centre",
        f"{name}12315投诉举报中心",
        f"{short}12315中心",
        OrganisationType.CENTRE,
        bureau,
        _extra()["phones"]["centre"],
    )
    for part, section in _SECTIONS[level].items():
        yield body(
            f"{row.code}-{part}",
            f"{name}市场监督管理局{section}",
            f"{short}{_SHORT_BY_LEVEL[OrganisationLevel(level)][part]}",
            OrganisationType.SECTION,
            bureau,
        )
    yield body(
        f"{row.code}-council",
        f"{name}消费者权益保护委员会",
        f"{short}消委会",
        OrganisationType.COUNCIL,
        bureau,
    )


def _office(row: DivisionRow) -> OrganisationRow:
    county = by_code()[row.parent or ""]
    province, city = (p.code for p in parents(county))
    full, short = place_names(county)
    stem = row.name.removesuffix("街道").removesuffix("镇").removesuffix("乡") or row.name
    if len(stem) < 2:
        stem = row.name
    return OrganisationRow(
        key=f"{row.code}-office",
        name=f"{full}市场监督管理局{row.name}市场监督管理所",
        short_name=f"{short}{stem}市场监管所",
        type=OrganisationType.OFFICE,
        level=OrganisationLevel.TOWN,
        parent=f"{county.code}-bureau",
        division_code=row.code,
        province=province,
        city=city,
        county=county.code,
    )


def _beside(row: DivisionRow, level: str) -> Iterator[OrganisationRow]:
    """Partner departments and stations of one division."""
    line = [p.code for p in parents(row)] + [row.code]
    codes = dict(zip(("province", "city", "county"), line, strict=False))
    for part, name in _extra()["partners"].get(row.code, {}).items():
        yield OrganisationRow(
            f"{row.code}-partner-{part}",
            name,
            name.replace("益阳市", "市" if level == OrganisationLevel.CITY else "", 1),
            OrganisationType.PARTNER,
            level,
            f"{row.code}-bureau",
            row.code,
            phone=_extra()["phones"].get(part, ""),
            **codes,
        )


def _station(row: DivisionRow, name: str) -> OrganisationRow:
    office = _office(row)
    return OrganisationRow(
        key=f"{row.code}-station",
        name=place_names(by_code()[office.county])[0] + name,
        short_name=name,
        type=OrganisationType.STATION,
        level=OrganisationLevel.TOWN,
        parent=office.key,
        division_code=row.code,
        province=office.province,
        city=office.city,
        county=office.county,
    )


@cache
def organisation_rows(province: str = "430000") -> tuple[OrganisationRow, ...]:
    """All organisations of a province, everyone after its parent.

    Market offices exist for streets, towns, townships and development zones; farms, forests and the like are served
    by the county bureau itself.
    """
    rows: list[OrganisationRow] = []
    rest: list[OrganisationRow] = []
    for row in divisions():
        if not row.code.startswith(province[:2]) or row.is_group:
            continue
        if row.level == DivisionLevel.PROVINCE:
            rows += _bodies(row, OrganisationLevel.PROVINCE, None)
        elif row.level == DivisionLevel.CITY:
            rows += _bodies(row, OrganisationLevel.CITY, f"{row.parent}-bureau")
            rest += _beside(row, OrganisationLevel.CITY)
        elif row.level == DivisionLevel.COUNTY:
            rows += _bodies(row, OrganisationLevel.COUNTY, f"{parents(row)[-1].code}-bureau")
            rest += _beside(row, OrganisationLevel.COUNTY)
        elif row.level == DivisionLevel.TOWN and row.kind != DivisionKind.OTHER:
            rows.append(_office(row))
            if station := _extra()["stations"].get(row.code):
                rest.append(_station(row, station))
    return tuple(rows + rest)
