"""Addresses of the faces: the portal at the root, desk and API beside it."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

FACES = (
    # First, because it is called most and everything before it is tried in vain.
    ("api/v1/", "jiesu.web.api.urls"),
    ("desk/", "jiesu.web.desk.urls"),
    ("desk/", "jiesu.web.insight.urls"),
    ("desk/", "jiesu.web.imports.urls"),
    ("desk/", "jiesu.web.exports.urls"),
    ("desk/", "jiesu.web.hotspots.urls"),
    ("desk/", "jiesu.web.wall.urls"),
    ("", "jiesu.web.hotspots.public_urls"),
    ("", "jiesu.web.portal.urls"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", set_language, name="set_language"),
    *(path(prefix, include(module)) for prefix, module in FACES),
]
