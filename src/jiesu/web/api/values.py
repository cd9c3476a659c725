"""Shapes of single values on the wire: instants, days, numbers, sums."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field

from jiesu.cases.queries import not_found
from jiesu.people.actors import SHANGHAI

_NUMBER = re.compile(r"[0-9]{18}", re.ASCII)

CaseNumber = Annotated[
    str, Field(description="办件编号，18 位数字，始终作为文本", examples=["430900260000000042"])
]
Instant = Annotated[
    str, Field(description="时刻，ISO 8601，北京时间", examples=["2026-09-25T10:30:00+08:00"])
]
Day = Annotated[str, Field(description="日期，ISO 8601", examples=["2026-10-12"])]
Yuan = Annotated[str, Field(description="金额（元），两位小数", examples=["299.00"])]


def _in_range(day: date) -> date:
    if not date(1990, 1, 1) <= day <= date(2199, 12, 31):
        raise ValueError(_("日期超出范围。"))
    return day


DayParameter = Annotated[date, AfterValidator(_in_range)]


def number_of(text: str) -> int:
    """A case number from an address.

    Raises:
        ActionError: ``case_not_found``, as for a number that does not exist.
    """
    if not _NUMBER.fullmatch(text):
        raise not_found(0)
    return int(text)


def instant(value: datetime | None) -> str | None:
    """An instant with the offset of Asia/Shanghai.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 9, 25, 2, 30, tzinfo=UTC))
    '2026-09-25T10:30:00+08:00'
    """
    return value.astimezone(SHANGHAI).isoformat(timespec="seconds") if value is not None else None


def day(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


def last_day(due_at: datetime | None) -> str | None:
    """The last day of a period that ends before ``due_at``."""
    return (
        day((due_at - timedelta(microseconds=1)).astimezone(SHANGHAI).date()) if due_at is not None else None
    )


def midnight(value: date) -> datetime:
    """The first instant of a day of Asia/Shanghai."""
    return datetime.combine(value, time(), SHANGHAI)


def yuan(fen: int | None) -> str | None:
    """A sum of fen in yuan.

    >>> yuan(29900), yuan(None)
    ('299.00', None)
    """
    return f"{fen // 100}.{fen % 100:02d}" if fen is not None else None
