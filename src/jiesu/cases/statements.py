"""Lists of cases as one statement each, and rows found by a key, read without the ORM."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import JSONField, Model

from jiesu import statements
from jiesu.cases.conditions import BY_CLOCK, COLUMNS, LISTED, NEWEST, Condition, first_of
from jiesu.cases.looking import Look, looked
from jiesu.cases.models import Case
from jiesu.making import stored
from jiesu.people.models import Staff
from jiesu.places.models import Organisation

M = TypeVar("M", bound=Model)


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


_NAMES = [f.attname for f in LISTED]
_FACTS = _NAMES.index("facts")
_OWN = ", ".join(f"l.{f.column}" for f in LISTED)


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
    found: list[list[Case]] = [[] for _list in lists]
    met = _Met()
    statement = _with_names(lists, order)
    for row in asked(statement.sql, statement.values, prepared=prepared):
        found[row[0]].append(_case(row, met))
    return found


#: So many rows of a long list are held at a time.
_CHUNK = 500


def streamed(wanted: Condition, most: int, *, order: str = BY_CLOCK) -> Iterator[Case]:
    """The rows of one long list as ``listed`` gives them, one after the other: memory does not grow with them."""
    met = _Met()
    statement = _with_names([([wanted], most)], order)
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement.sql, statement.values)
        while rows := cursor.fetchmany(_CHUNK):
            for row in rows:
                yield _case(row, met)


def _with_names(lists: Sequence[tuple[Sequence[Condition] | Look, int]], order: str) -> Condition:
    parts: list[str] = []
    values: list[Any] = []
    for place, (wanted, most) in enumerate(lists):
        if isinstance(wanted, Look):
            rows = looked(wanted, COLUMNS, most, order=order)
        else:
            rows = first_of(wanted, COLUMNS, most, order=order)
        parts.append(f"SELECT {place:d} AS place, r.* FROM {rows.sql} r")  # noqa: S608
        values += rows.values
    text = _AROUND.format(own=_OWN, lists=" UNION ALL ".join(parts), order=_OUTSIDE[order])
    return Condition(text, tuple(values))


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
    end = len(LISTED) + 1
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
