"""Addresses of the faces: the portal at the root, desk and API beside it."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

FACES = (
    ("desk/", "jiesu.web.desk.urls"),
    ("api/v1/", "jiesu.web.api.urls"),
    ("", "jiesu.web.portal.urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(module)) for prefix, module in FACES if find_spec(module)
]
