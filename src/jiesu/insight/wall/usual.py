"""An ordinary day: what as many days of the same kind brought, on the average, up to the same minute."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jiesu.insight.wall import today
from jiesu.insight.wall.ground import Level
from jiesu.law.calendar import Calendar

#: Minutes of a stretch of the curve.
STEP = 10
SLOTS = 24 * 60 // STEP
#: So many days of the same kind are compared with, and looked for so far back; fewer than the least say nothing.
DAYS, BACK, LEAST_DAYS = 8, 60, 3
#: So many at least, and so many standard deviations of chance (Poisson) above the ordinary, are out of the ordinary.
LEAST, DEVIATIONS = 3, 2


@dataclass(frozen=True)
class Usual:
    """The average of ``days`` days: contacts of each stretch of the day, by part."""

    days: int
    parts: Mapping[str, tuple[float, ...]]

    @property
    def course(self) -> tuple[float, ...]:
        """Contacts received by the end of each stretch."""
        found, total = [], 0.0
        for slot in range(SLOTS):
            total += sum(slots[slot] for slots in self.parts.values())
            found.append(total)
        return tuple(found)

    def until(self, minute: int, part: str | None = None) -> float:
        """Contacts received before a minute of the day: of a part, or of all."""
        rows = self.parts.values() if part is None else [self.parts.get(part, ())]
        whole, rest = divmod(minute, STEP)
        return sum(sum(slots[:whole]) + (slots[whole] * rest / STEP if whole < len(slots) else 0)
                   for slots in rows)  # fmt: skip


def like(day: date, calendar: Calendar) -> list[date]:
    """The last days before a day that are working days like it, or are none like it; the nearest first.

    >>> from jiesu.law.calendar import shipped
    >>> [d.isoformat() for d in like(date(2026, 10, 10), shipped())[:2]]
    ['2026-10-09', '2026-10-08']
    """
    kind = calendar.is_working_day(day)
    before = (day - timedelta(days=n) for n in range(1, BACK + 1))
    return [d for d in before if calendar.is_working_day(d) == kind][:DAYS]


def usual(region: str, level: Level, day: date, calendar: Calendar) -> Usual | None:
    """The ordinary day to compare a day with; None while there are too few. Two statements."""
    first = today.first_day()
    days = [d for d in like(day, calendar) if first is not None and d >= first]
    if len(days) < LEAST_DAYS:
        return None
    counted = today.by_slot(region, level, days, STEP)
    parts = {
        part: tuple(slots.get(n, 0) / len(days) for n in range(SLOTS)) for part, slots in counted.items()
    }
    return Usual(len(days), parts)


def unusual(count: int, ordinary: float) -> bool:
    """Whether so many are more than chance makes of an ordinary number.

    >>> unusual(12, 5.0), unusual(9, 5.0), unusual(2, 0.0)
    (True, False, False)
    """
    return count >= LEAST and count > ordinary + DEVIATIONS * math.sqrt(max(ordinary, 1.0))
