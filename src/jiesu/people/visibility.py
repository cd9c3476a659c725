"""Who sees what: role × capacity × kind → visible parts. Every read of a case starts here.

Rights go by organisation, not by place. The line of command is a tree inside market regulation; partner departments
and councils see what they take part in. An informant is visible only to those who handle the report (order 121
art. 37): that is why reports have rows of their own below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from jiesu.people.actors import Actor


class Part(StrEnum):
    """Parts of a case that are shown or kept back."""

    OUTLINE = "outline"
    CONTENT = "content"
    COMPLAINANT = "complainant"
    RESPONDENT = "respondent"
    INFORMANT = "informant"
    CORRESPONDENCE = "correspondence"
    FILES = "files"
    HISTORY = "history"
    CLOCKS = "clocks"
    ORDER = "order"


class Capacity(StrEnum):
    """How an actor stands towards a case."""

    ASSIGNEE = "assignee"
    OFFICE = "office"
    HANDLING = "handling"
    CENTRE = "centre"
    RECEIVING = "receiving"
    SUPERIOR = "superior"
    COMMISSIONED = "commissioned"
    ASSISTING = "assisting"
    DISPUTING = "disputing"
    LINE = "line"
    CITIZEN = "citizen"
    SYSTEM = "system"


#: Capacities that rest on a row of participants instead of a column of the case.
BY_PARTICIPATION = (Capacity.COMMISSIONED, Capacity.ASSISTING, Capacity.DISPUTING)

OPEN_KINDS = frozenset({"complaint", "consultation", "other"})
SECRET_KINDS = frozenset({"report", "lead"})

ALL = frozenset(Part) - {Part.ORDER}
FULL = ALL - {Part.INFORMANT}
REVIEW = frozenset({Part.OUTLINE, Part.CONTENT, Part.RESPONDENT, Part.HISTORY, Part.CLOCKS})
OUTLINE = frozenset({Part.OUTLINE, Part.CLOCKS})


@dataclass(frozen=True)
class Grant:
    """Staff with one of these roles, standing so towards a case of these kinds (in these states), see these parts."""

    roles: frozenset[str]
    capacity: Capacity
    kinds: frozenset[str]
    parts: frozenset[Part]
    states: frozenset[str] = frozenset()


def _grant(
    roles: str, capacity: Capacity, kinds: frozenset[str], parts: frozenset[Part], states: str = ""
) -> Grant:
    return Grant(frozenset(roles.split()), capacity, kinds, parts, frozenset(states.split()))


GRANTS: tuple[Grant, ...] = (
    _grant("handler mediator officehead head", Capacity.ASSIGNEE, OPEN_KINDS, FULL),
    _grant("handler mediator officehead", Capacity.OFFICE, OPEN_KINDS, FULL),
    _grant("head legal dispatcher officehead", Capacity.HANDLING, OPEN_KINDS, FULL),
    _grant("handler mediator", Capacity.HANDLING, OPEN_KINDS, OUTLINE),
    _grant("calltaker dispatcher handler officehead", Capacity.CENTRE, OPEN_KINDS, FULL),
    # What an office or a station has taken in waits for the dispatchers of its bureau: receipt is the bureau's.
    _grant("dispatcher head legal", Capacity.RECEIVING, OPEN_KINDS, FULL),
    _grant("supervisor head", Capacity.SUPERIOR, OPEN_KINDS, REVIEW),
    _grant("council mediator", Capacity.COMMISSIONED, OPEN_KINDS, FULL),
    _grant(
        "handler officehead head dispatcher council mediator",
        Capacity.ASSISTING,
        OPEN_KINDS,
        frozenset({Part.ORDER, Part.OUTLINE}),
    ),
    _grant("head officehead dispatcher", Capacity.DISPUTING, OPEN_KINDS, REVIEW),
    _grant("auditor", Capacity.LINE, OPEN_KINDS, REVIEW | {Part.CORRESPONDENCE, Part.FILES}),
    # Reports and leads: those who handle, and before routing those who register.
    _grant("handler mediator officehead head", Capacity.ASSIGNEE, SECRET_KINDS, ALL),
    _grant("officehead", Capacity.OFFICE, SECRET_KINDS, ALL),
    _grant("head", Capacity.HANDLING, SECRET_KINDS, ALL),
    _grant("legal", Capacity.HANDLING, SECRET_KINDS, REVIEW | {Part.FILES}),
    _grant("dispatcher", Capacity.HANDLING, SECRET_KINDS, OUTLINE | {Part.CONTENT, Part.RESPONDENT}),
    _grant("calltaker dispatcher handler officehead", Capacity.CENTRE, SECRET_KINDS, ALL, "registered"),
    _grant("calltaker dispatcher handler officehead", Capacity.CENTRE, SECRET_KINDS, OUTLINE),
    _grant("dispatcher head", Capacity.RECEIVING, SECRET_KINDS, ALL, "registered"),
    _grant(
        "handler officehead head dispatcher",
        Capacity.ASSISTING,
        SECRET_KINDS,
        frozenset({Part.ORDER, Part.OUTLINE}),
    ),
    _grant("supervisor head", Capacity.SUPERIOR, SECRET_KINDS, OUTLINE),
    _grant("head", Capacity.DISPUTING, SECRET_KINDS, OUTLINE | {Part.CONTENT, Part.RESPONDENT}),
    _grant("auditor", Capacity.LINE, SECRET_KINDS, OUTLINE | {Part.HISTORY}),
)


@dataclass(frozen=True)
class Standing:
    """The columns of a case that rights are read from."""

    kind: str
    state: str
    registered_by: int | None
    organisation: int | None
    office: int | None
    assignee: int | None
    province: str = ""
    city: str = ""
    county: str = ""
    participants: frozenset[tuple[str, int]] = field(default_factory=frozenset)


def in_line(actor: Actor, province: str, city: str, county: str) -> bool:
    """Whether a case's line of command runs through the actor's authority, at or below it."""
    if actor.county:
        return county == actor.county
    if actor.city:
        return city == actor.city
    return bool(actor.province) and province == actor.province


def receives(actor: Actor, standing: Standing) -> bool:
    """Whether the case waits for routing within the actor's own bureau as a legal person.

    Its line of command ends at the actor's authority: a city's dispatcher does not route what a county took in.
    """
    if standing.organisation is not None or actor.authority_id is None:
        return False
    return (standing.province, standing.city, standing.county) == (actor.province, actor.city, actor.county)


def capacities(standing: Standing, actor: Actor) -> frozenset[Capacity]:
    """Every capacity in which the actor stands towards the case; empty for a stranger."""
    if actor.system:
        return frozenset({Capacity.SYSTEM})
    if actor.party is not None:
        return frozenset({Capacity.CITIZEN})
    if actor.staff_id is None:
        return frozenset()
    found: set[Capacity] = set()
    if standing.assignee is not None and standing.assignee in {actor.staff_id, *actor.covers}:
        found.add(Capacity.ASSIGNEE)
    if actor.office_id is not None and standing.office == actor.office_id:
        found.add(Capacity.OFFICE)
    if actor.authority_id is not None and standing.organisation == actor.authority_id:
        found.add(Capacity.HANDLING)
    if actor.organisation_id is not None and standing.registered_by == actor.organisation_id:
        found.add(Capacity.CENTRE)
    if receives(actor, standing):
        found.add(Capacity.RECEIVING)
    if actor.authority_id is not None and in_line(actor, standing.province, standing.city, standing.county):
        found.add(Capacity.LINE)
        if standing.organisation != actor.authority_id:
            found.add(Capacity.SUPERIOR)
    for capacity in BY_PARTICIPATION:
        mine = {actor.organisation_id, actor.authority_id}
        if any(c == capacity and o in mine for c, o in standing.participants):
            found.add(capacity)
    return frozenset(found)


def grants_for(actor: Actor) -> tuple[Grant, ...]:
    """The rows of the table that an actor's roles reach."""
    return tuple(g for g in GRANTS if not g.roles.isdisjoint(actor.roles))


def visible_parts(standing: Standing, actor: Actor) -> frozenset[Part]:
    """The parts of this case that this actor may see; empty where even its existence is hidden."""
    if actor.system:
        return ALL
    held = capacities(standing, actor)
    parts: set[Part] = set()
    for grant in grants_for(actor):
        if (
            grant.capacity in held
            and standing.kind in grant.kinds
            and (not grant.states or standing.state in grant.states)
        ):
            parts |= grant.parts
    return frozenset(parts)


def kinds_seen(actor: Actor) -> frozenset[str]:
    """Kinds of which the actor may see anything at all; for building look-ups and menus."""
    return frozenset(k for g in grants_for(actor) for k in g.kinds)


def roles_that_see(capacity: str, kind: str) -> frozenset[str]:
    """Roles that see anything of a case of a kind towards which they stand in a capacity, in some state of it."""
    return frozenset(r for g in GRANTS if g.capacity == capacity and kind in g.kinds for r in g.roles)


def roles_named(grants: Iterable[Grant]) -> frozenset[str]:
    return frozenset(r for g in grants for r in g.roles)
