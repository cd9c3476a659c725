"""Sessions in the database, written no more often than an idle time-out needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

#: A session that is used is renewed this often, at most: the idle time-out is as much shorter. Each page would
#: otherwise wait for the disk.
RENEWED = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """Django's own, read by a written statement and renewed once a minute instead of with every page."""

    ends: datetime | None = None
    #: Set where a page asks by itself: nobody may be there, and the idle time goes on.
    unattended = False

    def _get_session_from_db(self) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s",
                [self.session_key, timezone.now()],
            )
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        self.ends = row[1]
        return Session(session_key=str(self.session_key), session_data=row[0], expire_date=row[1])

    def save(self, must_create: bool = False) -> None:
        """Write the session if it has changed, or has not been renewed for a while."""
        if not must_create and not self.modified and self.ends is not None:
            if self.unattended:
                return
            age = timedelta(seconds=self.get_expiry_age())
            if self.ends > timezone.now() + age - min(RENEWED, age / 10):
                return
        super().save(must_create)
