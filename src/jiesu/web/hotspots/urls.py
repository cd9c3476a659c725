"""Addresses of hot spots and warnings on the desk."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from jiesu.web.hotspots import correcting, following_up, notices, supervising, views, warnings

PAGES: list[URLPattern | URLResolver] = [
    path("", views.listed, name="list"),
    path("year/", views.year, name="year"),
    path("warnings/", warnings.listed, name="warnings"),
    path("warnings/<int:pk>/", warnings.decide, name="warning"),
    path("notices/", notices.listed, name="notices"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/<slug:deed>/", following_up.follow_up, name="follow_up"),
    path("<int:pk>/", views.one, name="one"),
    path("<int:pk>/cases/", views.cases, name="cases"),
    path("<int:pk>/warn/", warnings.write, name="warn"),
    path("<int:pk>/supervise/", supervising.supervise, name="supervise"),
    path("<int:pk>/correct/<slug:way>/", correcting.correct, name="correct"),
    path("<int:pk>/put-back/", correcting.put_back, name="put_back"),
    path("<int:pk>/<str:deed>/", views.deed, name="deed"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("hotspots/", include((PAGES, "hotspots")))]
