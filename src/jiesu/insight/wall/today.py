"""What stands in the rows today: contacts by minute and place, what is due, what was done. A few grouped statements.

Each reads a stretch of one index: the contacts of a day by their receipt, open cases up to a due date, the events of a
day by type. None reads more because there are more years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Count

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.kinds import ENDED
from jiesu.cases.lifecycle import TABLES
from jiesu.cases.models import Case
from jiesu.cases.worklists import window_bounds, window_condition
from jiesu.insight.wall.ground import Level

#: A contact stands where the first case that came of it stands, else with whoever registered it, as in the figures.
#: OFFSET 0: each day is read by itself, from the index; brought together first, whole tables would be.
_PLACED = """
SELECT t.* FROM unnest(%(days)s::timestamptz[]) AS d(begins) CROSS JOIN LATERAL (
    SELECT extract(epoch FROM c.received_at - d.begins)::int / 60 AS minute, {part} AS part,
           coalesce(k.kind, nullif(c.kind, 'auto'), 'other') AS kind,
           CASE WHEN k.id IS NULL THEN '{no_case}' ELSE k.subject END AS subject
      FROM (SELECT * FROM intake_contact
             WHERE received_at >= d.begins AND received_at < d.begins + interval '24 hours' OFFSET 0) c
      JOIN places_organisation o ON o.id = c.registered_by_id
      LEFT JOIN cases_case k ON k.id = c.cases[1] AND k.contact_id = c.id
     WHERE {region} = %(region)s
    OFFSET 0) t
"""
#: The line of command of a contact, by column.
_OF_CONTACT = {
    "province": "coalesce(k.province, o.province)",
    "city": "coalesce(k.city, o.city)",
    "county": "coalesce(k.county, o.county)",
    "office_id": "coalesce(k.office_id::text, '')",
}
_TODAY = """
SELECT minute, part, kind, subject, count(*) FROM ({placed}) t
 GROUP BY GROUPING SETS ((minute), (part), (kind), (subject))
"""
_BEFORE = "SELECT part, minute / %(step)s AS slot, count(*) FROM ({placed}) t GROUP BY 1, 2"
_DONE = """
SELECT count(DISTINCT e.case_id) FILTER (WHERE e.type = 'accept'),
       count(DISTINCT e.case_id) FILTER (WHERE k.decided_at >= %(begins)s AND k.decided_at < %(ends)s),
       count(DISTINCT e.case_id) FILTER (WHERE k.closed_at >= %(begins)s AND k.closed_at < %(ends)s)
  FROM cases_event e JOIN cases_case k ON k.id = e.case_id
 WHERE e.type = ANY(%(types)s) AND e.at >= %(begins)s AND e.at < %(ends)s AND k.{region} = %(code)s
"""
_FIRST = "SELECT min(received_at) FROM intake_contact"


#: Instead of a subject: of a case that has none yet, and of a contact of which no case came and that gets none.
UNSORTED, NO_CASE = "", "-"


@dataclass
class Contacts:
    """The contacts of a day: each of these adds up to the same number. ``subjects`` holds ``UNSORTED`` and ``NO_CASE`` as well."""

    minutes: dict[int, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.minutes.values())


@dataclass(frozen=True)
class Due:
    """Open cases of a part by their nearest clock: late, ending today, ending within three days after today."""

    late: int = 0
    today: int = 0
    soon: int = 0

    def __add__(self, other: Due) -> Due:
        return Due(self.late + other.late, self.today + other.today, self.soon + other.soon)

    @property
    def urgent(self) -> int:
        return self.late + self.today + self.soon


@dataclass(frozen=True)
class Done:
    """Cases of which something was done today."""

    accepted: int
    decided: int
    closed: int


def begins(day: date) -> datetime:
    """The first instant of a day in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def minute_of(at: datetime) -> int:
    """Minutes since the day began in Asia/Shanghai.

    >>> minute_of(datetime(2026, 9, 22, 10, 30, 59, tzinfo=SHANGHAI))
    630
    """
    local = at.astimezone(SHANGHAI)
    return local.hour * 60 + local.minute


def _placed(level: Level) -> str:
    return _PLACED.format(no_case=NO_CASE, part=_OF_CONTACT[level.part], region=_OF_CONTACT[level.region])


def contacts(region: str, level: Level, day: date) -> Contacts:
    """The contacts received on a day; one statement."""
    found = Contacts()
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"days": [begins(day)], "region": region}
        cursor.execute(_TODAY.format(placed=_placed(level)), values)
        for minute, part, kind, subject, count in cursor.fetchall():
            if minute is not None:
                found.minutes[minute] = count
            elif part is not None:
                found.parts[part] = count
            elif kind is not None:
                found.kinds[kind] = count
            else:
                found.subjects[subject] = count
    return found


def by_slot(region: str, level: Level, days: Sequence[date], step: int) -> dict[str, dict[int, int]]:
    """The contacts of some days together, by part and by stretches of ``step`` minutes; one statement."""
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"days": [begins(day) for day in days], "region": region, "step": step}
        cursor.execute(_BEFORE.format(placed=_placed(level)), values)
        for part, slot, count in cursor.fetchall():
            found.setdefault(part, {})[slot] = count
    return found


def first_day() -> date | None:
    """The day of the first contact of this installation."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST)
        (first,) = cursor.fetchone()
    return first.astimezone(SHANGHAI).date() if first else None


def due(region: str, level: Level, now: datetime) -> Mapping[str, Due]:
    """What is late and what will be, by part, from the index over open work; one statement."""
    bounds = window_bounds("soon", now)
    assert bounds is not None
    rows = Case.objects.filter(**{level.region: region}, closed_at=None, due_at__lte=bounds[1])
    counted = (
        rows.order_by()
        .values(level.part)
        .annotate(
            late=Count("pk", filter=window_condition("late", now)),
            today=Count("pk", filter=window_condition("today", now)),
            soon=Count("pk", filter=window_condition("soon", now)),
        )
    )
    # The window of some days holds today as well.
    return {
        str(row[level.part] or ""): Due(row["late"], row["today"], row["soon"] - row["today"])
        for row in counted
    }


def done(region: str, level: Level, day: date) -> Done:
    """How many cases were accepted, decided and closed on a day; one statement."""
    first = begins(day)
    values: dict[str, Any] = {
        "types": list(_telling()),
        "begins": first,
        "ends": first + timedelta(days=1),
        "code": region,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DONE.format(region=level.region), values)
        return Done(*cursor.fetchone())


@cache
def _telling() -> tuple[str, ...]:
    """The events that accept, decide or end a case, from the life-cycle tables."""
    rows = [row for table in TABLES.values() for row in table.rows.values()]
    told = {row.action for row in rows if row.decides or not ENDED.isdisjoint(row.targets())}
    return tuple(sorted({*told, "accept"}))
