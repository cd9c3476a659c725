"""Addresses of a person's exports."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.exports import views

PAGES: list[URLPattern | URLResolver] = [
    path("exports/", views.own, name="list"),
    path("exports/progress/", views.progress, name="progress"),
    path("exports/<int:pk>/file/", views.file, name="file"),
    path("exports/<int:pk>/remove/", views.remove, name="remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((PAGES, "exports")))]
