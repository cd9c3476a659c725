"""A wall at one instant. Twenty screens cost what one costs: everything is kept for as long as it may be old."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar, cast

from django.core.cache import cache

from jiesu.cases.facts import SHANGHAI
from jiesu.insight.catalogue import DECLARED
from jiesu.insight.figures import Value
from jiesu.insight.scope import Scope
from jiesu.insight.tallies import reading
from jiesu.insight.tallies.models import TallyState
from jiesu.insight.wall import hot, today, usual
from jiesu.insight.wall.ground import Ground, Tile, ground, permit
from jiesu.insight.wall.hot import HotMatter
from jiesu.insight.wall.today import Contacts, Done, Due
from jiesu.insight.wall.usual import Usual
from jiesu.law.calendar import Calendar
from jiesu.people.actors import Actor

#: Seconds for which something may be old: rows of today, rates of one count of the tallies, hot spots (grouped every five
#: minutes), an ordinary day and the names of places. Screens ask every five seconds: the first must be less.
FRESH, RATES, HOT, ORDINARY = 4, 300, 300, 3600
#: The rates shown, keys of the catalogue.
SHOWN = (
    "on_time_rate",
    "acceptance_on_time_rate",
    "mediation_on_time_rate",
    "verification_on_time_rate",
    "mediation_success_rate",
)
_FIGURES = {figure.key: figure for figure in DECLARED}
T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """A tile with its numbers. ``ordinary`` is what an ordinary day has brought up to now; None where nobody knows."""

    tile: Tile
    count: int
    ordinary: float | None
    due: Due

    @property
    def hot(self) -> bool:
        """More than chance makes of the ordinary."""
        return self.ordinary is not None and usual.unusual(self.count, self.ordinary)


@dataclass(frozen=True)
class Rate:
    """A rate of the year so far; ``key`` is that of its figure."""

    key: str
    value: Value


@dataclass(frozen=True)
class Rates:
    """The rates of the year so far, as of the last count of the tallies."""

    values: tuple[Rate, ...]
    as_of: datetime | None


@dataclass(frozen=True)
class Snapshot:
    """A wall at one instant; ``at`` is when its rows were read."""

    at: datetime
    ground: Ground
    contacts: Contacts
    parts: tuple[Part, ...]
    done: Done
    due: Due
    usual: Usual | None
    working_day: bool
    holiday: str
    rates: Rates
    matters: tuple[HotMatter, ...] | None

    @property
    def day(self) -> date:
        return self.at.astimezone(SHANGHAI).date()

    @property
    def minute(self) -> int:
        """Minutes since the day began."""
        return today.minute_of(self.at)

    @property
    def ordinary(self) -> float | None:
        """What an ordinary day has brought up to now."""
        return self.usual.until(self.minute) if self.usual else None


@dataclass(frozen=True)
class _Rows:
    at: datetime
    tallied_at: datetime | None
    contacts: Contacts
    done: Done
    due: dict[str, Due]


def take(*, region: str, actor: Actor, calendar: Calendar, now: datetime) -> Snapshot:
    """The wall of a region for somebody who looks.

    Rights are asked for each time; what is kept depends on the region, and hot spots on the rights they are seen with.

    Raises:
        InsightError: ``not_permitted``, ``unknown_region``.
    """
    permit(actor, region)
    where = _kept(f"ground:{region}", ORDINARY, lambda: ground(region))
    day = now.astimezone(SHANGHAI).date()
    rows = _kept(f"rows:{region}:{day}", FRESH, lambda: _rows(where, now))
    ordinary = _kept(
        f"usual:{region}:{day}:{calendar.version}",
        ORDINARY,
        lambda: (usual.usual(region, where.level, day, calendar),),
    )[0]
    looking = hot.viewer(actor, region)
    return Snapshot(
        at=rows.at,
        ground=where,
        contacts=rows.contacts,
        parts=tuple(_parts(where, rows, ordinary)),
        done=rows.done,
        due=sum(rows.due.values(), Due()),
        usual=ordinary,
        working_day=calendar.is_working_day(day),
        holiday=calendar.holiday_name(day) or "",
        rates=_kept(
            f"rates:{region}:{_stamp(rows.tallied_at)}", RATES, lambda: _rates(region, rows.tallied_at, now)
        ),
        matters=_kept(f"hot:{_rights(looking)}", HOT, lambda: hot.matters(looking, now)) if looking else None,
    )


def _kept(key: str, seconds: int, make: Callable[[], T]) -> T:
    found = cache.get(f"wall:{key}")
    if found is None:
        found = make()
        cache.set(f"wall:{key}", found, seconds)
    return cast(T, found)


def _rights(looking: Actor) -> str:
    """All that hot spots depend on: the bureau looked from, its line of command and the roles."""
    place = f"{looking.authority_id}:{looking.province}:{looking.city}:{looking.county}"
    return f"{place}:{'+'.join(sorted(looking.roles))}"


def _rows(where: Ground, now: datetime) -> _Rows:
    day = now.astimezone(SHANGHAI).date()
    return _Rows(
        at=now,
        tallied_at=TallyState.objects.values_list("refreshed_at", flat=True).first(),
        contacts=today.contacts(where.region, where.level, day),
        done=today.done(where.region, where.level, day),
        due=dict(today.due(where.region, where.level, now)),
    )


def _parts(where: Ground, rows: _Rows, ordinary: Usual | None) -> list[Part]:
    """The tiles with their numbers; what belongs to none of them stands with what no part has yet."""
    keys = {tile.key for tile in where.tiles}
    minute = today.minute_of(rows.at)
    counts: Counter[str] = Counter()
    due: defaultdict[str, Due] = defaultdict(Due)
    before: defaultdict[str, float] = defaultdict(float)
    for key, count in rows.contacts.parts.items():
        counts[key if key in keys else ""] += count
    for key, owed in rows.due.items():
        due[key if key in keys else ""] += owed
    for key in ordinary.parts if ordinary else ():
        before[key if key in keys else ""] += ordinary.until(minute, key) if ordinary else 0
    return [
        Part(tile, counts[tile.key], before[tile.key] if ordinary else None, due[tile.key])
        for tile in where.tiles
    ]


def _stamp(at: datetime | None) -> str:
    return f"{at.timestamp():.3f}" if at else ""


def _rates(region: str, tallied_at: datetime | None, now: datetime) -> Rates:
    """From the tallies, by the formulas of the catalogue; one statement."""
    scope = Scope.year(region, now.astimezone(SHANGHAI).year, now)
    counts = reading.totals([scope.unit], scope.since, scope.until)[scope.unit]
    return Rates(tuple(Rate(key, _FIGURES[key].of(counts)) for key in SHOWN), tallied_at)
