"""Reads of cases. Each starts with ``visible``: the table of rights turned into a filter."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jiesu.cases.conditions import Condition, condition
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.kinds import ENDED
from jiesu.cases.models import Case, Participant
from jiesu.people.actors import Actor
from jiesu.people.visibility import (
    BY_PARTICIPATION,
    Capacity,
    Part,
    Standing,
    grants_for,
    visible_parts,
)

NOTHING = Q(pk__in=[])


def _reach(capacity: Capacity, actor: Actor) -> Q | None:
    """The rows towards which the actor stands in a capacity; None where there can be none."""
    if capacity == Capacity.ASSIGNEE:
        return Q(assignee_id__in={actor.staff_id, *actor.covers})
    if capacity == Capacity.OFFICE:
        return Q(office_id=actor.office_id) if actor.office_id else None
    if capacity == Capacity.HANDLING:
        return Q(organisation_id=actor.authority_id) if actor.authority_id else None
    if capacity == Capacity.CENTRE:
        return Q(registered_by_id=actor.organisation_id) if actor.organisation_id else None
    if capacity == Capacity.RECEIVING:
        return receiving(actor)
    if capacity in (Capacity.SUPERIOR, Capacity.LINE):
        line = line_of(actor)
        if line is None:
            return None
        return line if capacity == Capacity.LINE else line & ~Q(organisation_id=actor.authority_id)
    if capacity in BY_PARTICIPATION:
        mine = [o for o in (actor.organisation_id, actor.authority_id) if o]
        rows = Participant.objects.filter(organisation_id__in=mine, capacity=capacity, until=None)
        return Q(pk__in=rows.values("case_id"))
    return None


def receiving(actor: Actor) -> Q | None:
    """Cases that wait for routing within the actor's own bureau, whichever of its desks took them in."""
    if actor.authority_id is None:
        return None
    if actor.county:
        # The county alone, which lies in one city: further conditions would lead the planner to combine indexes.
        return Q(organisation=None, county=actor.county)
    return Q(organisation=None, province=actor.province, city=actor.city, county="")


def line_of(actor: Actor) -> Q | None:
    """Cases at or below the actor's bureau in the line of command."""
    if actor.authority_id is None:
        return None
    if actor.county:
        return Q(county=actor.county)
    if actor.city:
        return Q(city=actor.city)
    return Q(province=actor.province) if actor.province else None


def reaches(actor: Actor, part: Part = Part.OUTLINE) -> list[Q]:
    """Conditions on cases of which the actor may see a part, one for each capacity: each has an index of its own.

    Args:
        actor: who looks.
        part: the part that will be shown; a list that shows content asks for ``Part.CONTENT``.
    """
    if actor.system:
        return [Q()]
    by_capacity: dict[tuple[Capacity, frozenset[str]], set[str]] = {}
    for grant in grants_for(actor):
        if part in grant.parts:
            by_capacity.setdefault((grant.capacity, grant.states), set()).update(grant.kinds)
    found: list[Q] = []
    for (capacity, only), kinds in by_capacity.items():
        reach = _reach(capacity, actor)
        if reach is None:
            continue
        condition = reach & Q(kind__in=sorted(kinds))
        if only:
            condition &= Q(state__in=sorted(only))
        if only and only.isdisjoint(ENDED):
            # Says nothing new, but lets the small indexes over open work be used.
            condition &= Q(closed_at=None)
        found.append(condition)
    return found


def capacities_that_see(actor: Actor, part: Part) -> frozenset[Capacity]:
    """The capacities in which the actor's roles may see a part of some case."""
    return frozenset(g.capacity for g in grants_for(actor) if part in g.parts)


def kinds_that_show(actor: Actor, part: Part) -> frozenset[str]:
    """The kinds of which the actor's roles may see a part, in some capacity."""
    return frozenset(k for g in grants_for(actor) if part in g.parts for k in g.kinds)


def visible(actor: Actor, part: Part = Part.OUTLINE) -> QuerySet[Case]:
    """Cases of which the actor may see a part, in whatever capacity; see ``reaches``."""
    if actor.system:
        return Case.objects.all()
    allowed = NOTHING
    for reach in reaches(actor, part):
        allowed |= reach
    return Case.objects.filter(allowed)


@lru_cache(maxsize=2048)
def seen_by(actor: Actor, part: Part = Part.OUTLINE) -> Condition:
    """The condition of ``visible``, composed once for each actor."""
    return condition(visible(actor, part))


def standing(case: Case, participants: frozenset[tuple[str, int]] | None = None) -> Standing:
    """The case's standing; participants are read when not given."""
    if participants is None:
        participants = frozenset(
            Participant.objects.filter(case_id=case.pk, until=None).values_list("capacity", "organisation_id")
        )
    return Standing(
        kind=case.kind,
        state=case.state,
        registered_by=case.registered_by_id,
        organisation=case.organisation_id,
        office=case.office_id,
        assignee=case.assignee_id,
        province=case.province,
        city=case.city,
        county=case.county,
        participants=participants,
    )


def parts_of(case: Case, actor: Actor) -> frozenset[Part]:
    """The parts of one case that an actor may see."""
    return visible_parts(standing(case), actor)


def find(number: int, *, actor: Actor) -> Case:
    """The case, if the actor may see that it exists.

    Raises:
        ActionError: ``case_not_found``, the same for a number that does not exist and one that is hidden.
    """
    case = (
        visible(actor)
        .filter(pk=number)
        .select_related("organisation", "office", "assignee", "registered_by")
        .first()
    )
    if case is None:
        raise not_found(number)
    return case


def not_found(number: int) -> ActionError:
    return ActionError(
        Code.CASE_NOT_FOUND, _("没有找到这个编号的案件，请核对编号。"), data={"case": str(number)}
    )
