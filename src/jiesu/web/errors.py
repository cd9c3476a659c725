"""What a wrong address, a closed door, an old form or a fault shows: a page of the house in the reader's language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views import csrf, defaults


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return defaults.bad_request(request, exception, template_name="errors/400.html")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    return defaults.permission_denied(request, exception, template_name="errors/403.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return defaults.page_not_found(request, exception, template_name="errors/404.html")


def fault(request: HttpRequest) -> HttpResponse:
    """500."""
    return defaults.server_error(request, template_name="errors/500.html")


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is no longer good."""
    return csrf.csrf_failure(request, reason, template_name="errors/csrf.html")
