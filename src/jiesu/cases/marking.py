"""Marks for whoever counts: of which day and holder the figures have changed, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.models import Case, TallyMark
from jiesu.making import made

#: The day on which a case or contact was received, and the organisation that holds it.
Counted = tuple[date, int]


def counted(case: Case) -> Counted:
    """Under which day and holder a case counts: whoever handles it, else whoever registered it."""
    return day_of(case.received_at), case.organisation_id or case.registered_by_id


def day_of(at: datetime) -> date:
    """The day in Asia/Shanghai.

    >>> from datetime import UTC
    >>> day_of(datetime(2020, 12, 31, 16, 0, tzinfo=UTC))
    datetime.date(2021, 1, 1)
    """
    return at.astimezone(SHANGHAI).date()


def marks(changed: Iterable[Counted]) -> list[TallyMark]:
    """One row for each day and holder, to be written beside what changed."""
    return [made(TallyMark, day=day, holder_id=holder) for day, holder in dict.fromkeys(changed)]
