"""Numbers of documents: one series per bureau, form and year, without doubles under any load."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from jiesu import statements

_NEXT = """
INSERT INTO cases_documentnumber (organisation_id, form, year, last) VALUES (%s, %s, %s, 1)
ON CONFLICT (organisation_id, form, year) DO UPDATE SET last = cases_documentnumber.last + 1
RETURNING last
"""


def next_number(organisation_id: int, form: str, year: int) -> int:
    """The next number of a series. It is taken by the running transaction: a rollback gives it back."""
    return int(statements.fetch(_NEXT, [organisation_id, form, year])[0][0])


_TAKE = """
INSERT INTO cases_documentnumber (organisation_id, form, year, last) VALUES (%s, %s, %s, 0)
ON CONFLICT (organisation_id, form, year) DO UPDATE SET last = cases_documentnumber.last
RETURNING last
"""
_GIVE = "UPDATE cases_documentnumber SET last = %s WHERE organisation_id = %s AND form = %s AND year = %s"


def take_series(organisation_id: int, form: str, year: int) -> int:
    """The last number given in a series, which nobody else can use until the running transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [organisation_id, form, year])
        return int(cursor.fetchone()[0])


def give_back(series: Mapping[tuple[int, str, int], int]) -> None:
    """Writes the last numbers given of series that were taken whole."""
    with connection.cursor() as cursor:
        cursor.executemany(_GIVE, [[last, *key] for key, last in series.items()])
