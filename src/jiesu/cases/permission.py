"""Who may take which action: the rows of the life-cycle tables, read for one actor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jiesu.cases import lawbook
from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle.table import Row
from jiesu.people.actors import Actor
from jiesu.people.visibility import Capacity


def may(row: Row, held: frozenset[Capacity], actor: Actor) -> bool:
    """Whether the row lets this actor act in the capacities held."""
    return any(
        who.capacity in held and (not who.roles or not who.roles.isdisjoint(actor.roles)) for who in row.who
    )


def needs_approval(
    row: Row, case: CaseState, actor: Actor, options: Mapping[str, Any], held: frozenset[Capacity]
) -> bool:
    """Whether only the responsible head may take this decision and this actor is not one."""
    if not row.approval:
        return False
    if row.approval != "law" and not options.get(
        row.approval, lawbook.option_defaults().get(row.approval, False)
    ):
        return False
    return not (Capacity.HANDLING in held and "head" in actor.roles)


def may_propose(row: Row, held: frozenset[Capacity], actor: Actor) -> bool:
    """Whether the actor may draft a decision that he may not take: a commissioned body proposes, the bureau decides."""
    return any(w.capacity in held and not w.roles.isdisjoint(actor.roles) for w in row.proposed_by)
