"""The addresses of the whole site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("jiesu.web.urls")),
]

handler400 = "jiesu.web.errors.bad_request"
handler403 = "jiesu.web.errors.forbidden"
handler404 = "jiesu.web.errors.not_found"
handler500 = "jiesu.web.errors.fault"
