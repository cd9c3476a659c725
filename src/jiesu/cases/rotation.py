"""A new wrapping key for the ring, and all data keys wrapped anew; texts and files stay as they are.

Both keys can be read from the first moment to the last, so that work goes on; a rotation that was interrupted goes on
where it stopped. The look-up key and the audit key are not rotated: every index and every hash rests on them.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from jiesu.cases import keys

BATCH = 500
#: The id of a wrapping key is one byte before the wrapped key.
MOST_KEYS = 255
#: A transaction that began before the rotation may still store a key wrapped with the old one; none lasts so long.
SETTLED = timedelta(hours=1)


class Code(StrEnum):
    """Why the ring cannot be changed."""

    RUNNING = "rotation_running"
    STILL_USED = "key_still_used"
    TOO_EARLY = "key_too_young"
    NOTHING_TO_RETIRE = "nothing_to_retire"
    RING_FULL = "ring_full"


MESSAGES = {
    Code.RUNNING: _("另一个轮换正在进行，请等它结束。"),
    Code.STILL_USED: _("还有数据密钥由旧密钥保护，请先完成轮换：jiesu keys rotate。"),
    Code.TOO_EARLY: _("换用新密钥不足一小时，可能还有未结束的事务在用旧密钥，请稍后再试。"),
    Code.NOTHING_TO_RETIRE: _("密钥环里只有正在使用的密钥。"),
    Code.RING_FULL: _("密钥环已满，请先停用旧密钥：jiesu keys retire。"),
}


class RotationError(Exception):
    """The ring stays as it was."""

    def __init__(self, code: Code, **data: Any) -> None:
        super().__init__(str(MESSAGES[code]))
        self.code = code
        self.data = data


@dataclass(frozen=True)
class Rotated:
    """What a rotation did: the wrapping key in use, and how many data keys were wrapped anew."""

    current: int
    rewrapped: int


@contextmanager
def _alone() -> Iterator[None]:
    path = keys.ring_path().with_name("rotation.lock")
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RotationError(Code.RUNNING) from None
        yield


def _write(ring: dict[str, Any]) -> None:
    """Writes the ring and makes sure that it survives a power cut before any row depends on it."""
    path = keys.ring_path()
    keys.write_ring(path, ring)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read() -> dict[str, Any]:
    keys.ensure_ring()
    content: dict[str, Any] = json.loads(Path(keys.ring_path()).read_text())
    return content


def rotate(models: Iterable[type[Model]], *, at: datetime, resume: bool = True) -> Rotated:
    """Adds a wrapping key, makes it the current one, and wraps the data keys of all rows with it.

    Args:
        models: tables with a column ``wrapped_key``; cases first, then those of other floors.
        resume: where an earlier rotation has rows left, goes on with its key instead of making another.

    Raises:
        RotationError: ``rotation_running``, ``ring_full``.
    """
    tables = tuple(models)
    with _alone():
        ring = _read()
        current = int(ring["current"])
        if not (resume and any(_left(m, current) > 0 for m in tables)):
            current = _next(ring)
            ring["wrapping"][str(current)] = secrets.token_hex(keys.KEY_BYTES)
            ring["current"] = current
            ring["since"] = at.astimezone(UTC).isoformat()
            _write(ring)
        return Rotated(current, sum(rewrap(m, current=current) for m in tables))


def _next(ring: dict[str, Any]) -> int:
    used = {int(k) for k in ring["wrapping"]}
    # The number after the last one, so that an id is not reused while old back-ups still name it.
    after = int(ring["current"])
    for step in range(1, MOST_KEYS + 1):
        number = (after + step - 1) % MOST_KEYS + 1
        if number not in used:
            return number
    raise RotationError(Code.RING_FULL)


def _left(model: type[Model], current: int) -> int:
    """How many rows are wrapped with another key."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT count(*) FROM {} WHERE get_byte(wrapped_key, 0) <> %s").format(
                sql.Identifier(model._meta.db_table)
            ),
            [current],
        )
        return int(cursor.fetchone()[0])


def rewrap(model: type[Model], *, current: int, batch: int = BATCH) -> int:
    """Wraps the data keys of one table with the current key, some hundred rows in one transaction.

    The rows are locked while their keys change: an action on the same case waits for a moment and reads the new one.
    Gives how many rows were changed.
    """
    names = {"table": sql.Identifier(model._meta.db_table)}
    read = sql.SQL(
        "SELECT id, wrapped_key FROM {table} WHERE id > %s AND get_byte(wrapped_key, 0) <> %s"
        " ORDER BY id LIMIT %s FOR UPDATE"
    ).format(**names)
    write = sql.SQL(
        "UPDATE {table} AS t SET wrapped_key = n.sealed"
        " FROM unnest(%s::bigint[], %s::bytea[]) AS n (id, sealed) WHERE t.id = n.id"
    ).format(**names)
    done, last = 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(read, [last, current, batch])
            rows = cursor.fetchall()
            if not rows:
                return done
            fresh = [keys.wrap(keys.unwrap(sealed)) for _id, sealed in rows]
            cursor.execute(write, [[r[0] for r in rows], fresh])
        last, done = rows[-1][0], done + len(rows)


@dataclass(frozen=True)
class KeyUse:
    """One wrapping key of the ring and how many data keys it protects."""

    number: int
    current: bool
    rows: int


def status(models: Iterable[type[Model]]) -> list[KeyUse]:
    """The wrapping keys, in the ring or named by a row, with their use. A row whose key is gone shows as one."""
    ring = keys.ring()
    counts: dict[int, int] = dict.fromkeys(ring.wrapping, 0)
    for model in models:
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "SELECT get_byte(wrapped_key, 0), count(*) FROM {} WHERE wrapped_key IS NOT NULL GROUP BY 1"
                ).format(sql.Identifier(model._meta.db_table))
            )
            for number, rows in cursor.fetchall():
                counts[number] = counts.get(number, 0) + rows
    return [KeyUse(n, n == ring.current, rows) for n, rows in sorted(counts.items())]


def retire(models: Iterable[type[Model]], *, at: datetime) -> tuple[int, ...]:
    """Removes the wrapping keys that protect nothing any more; gives their numbers.

    Old back-ups of the database still need them: keep the back-up of the ring that belongs to each.

    Raises:
        RotationError: ``key_still_used``, ``key_too_young``, ``nothing_to_retire``, ``rotation_running``.
    """
    tables = tuple(models)
    with _alone():
        ring = _read()
        old = sorted(int(k) for k in ring["wrapping"] if int(k) != int(ring["current"]))
        if not old:
            raise RotationError(Code.NOTHING_TO_RETIRE)
        if "since" in ring and at - datetime.fromisoformat(ring["since"]) < SETTLED:
            raise RotationError(Code.TOO_EARLY)
        used = {u.number: u.rows for u in status(tables) if u.rows and u.number in old}
        if used:
            raise RotationError(Code.STILL_USED, keys=used)
        ring["wrapping"] = {str(ring["current"]): ring["wrapping"][str(ring["current"])]}
        _write(ring)
    return tuple(old)
