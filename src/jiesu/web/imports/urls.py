"""Addresses of importing."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.imports import views

PAGES: list[URLPattern | URLResolver] = [
    path("imports/", views.imports, name="list"),
    path("imports/<int:pk>/", views.one, name="one"),
    path("imports/<int:pk>/progress/", views.progress, name="progress"),
    path("imports/<int:pk>/refused/", views.refused, name="refused"),
    path("imports/<int:pk>/<slug:deed>/", views.resume, name="resume"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((PAGES, "imports")))]
