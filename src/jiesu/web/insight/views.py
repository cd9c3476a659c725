"""The report page: figures of a region and period, with formulas and the cases behind them, and as files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.insight import behind, charts, paper, reports, showing, workbook
from jiesu.insight.figures import GROUPS, figure
from jiesu.insight.periods import Span
from jiesu.insight.reports import Measured, Report, Table
from jiesu.insight.scope import READERS, InsightError
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.listing import line
from jiesu.web.insight.asking import address, choices, scope_of

#: What stands large on top of the page.
FIRST = ("contacts", "complaints", "on_time_rate", "mediation_success_rate", "recovered_yuan")
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: dict[str, tuple[str, Callable[[Report], bytes]]] = {
    "pdf": ("application/pdf", paper.pdf),
    "xlsx": (EXCEL, workbook.workbook),
}


@desk(*READERS)
def report(request: DeskRequest) -> HttpResponse:
    """``?region=430900&period=2020Q3&organisation=7&format=xlsx``; without values the own region and this year."""
    scope = None
    try:
        scope = scope_of(request)
        made = reports.make(scope, actor=request.actor)
    except InsightError as error:
        context = {"title": _("统计报表"), "problem": error.message, **choices(request, scope)}
        return page(request, "insight/report.html", context, current="insight:report", status=422)
    wanted = request.GET.get("format", "")
    if wanted in (*FILES, "json"):
        return _file(request, made, wanted)
    context = {"title": showing.title(made), "report": made, **choices(request, scope), **_shown(made)}
    return page(request, "insight/report.html", context, current="insight:report")


def _file(request: DeskRequest, made: Report, wanted: str) -> HttpResponse:
    scope = made.scope
    detail = {"report": scope.region, "period": scope.period.key, "format": wanted}
    record_access(actor=request.actor, act=AccessAct.EXPORT, at=request.now, detail=detail)
    response: HttpResponse
    if wanted == "json":
        response = JsonResponse(reports.as_json(made), json_dumps_params={"ensure_ascii": False})
    else:
        kind, write = FILES[wanted]
        response = HttpResponse(write(made), content_type=kind)
    name = f"jiesu-{scope.region}-{scope.period.key}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _shown(made: Report) -> dict[str, Any]:
    here = reverse("insight:report")
    asked = address(made.scope)
    return {
        "as_of": showing.as_of(made),
        "stats": [
            {"label": m.figure.label, "value": showing.shown(m), "note": _compared(m)}
            for key in FIRST
            if (m := made.by_key.get(key)) is not None
        ],
        "groups": [
            (label, [_row(m, asked) for m in made.figures if m.figure.group == group])
            for group, label in GROUPS.items()
        ],
        "region_rows": showing.region_rows(made),
        "course_rows": showing.course_rows(made),
        "course_chart": charts.course(made),
        "region_chart": charts.regions(made) if made.regions else None,
        "tables": [_table(t, made) for t in made.tables if t.rows],
        "ranking_url": f"{reverse('insight:ranking')}?{asked}",
        "open_url": f"{reverse('insight:open')}?{asked}" if _published(made) else "",
        "files": [(kind, f"{here}?{asked}&format={kind}") for kind in (*FILES, "json")],
    }


def _published(made: Report) -> bool:
    scope = made.scope
    return scope.period.span == Span.YEAR and scope.over and not scope.organisation


def _compared(m: Measured) -> str:
    return _("同比 %(change)s") % {"change": showing.change(m)} if m.change is not None else ""


def _row(m: Measured, asked: str) -> dict[str, Any]:
    found = m.figure
    return {
        "label": found.label,
        "value": showing.shown(m),
        "before": showing.words(m.before, found.unit),
        "change": showing.change(m),
        "formula": found.formula,
        "source": found.source,
        "cases": f"{reverse('insight:cases', args=[found.key])}?{asked}" if found.cases else "",
    }


def _table(made: Table, whole: Report) -> dict[str, Any]:
    declared = made.breakdown
    return {
        "key": declared.key,
        "label": declared.label,
        "rows": showing.table_rows(made, compared=whole.compared),
        "formula": declared.formula,
        "source": declared.source,
        "chart": charts.table(made) if declared.chart else None,
        "chart_id": f"chart-{declared.key}",
    }


@desk(*READERS)
def cases(request: DeskRequest, key: str) -> HttpResponse:
    """The cases behind a figure, within the reader's rights, the newest first."""
    asked = figure(key)
    if asked is None:
        raise Http404
    try:
        scope = scope_of(request)
        found = behind.read(asked, scope, actor=request.actor, after=request.GET.get("after", ""))
    except InsightError as error:
        refused = {"title": asked.label, "problem": error.message}
        return page(request, "insight/cases.html", refused, current="insight:report", status=422)
    days = calendar.entered(request.staff)
    here = reverse("insight:cases", args=[key])
    context: dict[str, Any] = {
        "title": f"{asked.label}（{scope.period.label}）",
        "figure": asked,
        "back_url": f"{reverse('insight:report')}?{address(scope)}",
        "lines": [line(item, now=request.now, calendar=days) for item in found.items],
        "next_url": f"{here}?{address(scope)}&{urlencode({'after': found.following})}"
        if found.following
        else "",
        "previous_url": f"{here}?{address(scope)}" if request.GET.get("after") else "",
    }
    return page(request, "insight/cases.html", context, current="insight:report")
