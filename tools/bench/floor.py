"""The floor beside each figure: the bare statements, sent by psycopg alone, without Django, rights, rendering or HTTP.

What a page or an act sends is recorded once. Of what reads, everything is sent again; of what writes, only the
statements that write rows, one commit each. So the floor works on the same rows, and what lies above it is the product.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction

READS = ("SELECT", "WITH", "(SELECT")
WRITES = ("INSERT", "UPDATE", "DELETE")
#: Jobs are queued by a function, which inserts them.
WRITING_CALLS = ("procrastinate_defer",)

Bare = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent."""

    text: str
    values: Any

    @property
    def writes(self) -> bool:
        return self.text.lstrip().upper().startswith(WRITES) or (
            any(call in self.text for call in WRITING_CALLS)
            or (
                self.text.lstrip().upper().startswith("WITH")
                and any(f"{w} " in self.text.upper() for w in WRITES)
            )
        )

    @property
    def reads(self) -> bool:
        return self.text.lstrip().upper().startswith(READS) and not self.writes


def record(work: Callable[[], object], *, undo: bool = False) -> list[Statement]:
    """The statements that something sends.

    Args:
        undo: what it writes is rolled back, so that it can be written again bare.
    """
    found: list[Statement] = []

    def note(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        found.extend(Statement(str(sql), p) for p in (params if many else [params]))
        return execute(sql, params, many, context)

    if not undo:
        with connection.execute_wrapper(note):
            work()
        return found
    with transaction.atomic(), _connections_kept():
        with connection.execute_wrapper(note):
            work()
        transaction.set_rollback(True)
    return found


@contextmanager
def _connections_kept() -> Iterator[None]:
    """A request ends with closing connections that stand in a transaction, as this one does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@contextmanager
def bare() -> Iterator[Bare]:
    """A connection of psycopg's own to the same database as the same role."""
    own = connection.copy().get_new_connection(connection.get_connection_params())
    own.autocommit = True
    own.execute("SET timezone TO 'UTC'")
    try:
        yield own
    finally:
        own.close()


def reading(statements: Sequence[Statement], *, times: int) -> list[float]:
    """Milliseconds of sending what reads again, in the faster of two ways: prepared, or with the values written in."""
    chosen = [each for each in statements if each.reads]
    with bare() as own:
        ways = [way for way in (_prepared(own), _written_in(own)) if _works(way, chosen)]
        spent = [[_timed(way, chosen) for _n in range(times)] for way in ways]
    return min(spent, key=lambda found: sorted(found)[len(found) // 2])


def writing(acts: Sequence[Sequence[Statement]]) -> list[float]:
    """Milliseconds of writing the rows of each act, one commit each, prepared where the values' types allow it."""
    chosen = [[each for each in act if each.writes] for act in acts]
    with bare() as own:
        send, spell = _prepared(own), _written_in(own)
        spelled: set[str] = set()

        def run(each: Statement) -> None:
            if each.text in spelled:
                spell(each)
                return
            try:
                with own.transaction():
                    send(each)
            except psycopg.Error:
                spelled.add(each.text)
                spell(each)

        spent = []
        for n, act in enumerate(chosen):
            begun = time.perf_counter()
            with own.transaction():
                for each in act:
                    # The first acts find out which way each statement goes.
                    if n < 3:
                        run(each)
                    elif each.text in spelled:
                        spell(each)
                    else:
                        send(each)
            spent.append((time.perf_counter() - begun) * 1000)
    return spent[3:] or spent


def writing_rate(acts: Sequence[Sequence[Statement]], *, connections: int) -> float:
    """Acts a second that so many connections write at once, each its own share of them."""
    with ThreadPoolExecutor(connections) as pool:
        shares = list(pool.map(writing, [acts[n::connections] for n in range(connections)]))
    return sum(1000 * len(share) / sum(share) for share in shares)


Send = Callable[[Statement], object]


def _prepared(own: Bare) -> Send:
    cursor = psycopg.Cursor(own)

    def send(each: Statement) -> object:
        cursor.execute(each.text, each.values, prepare=True)
        return cursor.fetchall() if cursor.description else None

    return send


def _written_in(own: Bare) -> Send:
    cursor = psycopg.ClientCursor(own)

    def send(each: Statement) -> object:
        cursor.execute(each.text, each.values)
        return cursor.fetchall() if cursor.description else None

    return send


def _works(send: Send, statements: Sequence[Statement]) -> bool:
    try:
        for _n in range(3):
            for each in statements:
                send(each)
    except psycopg.Error:
        return False
    return True


def _timed(send: Send, statements: Sequence[Statement]) -> float:
    begun = time.perf_counter()
    for each in statements:
        send(each)
    return (time.perf_counter() - begun) * 1000
