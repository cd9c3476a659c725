"""Options for ECharts. The same numbers stand on the page as tables."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from jiesu.insight.figures import KINDS, Unit
from jiesu.insight.rankings import Ranking
from jiesu.insight.reports import Report, Table

#: Most bars that a chart stays readable with.
MOST_BARS = 16


def course(report: Report) -> dict[str, Any]:
    """Contacts over the period by kind, and the year before as a line."""
    bars: list[dict[str, Any]] = [
        {
            "type": "bar",
            "stack": "contacts",
            "name": str(kind.label),
            "data": [moment.kinds[kind] for moment in report.course],
        }
        for kind in KINDS
    ]
    before = [m.before if m.since <= report.scope.today else None for m in report.course]
    if any(before):
        line = {
            "type": "line",
            "name": _("上年同期"),
            "data": before,
            "symbol": "circle",
            "lineStyle": {"type": "dashed"},
        }
        bars.append(line)
    return {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [moment.label for moment in report.course]},
        "yAxis": {"type": "value"},
        "series": bars,
    }


def regions(report: Report) -> dict[str, Any]:
    """Contacts by region, the largest on top."""
    rows = [
        (row.name, next((m.value for m in row.values if m.figure.key == "contacts"), None) or 0)
        for row in report.regions
    ]
    return _bars(str(_("来件")), sorted(rows, key=lambda item: item[1]))


def table(made: Table) -> dict[str, Any]:
    """A breakdown by its last column, the largest on top."""
    rows = [(row.name, row.values[-1] or 0) for row in made.rows[:MOST_BARS]]
    return _bars(str(made.columns[-1].label), rows[::-1])


def _bars(name: str, rows: list[tuple[str, Any]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 8, "right": 64, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "splitNumber": 3, "axisLabel": {"hideOverlap": True}},
        "yAxis": {"type": "category", "data": [name for name, _n in rows]},
        "series": [
            {
                "type": "bar",
                "barMaxWidth": 28,
                "name": name,
                "data": [n for _name, n in rows],
                "label": {"show": True, "position": "right"},
            }
        ],
    }


def places(ranking: Ranking) -> dict[str, Any]:
    """Regions side by side, the best on top; rates as per cent."""
    rate = ranking.figure.unit == Unit.RATE
    rows = [
        (p.name, float(p.value * 100 if rate else p.value)) for p in ranking.places if p.value is not None
    ]
    option = _bars(str(ranking.figure.label), rows[::-1])
    if rate:
        option["xAxis"]["max"] = 100
    return option
