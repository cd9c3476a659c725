"""A hot spot corrected by hand: ticked cases taken out or split off, and put back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiesu.insight.hotspots import deeds
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.queries import HotSpot
from jiesu.web.desk.bulk import chosen
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.hotspots.views import CURRENT, found

WAYS = ("take_out", "split")


@desk(*deeds.DECIDERS)
@require_POST
def correct(request: DeskRequest, pk: int, way: str) -> HttpResponse:
    """First the form with the ticked cases, then the change."""
    if way not in WAYS:
        raise Http404
    spot = found(request, pk)
    numbers, given = chosen(request), request.POST
    if given.get("confirmed") != "1":
        problem = "" if numbers else HotSpotError(Code.NO_CASES).message
        return _form(request, spot, way, numbers, problem, 200 if numbers else 422)
    reason, title = given.get("reason", ""), given.get("title", "")
    actor, at = request.actor, request.now
    try:
        if way == "take_out":
            deeds.take_out(spot=spot.key, cases=numbers, reason=reason, actor=actor, at=at)
            key = spot.key
        else:
            key = deeds.split(spot=spot.key, cases=numbers, title=title, reason=reason, actor=actor, at=at)
    except HotSpotError as error:
        status = 403 if error.code == Code.NOT_PERMITTED else 422
        return _form(request, spot, way, numbers, error.message, status)
    return going(request, _there(request, key))


@desk(*deeds.DECIDERS)
@require_POST
def put_back(request: DeskRequest, pk: int) -> HttpResponse:
    """Undo what was taken out of a hot spot or brought into it."""
    spot = found(request, pk)
    try:
        deeds.put_back(spot=spot.key, actor=request.actor, at=request.now)
    except HotSpotError as error:
        if error.code == Code.NOT_PERMITTED:
            return page(request, "hotspots/correct.html", {"title": spot.label, "problem": error.message},
                        current=CURRENT, status=403)  # fmt: skip
    return going(request, _there(request, spot.key))


def _there(request: DeskRequest, key: int) -> str:
    """The hot spot, or the list where too few people are left in it."""
    try:
        found(request, key)
    except Http404:
        return reverse("hotspots:list")
    return reverse("hotspots:one", args=[key])


def _form(
    request: DeskRequest, spot: HotSpot, way: str, numbers: list[int], problem: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("拆分成新热点") if way == "split" else _("移出热点"),
        "spot": spot,
        "split": way == "split",
        "url": reverse("hotspots:correct", args=[spot.key, way]),
        "numbers": [str(n) for n in numbers],
        "typed": {name: request.POST.get(name, "") for name in ("title", "reason")},
        "problem": problem,
        "most_title": deeds.TITLE,
        "most_reason": deeds.REASON,
    }
    return page(request, "hotspots/correct.html", context, current=CURRENT, status=status)
