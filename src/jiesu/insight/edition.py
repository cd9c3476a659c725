"""The report as a bureau publishes it: what the open data of the year show, with tables and charts, and no number more."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from jiesu.insight.figures import CONTACTS, Breakdown, Column, Figure, Value
from jiesu.insight.opendata import MONTH, PUBLISHED, Datum, publish
from jiesu.insight.reports import Measured, RegionRow, Report, Row, Table
from jiesu.insight.scope import Scope

_Known = dict[tuple[str, str, str], Datum]
#: Contacts over the year, drawn by what open data say of the months.
MONTHS = Breakdown("contacts_by_month", _("来件变化"), _("时间"), (MONTH,),
                   (Column("count", _("件数"), lambda counts, code: counts[f"{MONTH}|{code}"]),),
                   str, _("按收到的月份计"), CONTACTS, chart=True)  # fmt: skip


def published(report: Report, *, threshold: int) -> Report:
    """A report of which everything may be published: each number is that of the open data or is not there.

    Args:
        report: of a region's whole year that is over.
        threshold: the smallest number shown, besides zero.

    Raises:
        InsightError: ``bad_period``: not such a year.
    """
    scope = report.scope
    now = _known(scope, threshold)
    before = _known(replace(scope, period=scope.period.before), threshold) if report.compared else {}

    def measured(figure: Figure, code: str, *, compared: bool = True) -> Measured:
        place = (code, "figures", figure.key)
        return Measured(figure, _value(now, place), _value(before, place) if compared and before else None)

    regions = tuple(
        RegionRow(
            row.code,
            row.name,
            tuple(measured(m.figure, row.code or f"{scope.region}*", compared=False) for m in row.values),
        )
        for row in report.regions
    )
    tables = [
        _table(t.breakdown, [(row.code, row.name) for row in t.rows], scope.region, now, before)
        for t in report.tables
        if t.breakdown.key in PUBLISHED
    ]
    months = _table(
        MONTHS, [(f"{n:02d}", m.label) for n, m in enumerate(report.course, 1)], scope.region, now, before
    )
    return replace(
        report,
        figures=tuple(measured(m.figure, scope.region) for m in report.figures if m.figure.published),
        regions=regions,
        tables=(months, *(replace(t, rows=tuple(sorted(t.rows, key=_largest))) for t in tables)),
        course=(),
    )


def _known(scope: Scope, threshold: int) -> _Known:
    return {(d.region, d.table, d.code): d for d in publish(scope, threshold=threshold)}


def _value(known: _Known, place: tuple[str, str, str]) -> Value:
    found = known.get(place)
    return found.value if found else None


def _table(
    breakdown: Breakdown, rows: list[tuple[str, str]], region: str, now: _Known, before: _Known
) -> Table:
    """A breakdown by its last column; without a sum, which would be that of the rows that are shown."""

    def count(known: _Known, code: str) -> Value:
        # What is not among the open data did not happen.
        place = (region, breakdown.key, code)
        return known[place].value if place in known else 0

    return Table(
        replace(breakdown, columns=breakdown.columns[-1:], whole=""),
        tuple(
            Row(code, name, (count(now, code),), count(before, code) if before else None)
            for code, name in rows
        ),
    )


def _largest(row: Row) -> tuple[int, str]:
    """Largest first; what is hidden comes last, in an order that tells nothing."""
    return (-int(row.values[-1] or 0), row.code)
