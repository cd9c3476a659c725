"""Lists on paper and in Excel: what the reader may see, masked, and on record."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.worklists import MOST_EXPORTED, Filters, base, each_in, scope_named
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.listing import Line, line
from jiesu.web.desk.queue import WORKERS, filters_of
from jiesu.web.templatetags.presentation import due_words, moment_words

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
#: On a printed list nobody reads further.
MOST_PRINTED = 300


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
        case.get_channel_display(),
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


@desk(*WORKERS)
def export(request: DeskRequest) -> HttpResponse:
    """The rows of a queue as an Excel sheet."""
    scope = scope_named(request.actor, request.GET.get("scope", ""))
    filters = filters_of(request.GET)
    days = calendar.current()
    out = BytesIO()
    # Rows go to a temporary file one by one, so memory does not grow with them.
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("办件"))
    bold = book.add_format({"bold": True, "bg_color": "#E4EEFB", "border": 1})
    for place, width in enumerate((22, 8, 12, 44, 26, 16, 16, 10, 12, 17, 17, 12, 14, 18, 10, 20)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [_(name) for name in COLUMNS], bold)
    count = 0
    wanted = base(request.actor, scope, filters, request.now)
    rows = each_in(request.actor, wanted, order=filters.order, most=MOST_EXPORTED + 1)
    for place, item in enumerate(rows, 1):
        if place > MOST_EXPORTED:
            message = _("一次最多导出 %(most)d 件，其余没有列出：请用筛选缩小范围，分几次导出。")
            sheet.write_string(place, 0, message % {"most": MOST_EXPORTED}, bold)
            break
        count = place
        sheet.write_row(count, 0, [safe(c) for c in cells(line(item, now=request.now, calendar=days))])
    book.close()
    record_access(
        actor=request.actor,
        act=AccessAct.EXPORT,
        at=request.now,
        detail={"rows": count, "scope": scope.key if scope else "", "filters": _codes(filters)},
    )
    name = f"jiesu-{request.now.astimezone(SHANGHAI):%Y%m%d-%H%M}.xlsx"
    response = HttpResponse(
        out.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _codes(filters: Filters) -> dict[str, Any]:
    """The filters as codes; of a text only that there was one."""
    plain = {k: v for k, v in vars(filters).items() if v and k != "text"}
    return {k: str(v) for k, v in plain.items()} | ({"text": True} if filters.text else {})


@desk(*WORKERS)
def daylist(request: DeskRequest) -> HttpResponse:
    """The day's work on paper: late, due today, due within three days, in the order of the clock."""
    scope = scope_named(request.actor, request.GET.get("scope", ""))
    filters = filters_of(request.GET)
    days = calendar.current()
    groups: list[dict[str, Any]] = []
    for window, title in (("late", _("已超期")), ("today", _("今日到期")), ("soon", _("三日内到期"))):
        rows = base(request.actor, scope, replace(filters, window=window), request.now)
        lines = [
            line(item, now=request.now, calendar=days)
            for item in each_in(request.actor, rows, most=MOST_PRINTED)
        ]
        seen = {entry.number for group in groups for entry in group["lines"]}
        groups.append({"title": title, "lines": [entry for entry in lines if entry.number not in seen]})
    record_access(
        actor=request.actor, act=AccessAct.PRINT, at=request.now, detail={"list": scope.key if scope else ""}
    )
    return page(request, "desk/daylist.html", {"title": _("当日清单"), "groups": groups, "scope": scope})
