"""Settings of law and service: the value in force for an organisation on a day, and how two people change it.

A value is read as of the day of receipt. A change never works backwards and never touches a clock that runs.
"""

import json
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from jiesu.people.access import record_access
from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import AccessAct, Setting
from jiesu.people.registry import definition, definitions
from jiesu.people.roles import Role
from jiesu.places.models import Organisation, OrganisationLevel
from jiesu.places.queries import authority, line_of_command

_LEVELS = [str(level) for level in OrganisationLevel]


def value(key: str, *, organisation: Organisation | None, at: datetime | date) -> Any:
    """The value of one setting in force for ``organisation`` at ``at``: its own, else the nearest superior's, else
    the installation's, else the default.

    Raises:
        PeopleError: ``unknown_setting``.
    """
    definition(key)
    return in_force(organisation=organisation, at=at)[key]


def in_force(*, organisation: Organisation | int | None, at: datetime | date) -> dict[str, Any]:
    """All settings in force for an organisation (or its id) at ``at``, in one query.

    Of several values of one organisation the latest ``valid_from`` counts, of the same day the one confirmed last.
    """
    values = {key: entry.default for key, entry in definitions().items()}
    with connection.cursor() as cursor:
        cursor.execute(
            _IN_FORCE, [organisation.pk if isinstance(organisation, Organisation) else organisation, _day(at)]
        )
        for key, found in cursor.fetchall():
            if key in values:
                values[key] = json.loads(found)
    return values


# Read with every action, so as one statement that nobody has to compose first. The nearest value comes last.
_IN_FORCE = """
WITH RECURSIVE line(id, parent_id, distance) AS (
    SELECT id, parent_id, 0 FROM places_organisation WHERE id = %s
    UNION ALL
    SELECT o.id, o.parent_id, l.distance + 1 FROM places_organisation o JOIN line l ON o.id = l.parent_id
)
SELECT s.key, s.value::text FROM people_setting s LEFT JOIN line l ON l.id = s.organisation_id
WHERE s.confirmed_at IS NOT NULL AND s.valid_from <= %s AND (s.organisation_id IS NULL OR l.id IS NOT NULL)
ORDER BY l.distance DESC NULLS FIRST, s.valid_from, s.confirmed_at, s.id
"""


def propose_setting(
    *,
    key: str,
    organisation: Organisation | None,
    value: object,
    valid_from: date,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> Setting:
    """Propose a value; it counts only when another person confirms it.

    Raises:
        PeopleError: ``unknown_setting``, ``bad_setting``, ``setting_level``, ``setting_in_past``, ``not_allowed``.
    """
    entry = definition(key)
    checked = entry.check(value)
    proposer = _changer(actor, organisation)
    if entry.level and organisation is not None and _rank(organisation.level) > _rank(entry.level):
        raise PeopleError(Code.SETTING_LEVEL, key=key, level=OrganisationLevel(entry.level).label)
    if valid_from < _day(at):
        raise PeopleError(Code.SETTING_IN_PAST, valid_from=valid_from)
    return Setting.objects.create(
        key=key,
        organisation=organisation,
        value=checked,
        valid_from=valid_from,
        reason=reason,
        proposed_by_id=proposer,
        proposed_at=at,
    )


@transaction.atomic
def confirm_setting(*, setting_id: int, actor: Actor, at: datetime) -> Setting:
    """Put a proposed value in force; if its day has passed meanwhile, from today.

    Raises:
        PeopleError: ``second_person``, ``setting_decided``, ``not_allowed``.
    """
    row = _open_proposal(setting_id, actor)
    row.valid_from = max(row.valid_from, _day(at))
    row.confirmed_by_id = actor.staff_id
    row.confirmed_at = at
    row.save(update_fields=("valid_from", "confirmed_by", "confirmed_at"))
    record_access(
        actor=actor,
        act=AccessAct.SETTING,
        at=at,
        detail={
            "setting": row.pk,
            "key": row.key,
            "organisation": row.organisation_id,
            "proposed_by": row.proposed_by_id,
        },
    )
    return row


@transaction.atomic
def reject_setting(*, setting_id: int, actor: Actor, at: datetime) -> Setting:
    """Refuse a proposed value; the row stays.

    Raises:
        PeopleError: ``second_person``, ``setting_decided``, ``not_allowed``.
    """
    row = _open_proposal(setting_id, actor)
    row.rejected_by_id = actor.staff_id
    row.rejected_at = at
    row.save(update_fields=("rejected_by", "rejected_at"))
    return row


def waiting_for_confirmation() -> list[Setting]:
    """Proposals nobody has decided yet, oldest first."""
    return list(
        Setting.objects.filter(Q(confirmed_at__isnull=True) & Q(rejected_at__isnull=True))
        .select_related("organisation", "proposed_by")
        .order_by("proposed_at")
    )


def _open_proposal(setting_id: int, actor: Actor) -> Setting:
    row = Setting.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=setting_id)
    if row.confirmed_at is not None or row.rejected_at is not None:
        raise PeopleError(Code.SETTING_DECIDED)
    if row.proposed_by_id == actor.staff_id:
        raise PeopleError(Code.SECOND_PERSON)
    _changer(actor, row.organisation)
    return row


def _changer(actor: Actor, organisation: Organisation | None) -> int:
    """Administrators change any value; heads and the legal section those of their bureau and of bureaus below it."""
    if actor.staff_id is not None:
        if actor.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
            return actor.staff_id
        if (
            actor.has(Role.HEAD, Role.LEGAL)
            and organisation is not None
            and authority(organisation) is not None
        ):
            line = {org.pk for org in line_of_command(organisation)}
            if actor.authority_id in line:
                return actor.staff_id
    raise PeopleError(Code.NOT_ALLOWED, what=_("变更设置"))


def _rank(level: str) -> int:
    return _LEVELS.index(str(level))


def _day(at: datetime | date) -> date:
    return at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at
