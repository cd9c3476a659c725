"""Who acts: a value without a database, so that life cycles and their drawings know it too (``acting`` makes it)."""

from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

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
