"""Statements that run with every request: written out, prepared by PostgreSQL once for each connection.

The ORM composes its SQL anew each time and PostgreSQL plans it anew; for the few statements on which a busy web process
spends its time both cost more than running them. A statement whose best plan depends on its values stays with the ORM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.backends.utils import CursorWrapper
from pydantic_core import to_json

Row = tuple[Any, ...]
Values = Sequence[Any] | Mapping[str, Any]
#: A statement or a piece of one, and its values.
Part = tuple[str, Sequence[Any]]


#: Some thousand texts as one value, made by ``listed``: the driver takes longer to write out an array than PostgreSQL to
#: find what stands in it.
LISTED = "ARRAY(SELECT jsonb_array_elements_text(%s::jsonb))"


def listed(values: Iterable[str | int]) -> str:
    """The value that stands for many in ``LISTED``; numbers are cast there (``{LISTED}::bigint[]``)."""
    return to_json([*values]).decode()


class _Sent(NamedTuple):
    query: bytes


class _PreparedCursor(psycopg.RawCursor[Row]):
    """psycopg's cursor with parameters bound by the server, always prepared.

    One that sends the same statement again knows how to write each value and to read each column; a new one would look
    for the types of all of them, which takes longer than reading a row.
    """

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        text, names = _numbered(query)
        values = [params[name] for name in names] if names else params
        super().execute(text, values or None, prepare=True)
        # Where Django looks for the statement that it shows.
        self._query = cast(Any, _Sent(query.encode()))
        return self

    def forget(self) -> None:
        """Lets go of the rows that it has read."""
        self._reset()
        self._tx.set_pgresult(None)


_PLACE = re.compile(r"%(?:%|s|\((\w+)\)s)")


@lru_cache(maxsize=1024)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement as PostgreSQL takes it, with numbers in the places of its values; and their names, where it has such.

    psycopg does the same, but for a long statement anew each time.

    >>> _numbered("SELECT %s WHERE a LIKE '%%' AND b = %s")
    (b"SELECT $1 WHERE a LIKE '%' AND b = $2", ())
    >>> _numbered("SELECT %(a)s, %(b)s, %(a)s")
    (b'SELECT $1, $2, $1', ('a', 'b'))
    """
    numbers: dict[str, int] = {}

    def number(place: re.Match[str]) -> str:
        if place.group() == "%%":
            return "%"
        name = place.group(1) or f"{len(numbers)}"
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    text = _PLACE.sub(number, statement)
    named = any(not name.isdecimal() for name in numbers)
    return text.encode(), tuple(numbers) if named else ()


def fetch(statement: str, values: Values = ()) -> list[Row]:
    """The rows that a statement gives, in the running transaction.

    Args:
        statement: a constant text; what varies goes into ``values``.

    Raises:
        django.db.Error: as from any other cursor.
    """
    cursor = _cursor(statement)
    cursor.execute(statement, values)
    rows = cast(list[Row], cursor.fetchall())
    _keep(statement, cursor)
    return rows


def run(statement: str, values: Values = ()) -> int:
    """Runs a statement that gives no rows; returns how many it wrote."""
    cursor = _cursor(statement)
    cursor.execute(statement, values)
    written = int(cursor.rowcount)
    _keep(statement, cursor)
    return written


def broken_constraint(error: IntegrityError) -> str:
    """The name of the constraint that a statement broke; empty where PostgreSQL names none."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""


#: Where a connection keeps its cursors, by what they have sent last; and how many.
_KEPT, _MOST = "_jiesu_cursors", 200


def _cursor(statement: str) -> CursorWrapper:
    """As ``connection.cursor()`` gives it: with Django's errors, and counted where statements are counted."""
    # Looked up once: each attribute of ``django.db.connection`` is a search for the thread's own.
    own = connections[DEFAULT_DB_ALIAS]
    own.close_if_health_check_failed()
    own.ensure_connection()
    kept = vars(own.connection).setdefault(_KEPT, {})
    # Taken away while it is used: whatever sends the same in between has one of its own.
    cursor = cast(Any, kept.pop(statement, None) or _PreparedCursor(own.connection))
    return own.make_debug_cursor(cursor) if own.queries_logged else own.make_cursor(cursor)


def _keep(statement: str, cursor: CursorWrapper) -> None:
    raw = cast(_PreparedCursor, cursor.cursor)
    raw.forget()
    kept = vars(raw.connection)[_KEPT]
    if len(kept) >= _MOST:
        kept.clear()
    kept[statement] = raw
