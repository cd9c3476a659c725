"""What stands beside the operations: the document, the readable page, and answers to wrong addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from jiesu.web.api.app import document_bytes
from jiesu.web.api.problems import address_unknown, method_not_allowed
from jiesu.web.api.reference import reference

View = Callable[..., HttpResponse]


def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; unchanged while the version installed is."""
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed("GET, HEAD").response()
    content = document_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=300"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type="application/json; charset=utf-8", headers=headers)


def docs(request: HttpRequest) -> HttpResponse:
    """The same document for people, without a script."""
    if request.method not in ("GET", "HEAD"):
        return method_not_allowed("GET, HEAD").response()
    return render(request, "api/reference.html", {"title": _("接口说明"), "reference": reference()})


@csrf_exempt
def unknown(request: HttpRequest, **_rest: Any) -> HttpResponse:
    """Any other address below the interface."""
    return address_unknown().response()


def refusing_in_kind(view: View) -> View:
    """Turns the framework's plain 405 into a problem document."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return method_not_allowed(response["Allow"]).response()
        return response

    return answer
