"""Conditions of lists as text. Django takes longer to compose a statement than PostgreSQL to answer it.

The conditions are Django's own, composed from ``visible`` and the queues; nothing here knows a right. What depends on
the actor alone is composed once and kept: an actor is a value, and whoever gains or loses a role is another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import QuerySet

from jiesu.cases.models import Case

#: The order of the clock, and the newest first; each ends in the number, so that no two rows are equal.
BY_CLOCK = "due_at ASC NULLS LAST, id ASC"
NEWEST = "registered_at DESC, id DESC"
#: Columns that no list shows: keys, what guards the query code, and what only the case's own page tells.
_NOT_LISTED = frozenset(
    {
        "wrapped_key", "head", "query_code_hash", "query_failures", "query_locked_until", "redacted_at", "next_seq",
        "contact_id", "business_id", "arrived_at", "decided_at", "amount", "recovered", "outcome", "subject",
        "national_status", "national_at", "national_by_id",
    }
)  # fmt: skip


#: What a list shows of a case.
LISTED = [f for f in Case._meta.concrete_fields if f.attname not in _NOT_LISTED]
COLUMNS = ", ".join(str(f.column) for f in LISTED)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on rows of ``cases_case`` as text with its values."""

    sql: str
    values: tuple[Any, ...] = ()


def condition(rows: QuerySet[Case]) -> Condition:
    """The condition of a query set that joins no other table."""
    compiler = rows.query.get_compiler(connection=connection)
    try:
        sql, values = compiler.compile(rows.query.where)
    except EmptyResultSet:
        return Condition("FALSE")
    except FullResultSet:
        return Condition("TRUE")
    joined = [name for name, used in rows.query.alias_refcount.items() if used]
    if len(joined) > 1:
        raise ValueError(joined)
    return Condition(str(sql), tuple(values))


def both(*parts: Condition) -> Condition:
    """All of some conditions."""
    return Condition(
        " AND ".join(f"({p.sql})" for p in parts), tuple(value for p in parts for value in p.values)
    )


def first_of(
    branches: Sequence[Condition],
    columns: str,
    most: int,
    *,
    order: str | None = BY_CLOCK,
    apart: bool = False,
) -> Condition:
    """The first rows that pass any of the branches, as a statement.

    Args:
        branches: conditions that no row passes twice; each walks the index of its own.
        columns: the columns wanted; those of the order among them, unless ``apart``.
        order: None where any rows will do, so that no more than ``most`` need be found.
        apart: so many of each branch, without bringing them together.
    """
    ordered = f"ORDER BY {order} " if order else ""
    walks = [
        f"(SELECT {columns} FROM cases_case WHERE {b.sql} {ordered}LIMIT {most:d})"  # noqa: S608
        for b in branches
    ]
    values = tuple(value for b in branches for value in b.values)
    if len(walks) == 1:
        return Condition(walks[0], values)
    walked = " UNION ALL ".join(walks)
    if apart:
        return Condition(f"({walked})", values)
    return Condition(
        f"(SELECT * FROM ({walked}) walked {ordered}LIMIT {most:d})",  # noqa: S608
        values,
    )
