"""Staff for every county of the province: without them nobody could hold the cases."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import RoleAssignment, Staff
from jiesu.people.roles import Role
from jiesu.places.models import Organisation, OrganisationType

#: The bench's present, nearly seven years after the first case (order 20 came into force in 2020); fixed, so that every run measures the same rows.
NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
FIRST_DAY = datetime(2020, 1, 2, 1, 0, tzinfo=UTC)
OFFICES = 3
HANDLERS = 2
#: Counties that bring more cases than their share; the demonstration's own first.
HEAVY = {"430902": 40, "430903": 20, "430102": 25, "430104": 20, "430105": 20, "430111": 20}


@dataclass(frozen=True)
class Team:
    """A county's bureau with those who work on its cases."""

    bureau: int
    centre: int
    division: str
    place: str
    weight: int
    caller: Actor
    dispatcher: Actor
    head: Actor
    handlers: tuple[Actor, ...]


def _counties() -> dict[int, tuple[Organisation, Organisation, list[Organisation]]]:
    """Each county bureau with its centre and the offices that get staff."""
    below: dict[int, list[Organisation]] = defaultdict(list)
    for organisation in Organisation.objects.filter(parent__isnull=False).order_by("key"):
        below[organisation.parent_id or 0].append(organisation)
    found = {}
    for bureau in Organisation.objects.filter(type=OrganisationType.BUREAU).exclude(county=""):
        centre = next((o for o in below[bureau.pk] if o.type == OrganisationType.CENTRE), None)
        offices = [o for o in below[bureau.pk] if o.type == OrganisationType.OFFICE]
        # The demonstration's office comes first where there is one.
        offices.sort(key=lambda o: (o.key not in ("430902005-office", "430903001-office"), o.key))
        if centre is not None and offices:
            found[bureau.pk] = (bureau, centre, offices[:OFFICES])
    return found


def hire() -> None:
    """Makes the accounts: per county a dispatcher, a head and handlers at its offices. They cannot sign in."""
    wanted: list[tuple[str, str, Organisation]] = []
    for bureau, centre, offices in _counties().values():
        code = bureau.division_code
        wanted.append((f"bench.{code}.dispatcher", Role.DISPATCHER, centre))
        wanted.append((f"bench.{code}.head", Role.HEAD, bureau))
        for n, office in enumerate(offices):
            wanted += [(f"bench.{code}.handler.{n}.{i}", Role.HANDLER, office) for i in range(HANDLERS)]
    province = Organisation.objects.get(key="430000-bureau")
    wanted.append(("bench.430000.supervisor", Role.SUPERVISOR, province))
    people = Staff.objects.bulk_create(
        [
            Staff(username=u, name=u.split(".", 1)[1], organisation=o, password="!", created_at=FIRST_DAY)
            for u, _role, o in wanted
        ],
        batch_size=1000,
    )
    RoleAssignment.objects.bulk_create(
        [
            RoleAssignment(staff=p, role=role, organisation=o, valid_from=FIRST_DAY.date())
            for p, (_u, role, o) in zip(people, wanted, strict=True)
        ],
        batch_size=1000,
    )


def actor(username: str, at: datetime = NOW) -> Actor:
    """The actor of an account."""
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, at)


def teams() -> list[Team]:
    """The teams of all counties, in the order of their codes."""
    everyone = {s.username: s for s in Staff.objects.select_related("organisation__parent__parent")}
    at: dict[int, list[Staff]] = defaultdict(list)
    for staff in everyone.values():
        at[staff.organisation_id].append(staff)
    found = []
    for bureau, centre, offices in _counties().values():
        code = bureau.division_code
        handlers = [s for o in offices for s in sorted(at[o.pk], key=lambda s: s.username)]
        handlers = [s for s in handlers if "handler" in s.username]
        dispatcher = actor_for(everyone[f"bench.{code}.dispatcher"], NOW)
        found.append(
            Team(
                bureau=bureau.pk,
                centre=centre.pk,
                division=code[:6],
                place=bureau.short_name.removesuffix("市场监管局"),
                weight=HEAVY.get(code[:6], 4),
                caller=dispatcher,
                dispatcher=dispatcher,
                head=actor_for(everyone[f"bench.{code}.head"], NOW),
                handlers=tuple(actor_for(s, NOW) for s in handlers),
            )
        )
    return sorted(found, key=lambda t: t.division)
