"""Limits on requests without a token, by address."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

from jiesu.web.api.auth import Caller


class Anonymous(BaseThrottle):
    """So many requests of a kind from one address within a period; whoever has a token is not counted.

    ``REMOTE_ADDR`` is the client's own address: forwarded headers are read once, where proxies are configured.
    """

    def __init__(self, scope: str, most: int, seconds: int) -> None:
        self.scope = scope
        self.most = most
        self.seconds = seconds

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; False when there have been too many."""
        found = getattr(request, "auth", None)
        if isinstance(found, Caller) and found.actor is not None:
            return True
        window = int(time.time() // self.seconds)
        key = f"api:{self.scope}:{window}:{request.META.get('REMOTE_ADDR', '')}"
        cache.add(key, 0, self.seconds)
        try:
            return cache.incr(key) <= self.most
        except ValueError:
            # Dropped between the two lines: the window has just ended.
            return True

    def wait(self) -> float | None:
        """Seconds until the period ends."""
        return self.seconds - time.time() % self.seconds
