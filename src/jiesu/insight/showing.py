"""The report on paper and screen: words for values, a text table, an Excel book, options of charts."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from jiesu.cases.kinds import Channel, Kind
from jiesu.insight.figures import GROUPS, Unit, Value
from jiesu.insight.reports import KINDS, Measured, Report

NOTHING = "—"


def words(value: Value, unit: Unit) -> str:
    """A value as people read it.

    >>> words(Decimal("0.9850"), Unit.RATE), words(Decimal("11151700"), Unit.YUAN), words(32735, Unit.COUNT)
    ('98.50%', '¥11,151,700.00', '32,735')
    """
    if value is None:
        return NOTHING
    if unit == Unit.RATE:
        return f"{Decimal(value) * 100:.2f}%"
    if unit == Unit.YUAN:
        return f"¥{value:,.2f}"
    return f"{value:,}"


def shown(measured: Measured) -> str:
    return words(measured.value, measured.figure.unit)


def title(report: Report) -> str:
    scope = report.scope
    whole = scope.since.year == scope.until.year and (scope.since.month, scope.until.month) == (1, 12)
    when = _("%(year)d 年") % {"year": scope.since.year} if whole else f"{scope.since} — {scope.until}"
    return _("%(region)s消费维权数据（%(when)s）") % {"region": report.region_name, "when": when}


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cells(row: list[str], widths: list[int]) -> str:
    head, *rest = row
    padded = [head + " " * (widths[0] - _width(head))]
    padded += [" " * (w - _width(c)) + c for c, w in zip(rest, widths[1:], strict=True)]
    return "  ".join(padded).rstrip()


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(r[i]) for r in rows) for i in range(len(rows[0]))]
    return [_cells(r, widths) for r in rows]


def text(report: Report) -> str:
    """The report for a terminal."""
    lines = [title(report), ""]
    for group, label in GROUPS.items():
        rows = [[f"  {m.figure.label}", shown(m)] for m in report.figures if m.figure.group == group]
        if rows:
            lines += [str(label), *_table(rows), ""]
    lines += [_("来件渠道"), *(f"  {line}" for line in _table(channel_rows(report))), ""]
    lines += [_("分县"), *(f"  {line}" for line in _table(county_rows(report))), ""]
    lines += [_("口径"), *(f"  {m.figure.label}：{m.figure.formula}" for m in report.figures)]
    return "\n".join(lines)


def channel_rows(report: Report) -> list[list[str]]:
    """Contacts by channel and kind, with a head and a sum."""
    head = [_("渠道"), *(str(Kind(k).label) for k in KINDS), _("合计")]
    rows = [
        [str(Channel(channel).label), *(f"{row[k]:,}" for k in KINDS), f"{sum(row.values()):,}"]
        for channel, row in report.channels.items()
    ]
    sums = [sum(row[k] for row in report.channels.values()) for k in KINDS]
    return [head, *rows, [_("合计"), *(f"{n:,}" for n in sums), f"{sum(sums):,}"]]


def month_rows(report: Report) -> list[list[str]]:
    """Contacts by month and kind, with a head."""
    head = [_("月份"), *(str(Kind(k).label) for k in KINDS)]
    return [
        head,
        *([_("%(n)d月") % {"n": m}, *(f"{row[k]:,}" for k in KINDS)] for m, row in report.months.items()),
    ]


def county_rows(report: Report) -> list[list[str]]:
    """The figures by county, with a head."""
    head = (
        [_("辖区"), *(str(m.figure.label) for m in report.counties[0].values)]
        if report.counties
        else [_("辖区")]
    )
    return [head, *([row.name, *(shown(m) for m in row.values)] for row in report.counties)]


def workbook(report: Report) -> bytes:
    """The report as an Excel file: figures with formulas, channels, months, counties."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#E4EEFB", "border": 1})
    formats = {
        Unit.COUNT: book.add_format({"num_format": "#,##0"}),
        Unit.RATE: book.add_format({"num_format": "0.00%"}),
        Unit.YUAN: book.add_format({"num_format": "#,##0.00"}),
    }
    sheet = book.add_worksheet(_("主要数据"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 3, 70)
    sheet.write(0, 0, title(report), book.add_format({"bold": True, "font_size": 14}))
    sheet.write_row(2, 0, [_("项目"), _("数值"), _("计算公式"), _("数据来源")], head)
    for n, m in enumerate(report.figures, 3):
        sheet.write(n, 0, str(m.figure.label))
        _write(sheet, n, 1, m, formats)
        sheet.write(n, 2, str(m.figure.formula))
        sheet.write(n, 3, str(m.figure.source))
    _counts_sheet(
        book, _("来件渠道"), _("渠道"), head, {str(Channel(c).label): r for c, r in report.channels.items()}
    )
    _counts_sheet(book, _("分月来件"), _("月份"), head, {str(m): r for m, r in report.months.items()})
    sheet = book.add_worksheet(_("分县"))
    sheet.set_column(0, 7, 18)
    sheet.write_row(0, 0, county_rows(report)[0], head)
    for n, row in enumerate(report.counties, 1):
        sheet.write(n, 0, row.name)
        for column, m in enumerate(row.values, 1):
            _write(sheet, n, column, m, formats)
    book.close()
    return out.getvalue()


def _write(sheet: Any, row: int, column: int, measured: Measured, formats: dict[Unit, Any]) -> None:
    if measured.value is None:
        sheet.write(row, column, NOTHING)
    else:
        sheet.write_number(row, column, measured.value, formats[measured.figure.unit])


def _counts_sheet(book: Any, name: str, first: str, head: Any, rows: dict[str, dict[str, int]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 5, 14)
    sheet.write_row(0, 0, [first, *(str(Kind(k).label) for k in KINDS)], head)
    for n, (label, row) in enumerate(rows.items(), 1):
        sheet.write(n, 0, label)
        for column, kind in enumerate(KINDS, 1):
            sheet.write_number(n, column, row[kind])


def month_chart(report: Report) -> dict[str, Any]:
    """Contacts by month and kind, as an option for ECharts."""
    return {
        "legend": {},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [_("%(n)d月") % {"n": m} for m in report.months]},
        "yAxis": {"type": "value"},
        "series": [
            {
                "type": "bar",
                "stack": "contacts",
                "name": str(Kind(kind).label),
                "data": [row[kind] for row in report.months.values()],
            }
            for kind in KINDS
        ],
    }


def county_chart(report: Report) -> dict[str, Any]:
    """Contacts by county, the largest first."""
    rows = sorted(
        (
            (row.name, next(m.value for m in row.values if m.figure.key == "contacts"))
            for row in report.counties
        ),
        key=lambda item: item[1] or 0,
    )
    return {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 8, "right": 56, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value"},
        "yAxis": {"type": "category", "data": [name for name, _n in rows]},
        "series": [
            {
                "type": "bar",
                "name": str(_("来件")),
                "data": [n for _name, n in rows],
                "label": {"show": True, "position": "right"},
            }
        ],
    }
