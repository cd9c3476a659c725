"""What every new contact asks the database first, in one statement: its key, the ground it stands on, its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from jiesu import statements
from jiesu.cases.idempotency import given, taking
from jiesu.people import ground
from jiesu.people.ground import Ground


@dataclass(frozen=True)
class Begun:
    """What was found.

    Args:
        known: the answer, where the key had been answered before; the rest is then of no use.
        serials: the next values of the one sequence of case numbers.
        beside: a key for the row of another table that will name the cases.
    """

    known: Any
    standing_on: Ground
    serials: list[int]
    beside: int


_NUMBERS = "nextval('cases_number'), nextval(pg_get_serial_sequence(%s, %s)) FROM places_reference, generate_series(1, %s)"


def begin(
    count: int,
    *,
    beside: type[Model],
    owner: str = "",
    key: str | None = None,
    body: Any = None,
    at: datetime,
) -> Begun:
    """Begins what gives so many new cases, in the caller's transaction.

    Two requests with one key at once: the second waits for the first to end, then gets its answer.

    Args:
        beside: model of the row that will name the cases.
        owner, key, body: whose Idempotency-Key, and what came with it; see ``idempotency.answered``.

    Raises:
        ActionError: as ``idempotency.answered``.
    """
    numbers = [beside._meta.db_table, beside._meta.pk.column, count]
    if key:
        take, values = taking(owner, key, body, at)
        rows = statements.fetch(
            f"WITH taken AS ({take} RETURNING 1) SELECT version, (SELECT count(*) FROM taken), {_NUMBERS}",  # noqa: S608
            [*values, *numbers],
        )
    else:
        rows = statements.fetch(f"SELECT version, 1, {_NUMBERS}", numbers)
    version, taken, _serial, other = rows[0]
    return Begun(
        known=None if taken else given(owner, str(key), body),
        standing_on=ground.at_version(version),
        serials=[row[2] for row in rows],
        beside=other,
    )
