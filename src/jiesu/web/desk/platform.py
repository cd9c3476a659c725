"""The national platform: what is not entered there yet, entering its number, and its export sheet read back."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.kinds import Kind, NationalStatus
from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.cases.worklists import PAGE, items, shown
from jiesu.intake.spreadsheet import SheetError, plain_rows
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.desk.listing import line

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 5000
#: Headings under which the platform's sheets give our number and theirs.
OURS = ("外部编号", "本地编号", "系统编号", "原编号", "接诉编号", "来源编号")
THEIRS = ("全国平台编号", "登记编号", "平台编号", "工单编号", "编号", "投诉编号", "举报编号")


@dataclass(frozen=True)
class Matched:
    """What became of one row of a sheet."""

    row: int
    number: str
    done: bool
    text: str


@desk("calltaker", "dispatcher", "handler", "officehead", "head")
@require_http_methods(["GET", "POST"])
def platform(request: DeskRequest) -> HttpResponse:
    """Cases that are still to be entered, the oldest first; a post enters one number or reads a sheet."""
    results: list[Matched] = []
    problem = ""
    if request.method == "POST":
        sheet = request.FILES.get("sheet")
        if isinstance(sheet, UploadedFile):
            try:
                results = read_sheet(request, sheet)
            except ValueError as error:
                problem = str(error)
        else:
            problem = _enter(request)
            if not problem:
                messages.success(request, _("已登记全国平台编号"))
                return going(request, reverse("desk:platform"))
    after = request.GET.get("after", "")
    rows = visible(request.actor).filter(national_status=NationalStatus.TO_ENTER).exclude(kind=Kind.LEAD)
    own = request.actor.authority_id
    if request.actor.has("calltaker", "dispatcher"):
        rows = rows.filter(registered_by_id=request.actor.organisation_id)
    elif own is not None:
        rows = rows.filter(organisation_id=own)
    if after.isdigit():
        rows = rows.filter(pk__gt=int(after))
    found = list(shown(rows).order_by("pk")[: PAGE + 1])
    days = calendar.current()
    lines = [line(i, now=request.now, calendar=days) for i in items(found[:PAGE], request.actor)]
    context = {
        "title": _("全国平台录入"),
        "lines": lines,
        "next_url": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "previous_url": "?" if after else "",
        "results": results,
        "good": sum(1 for r in results if r.done),
        "problem": problem,
    }
    return page(
        request, "desk/platform.html", context, current="desk:platform", status=422 if problem else 200
    )


def _enter(request: DeskRequest) -> str:
    """Enters one number; gives what is wrong, empty when done."""
    number = request.POST.get("case", "")
    theirs = request.POST.get("national_number", "").strip()
    if not (number.isdigit() and len(number) == 18):
        return _("没有找到这个编号的案件，请核对编号。")
    status = request.POST.get("status", "entered")
    data = {"status": status, "national_number": theirs}
    try:
        act(int(number), "record_national_status", data, actor=request.actor, at=request.now)
    except ActionError as error:
        return _("；").join(error.fields.values()) or error.message
    return ""


def read_sheet(request: DeskRequest, sheet: UploadedFile[bytes]) -> list[Matched]:
    """Reads the platform's export and enters its numbers where ours stands beside them; a row twice does nothing twice.

    Raises:
        ValueError: no sheet, no heading that we know; the message says what to do.
    """
    if (sheet.size or 0) > MOST_BYTES:
        raise ValueError(_("文件超过 10 MB，请分开导入。"))
    try:
        rows = plain_rows(sheet.read())
    except SheetError as error:
        raise ValueError(_("打不开这个文件，请上传全国平台导出的 xlsx 表。")) from error
    heading = [str(c).strip() for c in rows[0]] if rows else []
    ours = next((heading.index(h) for h in OURS if h in heading), None)
    theirs = next((heading.index(h) for h in THEIRS if h in heading and heading.index(h) != ours), None)
    if ours is None or theirs is None:
        raise ValueError(_("第一行里要有“外部编号”（本系统编号）和“登记编号”（全国平台编号）两列。"))
    found: list[Matched] = []
    for place, row in enumerate(rows[1 : MOST_ROWS + 1], 2):
        cells = [*row, *[""] * len(heading)]
        own = cells[ours].strip().removesuffix(".0")
        number = cells[theirs].strip().removesuffix(".0")
        if own and number:
            found.append(_match(request, place, own, number))
    return found


def _match(request: DeskRequest, place: int, own: str, number: str) -> Matched:
    if not (own.isdigit() and len(own) == 18):
        return Matched(place, own, False, _("不是本系统的编号"))
    case: Case | None = (
        visible(request.actor).filter(pk=int(own)).only("national_number", "national_status").first()
    )
    if case is None:
        return Matched(place, own, False, _("没有找到，或者不在您的权限内"))
    if case.national_status == NationalStatus.ENTERED:
        same = case.national_number in ("", number)
        return Matched(place, own, same, _("已经登记过") if same else _("已登记为另一个编号"))
    data = {"status": "entered", "national_number": number}
    try:
        act(int(own), "record_national_status", data, actor=request.actor, at=request.now)
    except ActionError as error:
        return Matched(place, own, False, error.message)
    return Matched(place, own, True, _("已登记"))
