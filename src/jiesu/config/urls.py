"""The addresses of the whole site."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from jiesu.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
if find_spec("jiesu.web") and find_spec("jiesu.web.urls"):
    urlpatterns.append(path("", include("jiesu.web.urls")))
