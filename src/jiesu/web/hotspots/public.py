"""What the public reads: consumer warnings that a head has approved."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiesu.insight.hotspots.warnings import published
from jiesu.web.portal.frame import page

MOST = 50


@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """The latest warnings in full."""
    context = {
        "title": _("消费警示"),
        "warnings": list(published()[:MOST]),
        "back_url": reverse("portal:home"),
    }
    return page(request, "hotspots/public.html", context)
