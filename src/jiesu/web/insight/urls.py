"""Addresses of the figures."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.insight import industries, ranking, views

PAGES: list[URLPattern | URLResolver] = [
    path("report/", views.report, name="report"),
    path("report/cases/<slug:key>/", views.cases, name="cases"),
    path("report/ranking/", ranking.ranking, name="ranking"),
    path("report/industries/", industries.industries, name="industries"),
    path("report/open/", ranking.open_data, name="open"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((PAGES, "insight")))]
