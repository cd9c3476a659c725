"""Who acts: a value made once per request from the account, its roles of the day and the leave it covers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db.models import Q

from jiesu.people.models import LeaveCover, RoleAssignment, Staff
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


def actor_for(staff: Staff, at: datetime) -> Actor:
    """The actor that ``staff`` is at ``at``: own roles of that day and those of everyone whose leave is covered.

    Three queries at most (leave, roles, the bureau of the organisation when it is not in memory).
    An inactive account has no roles.
    """
    day = at.astimezone(SHANGHAI).date()
    covers: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    if staff.is_active:
        covers = frozenset(
            LeaveCover.objects.filter(deputy=staff, since__lte=day, until__gte=day).values_list(
                "absent_id", flat=True
            )
        )
        roles = frozenset(
            RoleAssignment.objects.filter(
                Q(valid_to__isnull=True) | Q(valid_to__gte=day),
                staff_id__in={staff.pk, *covers},
                valid_from__lte=day,
            ).values_list("role", flat=True)
        )
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
