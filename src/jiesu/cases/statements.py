"""Lists of cases as one statement each. Django takes longer to compose one than PostgreSQL to answer it.

The conditions are Django's own, composed from ``visible`` and the queues; nothing here knows a right. What depends on
the actor alone is composed once and kept: an actor is a value, and whoever gains or loses a role is another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import JSONField, Model, QuerySet

from jiesu import statements
from jiesu.cases.models import Case
from jiesu.making import stored
from jiesu.people.models import Staff
from jiesu.places.models import Organisation

M = TypeVar("M", bound=Model)
#: The order of the clock, and the newest first; each ends in the number, so that no two rows are equal.
BY_CLOCK = "due_at ASC NULLS LAST, id ASC"
NEWEST = "registered_at DESC, id DESC"
#: Columns that no list shows: keys, what guards the query code, and what only the case's own page tells.
_NOT_LISTED = frozenset(
    {
        "wrapped_key", "head", "query_code_hash", "query_failures", "query_locked_until", "redacted_at", "next_seq",
        "contact_id", "business_id", "arrived_at", "decided_at", "amount", "recovered", "outcome", "subject",
        "national_number", "national_status", "national_at", "national_by_id",
    }
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Look:
    """Rows of a list by common words: so many are among the first that the index of words need not be asked.

    The first rows of the list are looked through in its own order, until there are enough of them. Where that comes
    short, the index finds all of them.

    Args:
        walks: the list before the words and whatever else is asked; each walks the index of its own.
        asked: what is asked of each of its rows: rights, filters, words.
        branches: the same rows by the index of words.
        share: so large a part of all rows is expected to hold the words.
        shared: two walks may give the same row.
    """

    walks: Sequence[Condition]
    asked: Condition
    branches: Sequence[Condition]
    share: float
    shared: bool = False

    def worth(self, enough: int) -> bool:
        """Whether so many can be expected among the rows that are looked through."""
        return bool(self.walks) and self.share * LOOKED_THROUGH >= enough


#: So many rows of a list are looked through for words before the index is asked. A look at one takes a few
#: microseconds: the whole look less than the index needs for the thousands of cases that hold a common word.
LOOKED_THROUGH = 3000
_LOOK = """
(WITH ahead AS MATERIALIZED (
    SELECT {keys}, ({asked}) AS fits FROM ({walks}) cases_case ORDER BY {order}
), hits AS MATERIALIZED (
    SELECT {keys} FROM ahead WHERE fits ORDER BY {order} LIMIT {enough:d}
), done AS MATERIALIZED (
    SELECT CASE WHEN (SELECT count(*) FROM hits) >= {enough:d} THEN TRUE
        ELSE (SELECT count(*) FROM ahead) < {rows:d} END AS well
) SELECT {columns} FROM cases_case WHERE (SELECT well FROM done) AND id = ANY (ARRAY(SELECT id FROM hits))
UNION ALL {rest})
"""
_SHORT = Condition("NOT (SELECT well FROM done)")


def looked(
    look: Look, columns: str, most: int, *, order: str = BY_CLOCK, enough: int | None = None
) -> Condition:
    """The first rows of a list by words, as a statement.

    Args:
        columns: the columns wanted; those of the order among them.
        most: so many rows at most.
        enough: with so many found at the head of the list no more are looked for, and where the index is asked any rows
            will do, for they are only counted; ``most`` in their order, unless given.
    """
    by_index = order if enough is None else None
    enough = most if enough is None else min(enough, most)
    if not look.worth(enough):
        return first_of(look.branches, columns, most, order=by_index)
    keys = ", ".join(part.split()[0] for part in order.split(", "))
    if look.shared and len(look.walks) > 1:
        walks = _once(look.walks, keys, order)
    else:
        walks = first_of(look.walks, _COLUMNS, LOOKED_THROUGH, order=order)
    rest = first_of([both(_SHORT, branch) for branch in look.branches], columns, most, order=by_index)
    text = _LOOK.format(
        keys=keys, asked=look.asked.sql, walks=walks.sql, order=order, columns=columns, rest=rest.sql,
        enough=enough, rows=LOOKED_THROUGH,
    )  # fmt: skip
    return Condition(text, (*look.asked.values, *walks.values, *rest.values))


def _once(walks: Sequence[Condition], keys: str, order: str) -> Condition:
    """The first rows of all walks, each once: the same row twice stands one behind the other."""
    merged = first_of(walks, _COLUMNS, LOOKED_THROUGH, order=order, apart=True)
    return Condition(
        f"SELECT DISTINCT ON ({keys}) * FROM {merged.sql} walked ORDER BY {order} LIMIT {LOOKED_THROUGH:d}",  # noqa: S608
        merged.values,
    )


@dataclass(frozen=True)
class _Table:
    """A table's columns as text, what they are called on a model, and which of them hold JSON."""

    columns: str
    names: tuple[str, ...]
    json: tuple[int, ...]
    count: int


@cache
def _table(model: type[Model]) -> _Table:
    # A composite key has no column of its own.
    fields = [f for f in model._meta.concrete_fields if f.column]
    return _Table(
        ", ".join(f'{model._meta.db_table}."{f.column}"' for f in fields),
        tuple(f.attname for f in fields),
        tuple(n for n, f in enumerate(fields) if isinstance(f, JSONField)),
        len(fields),
    )


def _made(model: type[M], row: Sequence[Any]) -> M:
    table = _table(model)
    values = list(row[: table.count])
    for n in table.json:
        if values[n] is not None:
            values[n] = json.loads(values[n])
    return stored(model, table.names, values)


def fetched(model: type[M], where: str, values: Sequence[Any], /, **more: str) -> list[M]:
    """Rows of a model by a prepared statement.

    Args:
        where: the condition and the order; found by a key, so that no plan depends on the values.
        values: of the condition.
        more: further expressions, set on each row under their names.
    """
    table = _table(model)
    chosen = ", ".join([table.columns, *more.values()])
    found = []
    for row in statements.fetch(
        f"SELECT {chosen} FROM {model._meta.db_table} WHERE {where}",  # noqa: S608 - our own names
        values,
    ):
        each = _made(model, row)
        each.__dict__.update(zip(more, row[table.count :], strict=True))
        found.append(each)
    return found


_FIELDS = [f for f in Case._meta.concrete_fields if f.attname not in _NOT_LISTED]
_NAMES = [f.attname for f in _FIELDS]
_FACTS = _NAMES.index("facts")
_COLUMNS = ", ".join(str(f.column) for f in _FIELDS)
_OWN = ", ".join(f"l.{f.column}" for f in _FIELDS)


#: The same orders where the rows have been joined to names.
_OUTSIDE = {BY_CLOCK: "l.due_at ASC NULLS LAST, l.id ASC", NEWEST: "l.registered_at DESC, l.id DESC"}
_AROUND = """
SELECT l.place, {own},
    (SELECT jsonb_agg(jsonb_build_object('capacity', t.capacity, 'organisation', t.organisation_id))::text
        FROM cases_participant t WHERE t.case_id = l.id AND t.until IS NULL),
    o.key, o.name, o.short_name, f.key, f.name, f.short_name, s.name
FROM ({lists}) l
LEFT JOIN places_organisation o ON o.id = l.organisation_id
LEFT JOIN places_organisation f ON f.id = l.office_id
LEFT JOIN people_staff s ON s.id = l.assignee_id
ORDER BY l.place, {order}
"""


def asked(statement: str, values: Sequence[Any], *, prepared: bool) -> list[statements.Row]:
    """The rows that a statement gives.

    Args:
        prepared: its best plan does not depend on the values, and it is sent again and again.
    """
    if prepared:
        return statements.fetch(statement, values)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def listed(
    *lists: tuple[Sequence[Condition] | Look, int], order: str = BY_CLOCK, prepared: bool = False
) -> list[list[Case]]:
    """The rows of some lists in their order, with the names and participants that a list shows; one query.

    Args:
        lists: of each the branches of its condition, or how it is looked through; and how many rows at most.
        prepared: each branch walks the index of its own, whatever the values (``asked``).
    """
    parts: list[str] = []
    values: list[Any] = []
    for place, (wanted, most) in enumerate(lists):
        if isinstance(wanted, Look):
            rows = looked(wanted, _COLUMNS, most, order=order)
        else:
            rows = first_of(wanted, _COLUMNS, most, order=order)
        parts.append(f"SELECT {place:d} AS place, r.* FROM {rows.sql} r")  # noqa: S608
        values += rows.values
    found: list[list[Case]] = [[] for _list in lists]
    met = _Met()
    statement = _AROUND.format(own=_OWN, lists=" UNION ALL ".join(parts), order=_OUTSIDE[order])
    for row in asked(statement, values, prepared=prepared):
        found[row[0]].append(_case(row, met))
    return found


class _Met:
    """Organisations and staff already made: the rows of a list share a few."""

    def __init__(self) -> None:
        self.organisations: dict[int, Organisation] = {}
        self.staff: dict[int, Staff] = {}

    def organisation(self, pk: int, names: Iterable[str]) -> Organisation:
        if pk not in self.organisations:
            columns = ("id", "key", "name", "short_name")
            self.organisations[pk] = stored(Organisation, columns, (pk, *names))
        return self.organisations[pk]

    def person(self, pk: int, name: str) -> Staff:
        if pk not in self.staff:
            self.staff[pk] = stored(Staff, ("id", "name"), (pk, name))
        return self.staff[pk]


def _case(row: Sequence[Any], met: _Met) -> Case:
    """A row with its names as a case."""
    end = len(_FIELDS) + 1
    values = list(row[1:end])
    values[_FACTS] = json.loads(values[_FACTS])
    case = stored(Case, _NAMES, values)
    taking_part, *around = row[end:]
    case.taking_part = json.loads(taking_part) if taking_part else []  # type: ignore[attr-defined]
    related = case._state.fields_cache
    if case.organisation_id is not None:
        related["organisation"] = met.organisation(case.organisation_id, around[0:3])
    if case.office_id is not None:
        related["office"] = met.organisation(case.office_id, around[3:6])
    if case.assignee_id is not None:
        related["assignee"] = met.person(case.assignee_id, around[6])
    return case
