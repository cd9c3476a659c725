"""A list of cases as a sheet: what the reader may see, masked, and inert whatever a citizen wrote."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.worklists import MOST_EXPORTED, Item
from jiesu.people import calendar
from jiesu.web.desk.listing import Line, channel_label, line
from jiesu.web.templatetags.presentation import due_words, moment_words

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    noop("编号"),
    noop("类型"),
    noop("渠道"),
    noop("诉求摘要"),
    noop("被诉主体"),
    noop("承办机关"),
    noop("承办机构"),
    noop("承办人"),
    noop("状态"),
    noop("收到时间"),
    noop("登记时间"),
    noop("最近期限"),
    noop("剩余"),
    noop("下一步"),
    noop("待证明"),
    noop("全国平台编号"),
)
WIDTHS = (22, 8, 12, 44, 26, 16, 16, 10, 12, 17, 17, 12, 14, 18, 10, 20)
#: What a citizen wrote is no formula and no link.
INERT = {"strings_to_formulas": False, "strings_to_urls": False}


def safe(text: str) -> str:
    """A text that a spreadsheet takes for a text, whatever a citizen wrote.

    >>> safe("=1+1"), safe("退款")
    ("'=1+1", '退款')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def cells(entry: Line) -> list[str]:
    case = entry.case
    due = case.due_at.astimezone(SHANGHAI) if case.due_at else None
    return [
        entry.number,
        entry.kind,
        channel_label(case.channel, get_language()),
        entry.title,
        entry.respondent,
        case.organisation.short_name if case.organisation else "",
        case.office.short_name if case.office else "",
        entry.person,
        entry.state,
        moment_words(case.received_at),
        moment_words(case.registered_at),
        entry.chip.due.isoformat() if due and entry.chip.due else "",
        due_words(entry.chip),
        entry.next_act,
        entry.proof,
        case.national_number,
    ]


def in_memory(items: Iterable[Item], at: datetime) -> tuple[bytes, int]:
    """A short list as a sheet, of which nothing lies on disk meanwhile, and how many rows it has."""
    out = BytesIO()
    count = _fill(xlsxwriter.Workbook(out, {**INERT, "in_memory": True}), items, at)
    return out.getvalue(), count


def write(items: Iterable[Item], target: Path, at: datetime) -> None:
    """A list of any length as a sheet on disk: rows go there one by one, so that memory does not grow with them."""
    options = {**INERT, "constant_memory": True, "tmpdir": str(target.parent)}
    _fill(xlsxwriter.Workbook(str(target), options), items, at)


def _fill(book: Any, items: Iterable[Item], at: datetime) -> int:
    days = calendar.current()
    sheet = book.add_worksheet(_("办件"))
    bold = book.add_format({"bold": True, "bg_color": "#E4EEFB", "border": 1})
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [_(name) for name in COLUMNS], bold)
    count = 0
    for place, item in enumerate(items, 1):
        if place > MOST_EXPORTED:
            message = _("一次最多导出 %(most)d 件，其余没有列出：请用筛选缩小范围，分几次导出。")
            sheet.write_string(place, 0, message % {"most": MOST_EXPORTED}, bold)
            break
        count = place
        sheet.write_row(count, 0, [safe(c) for c in cells(line(item, now=at, calendar=days))])
    book.close()
    return count
