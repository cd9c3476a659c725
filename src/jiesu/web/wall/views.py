"""The wall's page, and its numbers as JSON, asked for every few seconds."""

from __future__ import annotations

import hashlib
import json
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.insight.scope import READERS, Code, InsightError, own_region, regions_for
from jiesu.insight.wall import hot
from jiesu.insight.wall.ground import permit
from jiesu.insight.wall.snapshot import take
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, Entered, View, desk
from jiesu.web.desk.frame import page
from jiesu.web.wall import passes
from jiesu.web.wall.showing import shown

SCRIPT, STYLE = "wall.js", "wall.css"


def door(view: View[[]]) -> Entered:
    """A view for those who read figures, by session or by pass; ``by_pass`` says which."""
    inside = desk(*READERS)(view)

    @wraps(view)
    def entered(request: HttpRequest, /) -> HttpResponse:
        asked: Any = request
        asked.by_pass = isinstance(request.user, AnonymousUser)
        if asked.by_pass and (staff := passes.holder(request)) is not None:
            asked.user = staff
        return inside(request)

    return entered


def _region(request: DeskRequest) -> str:
    return request.GET.get("region") or own_region(request.actor)


def _shown(request: DeskRequest, region: str) -> dict[str, Any]:
    days = calendar.entered(request.staff)
    taken = take(region=region, actor=request.actor, calendar=days, now=request.now)
    # A page that was drawn by an older version fetches the new one.
    return {**shown(taken), "build": static(SCRIPT) + static(STYLE)}


@door
def wall(request: DeskRequest) -> HttpResponse:
    """``?region=430900``: the wall of a region within the reader's rights; without it, of the own one."""
    region = _region(request)
    asked: Any = request
    try:
        data = _shown(request, region)
    except InsightError as error:
        if asked.by_pass:
            raise PermissionDenied from error
        refused = {"title": _("指挥大屏"), "problem": error.message}
        return page(request, "wall/refused.html", refused, current="wall:wall", status=_status(error))
    context = {
        "title": _("%(region)s指挥大屏") % {"region": data["name"]},
        "data": data,
        "now": _now(request),
        "region": region,
        "hot_days": hot.DAYS,
        "regions": regions_for(request.actor),
        "snapshot_url": f"{reverse('wall:snapshot')}?region={region}",
        "desk_url": reverse("desk:home"),
    }
    response = render(request, "wall/wall.html", context)
    response["Cache-Control"] = "no-store"
    if not asked.by_pass:
        passes.issue(response, request.staff)
    return response


@door
def snapshot(request: DeskRequest) -> HttpResponse:
    """The wall's numbers; 304 while nothing has changed. ``Jiesu-At`` says when they were read, ``Jiesu-Now`` sets its
    clock."""
    region = _region(request)
    session: Any = request.session
    session.unattended = True
    try:
        permit(request.actor, region)
        data = _shown(request, region)
    except InsightError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=_status(error))
    at = data.pop("at")
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    tag = f'"{hashlib.blake2s(body.encode(), digest_size=12).hexdigest()}"'
    response = HttpResponse(status=304) if request.headers.get("If-None-Match") == tag else HttpResponse(body)
    response["Content-Type"] = "application/json"
    response["ETag"] = tag
    response["Jiesu-At"] = at
    response["Jiesu-Now"] = _now(request)
    response["Cache-Control"] = "private, no-cache"
    return response


def _now(request: DeskRequest) -> str:
    return request.now.isoformat(timespec="milliseconds")


def _status(error: InsightError) -> int:
    return 404 if error.code == Code.UNKNOWN_REGION else 403
