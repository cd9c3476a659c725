"""Whether the system lives and can work; numbers for a monitor on the same machine."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse

from jiesu.config.process import is_loopback


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer while the process lives; touches nothing else."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when a request can be served."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Give figures in the text form that monitors read; on loopback only."""
    if not is_loopback(str(request.META.get("REMOTE_ADDR", ""))):
        return HttpResponseForbidden("loopback only", content_type="text/plain")
    return HttpResponse("", content_type="text/plain; version=0.0.4")
