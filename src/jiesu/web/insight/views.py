"""The report page: figures of a region and period, with formulas and the cases behind them, and as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.insight import behind, charts, paper, reports, showing, workbook
from jiesu.insight.behind import Asked, Behind
from jiesu.insight.figures import CLOCKS, GROUPS
from jiesu.insight.periods import Span
from jiesu.insight.reports import Measured, Report, Table
from jiesu.insight.scope import READERS, InsightError, Scope, regions_for
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.listing import line
from jiesu.web.insight import tables
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
            {
                "label": m.figure.label,
                "value": showing.shown(m),
                "note": _compared(m),
                "url": _cases(m, made.scope),
            }
            for key in FIRST
            if (m := made.by_key.get(key)) is not None
        ],
        "groups": [
            (label, rows)
            for group, label in GROUPS.items()
            if (rows := [_row(m, made.scope) for m in made.figures if m.figure.group == group])
        ],
        "region_rows": tables.region_rows(made),
        "course_rows": tables.course_rows(made),
        "course_chart": charts.course(made),
        "region_chart": charts.regions(made) if made.regions else None,
        "tables": [_table(t, made) for t in made.tables if t.rows],
        "industries_url": f"{reverse('insight:industries')}?{asked}"
        if made.scope.organisation is None
        else "",
        "ranking_url": f"{reverse('insight:ranking')}?{asked}",
        "open_url": f"{reverse('insight:open')}?{asked}" if _published(made) else "",
        "files": [(kind, f"{here}?{asked}&format={kind}") for kind in (*FILES, "json")],
    }


def _published(made: Report) -> bool:
    scope = made.scope
    return scope.period.span == Span.YEAR and scope.over and not scope.organisation


def _compared(m: Measured) -> str:
    return _("同比 %(change)s") % {"change": showing.change(m)} if m.change is not None else ""


def _row(m: Measured, scope: Scope) -> dict[str, Any]:
    found = m.figure
    return {
        "label": found.label,
        "value": showing.shown(m),
        "before": showing.words(m.before, found.unit),
        "change": showing.change(m),
        "formula": found.formula,
        "source": found.source,
        "cases": _cases(m, scope),
    }


def _cases(m: Measured, scope: Scope) -> str:
    return tables.linked(m.value, m.figure, tables.figure_url(m.figure.key, scope)).url


def _table(made: Table, whole: Report) -> dict[str, Any]:
    declared = made.breakdown
    return {
        "key": declared.key,
        "label": declared.label,
        "rows": tables.breakdown_rows(made, whole),
        "formula": declared.formula,
        "source": declared.source,
        "chart": charts.table(made) if declared.chart else None,
        "chart_id": f"chart-{declared.key}",
    }


@desk(*READERS)
def cases(request: DeskRequest, key: str) -> HttpResponse:
    """The cases behind a figure or, with ``column`` and ``row``, a cell of a breakdown; the newest first."""
    query = request.GET
    column, row = query.get("column", ""), query.get("row", "")
    asked = behind.of_cell(key, column, row) if column else behind.of_figure(key)
    if asked is None or "\0" in row:
        raise Http404
    try:
        scope = replace(scope_of(request), own=query.get("own") == "1")
        found = behind.read(asked, scope, actor=request.actor, after=query.get("after", ""))
    except InsightError as error:
        refused = {"title": asked.label, "problem": error.message}
        return page(request, "insight/cases.html", refused, current="insight:report", status=422)
    days = calendar.entered(request.staff)
    cell = {"column": column, "row": row} if column else {}
    here = tables.figure_url(key, scope, **cell)
    place = dict(regions_for(request.actor)).get(scope.region, scope.region)
    context: dict[str, Any] = {
        "title": asked.label,
        "where": _("%(place)s本级") % {"place": place} if scope.own else place,
        "when": scope.period.label,
        "formula": asked.declared.formula,
        "account": _account(asked, found),
        "back_url": f"{reverse('insight:report')}?{address(replace(scope, own=False))}",
        "lines": [line(item, now=request.now, calendar=days) for item in found.items],
        "next_url": f"{here}&{urlencode({'after': found.following})}" if found.following else "",
        "previous_url": here if query.get("after") else "",
    }
    return page(request, "insight/cases.html", context, current="insight:report")


def _account(asked: Asked, found: Behind) -> list[str]:
    """How the number and the list belong together."""
    seen = f"{min(found.seen, behind.MOST):,}"
    told = [str(asked.listing)] if asked.listing else []
    if found.number is not None:
        n = f"{found.number:,}"
        if asked.declared.source == CLOCKS:
            told.append(_("统计 %(n)s 个期限，一件案件可以有几个") % {"n": n})
        else:
            told.append(_("统计 %(n)s 件") % {"n": n})
    if found.without > 0:
        told.append(
            _("其中 %(n)s 件来件没有立件（当场答复、并入已有案件或者中途挂断）") % {"n": f"{found.without:,}"}
        )
    if found.seen > behind.MOST:
        told.append(_("您有权查看的超过 %(n)s 件，列在下面，最新的在前") % {"n": seen})
    else:
        told.append(_("您有权查看的 %(n)s 件列在下面，最新的在前") % {"n": seen})
    return told
