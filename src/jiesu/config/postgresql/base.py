"""The database backend: ``ENGINE`` of Django's settings."""

from __future__ import annotations

from datetime import UTC, datetime
from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader

#: Prepared statements of one connection; those not sent for longest make room.
PREPARED = 500


class InstantLoader(TimestamptzLoader):
    """An instant as PostgreSQL writes it, read by Python's own reader: a list holds hundreds of them."""

    #: Where Django looks whether a cursor needs another reader.
    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        """Django's connections speak of instants in UTC.

        >>> InstantLoader(0).load(b"2026-11-28 19:18:13.5+00")
        datetime.datetime(2026, 11, 28, 19, 18, 13, 500000, tzinfo=datetime.timezone.utc)
        """
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            # Years before Christ and after 9999, or for ever: psycopg says what is wrong with them.
            return super().load(data).astimezone(UTC)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how it finds out whether a kept connection still lives.

    Django asks a question before the first statement of each request. A server that has ended has closed the connection,
    which can be seen without asking: there is something to read, where otherwise there is silence between two requests.

    A connection keeps more prepared statements than psycopg would: of each queue one for every set of rights.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection as Django makes it."""
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = PREPARED
        connection.adapters.register_loader("timestamptz", InstantLoader)
        return connection

    def is_usable(self) -> bool:
        """Whether the connection may be used; asks the server only where it has sent something unasked."""
        if self.connection is not None and not self.connection.closed:
            unasked = poll()
            unasked.register(self.connection.fileno(), POLLIN)
            if not unasked.poll(0):
                return True
        return bool(super().is_usable())
