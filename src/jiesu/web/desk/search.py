"""Search over everything the person may read: by number, by words, by the telephone of a complainant."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases.finding import newest, search_for
from jiesu.cases.worklists import items, shown
from jiesu.intake.queries import earlier
from jiesu.intake.telephones import normal_phone
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.desk.listing import line
from jiesu.web.desk.queue import WORKERS

MOST = 50


@desk(*WORKERS)
def search(request: DeskRequest) -> HttpResponse:
    """The newest hits; a number that is found opens its case."""
    text = request.GET.get("q", "").strip()[:200]
    lines = []
    more = False
    by_phone = (
        normal_phone(text) if text.replace("-", "").replace(" ", "").isdigit() and len(text) < 18 else None
    )
    if text:
        if by_phone:
            found = list(shown(earlier(text, request.actor)).order_by("-registered_at", "-pk")[: MOST + 1])
        else:
            found = newest(request.actor, search_for(text), lambda cases: cases, size=MOST + 1)
        more = len(found) > MOST
        record_access(
            actor=request.actor,
            act=AccessAct.SEARCH,
            at=request.now,
            detail={"length": len(text), "hits": min(len(found), MOST), "phone": bool(by_phone)},
        )
        if len(found) == 1 and text.isdigit() and len(text) == 18:
            return going(request, reverse("desk:case", args=[text]))
        days = calendar.entered(request.staff)
        lines = [line(item, now=request.now, calendar=days) for item in items(found[:MOST], request.actor)]
    context = {
        "title": _("检索"),
        "search_query": text,
        "text": text,
        "lines": lines,
        "more": more,
        "by_phone": by_phone,
    }
    return page(request, "desk/search.html", context, current="desk:search")
