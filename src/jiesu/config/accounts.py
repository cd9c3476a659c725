"""How staff sign in: accounts are made by an administrator, nobody signs up."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

DEMONSTRATION_PASSWORD = "jiesu-12315"  # noqa: S105 - published with the demonstration accounts
"""The password of every demonstration account."""


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Closes what allauth opens to the public by default."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: an account comes from ``jiesu user add`` or the administrator's page."""
        return False


class StaffBackend(ModelBackend):
    """Signs in by user name and password; the published password opens nothing that others can reach."""

    def authenticate(  # type: ignore[override]  # the stubs know Django's own user model only
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> AbstractBaseUser | None:
        """Give the member of staff, or ``None``."""
        if password == DEMONSTRATION_PASSWORD and not settings.JIESU.loopback:
            return None
        return super().authenticate(request, username=username, password=password, **kwargs)
