"""Signing in: name and password, and the demonstration's password only where nobody else can reach it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone

from jiesu.people.demonstration import DEMO_PASSWORD
from jiesu.people.entering import by_id
from jiesu.people.models import Staff


def demonstration_allowed() -> bool:
    """Whether the published password may be used: on a loopback host, with no proxy and no public address before it."""
    process = settings.JIESU
    return bool(process.loopback and not process.public_url and not process.proxies)


class StaffBackend(ModelBackend):
    """Django's own check of name and password, for staff."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Staff | None:
        """The member of staff, or None. Refusing the demonstration's password takes as long as any wrong one."""
        if password == DEMO_PASSWORD and not demonstration_allowed():
            make_password(password)
            return None
        found = super().authenticate(request, username=username, password=password, **kwargs)
        return found if isinstance(found, Staff) else None

    def get_user(self, user_id: int) -> Staff | None:
        """The signed-in person with bureau and roles: every page asks for them, so one query brings all."""
        found = by_id(user_id, at=timezone.now())
        return found if found is not None and self.user_can_authenticate(found) else None
