"""Whose wall it is: a region with its tiles, and who may look at it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from jiesu.insight.scope import Code, InsightError, may_read, region_name
from jiesu.people.actors import Actor
from jiesu.places.models import Organisation, OrganisationType

_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_TILES = Path(__file__).parent / "data" / "tiles.yaml"
#: Tiles are wider than high: so many columns for each row of a grid that has no positions.
_WIDE = 0.9
#: What short names of organisations end in; it stands on no tile.
_ENDINGS = ("市场监管局", "市场监管所")


@dataclass(frozen=True)
class Level:
    """What a wall is divided by: the column that holds its region, and the one that holds its parts."""

    region: str
    part: str


_PROVINCE, _CITY, _COUNTY = Level("province", "city"), Level("city", "county"), Level("county", "office_id")


@dataclass(frozen=True)
class Tile:
    """A part of the region: a city's or county's code, an office's number; both empty for what no part has."""

    key: str
    name: str
    row: int
    column: int


@dataclass(frozen=True)
class Ground:
    """The ground of a wall."""

    region: str
    name: str
    level: Level
    tiles: tuple[Tile, ...]


def level_of(region: str) -> Level:
    """What the wall of a region is divided by.

    >>> level_of("430000").part, level_of("430900").part, level_of("430902").part
    ('city', 'county', 'office_id')
    """
    if region.endswith("0000"):
        return _PROVINCE
    return _CITY if region.endswith("00") else _COUNTY


def permit(actor: Actor, region: str) -> None:
    """Refuses whoever may not look at a region's wall: it shows figures, and who reads figures may look.

    Raises:
        InsightError: ``not_permitted``, the same for a region that is not there.
    """
    if not _CODE.fullmatch(region) or not may_read(actor, region):
        raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的大屏。"))


def ground(region: str) -> Ground:
    """A region's name and tiles. Names change rarely: whoever shows a wall keeps it for a while.

    Raises:
        InsightError: ``unknown_region``.
    """
    name = region_name(region)
    level = level_of(region)
    rows = Organisation.objects.filter(**{level.region: region}, is_active=True)
    if level == _COUNTY:
        offices = rows.filter(type=OrganisationType.OFFICE).order_by("division_code", "pk")
        bureau = rows.filter(type=OrganisationType.BUREAU).order_by("pk").first()
        above = _short(bureau.short_name) if bureau else ""
        named = [(str(o.pk), _short(o.short_name).removeprefix(above)) for o in offices]
    else:
        bureaus = rows.filter(type=OrganisationType.BUREAU).exclude(**{level.part: ""})
        if level == _PROVINCE:
            bureaus = bureaus.filter(county="")
        named = [(getattr(o, level.part), _short(o.short_name)) for o in bureaus.order_by(level.part, "pk")]
    return Ground(region, name, level, tuple(_placed(region, [*dict(named).items(), ("", "")])))


def _short(name: str) -> str:
    """An organisation's place alone.

    >>> _short("资阳区市场监管局")
    '资阳区'
    """
    for ending in _ENDINGS:
        name = name.removesuffix(ending)
    return name


def _placed(region: str, named: list[tuple[str, str]]) -> Iterator[Tile]:
    """Tiles where the layout puts them; the others in what is left free, row by row."""
    layout = _layouts().get(region, {})
    width = max((place["column"] for place in layout.values()), default=0)
    width = width or max(3, math.ceil(math.sqrt(len(named) * _WIDE)))
    taken = {(place["row"], place["column"]) for place in layout.values()}
    free = (place for n in range(len(named) + len(taken)) if (place := _cell(n, width)) not in taken)
    for key, name in named:
        if key in layout:
            there = layout[key]
            yield Tile(key, there.get("name", name), there["row"], there["column"])
        else:
            yield Tile(key, name, *next(free))


def _cell(number: int, width: int) -> tuple[int, int]:
    return number // width + 1, number % width + 1


@cache
def _layouts() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    content: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(_TILES.read_text(encoding="utf-8"))
    return content
