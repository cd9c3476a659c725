"""From ten thousand cases to millions inside the database: the same rows again under shifted numbers.

- Closed cases move back by up to three years, more of them by little, so that ten years are covered; the words' marks
  of month and year follow. Texts and proportions stay: a word that three cases of ten thousand hold is then held by
  three hundred of a million.
- Open work does not grow for ever: copies bring it along until there is as much as ``OPEN_MOST``. A province that
  registers a million cases a year and closes them in five weeks has about so much open at any time.
- Each copy has other telephone numbers: nobody has a thousand cases because there are a thousand copies.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db.models import DateField, DateTimeField, Model
from psycopg import sql

from jiesu.cases.models import Case, Clock, ComplaintWords, Participant, Party, ReportWords
from jiesu.config.private_database import PrivateServer
from jiesu.intake.models import Contact

#: Numbers end in ten digits of one sequence; copies are this far apart.
STEP = 1_000_000
OPEN_MOST = 100_000
#: How far back the last copies of closed cases go, beside the seven years of the first ones.
BACK_DAYS = 1095
WORDS: tuple[type[Model], ...] = (ComplaintWords, ReportWords)
TABLES: tuple[type[Model], ...] = (Case, Clock, Party, Participant, Contact, *WORDS)

#: Indexes of many rows are packed more densely than those of the seed: so much of its size a copy takes.
DENSER = 0.7

Connection = psycopg.Connection[tuple[Any, ...]]

_OPEN = "CREATE TABLE bench_open AS SELECT id AS case_id FROM cases_case WHERE closed_at IS NULL"
# Multiples of the golden ratio lie evenly between 0 and 1; their cube puts half of the copies into the first eighth.
_COPIES = """
CREATE TABLE bench_copies AS
SELECT n, floor({days} * power((n * 0.6180339887) % 1, 3))::int AS back FROM generate_series(1, {last}) AS n
"""
_COPY = """
INSERT INTO {table} ({columns}) SELECT {values}
  FROM bench_copies copy CROSS JOIN {table} t LEFT JOIN bench_open o ON o.case_id = t.{key} {case}
 WHERE o.case_id IS NULL OR copy.n <= %s
"""
# Only backwards, since nothing happens later than the bench's present.
_INSTANT = (
    "CASE WHEN o.case_id IS NULL THEN {0} - make_interval(days => copy.back, secs => copy.n * 17 %% 3593)"
    " ELSE {0} - make_interval(hours => copy.n %% 700, secs => copy.n %% 3593) END"
)
_DEADLINE = "CASE WHEN o.case_id IS NULL THEN {0} - make_interval(days => copy.back) ELSE {0} END"
_DAY = "CASE WHEN o.case_id IS NULL THEN {0} - copy.back ELSE {0} END"
_PHONE = "CASE WHEN {0} IS NOT NULL THEN sha256({0} || int4send(copy.n)) END"
_MARKS = "ARRAY['@m' || to_char({0} AT TIME ZONE 'Asia/Shanghai', 'YYYYMM'), '@y' || to_char({0} AT TIME ZONE 'Asia/Shanghai', 'YYYY')]"
_WORDS = f"ts_delete({{0}}, {_MARKS.format('c.registered_at')}) || array_to_tsvector({_MARKS.format(_INSTANT.format('c.registered_at'))})"


@dataclass(frozen=True)
class Part:
    """An index or a primary key that is made anew after loading."""

    name: str
    definition: str
    key: bool


@dataclass(frozen=True)
class Plan:
    """How a seed becomes so many cases.

    Args:
        times: copies, the seed included.
        open_times: copies that bring their open cases along.
        cases: how many there are then.
        bytes: about how large the database is then.
    """

    times: int
    open_times: int
    cases: int
    bytes: int


def plan(private: PrivateServer, seed: str, *, cases: int) -> Plan:
    """How many copies of the seed make at least so many cases, and how much room they take."""
    sizes = " + ".join(f"pg_total_relation_size('{model._meta.db_table}')" for model in TABLES)
    with private.connect(name=seed) as superuser:
        row = superuser.execute(
            f"SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL), {sizes} FROM cases_case"
        ).fetchone()
    assert row is not None
    have, still_open, size = (int(str(value)) for value in row)
    open_times = max(1, OPEN_MOST // max(1, still_open))
    times = -(-cases // have)
    if times > open_times:
        times = -(-(cases - open_times * still_open) // (have - still_open))
    open_times = min(times, open_times)
    made = times * (have - still_open) + open_times * still_open
    return Plan(times, open_times, made, int(size * times * DENSER))


def multiply(private: PrivateServer, name: str, planned: Plan) -> None:
    """Makes of the cases of a database as many as planned."""
    with private.connect(name=name) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("SET maintenance_work_mem = '1GB'")
        superuser.execute("SET max_parallel_maintenance_workers = 2")
        superuser.execute("DROP TABLE IF EXISTS bench_open, bench_copies")
        superuser.execute(_OPEN)
        superuser.execute(
            sql.SQL(_COPIES).format(days=sql.Literal(BACK_DAYS), last=sql.Literal(planned.times - 1))
        )
        superuser.execute("ANALYZE bench_open")
        superuser.execute("ANALYZE bench_copies")
        # Words look their case up among the first ones, so the cases come last.
        for model in reversed(TABLES):
            begun = time.monotonic()
            _copy(superuser, model, planned)
            print(f"{name}: {model._meta.db_table} in {time.monotonic() - begun:.0f} s", flush=True)
        superuser.execute("DROP TABLE bench_open, bench_copies")
        superuser.execute("SELECT setval('cases_number', (SELECT max(id % 10000000000) FROM cases_case) + 1)")


def _copy(connection: Connection, model: type[Model], planned: Plan) -> None:
    """Copies one table. Its indexes are made anew afterwards, one by one: faster than keeping them up, and compact."""
    table = model._meta.db_table
    parts = _parts(connection, table)
    for part in parts:
        drop = "ALTER TABLE {table} DROP CONSTRAINT {name}" if part.key else "DROP INDEX {name}"
        connection.execute(sql.SQL(drop).format(table=sql.Identifier(table), name=sql.Identifier(part.name)))
    columns = [str(f.column) for f in model._meta.concrete_fields if f.column]
    statement = sql.SQL(_COPY).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(_shifted(model, column) for column in columns),
        key=sql.Identifier(_key(model)),
        case=sql.SQL("JOIN cases_case c ON c.id = t.case_id" if model in WORDS else ""),
    )
    connection.execute(statement, [planned.open_times - 1])
    for part in parts:
        add = f"ALTER TABLE {table} ADD CONSTRAINT {part.name} {part.definition}"
        connection.execute(add if part.key else part.definition)
    if not any(part.key for part in parts):
        connection.execute(sql.SQL("REINDEX TABLE {}").format(sql.Identifier(table)))


def _key(model: type[Model]) -> str:
    return "id" if model in (Case, Contact) else "case_id"


def _shifted(model: type[Model], column: str) -> sql.Composable:
    """A column of a copy. Of open cases the deadlines stay, and the past moves back by less than a month."""
    name = sql.Identifier("t", column)
    field = next(f for f in model._meta.concrete_fields if f.column == column)
    shifted = sql.SQL("t.{} + copy.n * {}").format(sql.Identifier(_key(model)), sql.Literal(STEP))
    if column in (_key(model), "contact_id"):
        return shifted
    if column == "cases":
        return sql.SQL("ARRAY[{}]").format(shifted)
    if column == "phone_index":
        return sql.SQL(_PHONE).format(name)
    if column == "words":
        return sql.SQL(_WORDS).format(name)
    if column == "due_at":
        return sql.SQL(_DEADLINE).format(name)
    if isinstance(field, DateTimeField):
        return sql.SQL(_INSTANT).format(name)
    return sql.SQL(_DAY if isinstance(field, DateField) else "{0}").format(name)


def _parts(connection: Connection, table: str) -> list[Part]:
    """The indexes that no constraint needs, and the primary key unless other tables point to it."""
    indexes = connection.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = %s::regclass AND NOT i.indisprimary"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid) ORDER BY 1",
        [table],
    ).fetchall()
    keys = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.confrelid = %s::regclass)",
        [table, table],
    ).fetchall()
    return [Part(str(n), str(d), key=True) for n, d in keys] + [
        Part(str(n), str(d), key=False) for n, d in indexes
    ]
