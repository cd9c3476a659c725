"""Sparklines: days or weeks as bars, drawn as SVG without styles, with words for those who do not see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

#: More days than this are drawn by week.
MOST_DAYS = 42
#: A bar is no wider than this, however few there are.
WIDEST = 24


@dataclass(frozen=True)
class Bar:
    """One bar in a drawing of ``Sparkline.width`` by ``Sparkline.height``."""

    x: float
    y: float
    width: float
    height: float
    recent: bool
    day: date
    count: int


@dataclass(frozen=True)
class Sparkline:
    """Bars and what they say."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    words: str
    weekly: bool
    most: int
    first: date | None
    last: date | None


def sparkline(
    trend: Sequence[tuple[date, int]], *, recent: int, width: int = 140, height: int = 28
) -> Sparkline:
    """The drawing of a trend.

    Args:
        trend: days without gaps and their counts.
        recent: so many of the last days are marked.

    >>> drawn = sparkline([(date(2026, 9, 1), 1), (date(2026, 9, 2), 4)], recent=1, width=20, height=10)
    >>> [(b.height, b.recent) for b in drawn.bars]
    [(2.5, False), (10.0, True)]
    """
    weekly = len(trend) > MOST_DAYS
    points = _weeks(trend) if weekly else list(trend)
    most = max((n for _day, n in points), default=0)
    step = width / max(1, len(points))
    last = trend[-1][0] if trend else None
    bars = tuple(
        Bar(
            x=round(place * step, 1),
            y=round(height - (high := height * n / most if most else 0), 1),
            width=round(min(WIDEST, max(1.0, step * 0.75)), 1),
            height=round(high, 1),
            recent=last is not None and (last - day).days < recent,
            day=day,
            count=n,
        )
        for place, (day, n) in enumerate(points)
    )
    told = _("每周") if weekly else _("每日")
    numbers = " ".join(str(n) for _day, n in points)
    words = _("%(each)s件数：%(numbers)s") % {"each": told, "numbers": numbers}
    return Sparkline(bars, width, height, words, weekly, most, trend[0][0] if trend else None, last)


def _weeks(trend: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    """Sums of seven days, counted back from the last day; each stands for its last day."""
    counts = dict(trend)
    first, last = trend[0][0], trend[-1][0]
    found = []
    end = last
    while end >= first:
        found.append((end, sum(counts.get(end - timedelta(days=n), 0) for n in range(7))))
        end -= timedelta(days=7)
    return found[::-1]
