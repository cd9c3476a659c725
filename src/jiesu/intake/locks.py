"""Locks of imports that last as long as a connection, or until they are let go. Nobody waits for one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

#: Spaces of the locks of a run, of a file and of an organisation's imports, and of the helpers that may still write.
RUN, FILE, ORGANISATION, WRITING = 0x6A69_6500, 0x6A69_6501, 0x6A69_6503, 0x6A69_6502

Lock = tuple[int, int]


def of_run(pk: int) -> Lock:
    """The lock of whoever carries a run out."""
    return RUN, pk & 0x7FFF_FFFF


def ask(question: str, *values: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return bool(cursor.fetchone()[0])


def hold(lock: Lock, held: list[Lock]) -> bool:
    """Takes a lock and notes it in ``held``; False where another has it."""
    if ask("SELECT pg_try_advisory_lock(%s, %s)", *lock):
        held.append(lock)
        return True
    return False


def let_go(held: list[Lock]) -> None:
    for lock in reversed(held):
        ask("SELECT pg_advisory_unlock(%s, %s)", *lock)


@contextmanager
def alone(lock: Lock) -> Iterator[bool]:
    """Holds one lock; False where another has it."""
    held: list[Lock] = []
    try:
        yield hold(lock, held)
    finally:
        let_go(held)
