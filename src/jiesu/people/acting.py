"""From the account to who acts: once per request, with its roles of the day and the leave it covers."""

from datetime import datetime

from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.entering import held_by
from jiesu.people.models import Staff
from jiesu.places.queries import authority


def actor_for(staff: Staff, at: datetime) -> Actor:
    """The actor that ``staff`` is at ``at``: own roles of that day and those of everyone whose leave is covered.

    No query for an account read by ``entering``; else one, and one for the bureau where it is not in memory.
    An inactive account has no roles.
    """
    held = held_by(staff, at.astimezone(SHANGHAI).date()) if staff.is_active else None
    organisation = staff.organisation
    bureau = authority(organisation)
    home = bureau or organisation
    office = staff.office
    return Actor(
        staff_id=staff.pk,
        organisation_id=organisation.pk,
        authority_id=bureau.pk if bureau else None,
        office_id=office.pk if office else None,
        roles=held.roles if held else frozenset(),
        name=staff.name,
        province=home.province,
        city=home.city,
        county=home.county,
        covers=held.covers if held else frozenset(),
    )
