"""Counting days: the last day by formula, and the same count day by day for people."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from jiesu.law.calendar import FIRST, LAST, Calendar
from jiesu.law.errors import Code, LawError
from jiesu.law.model import Unit

Pause = tuple[date, date | None]
Span = tuple[int, int | None]


class DayKind(StrEnum):
    """Why a day counts or does not."""

    START = "start"
    COUNTED = "counted"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSED = "paused"
    ROLLED = "rolled"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an account. `number` is its place in the count, None if it does not count."""

    day: date
    kind: DayKind
    number: int | None
    reason: str


def merge(pauses: Iterable[Pause]) -> tuple[Span, ...]:
    """Pauses as ascending, disjoint spans of ordinals; raises `bad_pause`."""
    spans = sorted(
        (_span(start, end) for start, end in pauses),
        key=lambda s: (s[0], s[1] is None, s[1] or 0),
    )
    merged: list[Span] = []
    for start, end in spans:
        if merged:
            before, until = merged[-1]
            if until is None:
                continue
            if start <= until + 1:
                merged[-1] = (before, None if end is None else max(until, end))
                continue
        merged.append((start, end))
    return tuple(merged)


def _span(start: object, end: object) -> Span:
    if not _is_day(start) or not (end is None or _is_day(end)):
        raise LawError(Code.BAD_PAUSE, start=start, end=end, why="应当是日期")
    assert isinstance(start, date)
    if end is None:
        return start.toordinal(), None
    assert isinstance(end, date)
    if end < start:
        raise LawError(Code.BAD_PAUSE, start=start, end=end, why="结束早于开始")
    return start.toordinal(), end.toordinal()


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def last_working_day(calendar: Calendar, *, start: int, number: int, pauses: tuple[Span, ...]) -> int | None:
    """Ordinal of the `number`-th working day after `start`, paused days not counted.

    None while an open pause stands in the way.
    """
    working = calendar.working_ordinals
    at = bisect_right(working, start)
    for begin, end in pauses:
        before = bisect_right(working, begin - 1) - at
        if before >= number:
            break
        if end is None:
            return None
        if before > 0:
            number -= before
        at = max(at, bisect_right(working, end))
    try:
        return working[at + number - 1]
    except IndexError:
        raise _beyond(start) from None


def last_calendar_day(
    calendar: Calendar, *, start: int, number: int, pauses: tuple[Span, ...], weekend_rollover: bool
) -> tuple[int, int] | None:
    """Ordinals of the `number`-th day after `start` and of the day the period ends on.

    The two differ when the first falls on a published holiday (or, by setting, a weekend). None
    while an open pause stands in the way.
    """
    at = start
    for begin, end in pauses:
        before = begin - 1 - at
        if before >= number:
            break
        if end is None:
            return None
        if before > 0:
            number -= before
        at = max(at, end)
    nominal = at + number
    final = roll(calendar, day=nominal, pauses=pauses, weekend_rollover=weekend_rollover)
    return None if final is None else (nominal, final)


def roll(calendar: Calendar, *, day: int, pauses: tuple[Span, ...], weekend_rollover: bool) -> int | None:
    """The first day from `day` on which a period of calendar days may end.

    A period whose last day was moved past a holiday does not end inside a pause either: the days
    of an appraisal are nobody's time. None if that pause is open.
    """
    while True:
        if not FIRST.toordinal() <= day <= LAST.toordinal():
            raise _beyond(day)
        paused = next((p for p in pauses if p[0] <= day and (p[1] is None or day <= p[1])), None)
        if paused is not None:
            if paused[1] is None:
                return None
            day = paused[1] + 1
            continue
        when = date.fromordinal(day)
        if calendar.is_holiday(when) or (weekend_rollover and not calendar.is_working_day(when)):
            day += 1
            continue
        return day


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, or the last day of a shorter month (Civil Code art. 202).

    >>> add_months(date(2024, 2, 29), 36)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > LAST.year:
        raise _beyond(day.toordinal())
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    length = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, length))


def _beyond(day: int) -> LawError:
    return LawError(Code.OUT_OF_RANGE, day=date.fromordinal(day), first=FIRST, last=LAST)


def walk(
    calendar: Calendar, *, start: date, last: date, nominal: date, unit: Unit, pauses: tuple[Span, ...]
) -> Iterator[Day]:
    """Every day from `start` to `last` with its place in the count or the reason it has none."""
    yield Day(start, DayKind.START, None, "起算当日，不计入")
    number = 0
    day = start + timedelta(days=1)
    while day <= last:
        kind, reason = _why(calendar, day=day, unit=unit, pauses=pauses, nominal=nominal)
        if kind in (DayKind.COUNTED, DayKind.MAKE_UP):
            number += 1
            yield Day(day, kind, number, reason)
        else:
            yield Day(day, kind, None, reason)
        day += timedelta(days=1)


def _why(
    calendar: Calendar, *, day: date, unit: Unit, pauses: tuple[Span, ...], nominal: date
) -> tuple[DayKind, str]:
    ordinal = day.toordinal()
    if any(begin <= ordinal and (end is None or ordinal <= end) for begin, end in pauses):
        return DayKind.PAUSED, "停表"
    if unit is Unit.WORKING_DAY:
        if calendar.is_make_up_day(day):
            return DayKind.MAKE_UP, "调休上班"
        if calendar.is_working_day(day):
            return DayKind.COUNTED, ""
        name = calendar.holiday_name(day)
        if name is not None:
            return DayKind.HOLIDAY, f"{name}放假"
        return DayKind.WEEKEND, "周六" if day.weekday() == 5 else "周日"
    if day > nominal:
        return DayKind.ROLLED, "最后一日顺延"
    return DayKind.COUNTED, ""
