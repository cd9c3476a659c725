"""Addresses of the interface."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from jiesu.web.api.app import api
from jiesu.web.api.views import docs, openapi, refusing_in_kind, unknown


def _operations() -> list[URLPattern | URLResolver]:
    patterns, _app, _namespace = api.urls
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = refusing_in_kind(pattern.callback)
    # The framework's own root answers with a page; here it is an address like any other that is not there.
    return [p for p in patterns if getattr(p, "name", "") != "api-root"]


app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", openapi, name="openapi"),
    path("docs", docs, name="docs"),
    *_operations(),
    re_path(r"^.*$", unknown),
]
