"""The report as an Excel file: numbers as numbers, each figure with its formula and source, a sheet for each table."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from jiesu.insight.figures import KINDS, Unit, Value
from jiesu.insight.reports import Report, Table
from jiesu.insight.showing import NOTHING, as_of, title

#: Excel allows no longer names of sheets.
_NAME = 31
_FORMATS = {
    Unit.COUNT: "#,##0",
    Unit.RATE: "0.00%",
    Unit.YUAN: "#,##0.00",
    Unit.DAYS: "#,##0",
}


class _Book:
    def __init__(self) -> None:
        self.out = BytesIO()
        self.book = xlsxwriter.Workbook(
            self.out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.head = self.book.add_format(
            {"bold": True, "bg_color": "#E4EEFB", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.note = self.book.add_format({"font_color": "#5B6472"})
        self.formats = {unit: self.book.add_format({"num_format": f}) for unit, f in _FORMATS.items()}
        self.percent = self.book.add_format({"num_format": "+0.0%;-0.0%;0.0%"})
        points = _("个百分点")
        self.points = self.book.add_format(
            {"num_format": f'+0.00" {points}";-0.00" {points}";0.00" {points}"'}
        )

    def sheet(self, name: str, head: list[str], first: int = 24) -> Any:
        sheet = self.book.add_worksheet(name[:_NAME])
        sheet.set_column(0, 0, first)
        sheet.set_column(1, max(1, len(head) - 1), 16)
        sheet.write_row(0, 0, head, self.head)
        sheet.freeze_panes(1, 1)
        return sheet

    def write(self, sheet: Any, row: int, column: int, value: Value, unit: Unit) -> None:
        if value is None:
            sheet.write(row, column, NOTHING)
        else:
            sheet.write_number(row, column, value, self.formats[unit])


def workbook(report: Report) -> bytes:
    """The report as an Excel file."""
    made = _Book()
    _figures(made, report)
    kinds = [str(k.label) for k in KINDS]
    sheet = made.sheet(_("来件变化"), [_("时间"), *kinds, _("上年同期来件")])
    for n, moment in enumerate(report.course, 1):
        sheet.write(n, 0, moment.label)
        for column, kind in enumerate(KINDS, 1):
            made.write(sheet, n, column, moment.kinds[kind], Unit.COUNT)
        before = moment.before if report.compared else None
        made.write(sheet, n, len(KINDS) + 1, before, Unit.COUNT)
    if report.regions:
        head = [_("辖区"), *(str(m.figure.label) for m in report.regions[0].values)]
        sheet = made.sheet(_("分辖区"), head)
        for n, row in enumerate(report.regions, 1):
            sheet.write(n, 0, row.name)
            for column, m in enumerate(row.values, 1):
                made.write(sheet, n, column, m.value, m.figure.unit)
    for table in report.tables:
        if table.rows:
            _table(made, table)
    made.book.close()
    return made.out.getvalue()


def _figures(made: _Book, report: Report) -> None:
    sheet = made.book.add_worksheet(_("主要数据"))
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 3, 18)
    sheet.set_column(4, 5, 70)
    sheet.write(0, 0, title(report), made.title)
    sheet.write(1, 0, as_of(report), made.note)
    sheet.write(2, 0, _("内部资料：数目小的也在内，公布请用开放数据或者公开版。"), made.note)
    sheet.write_row(
        3, 0, [_("项目"), _("数值"), _("上年同期"), _("同比"), _("计算公式"), _("数据来源")], made.head
    )
    for n, m in enumerate(report.figures, 4):
        sheet.write(n, 0, str(m.figure.label))
        made.write(sheet, n, 1, m.value, m.figure.unit)
        made.write(sheet, n, 2, m.before, m.figure.unit)
        if m.change is None:
            sheet.write(n, 3, NOTHING)
        elif m.figure.unit == Unit.RATE:
            sheet.write_number(n, 3, m.change * 100, made.points)
        else:
            sheet.write_number(n, 3, m.change, made.percent)
        sheet.write(n, 4, str(m.figure.formula))
        sheet.write(n, 5, str(m.figure.source))
    sheet.freeze_panes(4, 1)


def _table(made: _Book, table: Table) -> None:
    head = [str(table.breakdown.dimension), *(str(c.label) for c in table.columns), _("上年同期")]
    sheet = made.sheet(str(table.breakdown.label), head, first=40)
    for n, row in enumerate(table.rows, 1):
        sheet.write(n, 0, row.name)
        for position, (column, value) in enumerate(zip(table.columns, row.values, strict=True), 1):
            made.write(sheet, n, position, value, column.unit)
        made.write(sheet, n, len(table.columns) + 1, row.before, table.columns[-1].unit)
