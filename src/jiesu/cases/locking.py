"""A stored case under its lock, and what every action asks about it next, in one statement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jiesu import statements
from jiesu.cases.idempotency import agreed
from jiesu.cases.models import Case
from jiesu.cases.queries import not_found
from jiesu.cases.statements import fetched
from jiesu.people import ground
from jiesu.people.ground import Ground


@dataclass(frozen=True)
class Asked:
    """What was found.

    Args:
        known: the answer, where the key had been answered before; the rest is then of no use.
        standing_on: the ground.
        participants: who takes part, as ``standing`` takes them.
    """

    known: Any
    standing_on: Ground
    participants: frozenset[tuple[str, int]]


_ASKED = """
SELECT r.version, k.body_hash, k.response,
    (SELECT json_agg(json_build_array(p.capacity, p.organisation_id))
        FROM cases_participant p WHERE p.case_id = %s AND p.until IS NULL)
FROM places_reference r LEFT JOIN cases_answeredkey k ON k.owner = %s AND k.key = %s
"""


def lock(number: int) -> Case:
    """The case row under its lock. Raises ActionError ``case_not_found``."""
    found = fetched(Case, "id = %s FOR UPDATE", [number])
    if not found:
        raise not_found(number)
    return found[0]


def ask(number: int, *, owner: str, key: str | None, body: Any) -> Asked:
    """What an action asks first. The caller holds the case's lock, so that whoever came before is seen whole.

    Args:
        owner, key, body: whose Idempotency-Key, and what came with it. One that is not known yet is taken with
            ``idempotency.answering`` when everything is written.

    Raises:
        ActionError: ``idempotency_mismatch``, ``idempotency_running``.
    """
    ((version, known_hash, response, listed),) = statements.fetch(_ASKED, [number, owner, (key or "")[:120]])
    answered = key and known_hash is not None
    return Asked(
        known=agreed(known_hash, response and json.loads(response), body) if answered else None,
        standing_on=ground.at_version(version),
        participants=frozenset((capacity, organisation) for capacity, organisation in listed or ()),
    )
