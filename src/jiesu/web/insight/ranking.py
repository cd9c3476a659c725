"""Regions side by side, with means that somebody published; and open data of finished years as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.insight import charts, means, opendata, paper, reports, showing
from jiesu.insight.figures import figures
from jiesu.insight.rankings import LEVELS, Ranking, levels, side_by_side, standing_words
from jiesu.insight.scope import READERS, Code, InsightError, Scope, may_read, region_name
from jiesu.insight.tallies import keeping
from jiesu.people import settings
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.insight.asking import address, choices, scope_of
from jiesu.web.insight.tables import figure_url, linked

KINDS = {"csv": "text/csv; charset=utf-8", "json": "application/json", "pdf": "application/pdf"}


@desk(*READERS)
def ranking(request: DeskRequest) -> HttpResponse:
    """The rankings of a region and period; a post enters a published mean, and keeps what was typed if it is refused."""
    if request.method != "POST":
        return _side_by_side(request)
    typed = {name: request.POST.get(name, "") for name in ("figure", "period", "label", "value", "source")}
    try:
        means.enter(
            key=typed["figure"],
            period=typed["period"],
            label=typed["label"],
            value=typed["value"],
            source=typed["source"],
            actor=request.actor,
            at=request.now,
        )
    except InsightError as error:
        return _side_by_side(request, typed, error.message)
    messages.success(request, _("已录入，并记入日志"))
    return going(request, f"{reverse('insight:ranking')}?{request.GET.urlencode()}")


def _side_by_side(
    request: DeskRequest, typed: Mapping[str, str] | None = None, refused: str = ""
) -> HttpResponse:
    scope = None
    try:
        scope = scope_of(request)
        region_name(scope.region)
        if not may_read(request.actor, scope.region):
            raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
        keeping.catch_up(request.now)
        bands = settings.value("figures.bands", organisation=None, at=request.now)
        offered = levels(scope.region)
        level = request.GET.get("level", "")
        level = level if level in offered else offered[0]
        found = side_by_side(scope, actor=request.actor, bands=bands, level=level)
    except InsightError as error:
        if refused:
            messages.error(request, refused)
        context = {"title": _("各地对比"), "problem": error.message, **choices(request, scope)}
        return page(request, "insight/ranking.html", context, current="insight:report", status=422)
    may_enter = request.actor.has(*means.EDITORS)
    context = {
        "title": _("各地对比（%(when)s）") % {"when": scope.period.label},
        **choices(request, scope),
        "levels": [(each.value, LEVELS[each], each == level) for each in offered],
        "rankings": [_shown(r, number, scope) for number, r in enumerate(found)],
        "back_url": f"{reverse('insight:report')}?{address(scope)}",
        "ranked": [f for f in figures() if f.better],
        "may_enter": may_enter,
        "typed": typed,
        "refused": refused,
    }
    # The form shows it beside what was typed; without a form it would be lost.
    if refused and not (may_enter and found):
        messages.error(request, refused)
    return page(
        request, "insight/ranking.html", context, current="insight:report", status=422 if refused else 200
    )


def _shown(found: Ranking, number: int, scope: Scope) -> dict[str, Any]:
    unit, key = found.figure.unit, found.figure.key
    nothing = [p.name for p in found.places if p.value is None]
    return {
        "key": key,
        "label": found.figure.label,
        "brief": _brief(found),
        "nothing": nothing,
        "many_without": len(nothing) > charts.MOST_BARS,
        "formula": found.figure.formula,
        "places": [
            (
                p.name,
                linked(p.value, found.figure, figure_url(key, scope, region=p.code)),
                standing_words(p, found.of),
            )
            for p in found.places
            if p.value is not None
        ],
        "mean": showing.words(found.mean, unit) if found.mean is not None else "",
        "published": [(m.label, showing.words(m.value, unit), m.source) for m in found.published],
        "chart": charts.places(found)
        if 1 < sum(p.value is not None for p in found.places) <= charts.MOST_BARS
        else None,
        "chart_id": f"chart-{number}",
    }


def _brief(found: Ranking) -> str:
    """The best of those seen, or where the reader stands, in one line."""
    seen = [p for p in found.places if p.value is not None]
    if not seen:
        return ""
    first = seen[0]
    words = showing.words(first.value, found.figure.unit)
    if len(found.places) == 1:
        return _("%(value)s，%(rank)s") % {"value": words, "rank": standing_words(first, found.of)}
    same = sum(p.value == first.value for p in seen)
    if same > 1:
        return _("%(n)d 地并列 %(value)s") % {"n": same, "value": words}
    return f"{first.name} {words}"


@desk(*READERS)
def open_data(request: DeskRequest) -> HttpResponse:
    """``?region=430900&period=2020&format=csv``: what may be published of a finished year, small cells hidden; ``pdf`` is the report made of it."""
    kind = request.GET.get("format", "")
    kind = kind if kind in KINDS else "csv"
    try:
        scope = scope_of(request)
        if not may_read(request.actor, scope.region):
            raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
        keeping.catch_up(request.now)
        threshold = settings.value("figures.small_cell", organisation=None, at=request.now)
        content = _published(scope, kind, threshold, request)
    except InsightError as error:
        context = {"title": _("开放数据"), "problem": error.message, **choices(request, None)}
        return page(request, "insight/report.html", context, current="insight:report", status=422)
    detail = {"open_data": scope.region, "period": scope.period.key, "format": kind}
    record_access(actor=request.actor, act=AccessAct.EXPORT, at=request.now, detail=detail)
    response = HttpResponse(content, content_type=KINDS[kind])
    name = f"jiesu-open-{scope.region}-{scope.period.key}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _published(scope: Scope, kind: str, threshold: int, request: DeskRequest) -> bytes:
    if kind == "pdf":
        return paper.open_pdf(reports.make(scope, actor=request.actor), threshold=threshold)
    data = opendata.publish(scope, threshold=threshold)
    return (
        opendata.as_csv(data) if kind == "csv" else opendata.as_json(data, scope=scope, threshold=threshold)
    )
