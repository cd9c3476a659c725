"""From ten thousand cases to a million inside the database: the same rows again under shifted numbers.

Each copy is moved in time by up to a month, so that no day and no key repeats in step. Texts and proportions stay what
they were: a word that three cases of ten thousand hold is then held by three hundred.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from django.db.models import DateTimeField, Model
from psycopg import sql

from jiesu.cases.models import Case, Clock, ComplaintWords, Participant, Party, ReportWords
from jiesu.config.private_database import PrivateServer

#: Numbers end in ten digits of one sequence; copies are this far apart.
STEP = 10_000_000
CHILDREN: tuple[type[Model], ...] = (Clock, Party, Participant)
WORDS: tuple[type[Model], ...] = (ComplaintWords, ReportWords)

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Index:
    name: str
    definition: str


def multiply(private: PrivateServer, name: str, *, times: int) -> None:
    """Makes of the cases of a database so many times as many.

    Args:
        times: copies altogether, the rows that are there included.
    """
    with private.connect(name=name) as superuser:
        # Loading is not what is measured: nothing of it need survive a crash.
        superuser.execute("SET synchronous_commit = off")
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("SET maintenance_work_mem = '1GB'")
        for model in (Case, *CHILDREN, *WORDS):
            _copy(superuser, model, times)
        superuser.execute("SELECT setval('cases_number', (SELECT max(id % 10000000000) FROM cases_case) + 1)")


def _copy(connection: Connection, model: type[Model], times: int) -> None:
    """Copies one table. Its indexes are made anew afterwards, which is faster than keeping them up."""
    table = model._meta.db_table
    kept = _indexes(connection, table)
    for index in kept:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index.name)))
    columns = [str(f.column) for f in model._meta.concrete_fields if f.column]
    values = sql.SQL(", ").join(_shifted(model, column) for column in columns)
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, generate_series(1, %s) AS n"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=values,
        ),
        [times - 1],
    )
    for index in kept:
        connection.execute(sql.SQL(index.definition))  # type: ignore[arg-type]


def _shifted(model: type[Model], column: str) -> sql.Composable:
    name = sql.Identifier(column)
    field = next(f for f in model._meta.concrete_fields if f.column == column)
    if column == ("id" if model is Case else "case_id"):
        return sql.SQL("t.{} + n * {}").format(name, sql.Literal(STEP))
    if model is Case and column == "contact_id":
        return sql.SQL("t.{} + n * {}").format(name, sql.Literal(STEP))
    if isinstance(field, DateTimeField) and column != "due_at":
        # Only backwards: nothing happens later than the bench's present.
        return sql.SQL("t.{} - make_interval(hours => n %% 700)").format(name)
    return sql.SQL("t.{}").format(name)


def _indexes(connection: Connection, table: str) -> list[Index]:
    """The indexes that no constraint needs."""
    rows = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [table],
    ).fetchall()
    return [Index(str(n).strip('"'), str(d)) for n, d in rows]
