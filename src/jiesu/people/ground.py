"""What every action stands on: organisations, settings and calendar, in memory by version, asked for in one query.

A row that a trigger renews with each change (``places_reference``) says whether what is in memory still holds.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from jiesu import statements
from jiesu.law.calendar import Calendar
from jiesu.people import calendar
from jiesu.people.actors import SHANGHAI
from jiesu.people.models import Setting, Staff
from jiesu.people.registry import definitions
from jiesu.places.models import Organisation, OrganisationLevel, OrganisationType
from jiesu.places.queries import IN_LINE


class Place(NamedTuple):
    """An organisation's place in the line of command; codes are empty above their level."""

    parent: int | None
    type: str
    level: str
    division_code: str
    province: str
    city: str
    county: str

    @property
    def line(self) -> dict[str, str]:
        """The codes by the names that a case's columns have."""
        return {"province": self.province, "city": self.city, "county": self.county}


class _Value(NamedTuple):
    key: str
    value: Any
    valid_from: date


@dataclass(frozen=True, eq=False)
class Ground:
    """Organisations, settings and calendar as they stood together at one version."""

    calendar: Calendar
    places: Mapping[int, Place]
    #: Confirmed values by organisation (None: the installation's), each list in the order in which later ones win.
    _values: Mapping[int | None, list[_Value]]
    _days: list[date]
    _known: dict[tuple[int | None, int], dict[str, Any]] = field(default_factory=dict)
    _rows: dict[int, Organisation] = field(default_factory=dict)

    def place(self, organisation: int) -> Place:
        """Where an organisation stands.

        Raises:
            Organisation.DoesNotExist: no such organisation.
        """
        try:
            return self.places[organisation]
        except KeyError:
            raise Organisation.DoesNotExist from None

    def organisation(self, pk: int) -> Organisation:
        """An organisation's row with the two above it, read when first asked for.

        All share it: whoever changes an organisation reads it for himself.

        Raises:
            Organisation.DoesNotExist: no such organisation.
        """
        if pk not in self._rows:
            self._rows[pk] = Organisation.objects.select_related("parent__parent").get(pk=pk)
        return self._rows[pk]

    def receiving_bureau(self, desk: int) -> int | None:
        """The bureau that receives by what a desk of its own takes in: a county's, which ordinarily handles (order 121
        arts. 13, 15, 29). None for a desk of a higher bureau, whose receipt is not yet that of the bureau that will
        handle, and for those outside market regulation.
        """
        for organisation in self._line(desk):
            place = self.place(organisation)
            if place.type not in IN_LINE:
                return None
            if place.type == OrganisationType.BUREAU:
                return organisation if place.level == OrganisationLevel.COUNTY else None
        return None

    def settings(self, organisation: int | None, at: datetime | date) -> dict[str, Any]:
        """All settings in force for an organisation on a day, as ``people.settings.in_force`` gives them.

        Args:
            organisation: None for the installation's own.
            at: a day, or an instant whose day in Asia/Shanghai counts.
        """
        day = at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at
        # Between two days on which something changes the settings are the same.
        key = (organisation, bisect_right(self._days, day))
        if key not in self._known:
            values = {name: entry.default for name, entry in definitions().items()}
            for each in reversed([*self._line(organisation), None]):
                values.update((v.key, v.value) for v in self._values.get(each, ()) if v.valid_from <= day)
            self._known[key] = {name: values[name] for name in definitions()}
        return dict(self._known[key])

    def _line(self, organisation: int | None) -> Iterator[int]:
        """The organisation and those above it, nearest first."""
        while organisation is not None:
            yield organisation
            organisation = self.place(organisation).parent


def current() -> Ground:
    """The ground as it stands now: one small query; the rest is in memory while nothing has changed."""
    ((version,),) = statements.fetch("SELECT version FROM places_reference")
    return at_version(version)


def entered(staff: Staff) -> Ground:
    """The ground as it stood when an account was read by ``entering``; else as ``current``."""
    version: UUID | None = getattr(staff, "reference", None)
    return current() if version is None else at_version(version)


# Two versions: whoever still reads the one before a change does not read everything again.
@lru_cache(maxsize=2)
def at_version(_version: UUID) -> Ground:
    """The ground of a version that was read just now from ``places_reference``."""
    values: dict[int | None, list[_Value]] = {}
    confirmed = Setting.objects.filter(confirmed_at__isnull=False).order_by(
        "valid_from", "confirmed_at", "pk"
    )
    for row in confirmed.values_list("organisation_id", "key", "value", "valid_from"):
        values.setdefault(row[0], []).append(_Value(*row[1:]))
    places = Organisation.objects.values_list("pk", "parent_id", *Place._fields[1:])
    return Ground(
        calendar=calendar.current(),
        places={row[0]: Place(*row[1:]) for row in places},
        _values=values,
        _days=sorted({v.valid_from for each in values.values() for v in each}),
    )
