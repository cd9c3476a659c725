"""The report in words and rows: what every face (page, terminal, Excel, print) shows the same way."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.kinds import Kind
from jiesu.insight.figures import GROUPS, KINDS, Unit, Value
from jiesu.insight.reports import Measured, Report, Table

NOTHING = "—"
#: Below this a change is no news: rounding alone would turn its sign.
_LEAST = Decimal("0.00005")


def words(value: Value, unit: Unit) -> str:
    """A value as people read it.

    >>> words(Decimal("0.9850"), Unit.RATE), words(Decimal("11151700"), Unit.YUAN), words(32735, Unit.COUNT)
    ('98.50%', '¥11,151,700.00', '32,735')
    >>> words(10, Unit.DAYS), words(Decimal("7.5000"), Unit.DAYS)
    ('10 天', '7.5 天')
    """
    if value is None:
        return NOTHING
    if unit == Unit.RATE:
        return f"{Decimal(value) * 100:.2f}%"
    if unit == Unit.YUAN:
        return f"¥{value:,.2f}"
    if unit == Unit.DAYS:
        return _("%(days)s 天") % {"days": f"{Decimal(value).normalize():f}"}
    return f"{value:,}"


def shown(measured: Measured) -> str:
    return words(measured.value, measured.figure.unit)


def change(measured: Measured) -> str:
    """The change against the year before, with its sign: per cent, of rates percentage points."""
    found = measured.change
    if found is None:
        return NOTHING
    if abs(found) < _LEAST:
        return _("持平")
    if measured.figure.unit == Unit.RATE:
        return _("%(points)+.2f 个百分点") % {"points": found * 100}
    return f"{found * 100:+.1f}%"


def title(report: Report) -> str:
    return _("%(region)s消费维权数据（%(when)s）") % {
        "region": report.name,
        "when": report.scope.period.label,
    }


def as_of(report: Report) -> str:
    """As of when the numbers are, and what is not in them yet."""
    standing = report.standing
    if standing.as_of is None:
        return _("数据正在汇总，请稍后再看。")
    when = f"{standing.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    text = _("数据截至 %(when)s") % {"when": when}
    if standing.waiting:
        text += _("，另有 %(n)s 处变动正在计入") % {"n": f"{standing.waiting:,}"}
    if not report.scope.over:
        text += _("；期间尚未结束")
        if report.compared:
            text += _("，上年同期算到 %(day)s") % {"day": report.scope.before.until}
    return text


def table_rows(table: Table, *, compared: bool = True) -> list[list[str]]:
    """A breakdown with a head, and a sum where its pieces add up; beside the year before, if it is compared."""
    head = [str(table.breakdown.dimension), *(str(c.label) for c in table.columns), _("上年同期")]
    last = table.columns[-1].unit
    rows = [
        [
            row.name,
            *(words(v, c.unit) for c, v in zip(table.columns, row.values, strict=True)),
            words(row.before, last),
        ]
        for row in table.rows
    ]
    if table.breakdown.whole and table.rows:
        sums = [sum(int(row.values[n] or 0) for row in table.rows) for n in range(len(table.columns))]
        before = sum(int(row.before or 0) for row in table.rows)
        rows.append([_("合计"), *(f"{n:,}" for n in sums), f"{before:,}"])
    return _without(not compared, [head, *rows])


def course_rows(report: Report) -> list[list[str]]:
    """Contacts over the period by kind, with a head."""
    head = [_("时间"), *(str(kind.label) for kind in KINDS), _("合计"), _("上年同期")]
    rows = [
        [m.label, *(f"{m.kinds[k]:,}" for k in KINDS), f"{sum(m.kinds.values()):,}", f"{m.before:,}"]
        for m in report.course
    ]
    return _without(not report.compared, [head, *rows])


def group_rows(report: Report, group: str) -> list[list[str]]:
    """The figures of a group, with a head."""
    head = [_("项目"), _("数值"), _("上年同期"), _("同比")]
    rows = [
        [str(m.figure.label), shown(m), words(m.before, m.figure.unit), change(m)]
        for m in report.figures
        if m.figure.group == group
    ]
    return [row if report.compared else row[:2] for row in [head, *rows]]


def _without(last: bool, rows: list[list[str]]) -> list[list[str]]:
    return [row[:-1] for row in rows] if last else rows


def region_rows(report: Report) -> list[list[str]]:
    """The figures by region, with a head."""
    if not report.regions:
        return []
    head = [_("辖区"), *(str(m.figure.label) for m in report.regions[0].values)]
    return [head, *([row.name, *(shown(m) for m in row.values)] for row in report.regions)]


def kind_word(code: str) -> str:
    return str(Kind(code).label)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _cells(row: list[str], widths: list[int]) -> str:
    head, *rest = row
    padded = [head + " " * (widths[0] - _width(head))]
    padded += [" " * (w - _width(c)) + c for c, w in zip(rest, widths[1:], strict=True)]
    return "  ".join(padded).rstrip()


def _lines(rows: list[list[str]]) -> list[str]:
    widths = [max(_width(r[i]) for r in rows) for i in range(len(rows[0]))]
    return [f"  {_cells(r, widths)}" for r in rows]


def text(report: Report) -> str:
    """The report for a terminal."""
    lines = [title(report), as_of(report), ""]
    for group, label in GROUPS.items():
        if len(rows := group_rows(report, group)) > 1:
            lines += [str(label), *_lines(rows), ""]
    for table in report.tables:
        if table.rows:
            lines += [str(table.breakdown.label), *_lines(table_rows(table, compared=report.compared)), ""]
    if rows := region_rows(report):
        lines += [_("分辖区"), *_lines(rows), ""]
    lines += [_("口径"), *(f"  {m.figure.label}：{m.figure.formula}" for m in report.figures)]
    return "\n".join(lines)
