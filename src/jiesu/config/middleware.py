"""The address a request really comes from, and what a browser may load into an answer."""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse


def client_address(request: HttpRequest) -> str:
    """Give the address of the client, behind as many proxies as ``JIESU_PROXIES`` says and no more.

    Each proxy appends the address it saw; what stands further left was written by the client and may be invented.
    """
    proxies: int = settings.JIESU.proxies
    seen = str(request.META.get("REMOTE_ADDR", ""))
    if not proxies:
        return seen
    chain = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return chain[-proxies] if len(chain) >= proxies else seen


class TrustedProxies:
    """Put the client's own address into ``REMOTE_ADDR``, so that nobody below reads forwarded headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace the address once, then forget the header."""
        if settings.JIESU.proxies:
            request.META["REMOTE_ADDR"] = client_address(request)
            request.META.pop("HTTP_X_FORWARDED_FOR", None)
        return self.get_response(request)


class ContentPolicy:
    """Name the sources of what a page may load. They are the same for all pages, so the words are put together once.

    An answer that has set the header itself keeps it: a file is shown under a stricter policy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header to the answer."""
        response = self.get_response(request)
        # While developing, the framework's own error pages bring their styles along.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault(HEADER, self.policy)
        return response
