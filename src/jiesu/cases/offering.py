"""What may be done with a case now, by whom: buttons, the API and the keyboard read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiesu.cases import lawbook
from jiesu.cases.act import context
from jiesu.cases.facts import CaseState
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.fields import Field
from jiesu.cases.lifecycle.offering import pointless
from jiesu.cases.models import Case
from jiesu.cases.permission import may, may_propose, needs_approval
from jiesu.cases.queries import standing
from jiesu.people.actors import Actor
from jiesu.people.ground import Ground
from jiesu.people.visibility import Standing, capacities


@dataclass(frozen=True)
class Offered:
    """An action that is open to an actor now: what a button, the API and a keyboard offer."""

    action: str
    label: str
    fields: tuple[Field, ...]
    group: str
    article: str
    propose: bool
    warnings: tuple[str, ...]


def offered(
    case: Case,
    state: CaseState,
    actor: Actor,
    at: datetime,
    *,
    participants: Standing | None = None,
    standing_on: Ground | None = None,
) -> list[Offered]:
    """The actions this actor may take on this case now, in the order of the table.

    Args:
        participants, standing_on: where they have been read; else they are read here.
    """
    held = capacities(participants or standing(case), actor)
    ctx = context(case, actor, at, standing_on=standing_on)
    found: list[Offered] = []
    for row in table(case.kind).rows.values():
        if row.group == "hidden" or state.state not in row.states:
            continue
        only_drafts = not may(row, held, actor)
        if only_drafts and not may_propose(row, held, actor):
            continue
        if pointless(row, state, ctx.on):
            continue
        propose = only_drafts or needs_approval(row, state, actor, ctx.options, held)
        found.append(
            Offered(
                action=row.action,
                label=str(row.label),
                fields=row.fields,
                group=row.group,
                article=lawbook.cited(row.article, ctx.on) if row.article else "",
                propose=propose,
                warnings=row.warn(state, ctx) if row.warn else (),
            )
        )
    return found
