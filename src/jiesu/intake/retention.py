"""Erasing what came in once nothing needs it: contacts have a key of their own."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from jiesu.cases.kinds import Kind
from jiesu.cases.retention import cutoff, periods

BATCH = 5000

#: A contact goes with the last of its cases. One without a case (answered at once, hung up) has the period of a
#: consultation, from the day on which it was registered.
_ERASE = """
UPDATE intake_contact SET wrapped_key = NULL, sealed_text = NULL, sealed_details = NULL, tracking_number = ''
WHERE id > %(after)s AND id <= %(upto)s AND wrapped_key IS NOT NULL AND (
    (cases <> '{}' AND NOT EXISTS (
        SELECT FROM cases_case c WHERE c.id = ANY(intake_contact.cases) AND c.redacted_at IS NULL))
    OR (cases = '{}' AND registered_at < %(before)s)
)
"""


def erase_contacts(at: datetime) -> int:
    """Erases the contacts whose cases are all erased; gives how many. May stop anywhere and be run again."""
    years = periods(at)[Kind.CONSULTATION.value][None]
    before = cutoff(at, years) if years > 0 else None
    erased = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM intake_contact")
        last = int(cursor.fetchone()[0])
        for after in range(0, last, BATCH):
            cursor.execute(_ERASE, {"after": after, "upto": after + BATCH, "before": before})
            erased += cursor.rowcount
    return erased
