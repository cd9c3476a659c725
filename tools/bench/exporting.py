"""The export of a long list to a spreadsheet as the worker writes it, in a process of its own; beside it ``COPY`` of
the same rows."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import psycopg
from django.db import connection

from jiesu.cases import exports
from jiesu.cases.models import ExportRun
from jiesu.cases.worklists import MOST_EXPORTED, Filters, base, each_in, scope_named
from jiesu.web.desk import workbook
from tools.bench import floor
from tools.bench.children import apart
from tools.bench.doors import Refused
from tools.bench.measuring import Figure, figure
from tools.bench.people import actor

WHO, SCOPE = "bench.430000.supervisor", "below"
CLOSED_TOO = Filters(closed=True)


def export() -> list[Figure]:
    """The widest list there is, closed cases too."""
    done = apart(_once)
    connection.ensure_connection()
    return [
        figure(
            f"export of {done.result:,} rows to Excel, closed cases too",
            [done.seconds * 1000],
            key="export",
            rate=done.result / done.seconds,
            memory=done.memory,
            bare=_copied(),
            note="memory: by how much the process grew",
        )
    ]


def _once() -> int:
    """Asked for as at the desk, then written, sealed and put on record as by the worker; gives how many rows."""
    now = datetime.now(UTC)
    who = actor(WHO, now)
    run = exports.begin(
        actor=who,
        scope=scope_named(who, SCOPE),
        filters=CLOSED_TOO,
        words="",
        language="zh-hans",
        at=now,
    )
    exports.write_owed(write=workbook.write, now=lambda: datetime.now(UTC))
    run.refresh_from_db()
    if run.status != ExportRun.Status.DONE:
        raise Refused(f"export: {run.status} {run.problem}")
    rows = run.rows
    exports.remove(run)
    return rows


def _copied() -> float:
    """Milliseconds of ``COPY … TO`` of the rows that the export reads."""
    now = datetime.now(UTC)
    who = actor(WHO, now)
    rows = base(who, scope_named(who, SCOPE), CLOSED_TOO, now)
    sent = floor.record(
        lambda: [None for _item in each_in(who, rows, order=CLOSED_TOO.order, most=MOST_EXPORTED)]
    )
    (wanted,) = [each for each in sent if "FROM cases_case" in each.text]
    with floor.bare() as own:
        text = psycopg.ClientCursor(own).mogrify(wanted.text, wanted.values)
        begun = time.perf_counter()
        with own.cursor().copy(f"COPY ({text}) TO STDOUT".encode()) as copied:
            for _block in copied:
                pass
        return (time.perf_counter() - begun) * 1000
