"""The database backend: ``ENGINE`` of Django's settings."""

from __future__ import annotations

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how it finds out whether a kept connection still lives.

    Django asks a question before the first statement of each request. A server that has ended has closed the connection,
    which can be seen without asking: there is something to read, where otherwise there is silence between two requests.
    """

    def is_usable(self) -> bool:
        """Whether the connection may be used; asks the server only where it has sent something unasked."""
        if self.connection is not None and not self.connection.closed:
            unasked = poll()
            unasked.register(self.connection.fileno(), POLLIN)
            if not unasked.poll(0):
                return True
        return bool(super().is_usable())
