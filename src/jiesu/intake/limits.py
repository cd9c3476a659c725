"""How often strangers may post: counted in the database, so that all web processes count together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from jiesu.cases import keys
from jiesu.intake.errors import Code, IntakeError
from jiesu.intake.models import PublicUse

#: Mobile networks put thousands of people behind one address, so the limits stop machines, not neighbours.
CONTACTS = ("contact", 60, 3600)
UPLOADS = ("upload", 300, 3600)
TRIES = ("query", 60, 3600)
DEEDS = ("deed", 120, 3600)
KEPT = timedelta(days=1)

_COUNT = """
INSERT INTO intake_publicuse (scope, who, since, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (scope, who, since) DO UPDATE SET count = intake_publicuse.count + 1
RETURNING count
"""


def count(scope: str, who: str, *, seconds: int, at: datetime) -> int:
    """Counts once more and gives how often it has been in the current stretch of ``seconds``."""
    start = datetime.fromtimestamp(at.timestamp() // seconds * seconds, tz=UTC)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [scope, keys.lookup("public_use", who), start])
        return int(cursor.fetchone()[0])


def allow(limit: tuple[str, int, int], who: str, *, at: datetime) -> None:
    """Counts one deed of an address.

    Raises:
        IntakeError: ``too_many_requests`` with the minutes to wait.
    """
    scope, most, seconds = limit
    if count(scope, who, seconds=seconds, at=at) > most:
        left = seconds - at.timestamp() % seconds
        raise IntakeError(Code.TOO_MANY, minutes=max(1, round(left / 60)))


def forget(at: datetime) -> int:
    """Removes counts of the past; gives how many."""
    return PublicUse.objects.filter(since__lt=at - KEPT).delete()[0]
