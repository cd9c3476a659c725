"""Reading the tallies: any stretch of days is whole years, whole months and the days that are left."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db import connection

from jiesu.insight.tallies.keeping import Counts
from jiesu.insight.tallies.models import Grain

Piece = tuple[str, date]


def pieces(since: date, until: date) -> list[Piece]:
    """A stretch of days, both included, in as few pieces as there are tallies for.

    >>> [(str(g), d.isoformat()) for g, d in pieces(date(2019, 11, 30), date(2021, 1, 1))]
    [('day', '2019-11-30'), ('month', '2019-12-01'), ('year', '2020-01-01'), ('day', '2021-01-01')]
    """
    found: list[Piece] = []
    day = since
    while day <= until:
        if day.day == 1:
            year = day.replace(year=day.year + 1, month=1)
            month = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            if day.month == 1 and year - timedelta(1) <= until:
                found.append((Grain.YEAR.value, day))
                day = year
                continue
            if month - timedelta(1) <= until:
                found.append((Grain.MONTH.value, day))
                day = month
                continue
        found.append((Grain.DAY.value, day))
        day += timedelta(1)
    return found


_TALLIES = """
SELECT unit, grain, since, counts FROM insight_tally
 WHERE unit = ANY(%(units)s) AND (grain, since) IN (SELECT * FROM unnest(%(grains)s::text[], %(days)s::date[]))
"""
# Days of counties and holders are their cells.
_COUNTIES = """
SELECT county, 'day', day, counts FROM insight_cell WHERE day = ANY(%(days)s) AND county = ANY(%(units)s)
"""
_HOLDERS = """
SELECT 'o' || holder_id, 'day', day, counts FROM insight_cell
 WHERE day = ANY(%(days)s) AND holder_id = ANY(%(units)s)
"""
Row = tuple[str, str, date, dict[str, int]]


def by_piece(units: Sequence[str], wanted: Iterable[Piece]) -> dict[tuple[str, Piece], Counts]:
    """The counts of each unit in each piece; a piece in which nothing happened is left out."""
    asked = list(wanted)
    days = [day for grain, day in asked if grain == Grain.DAY]
    counties = [u for u in units if not u.startswith("o") and not u.endswith("00")]
    holders = [int(u[1:]) for u in units if u.startswith("o")]
    rows = _rows(_TALLIES, units, [d for _g, d in asked], [g for g, _d in asked])
    if days and counties:
        rows += _rows(_COUNTIES, counties, days)
    if days and holders:
        rows += _rows(_HOLDERS, holders, days)
    found: dict[tuple[str, Piece], Counts] = {}
    for unit, grain, since, counts in rows:
        found.setdefault((unit, (grain, since)), Counter()).update(counts)
    return found


def _rows(statement: str, units: Sequence[object], days: list[date], grains: Sequence[str] = ()) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"units": list(units), "days": days, "grains": list(grains)})
        return [(u, g, d, json.loads(c)) for u, g, d, c in cursor.fetchall()]


def totals(units: Sequence[str], since: date, until: date) -> dict[str, Counts]:
    """The counts of each unit over a stretch of days, both included; every unit is there."""
    found: dict[str, Counts] = defaultdict(Counter)
    for (unit, _piece), counts in by_piece(units, pieces(since, until)).items():
        found[unit].update(counts)
    return {unit: found[unit] for unit in units}
