"""The database backend: ``ENGINE`` of Django's settings."""

from __future__ import annotations

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base

#: Prepared statements of one connection; those not sent for longest make room.
PREPARED = 500


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
        return connection

    def is_usable(self) -> bool:
        """Whether the connection may be used; asks the server only where it has sent something unasked."""
        if self.connection is not None and not self.connection.closed:
            unasked = poll()
            unasked.register(self.connection.fileno(), POLLIN)
            if not unasked.poll(0):
                return True
        return bool(super().is_usable())
