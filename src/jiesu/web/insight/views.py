"""The report page: figures of a region and year, with formulas, tables beside charts, and as Excel or JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.insight import reports, showing
from jiesu.insight.figures import GROUPS
from jiesu.insight.reports import Report
from jiesu.insight.scope import READERS, InsightError, Scope, own_region, regions_for
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page

#: What stands large on top of the page.
FIRST = ("contacts", "complaints", "on_time_rate", "mediation_success_rate", "recovered_yuan")
YEARS_SHOWN = 10
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk(*READERS)
def report(request: DeskRequest) -> HttpResponse:
    """``?region=430900&year=2020&format=xlsx``; without values the own region and this year."""
    this_year = request.now.astimezone(SHANGHAI).year
    region = request.GET.get("region") or own_region(request.actor)
    asked = request.GET.get("year") or str(this_year)
    choices = {
        "regions": regions_for(request.actor),
        "years": [str(y) for y in range(this_year, this_year - YEARS_SHOWN, -1)],
        "region": region,
        "year": asked,
    }
    try:
        # Not a number is not a year: the same message as for one out of range.
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
        made = reports.make(Scope.year(region, year, request.now), actor=request.actor)
    except InsightError as error:
        context = {"title": _("统计报表"), "problem": error.message, **choices}
        return page(request, "insight/report.html", context, current="insight:report", status=422)
    wanted = request.GET.get("format", "")
    if wanted in ("xlsx", "json"):
        return _file(request, made, wanted)
    context = {"title": showing.title(made), "report": made, **choices, **_shown(made, region, asked)}
    return page(request, "insight/report.html", context, current="insight:report")


def _file(request: DeskRequest, made: Report, wanted: str) -> HttpResponse:
    detail = {"report": made.scope.region, "year": made.scope.since.year, "format": wanted}
    record_access(actor=request.actor, act=AccessAct.EXPORT, at=request.now, detail=detail)
    response: HttpResponse
    if wanted == "xlsx":
        response = HttpResponse(showing.workbook(made), content_type=EXCEL)
    else:
        response = JsonResponse(reports.as_json(made), json_dumps_params={"ensure_ascii": False})
    name = f"jiesu-{made.scope.region}-{made.scope.since.year}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _shown(made: Report, region: str, year: str) -> dict[str, Any]:
    by_key = {m.figure.key: m for m in made.figures}
    here = reverse("insight:report")
    return {
        "stats": [
            {"label": m.figure.label, "value": showing.shown(m)}
            for k in FIRST
            if (m := by_key.get(k)) is not None
        ],
        "groups": [
            {
                "label": label,
                "rows": [
                    {
                        "label": m.figure.label,
                        "value": showing.shown(m),
                        "formula": m.figure.formula,
                        "source": m.figure.source,
                    }
                    for m in made.figures
                    if m.figure.group == group
                ],
            }
            for group, label in GROUPS.items()
        ],
        "channel_rows": showing.channel_rows(made),
        "county_rows": showing.county_rows(made),
        "month_rows": showing.month_rows(made),
        "month_chart": showing.month_chart(made),
        "county_chart": showing.county_chart(made),
        "excel_url": f"{here}?{urlencode({'region': region, 'year': year, 'format': 'xlsx'})}",
        "json_url": f"{here}?{urlencode({'region': region, 'year': year, 'format': 'json'})}",
    }
