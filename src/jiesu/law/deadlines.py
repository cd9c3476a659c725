"""`due`: from rule, start, pauses and extensions to the last day, as a value that can explain itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jiesu.law import days
from jiesu.law.calendar import Calendar, shipped, working_days_between
from jiesu.law.days import Day, Pause, Span
from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation, Period, Provision, Unit
from jiesu.law.options import Value, resolve
from jiesu.law.periods import Counting, Regime, regime
from jiesu.law.periods import rule as find_rule

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a period and everything it rests on.

    `last_day` is None while an open pause lasts (`suspended`). `provisional`: the count rests on a
    year whose holiday notice is not in the calendar. The period is kept until 24:00 of `last_day`.
    """

    rule: str
    title: str
    statutory: bool
    start: datetime
    last_day: date | None
    provisional: bool
    suspended: bool
    article: str
    instrument: str
    instruments: tuple[Provision, ...]
    counting: tuple[Counting, ...]
    nominal_last_day: date | None
    period: Period
    total: Period
    extensions: int
    pauses: tuple[Pause, ...]
    weekend_rollover: bool
    calendar_version: str
    notes: tuple[str, ...]
    ends_at: datetime | None = None
    calendar: Calendar = field(default_factory=shipped, repr=False, compare=False)

    @property
    def citation(self) -> Citation:
        """The governing article with its instrument and words."""
        return self.instruments[0].citation

    @property
    def expires_at(self) -> datetime | None:
        """First instant after the period, Asia/Shanghai: late is `now >= expires_at`."""
        if self.ends_at is not None:
            return self.ends_at
        if self.last_day is None:
            return None
        after = self.last_day + _DAY
        return datetime(after.year, after.month, after.day, tzinfo=SHANGHAI)

    @property
    def first_day_counted(self) -> date | None:
        """The first day that counts; None if none does yet."""
        return next((line.day for line in self.walk() if line.number == 1), None)

    @property
    def days_left_out(self) -> tuple[tuple[date, str], ...]:
        """Days between start and last day that do not count, each with the reason."""
        return tuple((line.day, line.reason) for line in self.walk() if line.number is None)

    def walk(self) -> tuple[Day, ...]:
        """The count day by day. While suspended it stops at the day before the open pause."""
        spans = days.merge(self.pauses)
        last = self.last_day
        if last is None:
            begin = next(start for start, end in spans if end is None)
            last = max(date.fromordinal(begin), self.start.date())
        return tuple(
            days.walk(
                self.calendar,
                start=self.start.date(),
                last=last,
                nominal=self.nominal_last_day or last,
                unit=self.total.unit,
                pauses=spans,
            )
        )


def due(
    rule: str,
    *,
    start: datetime | date,
    received: datetime | date | None = None,
    pauses: Iterable[Pause] = (),
    extensions: int = 0,
    calendar: Calendar | None = None,
    options: Mapping[str, object] | None = None,
) -> Deadline:
    """The deadline of `rule` for a period that starts at `start` (order 121 art. 45, Civil Code arts. 201-203).

    `start` and `received`: datetimes (naive = Asia/Shanghai) or dates. `pauses`: (from, to) dates,
    both included, `to=None` while it lasts. `extensions`: number of approved extensions.
    `calendar=None` is the shipped one. `options`: settings laid over their defaults.

    Raises LawError: unknown_rule, not_in_force, not_extendable, too_many_extensions, not_pausable,
    bad_pause, bad_start, unknown_option, bad_option, needs_option, out_of_range.

    >>> d = due("complaint.acceptance", start=datetime(2026, 9, 25, 10, 30))
    >>> d.last_day, d.provisional, d.article, d.instrument
    (datetime.date(2026, 10, 12), False, '第十五条', 'order121')
    """
    settings = resolve(options)
    table = shipped() if calendar is None else calendar
    begun = _shanghai(start)
    entry = regime(rule, on=_choosing_day(rule, start=begun, received=received, settings=settings))
    spans = days.merge(pauses) if pauses else ()
    _check_pauses(entry, given=bool(spans), settings=settings)
    period, total = _lengths(entry, extensions=extensions, settings=settings)
    weekend = settings["weekend_rollover"] is True
    if total.unit is Unit.HOUR:
        return _make(entry, begun, None, None, False, period, total, extensions, (), weekend, table)
    nominal, last = _end(table, start=begun.date(), total=total, spans=spans, weekend=weekend)
    provisional = _rests_on_unpublished(
        table, start=begun.date(), last=last, nominal=nominal, unit=total.unit
    )
    return _make(entry, begun, nominal, last, provisional, period, total, extensions, spans, weekend, table)


def days_left(
    deadline: Deadline | date | None,
    *,
    today: date,
    unit: Unit = Unit.WORKING_DAY,
    calendar: Calendar | None = None,
) -> int | None:
    """Days after `today` up to the last day, which is included: 0 on the last day, negative after it.

    None while the clock is suspended. `unit`: working or calendar days.

    >>> days_left(date(2026, 10, 12), today=date(2026, 9, 30))
    4
    """
    last = deadline.last_day if isinstance(deadline, Deadline) else deadline
    if last is None:
        return None
    if unit is Unit.WORKING_DAY:
        if calendar is None:
            calendar = deadline.calendar if isinstance(deadline, Deadline) else shipped()
        return working_days_between(calendar, today, last)
    return (last - today).days


def _shanghai(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            return moment.replace(tzinfo=SHANGHAI)
        return moment.astimezone(SHANGHAI)
    if isinstance(moment, date):
        return datetime(moment.year, moment.month, moment.day, tzinfo=SHANGHAI)
    raise LawError(Code.BAD_START, start=moment)


def _choosing_day(
    rule_id: str, *, start: datetime, received: datetime | date | None, settings: Mapping[str, Value]
) -> date:
    if received is not None:
        by_receipt = settings["transition.clock"] == "received"
        if by_receipt or find_rule(rule_id).chosen_by == "received":
            return _shanghai(received).date()
    return start.date()


def _check_pauses(entry: Regime, *, given: bool, settings: Mapping[str, Value]) -> None:
    # A period that nothing stops must not silently grow: the pause would lose an administrative review.
    if given and not entry.rule.pausable_by:
        raise LawError(Code.NOT_PAUSABLE, rule=entry.rule.id)


def _lengths(entry: Regime, *, extensions: int, settings: Mapping[str, Value]) -> tuple[Period, Period]:
    governing = entry.governing
    if isinstance(extensions, bool) or not isinstance(extensions, int) or extensions < 0:
        raise LawError(
            Code.TOO_MANY_EXTENSIONS, rule=entry.rule.id, allowed=governing.max_extensions, given=extensions
        )
    period = governing.period or _from_settings(entry, settings=settings)
    if not extensions:
        return period, period
    if governing.extension is None:
        raise LawError(Code.NOT_EXTENDABLE, rule=entry.rule.id)
    if extensions > governing.max_extensions:
        raise LawError(
            Code.TOO_MANY_EXTENSIONS, rule=entry.rule.id, allowed=governing.max_extensions, given=extensions
        )
    return period, Period(period.number + extensions * governing.extension.number, period.unit)


def _from_settings(entry: Regime, *, settings: Mapping[str, Value]) -> Period:
    key = entry.governing.option
    number = settings[key] if key is not None else None
    if not isinstance(number, int):
        raise LawError(Code.NEEDS_OPTION, rule=entry.rule.id, option=key)
    given = settings["given.unit"] if key == "given.number" else None
    return Period(number, Unit(given) if isinstance(given, str) else entry.governing.unit)


def _end(
    calendar: Calendar, *, start: date, total: Period, spans: tuple[Span, ...], weekend: bool
) -> tuple[date | None, date | None]:
    begin = start.toordinal()
    if total.unit is Unit.WORKING_DAY:
        found = days.last_working_day(calendar, start=begin, number=total.number, pauses=spans)
        last = None if found is None else date.fromordinal(found)
        return last, last
    if total.unit is Unit.CALENDAR_DAY:
        both = days.last_calendar_day(
            calendar, start=begin, number=total.number, pauses=spans, weekend_rollover=weekend
        )
        if both is None:
            return None, None
        return date.fromordinal(both[0]), date.fromordinal(both[1])
    nominal = days.add_months(start, total.number * _MONTHS[total.unit])
    final = days.roll(calendar, day=nominal.toordinal(), pauses=(), weekend_rollover=weekend)
    return nominal, None if final is None else date.fromordinal(final)


def _rests_on_unpublished(
    calendar: Calendar, *, start: date, last: date | None, nominal: date | None, unit: Unit
) -> bool:
    if last is None or nominal is None:
        return False
    first = start + _DAY if unit is Unit.WORKING_DAY else nominal
    return any(not calendar.published(year) for year in range(first.year, last.year + 1))


def _make(
    entry: Regime,
    start: datetime,
    nominal: date | None,
    last: date | None,
    provisional: bool,
    period: Period,
    total: Period,
    extensions: int,
    spans: tuple[Span, ...],
    weekend: bool,
    calendar: Calendar,
) -> Deadline:
    source = entry.governing.citation
    ends_at = start + timedelta(hours=total.number) if total.unit is Unit.HOUR else None
    if ends_at is not None:
        nominal = last = ends_at.date()
    return Deadline(
        rule=entry.rule.id,
        title=entry.rule.title,
        statutory=entry.rule.statutory,
        start=start,
        last_day=last,
        provisional=provisional,
        suspended=last is None,
        article=source.article,
        instrument=source.instrument.key,
        instruments=entry.provisions,
        counting=entry.counting,
        nominal_last_day=nominal,
        period=period,
        total=total,
        extensions=extensions,
        pauses=tuple((date.fromordinal(a), None if b is None else date.fromordinal(b)) for a, b in spans),
        weekend_rollover=weekend,
        calendar_version=calendar.version,
        notes=entry.notes,
        ends_at=ends_at,
        calendar=calendar,
    )
