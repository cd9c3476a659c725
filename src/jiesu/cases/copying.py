"""Model rows into their tables by ``COPY``: one stream per table instead of a statement per row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DataError, connection
from django.db.models import (
    BigIntegerField,
    BinaryField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    JSONField,
    Model,
    SmallIntegerField,
    TextField,
    UUIDField,
)
from psycopg import Copy, sql
from psycopg.types.string import BytesBinaryDumper
from pydantic_core import to_json

from jiesu.cases.chain import Canonical
from jiesu.cases.search import table_for, vector
from jiesu.recordsets import columns_of, values_of

Column = Sequence[Any]


@dataclass(frozen=True)
class _Sent:
    """How a column goes: the name of its type, and what its values become. What lies as a whole number is sent as one."""

    type: str
    convert: Callable[[Column], Column] | None = None


def _json(column: Column) -> Column:
    """Values as JSON. Rows that are alike share one value, which is written once."""
    shared = [*map(id, column)]
    texts = {key: _document(value) for key, value in dict(zip(shared, column, strict=True)).items()}
    return [*map(texts.__getitem__, shared)]


def _document(value: Any) -> bytes | None:
    """A document as its column takes it: before the text goes the version of the format."""
    if value is None:
        return None
    return b"\x01" + (value.encode() if isinstance(value, Canonical) else to_json(value))


def _text(column: Column) -> Column:
    """A choice goes as its value; most columns hold none and stay as they are."""
    if {*map(type, column)} <= _PLAIN:
        return column
    return [None if value is None else str(value) for value in column]


def _instants(column: Column) -> Column:
    """Microseconds since the epoch of PostgreSQL; a batch has few different ones."""
    known = {at: None if at is None else (at - _EPOCH) // _MICROSECOND for at in {*column}}
    return [known[at] for at in column]


def _days(column: Column) -> Column:
    return [None if day is None else day.toordinal() - _FIRST_DAY for day in column]


def _whole(bits: int) -> Callable[[Column], Column]:
    limit = 2 ** (bits - 1)

    def convert(column: Column) -> Column:
        """Numbers as they are, where the column can hold them: the driver would store what is left of a larger one."""
        there = {*column}
        there.discard(None)
        if there and not -limit <= min(there) <= max(there) < limit:
            raise DataError(f"a whole number of more than {bits} bits")
        return column

    return convert


_PLAIN = {str, type(None)}
_EPOCH, _MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_FIRST_DAY = _EPOCH.toordinal()
#: Columns by the class of their field; a subclass stands before its base.
_SENT: dict[type[Field[Any, Any]], _Sent] = {
    SmallIntegerField: _Sent("int2", _whole(16)),
    BigIntegerField: _Sent("int8", _whole(64)),
    IntegerField: _Sent("int4", _whole(32)),
    BooleanField: _Sent("bool"),
    BinaryField: _Sent("bytea"),
    UUIDField: _Sent("uuid"),
    CharField: _Sent("text", _text),
    TextField: _Sent("text", _text),
    DateTimeField: _Sent("int8", _instants),
    DateField: _Sent("int4", _days),
    JSONField: _Sent("bytea", _json),
}


def _sent(field: Field[Any, Any]) -> _Sent:
    """How a field's column goes.

    Raises:
        LookupError: nobody has said so yet.
    """
    if isinstance(field, ForeignKey):
        return _sent(field.target_field)
    if isinstance(field, ArrayField) and isinstance(field.base_field, BigIntegerField):
        return _Sent("int8[]")
    for shape, sent in _SENT.items():
        if isinstance(field, shape):
            return sent
    raise LookupError(field)


@dataclass(frozen=True)
class _Plan:
    """The statement, the getter of a row's values, and how each column goes."""

    statement: sql.Composed
    getter: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    columns: list[_Sent]


@lru_cache(maxsize=64)
def _plan(model: type[Model], keyed: bool) -> _Plan:
    fields = columns_of(model, keyed=keyed)
    names = sql.SQL(", ").join([sql.Identifier(str(f.column)) for f in fields])
    # In binary: half of the work of both sides for ciphers, instants and numbers.
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(model._meta.db_table), names
    )
    return _Plan(statement, values_of(fields), [_sent(field) for field in fields])


@contextmanager
def _copying(statement: sql.Composed) -> Iterator[Copy]:
    """A stream into a table. Django wraps the errors of ``execute`` only, and callers look for Django's."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        yield copy


def copy_rows(rows: Sequence[Model]) -> None:
    """Copies rows of one model, whose primary keys are set or left to the table's sequence for all of them."""
    if not rows:
        return
    plan = _plan(type(rows[0]), rows[0].pk is not None)
    columns: list[Column] = list(zip(*map(plan.getter, map(vars, rows)), strict=True))
    for place, sent in enumerate(plan.columns):
        if sent.convert is not None:
            columns[place] = sent.convert(columns[place])
    with _copying(plan.statement) as copy:
        # The dumper of the driver's own ``Binary`` would stand before it, and is no compiled one.
        copy.cursor.adapters.register_dumper(bytes, BytesBinaryDumper)
        copy.set_types([sent.type for sent in plan.columns])
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
