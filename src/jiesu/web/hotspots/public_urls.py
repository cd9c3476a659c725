"""Addresses of warnings for the public."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.hotspots import public

PAGES: list[URLPattern | URLResolver] = [path("", public.warnings, name="list")]

urlpatterns: list[URLPattern | URLResolver] = [path("warnings/", include((PAGES, "warnings")))]
