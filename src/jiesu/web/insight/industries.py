"""Businesses without an industry: whoever reads the figures enters it, the most frequent first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.businesses.industries import sections
from jiesu.insight import industries as entering
from jiesu.insight.scope import InsightError
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.insight.asking import address, choices, scope_of


@desk(*entering.EDITORS)
def industries(request: DeskRequest) -> HttpResponse:
    """The businesses of a region and period that have no industry; a post enters one."""
    if request.method == "POST":
        return _enter(request)
    scope = None
    try:
        scope = scope_of(request)
        found = entering.without(scope, actor=request.actor)
    except InsightError as error:
        refused = {"title": _("登记行业"), "problem": error.message, **choices(request, scope)}
        return page(request, "insight/industries.html", refused, current="insight:report", status=422)
    context: dict[str, Any] = {
        "title": _("登记行业（%(when)s）") % {"when": scope.period.label},
        **choices(request, scope),
        "found": found,
        "sections": sections(),
        "most": entering.MOST,
        "back_url": f"{reverse('insight:report')}?{address(scope)}#contacts_by_industry",
    }
    return page(request, "insight/industries.html", context, current="insight:report")


def _enter(request: DeskRequest) -> HttpResponse:
    business, industry = request.POST.get("business", ""), request.POST.get("industry", "")
    number = int(business) if business.isascii() and business.isdigit() and len(business) < 19 else 0
    try:
        entering.enter(business=number, industry=industry, actor=request.actor, at=request.now)
        messages.success(request, _("已登记，一分钟内计入统计"))
    except InsightError as error:
        messages.error(request, error.message)
    return going(request, f"{reverse('insight:industries')}?{request.GET.urlencode()}")
