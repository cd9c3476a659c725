"""What is asked of a generated year: the published figures of a region, and regions inside it with figures of their own."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jiesu.places.models import Organisation, OrganisationLevel, OrganisationType

FOLDER = Path(__file__).parent / "data" / "years"
Weights = Mapping[str, float]


@cache
def words() -> Mapping[str, Any]:
    """Goods, grievances and shops; lines and grounds by weight."""
    told: Mapping[str, Any] = yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))
    return told


class YearError(Exception):
    """A year that is not among the data files, or does not fit this installation."""


@dataclass(frozen=True)
class Plan:
    """What is to be generated: contacts of the year, complaints among them, how many of those late, fen recovered."""

    region: str
    year: int
    seed: int
    contacts: int
    complaints: int
    late: int
    recovered: int
    weights: Mapping[str, Any]

    @property
    def source(self) -> str:
        """Name under which written rows are remembered."""
        return f"year:{self.region}:{self.year}:{self.seed}"


def plans(region: str, year: int) -> list[Plan]:
    """The plans that make up a region's year: each region inside it that has published its own, then the rest.

    Raises:
        YearError: there is no such data file.
    """
    told = _read(region, year)
    inside = [plan for code in told.get("inside", ()) for plan in plans(code, year)]
    published = told["published"]
    complaints = told["complaints"]
    in_time = int((Decimal(published["on_time_rate"]) * complaints).to_integral_value())
    rest = Plan(
        region=told["region"],
        year=told["year"],
        seed=told["seed"],
        contacts=published["contacts"] - sum(p.contacts for p in inside),
        complaints=complaints - sum(p.complaints for p in inside),
        late=complaints - in_time - sum(p.late for p in inside),
        recovered=published["recovered_fen"] - sum(p.recovered for p in inside),
        weights=_weights(told["weights"]),
    )
    return [*inside, rest]


def _read(region: str, year: int) -> dict[str, Any]:
    file = FOLDER / f"{region}-{year}.yaml"
    if not file.is_file():
        there = "、".join(sorted(f.stem for f in FOLDER.glob("[0-9]*.yaml")))
        raise YearError(f"没有 {region} {year} 年的演示数据；现有 / there are: {there}")
    told: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return told


def _weights(told: dict[str, Any]) -> dict[str, Any]:
    """Weights by county; those given by city are shared out among its bureaus, unequally and always the same way."""
    cities: Weights = told.get("cities", {})
    if not cities:
        return told
    bureaus = Organisation.objects.filter(
        city__in=cities, type=OrganisationType.BUREAU, level=OrganisationLevel.COUNTY
    )
    counties = sorted(bureaus.values_list("city", "county"))
    sizes = {c: random.Random(c).uniform(0.5, 2) for _city, c in counties}  # noqa: S311
    sums: dict[str, float] = {}
    for city, county in counties:
        sums[city] = sums.get(city, 0) + sizes[county]
    found = {county: cities[city] * sizes[county] / sums[city] for city, county in counties}
    return {**told, "counties": found}


def share(counties: Weights, number: int, of: int) -> frozenset[str]:
    """The counties of one of several processes, each with about the same weight.

    >>> [sorted(share({"a": 5, "b": 3, "c": 2}, n, 2)) for n in (0, 1)]
    [['a'], ['b', 'c']]
    """
    parts: list[tuple[float, list[str]]] = [(0.0, []) for _ in range(of)]
    for county, weight in sorted(counties.items(), key=lambda item: (-item[1], item[0])):
        lightest = min(range(of), key=lambda n: parts[n][0])
        parts[lightest] = (parts[lightest][0] + weight, [*parts[lightest][1], county])
    return frozenset(parts[number][1])
