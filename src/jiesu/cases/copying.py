"""Model rows into their tables by ``COPY``: one stream per table instead of a statement per row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import CharField, JSONField, Model, TextField
from psycopg import Copy, sql
from pydantic_core import to_json

from jiesu.cases.search import table_for, vector
from jiesu.recordsets import columns_of, values_of

Column = Sequence[Any]
Convert = Callable[[Column], Column]


def _json(column: Column) -> Column:
    """Values as JSON. Rows that are alike share one value, which is written once."""
    texts: dict[int, str | None] = {id(None): None}
    for value in column:
        if id(value) not in texts:
            texts[id(value)] = to_json(value).decode()
    return [texts[id(value)] for value in column]


def _text(column: Column) -> Column:
    """A choice goes as its value; most columns hold none and stay as they are."""
    if {*map(type, column)} <= _PLAIN:
        return column
    return [None if value is None else str(value) for value in column]


_PLAIN = {str, type(None)}


@lru_cache(maxsize=64)
def _plan(
    model: type[Model], keyed: bool
) -> tuple[sql.Composed, Callable[[Any], tuple[Any, ...]], tuple[tuple[int, Convert], ...]]:
    """The statement, the getter of a row's values, and what converts the columns that need it."""
    fields = columns_of(model, keyed=keyed)
    columns = sql.SQL(", ").join([sql.Identifier(str(f.column)) for f in fields])
    convert: list[tuple[int, Convert]] = []
    for position, each in enumerate(fields):
        if isinstance(each, JSONField):
            convert.append((position, _json))
        elif isinstance(each, CharField | TextField):
            convert.append((position, _text))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model._meta.db_table), columns)
    return statement, values_of(fields), tuple(convert)


@contextmanager
def _copying(statement: sql.Composed) -> Iterator[Copy]:
    """A stream into a table. Django wraps the errors of ``execute`` only, and callers look for Django's."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


def copy_rows(rows: Sequence[Model]) -> None:
    """Copies rows of one model, whose primary keys are set or left to the table's sequence for all of them."""
    if not rows:
        return
    statement, getter, convert = _plan(type(rows[0]), rows[0].pk is not None)
    columns: list[Column] = list(zip(*map(getter, rows), strict=True))
    for position, change in convert:
        columns[position] = change(columns[position])
    with _copying(statement) as copy:
        for values in zip(*columns, strict=True):
            copy.write_row(values)


def copy_words(cases: Iterable[tuple[int, str, list[str]]]) -> None:
    """Copies the words of cases into the search tables: (case, kind, tokens)."""
    by_table: dict[str, list[tuple[int, str]]] = {}
    for number, kind, tokens in cases:
        by_table.setdefault(table_for(kind)._meta.db_table, []).append((number, vector(tokens)))
    for table, rows in by_table.items():
        statement = sql.SQL("COPY {} (case_id, words) FROM STDIN").format(sql.Identifier(table))
        with _copying(statement) as copy:
            for each in rows:
                copy.write_row(each)
