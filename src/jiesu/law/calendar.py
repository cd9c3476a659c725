"""Working days and statutory holidays of China, as published year by year by the State Council.

Days of years that are not published are ordinary weekdays and weekends; whatever rests on them
is provisional. The tables are built once per calendar; a question costs one look-up or bisection.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jiesu.law.errors import Code, LawError

FIRST = date(1990, 1, 1)
LAST = date(2100, 12, 31)
_FOLDER = Path(__file__).parent / "data" / "calendar"
# A full notice names New Year, Spring Festival, Qingming, May Day, Dragon Boat, Mid-Autumn and
# National Day; the fewest off days ever published for a year of the present scheme is far above this.
_FEWEST_OFF_DAYS = 11
_BASE = tuple(n for n in range(FIRST.toordinal(), LAST.toordinal() + 1) if n % 7 in (1, 2, 3, 4, 5))


@dataclass(frozen=True, slots=True)
class YearSchedule:
    """One State Council notice: off days and make-up working days with the holiday's name."""

    year: int
    papers: tuple[str, ...]
    off: tuple[tuple[date, str], ...]
    work: tuple[tuple[date, str], ...]

    @property
    def published(self) -> bool:
        """False for a placeholder without days."""
        return bool(self.off)


class Calendar:
    """A value: which days are working days, which are holidays, which years are published.

    Equal if the published content is equal; `version` names that content.
    """

    __slots__ = ("_off", "_working", "_working_set", "_years", "version")

    def __init__(self, *, schedules: Iterable[YearSchedule]) -> None:
        self._years: dict[int, YearSchedule] = {
            s.year: s for s in sorted(schedules, key=lambda s: s.year) if s.published
        }
        off: dict[int, str] = {}
        work: dict[int, str] = {}
        # In the order of years: a later notice may speak of late December of the year before.
        for schedule in self._years.values():
            for day, name in schedule.off:
                work.pop(day.toordinal(), None)
                off[day.toordinal()] = name
            for day, name in schedule.work:
                off.pop(day.toordinal(), None)
                work[day.toordinal()] = name
        self._off = off
        working = set(_BASE)
        working.difference_update(off)
        working.update(work)
        self._working_set = frozenset(working)
        self._working = sorted(working)
        self.version = self._fingerprint()

    def _fingerprint(self) -> str:
        content = [
            [s.year, [[d.isoformat(), n] for d, n in s.off], [[d.isoformat(), n] for d, n in s.work]]
            for s in self._years.values()
        ]
        digest = hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:10]
        span = f"{min(self._years)}-{max(self._years)}" if self._years else "none"
        return f"{span}.{digest}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def __repr__(self) -> str:
        return f"Calendar({self.version})"

    @property
    def years(self) -> tuple[int, ...]:
        """The published years, ascending."""
        return tuple(self._years)

    @property
    def working_ordinals(self) -> list[int]:
        """Proleptic ordinals of all working days, ascending. Read, never changed."""
        return self._working

    def published(self, year: int) -> bool:
        """True if the State Council's notice for that year is in this calendar."""
        return year in self._years

    def is_working_day(self, day: date) -> bool:
        """True for weekdays that are not off and for make-up days.

        >>> shipped().is_working_day(date(2026, 10, 10))    # Saturday, made up for National Day
        True
        """
        return self._inside(day) in self._working_set

    def is_holiday(self, day: date) -> bool:
        """True for an off day named in a published notice (weekend days inside it included)."""
        return self._inside(day) in self._off

    def is_make_up_day(self, day: date) -> bool:
        """True for a Saturday or Sunday that the notice makes a working day."""
        return day.weekday() > 4 and self.is_working_day(day)

    def holiday_name(self, day: date) -> str | None:
        """Name of the published holiday on that day, or None."""
        return self._off.get(day.toordinal())

    def with_year(self, notice: str | bytes | Mapping[str, Any]) -> Calendar:
        """A new calendar in which one year's notice (holiday-cn JSON) is added or replaced.

        Raises `bad_calendar` for anything that is not a complete, plausible year.
        """
        schedule = read_schedule(notice)
        if not schedule.published:
            raise LawError(Code.BAD_CALENDAR, why=f"{schedule.year} 年没有任何日期，放假安排尚未公布")
        kept = [s for s in self._years.values() if s.year != schedule.year]
        return Calendar(schedules=[*kept, schedule])

    def _inside(self, day: date) -> int:
        if not FIRST <= day <= LAST:
            raise LawError(Code.OUT_OF_RANGE, day=day, first=FIRST, last=LAST)
        return day.toordinal()


def working_days_between(calendar: Calendar, a: date, b: date) -> int:
    """Working days after `a` up to and including `b`; negative when `b` lies before `a`.

    >>> working_days_between(shipped(), date(2026, 9, 30), date(2026, 10, 10))
    3
    """
    working = calendar.working_ordinals
    return bisect_right(working, b.toordinal()) - bisect_right(working, a.toordinal())


def read_schedule(notice: str | bytes | Mapping[str, Any]) -> YearSchedule:
    """Reads and checks one holiday-cn year file; raises `bad_calendar` saying what is wrong."""
    if isinstance(notice, str | bytes):
        try:
            content = json.loads(notice)
        except ValueError as error:
            raise _bad(f"不是 JSON：{error}") from error
    else:
        content = notice
    if not isinstance(content, Mapping):
        raise _bad("最外层应当是对象")
    year = content.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not FIRST.year < year <= LAST.year:
        raise _bad(f"year 不对：{year!r}")
    days = content.get("days")
    if not isinstance(days, list):
        raise _bad("days 应当是列表")
    papers = content.get("papers", [])
    if not isinstance(papers, list) or not all(isinstance(p, str) for p in papers):
        raise _bad("papers 应当是文字列表")
    entries = [_read_day(entry, year=year) for entry in days]
    seen: set[date] = set()
    for day, _, _ in entries:
        if day in seen:
            raise _bad(f"{day} 出现两次")
        seen.add(day)
    off = tuple(sorted((day, name) for day, name, is_off in entries if is_off))
    work = tuple(sorted((day, name) for day, name, is_off in entries if not is_off))
    if entries and len(off) < _FEWEST_OFF_DAYS:
        raise _bad(f"{year} 年只有 {len(off)} 个休息日，不完整")
    return YearSchedule(year=year, papers=tuple(papers), off=off, work=work)


def _read_day(entry: object, *, year: int) -> tuple[date, str, bool]:
    if not isinstance(entry, Mapping):
        raise _bad(f"日期条目应当是对象：{entry!r}")
    name, text, is_off = entry.get("name"), entry.get("date"), entry.get("isOffDay")
    if not isinstance(name, str) or not name.strip():
        raise _bad(f"节日名称不对：{entry!r}")
    if not isinstance(is_off, bool):
        raise _bad(f"isOffDay 不对：{entry!r}")
    if not isinstance(text, str):
        raise _bad(f"日期不对：{entry!r}")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _bad(f"日期不对：{text}") from error
    late_december = day.year == year - 1 and day.month == 12
    if day.year != year and not late_december:
        raise _bad(f"{text} 不在 {year} 年")
    return day, name.strip(), is_off


def _bad(why: str) -> LawError:
    return LawError(Code.BAD_CALENDAR, why=why)


@cache
def shipped() -> Calendar:
    """The calendar that comes with the package (source and licence: `data/calendar`)."""
    files = sorted(_FOLDER.glob("[0-9][0-9][0-9][0-9].json"))
    return Calendar(schedules=[read_schedule(f.read_text(encoding="utf-8")) for f in files])
