"""The working calendar of this installation: the one that is shipped, with the years imported since."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from jiesu.law.calendar import Calendar, read_schedule, shipped
from jiesu.law.errors import LawError
from jiesu.people.access import record_access
from jiesu.people.actors import Actor
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import AccessAct, CalendarYear, Staff
from jiesu.people.roles import Role

# One import at a time: the version is the number of the last one plus one.
_IMPORT_LOCK = 0x6A69_6573_7563_616C


@dataclass(frozen=True, slots=True)
class Imported:
    """A year as imported. ``changed`` is False if the calendar already said the same; ``version`` is then the old."""

    year: int
    version: int
    changed: bool


#: Which calendar is in use.
LATEST = "SELECT version, at FROM people_calendaryear ORDER BY version DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Imports:
    """The last import of a calendar; nothing where there has been none."""

    version: int | None
    at: datetime | None


def current() -> Calendar:
    """The calendar in use now; one small query, the calendar itself is kept in memory by version."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST)
        last = cursor.fetchone()
    return _built(*last) if last else shipped()


def entered(staff: Staff) -> Calendar:
    """The calendar in use when an account was read by ``entering``; else as ``current``."""
    imports: Imports | None = getattr(staff, "imports", None)
    if imports is None:
        return current()
    if imports.version is None or imports.at is None:
        return shipped()
    return _built(imports.version, imports.at)


def at_version(version: int | str) -> Calendar:
    """The calendar as it stood at a version: the number of an import (0 as shipped) or a calendar's own
    ``version`` text.

    Raises:
        KeyError: there was no such calendar here.
    """
    if isinstance(version, int):
        if not 0 <= version <= _latest():
            raise KeyError(version)
        return _numbered(version)
    for number in range(_latest(), -1, -1):
        calendar = _numbered(number)
        if calendar.version == version:
            return calendar
    raise KeyError(version)


def import_year(*, notice: str | bytes | Mapping[str, Any], actor: Actor, at: datetime) -> Imported:
    """Import the State Council's schedule of one year (holiday-cn JSON); a later import of a year replaces it.

    Recomputing the clocks that rest on that year is the caller's: it compares versions.

    Raises:
        PeopleError: ``not_allowed``; ``bad_calendar`` when the file is not a complete, plausible year.
    """
    if not (actor.system or actor.has(Role.SYSTEM_ADMIN)):
        raise PeopleError(Code.NOT_ALLOWED, what=_("导入放假安排"))
    try:
        schedule = read_schedule(notice)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
            latest = _latest()
            before = _numbered(latest)
            if before.with_year(notice) == before:
                return Imported(year=schedule.year, version=latest, changed=False)
            data = json.loads(notice) if isinstance(notice, str | bytes) else dict(notice)
            CalendarYear.objects.create(
                version=latest + 1, year=schedule.year, data=data, imported_by_id=actor.staff_id, at=at
            )
            record_access(
                actor=actor,
                act=AccessAct.SETTING,
                at=at,
                detail={"calendar": schedule.year, "version": latest + 1},
            )
    except LawError as error:
        raise PeopleError(Code.BAD_CALENDAR, why=error.data.get("why", str(error))) from error
    return Imported(year=schedule.year, version=latest + 1, changed=True)


def _latest() -> int:
    return CalendarYear.objects.aggregate(latest=Max("version"))["latest"] or 0


def _numbered(version: int) -> Calendar:
    return (
        shipped()
        if version == 0
        else _built(version, CalendarYear.objects.only("version", "at").get(version=version).at)
    )


# An import that was rolled back leaves its number free for another one: its time tells them apart.
@lru_cache(maxsize=8)
def _built(version: int, _imported_at: datetime) -> Calendar:
    calendar = shipped()
    for row in CalendarYear.objects.filter(version__lte=version).order_by("version"):
        calendar = calendar.with_year(row.data)
    return calendar
