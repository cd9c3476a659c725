"""Rows of models as one JSON document, and the ``INSERT`` that takes them from it.

The ORM composes a statement for each number of rows, which takes Python ten times as long as PostgreSQL needs to run
it. Here the statement depends on the table alone and is composed once; the rows travel as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db.models import AutoField, BinaryField, Field, Model
from psycopg import sql
from pydantic_core import to_json


def columns_of(model: type[Model], *, keyed: bool) -> list[Field[Any, Any]]:
    """The fields that have a column: a composite key has none of its own, a key that is not set yet is left out."""
    return [f for f in model._meta.concrete_fields if f.column and (keyed or not isinstance(f, AutoField))]


def values_of(fields: Sequence[Field[Any, Any]]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """The getter of a row's values from what ``vars`` gives: attributes of a foreign key would be looked up by Python."""
    if len(fields) == 1:
        only = fields[0].attname
        return lambda row: (row[only],)
    return itemgetter(*(f.attname for f in fields))


def document(model: type[Model], rows: Iterable[Model], *, keyed: bool = True) -> str:
    """The rows for the statement that ``insertion`` gives."""
    names, binary, getter = _plan(model, keyed)
    found: list[dict[str, Any]] = []
    for row in rows:
        values = dict(zip(names, getter(vars(row)), strict=True))
        for name in binary:
            if values[name] is not None:
                values[name] = f"\\x{values[name].hex()}"
        found.append(values)
    return to_json(found).decode()


@lru_cache(maxsize=64)
def _plan(
    model: type[Model], keyed: bool
) -> tuple[tuple[str, ...], tuple[str, ...], Callable[[Mapping[str, Any]], tuple[Any, ...]]]:
    """The names of all columns and of those that hold bytes, and the getter of a row's values."""
    fields = columns_of(model, keyed=keyed)
    binary = tuple(str(f.column) for f in fields if isinstance(f, BinaryField))
    return tuple(str(f.column) for f in fields), binary, values_of(fields)


@lru_cache(maxsize=64)
def insertion(model: type[Model], *, keyed: bool = True) -> str:
    """``INSERT`` of all rows of one document, its only value.

    Args:
        keyed: whether the rows' keys are set; else the table's sequence gives them.
    """
    names, _binary, _getter = _plan(model, keyed)
    table = sql.Identifier(model._meta.db_table)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    return (
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
        )
        .format(table=table, columns=columns)
        .as_string()
    )


@lru_cache(maxsize=64)
def attributes(model: type[Model]) -> tuple[str, ...]:
    """The names that a row of ``selection`` gets as an object, see ``making.stored``."""
    return tuple(field.attname for field in columns_of(model, keyed=True))


def selection(model: type[Model]) -> str:
    """``SELECT`` of all columns of a table; its conditions follow."""
    columns = sql.SQL(", ").join([sql.Identifier(str(f.column)) for f in columns_of(model, keyed=True)])
    return sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier(model._meta.db_table)).as_string()
