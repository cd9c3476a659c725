"""Pages that only say something: the doors, the guide, privacy, accessibility."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jiesu.intake.prospects import prospects
from jiesu.web.portal.frame import page, portal_url
from jiesu.web.portal.lodge import qr


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The doors."""
    return page(request, "portal/home.html", {"title": _("您要办什么？")})


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How do I complain: what to have at hand, what happens, by when."""
    now = timezone.now()
    address = portal_url(request)
    context = {
        "title": _("怎么投诉"),
        "complaint": prospects("complaint", at=now),
        "report": prospects("report", at=now),
        "qr": qr(address),
        "address": address,
        "back_url": reverse("portal:home"),
    }
    return page(request, "portal/guide.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is done with personal data (Personal Information Protection Law)."""
    return page(request, "portal/privacy.html", {"title": _("隐私说明"), "back_url": reverse("portal:home")})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """For whom the pages are made, and what to do where they fail somebody."""
    context = {"title": _("无障碍说明"), "back_url": reverse("portal:home")}
    return page(request, "portal/accessibility.html", context)
