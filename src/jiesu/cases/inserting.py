"""New rows, of whatever tables, in one statement: each table takes its rows from one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db.models import Model

from jiesu import statements
from jiesu.cases.jobs import DEFER, Job
from jiesu.recordsets import columns_of, document, insertion
from jiesu.statements import Part


def insert_rows(rows: Iterable[Model], *, beside: Sequence[Part] = (), waiting: Sequence[Job] = ()) -> None:
    """Inserts rows whose keys are set: all of them or none, in the caller's transaction or, without one, by itself.

    Keys between the tables are checked when the whole statement is done, so that their order does not matter.

    Args:
        beside: statements that write besides, with the same one; their texts are constants.
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
    values = [document(model, by_model[model]) for model in models]
    values.extend(value for _text, given in beside for value in given)
    if waiting:
        values.append(json.dumps(waiting))
    statements.run(_statement(models, tuple(text for text, _values in beside), bool(waiting)), values)


@lru_cache(maxsize=256)
def _statement(models: tuple[type[Model], ...], beside: tuple[str, ...], waiting: bool) -> str:
    """``INSERT`` for each table and what stands beside; all but the last as common table expressions."""
    parts = [*map(insertion, models), *beside, *([DEFER] if waiting else ())]
    before = ", ".join(f"part{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    return f"WITH {before} {parts[-1]}" if before else parts[-1]


def rewriting(model: type[Model], case: int, rows: Sequence[Model]) -> Part:
    """The statement that writes all columns of stored rows of one case anew, for ``beside``; they are found by key."""
    return _rewriting(model), [document(model, rows), case]


@lru_cache(maxsize=8)
def _rewriting(model: type[Model]) -> str:
    table = model._meta.db_table
    keys = [f.column for f in model._meta.pk_fields]
    columns = [f.column for f in columns_of(model, keyed=True) if f.column not in keys]
    # The case by itself: however many cases there are, its rows are looked up by the first column of their key.
    found = " AND ".join([f"t.{keys[0]} = %s", *(f"t.{key} = r.{key}" for key in keys)])
    written = ", ".join(f"{column} = r.{column}" for column in columns)
    return (
        f"UPDATE {table} t SET {written}"  # noqa: S608 - our own names
        f" FROM json_populate_recordset(NULL::{table}, %s::json) r WHERE {found}"
    )
