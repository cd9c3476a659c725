"""The stretch of days that a report covers, and the same stretch a year earlier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _


class Backwards(ValueError):
    """Days of which the last lies before the first.

    Args:
        since, until: the days as they were given.
    """

    def __init__(self, since: date, until: date) -> None:
        super().__init__(f"{since}..{until}")
        self.since, self.until = since, until


class Span(StrEnum):
    """How a period is named."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAYS = "days"


@dataclass(frozen=True)
class Period:
    """Days from ``since`` to ``until`` in Asia/Shanghai, both included."""

    span: Span
    since: date
    until: date

    @classmethod
    def year(cls, year: int) -> Period:
        """A calendar year."""
        return cls(Span.YEAR, date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def parse(cls, text: str) -> Period:
        """A period from its key.

        Raises:
            ValueError: no period; ``Backwards`` where the days are the wrong way round.

        >>> [str(Period.parse(t).until) for t in ("2020", "2020Q3", "2020-02", "2020W53", "2020-02-03..2020-02-05")]
        ['2020-12-31', '2020-09-30', '2020-02-29', '2021-01-03', '2020-02-05']
        """
        if re.fullmatch(r"[0-9]{4}", text):
            return cls.year(int(text))
        if found := re.fullmatch(r"([0-9]{4})Q([1-4])", text):
            year, first = int(found[1]), 3 * int(found[2]) - 2
            return cls(Span.QUARTER, date(year, first, 1), _month_end(date(year, first + 2, 1)))
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
            first_day = date.fromisoformat(f"{text}-01")
            return cls(Span.MONTH, first_day, _month_end(first_day))
        if found := re.fullmatch(r"([0-9]{4})W([0-9]{1,2})", text):
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return cls(Span.WEEK, monday, monday + timedelta(6))
        if found := re.fullmatch(r"([0-9-]{10})\.\.([0-9-]{10})", text):
            since, until = date.fromisoformat(found[1]), date.fromisoformat(found[2])
            if since > until:
                raise Backwards(since, until)
            return cls(Span.DAYS, since, until)
        raise ValueError(text)

    @property
    def key(self) -> str:
        """The period as ``parse`` reads it.

        >>> all(Period.parse(t).key == t for t in ("2020", "2020Q3", "2020-02", "2020W07", "2020-02-03..2020-02-05"))
        True
        """
        match self.span:
            case Span.YEAR:
                return f"{self.since.year}"
            case Span.QUARTER:
                return f"{self.since.year}Q{(self.since.month + 2) // 3}"
            case Span.MONTH:
                return f"{self.since:%Y-%m}"
            case Span.WEEK:
                year, week, _day = self.since.isocalendar()
                return f"{year}W{week:02d}"
            case _:
                return f"{self.since}..{self.until}"

    @property
    def before(self) -> Period:
        """The same period of the year before: the same months, the week of the same number, the same days.

        >>> Period.parse("2020W53").before.key, Period.parse("2024-02-29..2024-02-29").before.key
        ('2019W52', '2023-02-28..2023-02-28')
        """
        year = self.since.year - 1
        match self.span:
            case Span.YEAR:
                return Period.year(year)
            case Span.QUARTER | Span.MONTH:
                return Period.parse(self.key.replace(self.key[:4], str(year), 1))
            case Span.WEEK:
                iso_year, week, _day = self.since.isocalendar()
                # Not every year has a 53rd week; 28 December lies in the last.
                last = date(iso_year - 1, 12, 28).isocalendar().week
                return Period.parse(f"{iso_year - 1}W{min(week, last):02d}")
            case _:
                return Period(Span.DAYS, _year_before(self.since), _year_before(self.until))

    def before_until(self, today: date) -> Period:
        """The same period of the year before; of one that still runs, its days up to the same day.

        >>> str(Period.parse("2026").before_until(date(2026, 11, 28)).until), Period.parse("2025").before_until(date(2026, 1, 1)).key
        ('2025-11-28', '2024')
        >>> str(Period.parse("2026W48").before_until(date(2026, 11, 25)).until)
        '2025-11-26'
        """
        whole = self.before
        if today >= self.until:
            return whole
        if self.span == Span.WEEK:
            return Period(Span.DAYS, whole.since, whole.since + (today - self.since))
        return Period(Span.DAYS, whole.since, _year_before(today))

    @property
    def label(self) -> str:
        """The period in words."""
        year = self.since.year
        match self.span:
            case Span.YEAR:
                return _("%(year)d 年") % {"year": year}
            case Span.QUARTER:
                return _("%(year)d 年第 %(n)d 季度") % {"year": year, "n": (self.since.month + 2) // 3}
            case Span.MONTH:
                return _("%(year)d 年 %(n)d 月") % {"year": year, "n": self.since.month}
            case Span.WEEK:
                iso_year, week, _day = self.since.isocalendar()
                return _("%(year)d 年第 %(n)d 周") % {"year": iso_year, "n": week}
            case _:
                return _("%(since)s 至 %(until)s") % {"since": self.since, "until": self.until}

    def parts(self) -> list[tuple[str, date, date]]:
        """What a curve over the period shows, with labels: months of a year or quarter, days of up to two months."""
        whole_months = self.span in (Span.YEAR, Span.QUARTER)
        if whole_months or (self.until - self.since).days > MOST_DAYS:
            return _months(self.since, self.until)
        count = (self.until - self.since).days + 1
        days = [self.since + timedelta(n) for n in range(count)]
        return [(_("%(month)d月%(day)d日") % {"month": d.month, "day": d.day}, d, d) for d in days]


#: More days are drawn as months.
MOST_DAYS = 61


def _months(since: date, until: date) -> list[tuple[str, date, date]]:
    found = []
    first = since
    several = since.year != until.year
    while first <= until:
        last = min(_month_end(first), until)
        words = _("%(n)d月") % {"n": first.month}
        found.append((f"{first.year}-{first.month:02d}" if several else words, first, last))
        first = last + timedelta(1)
    return found


def _month_end(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(1)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
