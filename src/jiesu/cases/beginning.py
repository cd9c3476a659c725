"""What every new contact asks the database first, in one statement: its key, the ground it stands on, its numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from jiesu import statements
from jiesu.cases.idempotency import agreed
from jiesu.people import ground
from jiesu.people.ground import Ground
from jiesu.statements import Part


@dataclass(frozen=True)
class Begun:
    """What was found.

    Args:
        known: the answer, where the key had been answered before; the rest is then of no use.
        serials: the next values of the one sequence of case numbers.
        beside: a key for the row of another table that will name the cases.
        also: the answer to what the caller wanted to know besides.
    """

    known: Any
    standing_on: Ground
    serials: list[int]
    beside: int
    also: Any


_NOTHING: Part = ("NULL", ())
_ASKED = """
SELECT r.version, k.body_hash, k.response, nextval('cases_number'), nextval(pg_get_serial_sequence(%s, %s)), {also}
FROM places_reference r CROSS JOIN generate_series(1, %s)
    LEFT JOIN cases_answeredkey k ON k.owner = %s AND k.key = %s
"""


def begin(
    count: int,
    *,
    beside: type[Model],
    owner: str = "",
    key: str | None = None,
    body: Any = None,
    also: Part | None = None,
) -> Begun:
    """Begins what gives so many new cases. Nothing is written, so no transaction need be open.

    Args:
        beside: model of the row that will name the cases.
        owner, key, body: whose Idempotency-Key, and what came with it. A key that is not known yet is taken with
            ``idempotency.answering`` when everything is written; of two requests at once the slower then looks again.
        also: an expression whose value is wanted with the same look; its text is a constant.

    Raises:
        ActionError: ``idempotency_mismatch``, ``idempotency_running``.
    """
    expression, values = also or _NOTHING
    rows = statements.fetch(
        _ASKED.format(also=expression),
        [beside._meta.db_table, beside._meta.pk.column, *values, count, owner, (key or "")[:120]],
    )
    version, known_hash, response, _serial, other, besides = rows[0]
    answered = key and known_hash is not None
    return Begun(
        known=agreed(known_hash, response and json.loads(response), body) if answered else None,
        standing_on=ground.at_version(version),
        serials=[row[3] for row in rows],
        beside=other,
        also=besides,
    )
