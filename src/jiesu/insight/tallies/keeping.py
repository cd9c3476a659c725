"""Keeping the tallies: what is marked is counted anew, and the difference goes into every sum above it.

Marks vanish in the transaction that writes the counts, and one process counts at a time; whoever is killed in between
leaves marks and counts as they were. Counting what nobody changed changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.marking import Counted, day_of
from jiesu.cases.models import TallyMark
from jiesu.insight.tallies.models import Cell, Grain, Tally, TallyState
from jiesu.insight.tallies.sources import sources

Counts = Counter[str]
#: Days counted in one transaction.
DAYS = 31
#: Marks that a reader counts on the way; more are left to the sweep.
FEW = 40
_LOCK = 4_301_231_5
_ONLY = 1
_DOCUMENTS = 500


class CellKey(NamedTuple):
    """Key of a cell."""

    day: date
    holder: int
    province: str
    city: str
    county: str


class TallyKey(NamedTuple):
    """Key of a sum."""

    unit: str
    grain: str
    since: date


@dataclass(frozen=True)
class Standing:
    """How far the tallies are: as of when, and how many marks wait."""

    as_of: datetime | None
    waiting: int


def holder_unit(organisation: int) -> str:
    """The unit of an organisation's own work.

    >>> holder_unit(17)
    'o17'
    """
    return f"o{organisation}"


def standing() -> Standing:
    """How far the tallies are."""
    state = TallyState.objects.filter(pk=_ONLY).first()
    return Standing(state.refreshed_at if state else None, TallyMark.objects.count())


def catch_up(now: datetime) -> Standing:
    """For a reader: counts what little waits, and says how far the tallies are."""
    state = TallyState.objects.filter(pk=_ONLY).first()
    waiting = len(TallyMark.objects.values_list("pk", flat=True)[: FEW + 1])
    if waiting > FEW or (waiting == 0 and state is not None and state.today == day_of(now)):
        return Standing(state.refreshed_at if state else None, waiting and TallyMark.objects.count())
    refresh(now=now)
    return standing()


def refresh_all(*, now: datetime) -> int:
    """Counts everything that is marked, in transactions of a month's days each; gives the number of marks."""
    done = 0
    while (count := refresh(now=now)) is not None:
        done += count
        if not TallyMark.objects.exists():
            break
    return done


def refresh(*, now: datetime, days: int = DAYS) -> int | None:
    """Counts anew what is marked of the earliest days.

    Args:
        now: decides what is late; another day than before marks what became late since.
        days: how many days at most.

    Returns:
        How many marks were served; None where another process is counting.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return None
        today = day_of(now)
        _turn(today)
        cursor.execute(_CLAIM, [days])
        marks: list[Counted] = cursor.fetchall()
        changes = _recount(marks, today)
        _add(changes)
        TallyState.objects.update_or_create(pk=_ONLY, defaults={"today": today, "refreshed_at": now})
    return len(marks)


# Claimed before counting: what is marked while counting goes on stays for the next time.
_CLAIM = """
DELETE FROM cases_tallymark
 WHERE day IN (SELECT DISTINCT day FROM cases_tallymark ORDER BY day LIMIT %s)
RETURNING day, holder_id
"""
_BECAME_LATE = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder FROM ({turned}) found(day, holder) GROUP BY day, holder
"""


def _turn(today: date) -> None:
    """Marks what became late between the day of the last count and today; nothing else changes by itself."""
    state = TallyState.objects.filter(pk=_ONLY).first()
    if state is not None and state.today != today:
        since, until = sorted((state.today, today))
        turned = " UNION ALL ".join(source.turned for source in sources() if source.turned)
        with connection.cursor() as cursor:
            cursor.execute(_BECAME_LATE.format(turned=turned), {"since": since, "until": until})


def _recount(marks: Iterable[Counted], today: date) -> dict[TallyKey, Counts]:
    """Writes the marked cells anew and gives by how much each sum above them changes."""
    by_day: dict[date, set[int]] = defaultdict(set)
    for day, holder in marks:
        by_day[day].add(holder)
    changes: dict[TallyKey, Counts] = defaultdict(Counter)
    for day, holders in by_day.items():
        before = Cell.objects.filter(day=day, holder_id__in=holders)
        for cell in before:
            key = CellKey(day, cell.holder_id, cell.province, cell.city, cell.county)
            for above in sums_over(key):
                changes[above].subtract(cell.counts)
        before.delete()
        found = count_day(day, holders, today=today)
        Cell.objects.bulk_create([Cell(**_columns(key), counts=counts) for key, counts in found.items()])
        for key, counts in found.items():
            for above in sums_over(key):
                changes[above].update(counts)
    return changes


def _columns(key: CellKey) -> dict[str, Any]:
    return {
        "day": key.day,
        "holder_id": key.holder,
        "province": key.province,
        "city": key.city,
        "county": key.county,
    }


def sums_over(cell: CellKey) -> Iterator[TallyKey]:
    """The sums that a cell is part of. A county's or holder's days are its cells: only what is wider has sums of days.

    >>> [s.unit for s in sums_over(CellKey(date(2020, 2, 3), 7, "430000", "430900", "")) if s.grain == "month"]
    ['430000', '430900', 'o7']
    """
    for unit in (cell.province, cell.city):
        if unit:
            yield TallyKey(unit, Grain.DAY.value, cell.day)
    for unit in (cell.province, cell.city, cell.county, holder_unit(cell.holder)):
        if unit:
            yield TallyKey(unit, Grain.MONTH.value, cell.day.replace(day=1))
            yield TallyKey(unit, Grain.YEAR.value, cell.day.replace(month=1, day=1))


def count_day(day: date, holders: Iterable[int] | None, *, today: date) -> dict[CellKey, dict[str, int]]:
    """The cells of a day, from the rows themselves.

    Args:
        holders: of these alone.
        today: the day by which lateness is judged.
    """
    begins = datetime.combine(day, time(), SHANGHAI)
    values: dict[str, Any] = {
        "begins": begins,
        "ends": begins + timedelta(days=1),
        "holders": list(holders or ()),
        "today": today,
    }
    found: dict[CellKey, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        for source in sources():
            cursor.execute(source.sql, values)
            for province, city, county, holder, key, count in cursor.fetchall():
                found[CellKey(day, holder, province, city, county)][key] = int(count)
    return dict(found)


def _add(changes: Mapping[TallyKey, Counts]) -> None:
    """Adds differences to the sums. What comes to nothing is left out."""
    waiting = iter([(key, change) for key, change in sorted(changes.items()) if any(change.values())])
    while chunk := list(islice(waiting, _DOCUMENTS)):
        documents = {key: Counter[str](counts) for key, counts in _documents(k for k, _c in chunk)}
        for key, change in chunk:
            documents.setdefault(key, Counter()).update(change)
        kept = {key: {k: n for k, n in counts.items() if n} for key, counts in documents.items()}
        Tally.objects.bulk_create(
            [Tally(**key._asdict(), counts=counts) for key, counts in kept.items() if counts],
            update_conflicts=True,
            unique_fields=["unit", "grain", "since"],
            update_fields=["counts"],
        )
        for key, counts in kept.items():
            if not counts:
                Tally.objects.filter(**key._asdict()).delete()


def _documents(keys: Iterable[TallyKey]) -> Iterator[tuple[TallyKey, dict[str, int]]]:
    wanted = list(keys)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit, grain, since, counts FROM insight_tally"
            " JOIN unnest(%s::text[], %s::text[], %s::date[]) AS wanted(unit, grain, since)"
            " USING (unit, grain, since)",
            [[k.unit for k in wanted], [k.grain for k in wanted], [k.since for k in wanted]],
        )
        for unit, grain, since, counts in cursor.fetchall():
            yield TallyKey(unit, grain, since), json.loads(counts)
