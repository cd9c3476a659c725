"""New rows of one action, of whatever tables, in one statement: each table takes its rows from one JSON document.

The ORM composes a statement for each table, which takes Python ten times as long as PostgreSQL needs to run it. Here
the statement depends on the tables alone and is composed once; the rows travel as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Model
from psycopg import sql

from jiesu import statements
from jiesu.cases.copying import columns_of, values_of
from jiesu.cases.jobs import DEFER, Job

#: A further statement that writes, and its values.
Part = tuple[str, Sequence[Any]]


def insert_rows(rows: Iterable[Model], *, beside: Sequence[Part] = (), waiting: Sequence[Job] = ()) -> None:
    """Inserts rows whose keys are set, in the caller's transaction.

    Keys between the tables are checked when the whole statement is done, so that their order does not matter.

    Args:
        beside: what else is written with the same statement; the texts are constants.
        waiting: jobs that the statement queues.

    Raises:
        IntegrityError: as an ``INSERT`` of the row would.
    """
    by_model: dict[type[Model], list[Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    if not by_model and not beside and not waiting:
        return
    models = tuple(sorted(by_model, key=lambda model: model._meta.db_table))
    values = [_document(model, by_model[model]) for model in models]
    values.extend(value for _text, given in beside for value in given)
    if waiting:
        values.append(json.dumps(waiting))
    statements.run(_statement(models, tuple(text for text, _values in beside), bool(waiting)), values)


def _document(model: type[Model], rows: Iterable[Model]) -> str:
    names, getter = _plan(model)
    return json.dumps(
        [dict(zip(names, getter(row), strict=True)) for row in rows], ensure_ascii=False, default=_plain
    )


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return f"\\x{value.hex()}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@lru_cache(maxsize=64)
def _plan(model: type[Model]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    fields = columns_of(model, keyed=True)
    return tuple(str(f.column) for f in fields), values_of(fields)


@lru_cache(maxsize=256)
def _statement(models: tuple[type[Model], ...], beside: tuple[str, ...], waiting: bool) -> str:
    """``INSERT`` for each table and what stands beside; all but the last as common table expressions."""
    parts = [*(_insert(model).as_string() for model in models), *beside, *([DEFER] if waiting else ())]
    before = ", ".join(f"part{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    return f"WITH {before} {parts[-1]}" if before else parts[-1]


def _insert(model: type[Model]) -> sql.Composed:
    names, _getter = _plan(model)
    table = sql.Identifier(model._meta.db_table)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    return sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
    ).format(table=table, columns=columns)
