"""Addresses of the figures."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.insight import views

PAGES: list[URLPattern | URLResolver] = [
    path("report/", views.report, name="report"),
    path("report/cases/<slug:key>/", views.cases, name="cases"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((PAGES, "insight")))]
