"""Statements that run with every request: written out, prepared by PostgreSQL once for each connection.

The ORM composes its SQL anew each time and PostgreSQL plans it anew; for the few statements on which a busy web process
spends its time both cost more than running them. A statement whose best plan depends on its values stays with the ORM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

Row = tuple[Any, ...]
Values = Sequence[Any] | Mapping[str, Any]


class _Sent(NamedTuple):
    query: bytes


class _PreparedCursor(psycopg.Cursor[Row]):
    """psycopg's cursor with parameters bound by the server, always prepared."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> Self:
        super().execute(query, params, prepare=True)
        # Where Django looks for the statement that it shows.
        self._query = cast(Any, _Sent(query.encode()))
        return self


def fetch(statement: str, values: Values = ()) -> list[Row]:
    """The rows that a statement gives, in the running transaction.

    Args:
        statement: a constant text; what varies goes into ``values``.

    Raises:
        django.db.Error: as from any other cursor.
    """
    with _cursor() as cursor:
        cursor.execute(statement, values)
        return cast(list[Row], cursor.fetchall())


def run(statement: str, values: Values = ()) -> int:
    """Runs a statement that gives no rows; returns how many it wrote."""
    with _cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def _cursor() -> CursorWrapper:
    """As ``connection.cursor()`` gives it: with Django's errors, and counted where statements are counted."""
    # Looked up once: each attribute of ``django.db.connection`` is a search for the thread's own.
    own = connections[DEFAULT_DB_ALIAS]
    own.close_if_health_check_failed()
    own.ensure_connection()
    cursor = cast(Any, _PreparedCursor(own.connection))
    return own.make_debug_cursor(cursor) if own.queries_logged else own.make_cursor(cursor)
