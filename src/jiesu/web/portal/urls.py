"""Addresses of the portal. None of them holds a query code."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from jiesu.web.portal import follow, lodge, pages


class Deed:
    """An action that is a citizen's own."""

    regex = "|".join(sorted(follow.FIELDS))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Deed, "deed")

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("complain/", lodge.lodge, {"kind": "complaint"}, name="complain"),
    path("report/", lodge.lodge, {"kind": "report"}, name="report"),
    path("ask/", lodge.lodge, {"kind": "consultation"}, name="ask"),
    path("done/<str:token>/", lodge.lodged, name="done"),
    path("follow/", follow.follow, name="follow"),
    path("follow/<str:token>/", follow.case, name="case"),
    path("follow/<str:token>/notice/<int:seq>/", follow.notice, name="notice"),
    path("follow/<str:token>/go-on/", follow.go_on, name="go_on"),
    path("follow/<str:token>/leave/", follow.leave, name="leave"),
    path("follow/<str:token>/<deed:action>/", follow.deed, name="deed"),
    path("guide/", pages.guide, name="guide"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
]
