"""Addresses of the wall."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.wall import views

PAGES: list[URLPattern | URLResolver] = [
    path("", views.wall, name="wall"),
    path("snapshot/", views.snapshot, name="snapshot"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("wall/", include((PAGES, "wall")))]
