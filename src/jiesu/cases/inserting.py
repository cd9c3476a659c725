"""New rows, of whatever tables, in one statement: each table takes its rows from one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db.models import Model

from jiesu import statements
from jiesu.cases.jobs import DEFER, Job
from jiesu.recordsets import document, insertion
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
