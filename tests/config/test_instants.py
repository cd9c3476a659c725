"""Instants come from the database as they went there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from django.db import DataError, connection
from hypothesis import given
from hypothesis import strategies as st

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - wanted so


def read(instant: object, *, of: str = "%s::timestamptz") -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {of}", [instant])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@given(INSTANTS)
def test_an_instant_is_the_same_to_the_microsecond(instant: datetime) -> None:
    found = read(instant)
    assert found == instant
    assert isinstance(found, datetime)
    assert found.tzinfo is UTC


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["infinity", "4713-01-01 00:00:00+00 BC"])
def test_what_python_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises((DataError, psycopg.DataError)):
        read(text)
