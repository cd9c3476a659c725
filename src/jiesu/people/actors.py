"""Who acts: a value made once per request from the account, its roles of the day and the leave it covers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db import connection

from jiesu.people.models import Staff
from jiesu.places.queries import authority

SHANGHAI = ZoneInfo("Asia/Shanghai")
Party = Literal["complainant", "informant", "consumer", "merchant"]


@dataclass(frozen=True)
class Actor:
    """Whoever acts or looks: a member of staff, a citizen with a query code, or the system.

    ``organisation_id`` is where the person sits, ``authority_id`` the bureau it belongs to (None for
    councils, stations and partner departments outside market regulation), ``office_id`` the market
    office, if any. ``province``, ``city`` and ``county`` are the codes of the authority, or of the
    organisation where there is none. ``covers`` are the staff ids whose leave is covered.
    """

    staff_id: int | None = None
    organisation_id: int | None = None
    authority_id: int | None = None
    office_id: int | None = None
    roles: frozenset[str] = frozenset()
    name: str = ""
    party: str | None = None
    system: bool = False
    province: str = ""
    city: str = ""
    county: str = ""
    covers: frozenset[int] = frozenset()

    @property
    def is_staff(self) -> bool:
        """A member of staff, not a citizen and not the system."""
        return self.staff_id is not None

    def has(self, *roles: str) -> bool:
        """Tell whether the actor holds any of ``roles``."""
        return not self.roles.isdisjoint(roles)


#: The system itself: sweeps, imports, clocks.
SYSTEM = Actor(system=True, name="系统")

_CITIZEN_NAMES: dict[str, str] = {
    "complainant": "投诉人",
    "informant": "举报人",
    "consumer": "咨询人",
    "merchant": "被投诉人",
}


def citizen(kind: Party) -> Actor:
    """A citizen who comes with number and query code; ``kind`` is the capacity in that case.

    >>> citizen("complainant").name, citizen("complainant").is_staff
    ('投诉人', False)
    """
    return Actor(party=kind, name=_CITIZEN_NAMES[kind])


# Read with every request, so as one statement that nobody has to compose first: roles and those who are covered.
_ROLES = """
WITH covered AS (
    SELECT absent_id FROM people_leavecover WHERE deputy_id = %(staff)s AND since <= %(day)s AND until >= %(day)s
)
SELECT role, NULL::bigint FROM people_roleassignment
WHERE (staff_id = %(staff)s OR staff_id IN (SELECT absent_id FROM covered))
    AND valid_from <= %(day)s AND (valid_to IS NULL OR valid_to >= %(day)s)
UNION ALL SELECT NULL, absent_id FROM covered
"""


def actor_for(staff: Staff, at: datetime) -> Actor:
    """The actor that ``staff`` is at ``at``: own roles of that day and those of everyone whose leave is covered.

    One query, and one for the bureau of the organisation when it is not in memory.
    An inactive account has no roles.
    """
    day = at.astimezone(SHANGHAI).date()
    covers: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    if staff.is_active:
        with connection.cursor() as cursor:
            cursor.execute(_ROLES, {"staff": staff.pk, "day": day})
            found = cursor.fetchall()
        covers = frozenset(absent for _role, absent in found if absent is not None)
        roles = frozenset(role for role, _absent in found if role is not None)
    organisation = staff.organisation
    bureau = authority(organisation)
    home = bureau or organisation
    office = staff.office
    return Actor(
        staff_id=staff.pk,
        organisation_id=organisation.pk,
        authority_id=bureau.pk if bureau else None,
        office_id=office.pk if office else None,
        roles=roles,
        name=staff.name,
        province=home.province,
        city=home.city,
        county=home.county,
        covers=covers,
    )
