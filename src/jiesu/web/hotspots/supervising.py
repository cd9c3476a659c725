"""Supervision out of a hot spot: the words first, then what became of each case."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.worklists import items, shown
from jiesu.insight.hotspots import notices, supervising
from jiesu.insight.hotspots.deeds import DECIDERS
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import SupervisionNotice
from jiesu.insight.hotspots.queries import HotSpot
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.listing import line
from jiesu.web.hotspots.views import CURRENT, found


@desk(*DECIDERS)
def supervise(request: DeskRequest, pk: int) -> HttpResponse:
    """The form with its words filled in; sent, the result of each case."""
    spot = found(request, pk)
    if request.method != "POST":
        typed = {
            "note": supervising.prefilled(spot),
            "answer_by": notices.answer_day(
                request.actor, calendar=calendar.entered(request.staff), at=request.now
            ).isoformat(),
        }
        return _form(request, spot, typed)
    typed = {name: request.POST.get(name, "") for name in ("note", "answer_by")}
    key = request.POST.get("key", "")[:64] or uuid.uuid4().hex
    try:
        outcomes, notice = supervising.supervise(
            spot=spot.key,
            note=typed["note"],
            answer_by=_day(typed["answer_by"]),
            key=key,
            actor=request.actor,
            at=request.now,
        )
    except HotSpotError as error:
        status = 403 if error.code == Code.NOT_PERMITTED else 422
        return _form(request, spot, typed, error.message, status)
    return page(request, "hotspots/supervised.html", _done(spot, outcomes, notice), current=CURRENT)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _form(
    request: DeskRequest, spot: HotSpot, typed: dict[str, str], problem: str = "", status: int = 200
) -> HttpResponse:
    rows = list(shown(supervising.open_cases(request.actor, spot))[: supervising.MOST])
    days = calendar.current()
    context: dict[str, Any] = {
        "title": _("督办：%(label)s") % {"label": spot.label},
        "spot": spot,
        "typed": typed,
        "today": request.now.astimezone(SHANGHAI).date().isoformat(),
        "bureaus": supervising.bureaus(request.actor, spot),
        "most_note": supervising.NOTE,
        "key": uuid.uuid4().hex,
        "problem": problem,
        "count": len(rows),
        "left": max(0, spot.unclosed - len(rows)),
        "lines": [line(item, now=request.now, calendar=days) for item in items(rows, request.actor)],
    }
    return page(request, "hotspots/supervise.html", context, current=CURRENT, status=status)


def _done(
    spot: HotSpot, outcomes: list[supervising.Outcome], notice: SupervisionNotice | None
) -> dict[str, Any]:
    failed = [outcome for outcome in outcomes if outcome.problem]
    return {
        "title": _("督办：%(label)s") % {"label": spot.label},
        "spot": spot,
        "notice": notice,
        "asked": len(outcomes),
        "done": len(outcomes) - len(failed),
        "left": max(0, spot.unclosed - len(outcomes)),
        "rows": [
            {
                "number": str(o.case.pk),
                "url": reverse("desk:case", args=[str(o.case.pk)]),
                "holder": o.case.organisation.short_name if o.case.organisation else _("未分送"),
                "problem": o.problem,
            }
            for o in (*failed, *(o for o in outcomes if not o.problem))
        ],
    }
