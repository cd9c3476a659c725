"""From the account to who acts: once per request, with its roles of the day and the leave it covers."""

from datetime import datetime

from django.db import connection

from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.models import Staff
from jiesu.places.queries import authority

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
