"""A connection that is kept is asked nothing while it lives, and found out where its server has ended it."""

from __future__ import annotations

import time

from django.db import connection, connections

from jiesu.people import ground


def ended() -> None:
    """The server ends the connection that is kept, and its silence is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    end = time.monotonic() + 10
    while connection.is_usable() and time.monotonic() < end:
        time.sleep(0.01)


def test_a_connection_that_the_server_has_ended_is_found_without_asking(own_database: str) -> None:
    # given a kept connection that was used before
    connection.ensure_connection()
    assert connection.is_usable()
    # when the server ends it
    ended()
    # then it is not used again, and the next request opens a new one
    assert not connection.is_usable()
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_written_statement_that_comes_first_finds_it_too(own_database: str) -> None:
    # given a statement that was prepared on a connection whose server has ended
    ground.current()
    ended()
    # when the next request begins with it
    connection.health_check_done = False
    # then it is answered, on a connection that prepares it anew
    assert ground.current().places
