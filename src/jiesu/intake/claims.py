"""Numbers on other platforms, claimed by whoever writes them: two organisations that import the same ones at one moment cannot
both find that they are not there.

Rows are locked and not advisory locks taken: a batch has 1,500 numbers, some processes write at once, and PostgreSQL's table of locks
holds some thousand in all. The locks of rows stand with the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection

from jiesu import statements
from jiesu.statements import LISTED, listed

#: For how long rows lie about that nobody needs.
KEPT = timedelta(hours=1)

#: In one order for all, so that two who claim the same numbers never wait for each other. Where a row is there already it
#: is changed: so it is locked as well, and whoever holds it is waited for.
_CLAIM = f"""
INSERT INTO intake_numberclaim (key, at) SELECT key, %s FROM unnest({LISTED}::bigint[]) AS key
ON CONFLICT (key) DO UPDATE SET at = excluded.at
"""  # noqa: S608 - a constant of ours
#: What somebody holds is passed over.
_FORGET = """
DELETE FROM intake_numberclaim WHERE key IN (
    SELECT key FROM intake_numberclaim WHERE at < %s FOR UPDATE SKIP LOCKED)
"""


def claim(numbers: Iterable[tuple[str, str]], *, at: datetime) -> None:
    """Claim numbers until the end of the transaction; one statement. Whether they are there is to be asked after it.

    Args:
        numbers: channel and number; empty numbers are left out.
    """
    keys = sorted({_key(channel, number) for channel, number in numbers if number})
    if keys:
        statements.run(_CLAIM, [at, listed(keys)])


def forget(at: datetime) -> int:
    """Remove rows of transactions that are over; gives how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [at - KEPT])
        return int(cursor.rowcount)


def _key(channel: str, number: str) -> int:
    """Two numbers with the same key would wait for each other, no more."""
    digest = hashlib.blake2s(f"{channel}\0{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
