"""How staff sign in: accounts are made by an administrator, nobody signs up."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Closes what allauth opens to the public by default."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: an account comes from ``jiesu user add`` or the administrator's page."""
        return False
