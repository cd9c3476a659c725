"""Sessions in the database, written no more often than an idle time-out needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from jiesu import statements

#: A session that is used is renewed this often, at most: the idle time-out is as much shorter. Each page would
#: otherwise wait for the disk.
RENEWED = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """Django's own, read by a prepared statement and renewed once a minute instead of with every page."""

    ends: datetime | None = None
    #: Set where a page asks by itself: nobody may be there, and the idle time goes on.
    unattended = False

    def _get_session_from_db(self) -> Any:
        found = statements.fetch(
            "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s",
            [self.session_key, timezone.now()],
        )
        if not found:
            self._session_key = None
            return None
        ((data, self.ends),) = found
        return Session(session_key=str(self.session_key), session_data=data, expire_date=self.ends)

    def save(self, must_create: bool = False) -> None:
        """Write the session if it has changed, or has not been renewed for a while."""
        if not must_create and not self.modified and self.ends is not None:
            if self.unattended:
                return
            age = timedelta(seconds=self.get_expiry_age())
            if self.ends > timezone.now() + age - min(RENEWED, age / 10):
                return
        super().save(must_create)
