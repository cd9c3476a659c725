"""Numbers of documents: one series per bureau, form and year, without doubles under any load."""

from __future__ import annotations

from django.db import connection

_NEXT = """
INSERT INTO cases_documentnumber (organisation_id, form, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (organisation_id, form, year) DO UPDATE SET last = cases_documentnumber.last + 1
RETURNING last
"""


def next_number(organisation_id: int, form: str, year: int) -> int:
    """The next number of a series. It is taken by the running transaction: a rollback gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [organisation_id, form, year])
        return int(cursor.fetchone()[0])
