"""Spreadsheets at the desk: hand one in, see how far it is, get back what was refused."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiesu.cases import indexing, jobs
from jiesu.cases.kinds import Channel
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.intake import sheets, stopping
from jiesu.intake.errors import IntakeError
from jiesu.intake.import_models import ImportRun
from jiesu.intake.imports import MOST_PROBLEMS, OVER, STALLED
from jiesu.intake.spreadsheet import MOST_BYTES, SheetError, formats
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page, part

#: Who registers for an organisation may hand in its sheets.
IMPORTERS = ("dispatcher",)
CHANNELS = (Channel.HOTLINE_12345, Channel.PLATFORM, Channel.COUNCIL, Channel.STATION, Channel.LETTER)
SHOWN = 30
PROBLEMS_SHOWN = 50
#: Cases that are not found by their words yet are counted up to here.
MOST_COUNTED = 100_000
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk(*IMPORTERS)
@require_http_methods(["GET", "POST"])
def imports(request: DeskRequest) -> HttpResponse:
    """The form and the latest imports of the own organisation; a post hands a file in."""
    problem = ""
    if request.method == "POST":
        sheet = request.FILES.get("sheet")
        if not isinstance(sheet, UploadedFile):
            problem = _("请选择要导入的文件。")
        elif (sheet.size or 0) > MOST_BYTES:
            problem = _("文件超过 %(most)d MB，请拆分后再导入。") % {"most": MOST_BYTES >> 20}
        else:
            try:
                return going(request, reverse("imports:one", args=[_receive(request, sheet).pk]))
            except SheetError as error:
                problem = error.message
    context = {
        "title": _("批量导入"),
        "problem": problem,
        "runs": _own(request).order_by("-created_at")[:SHOWN],
        "formats": [("", _("按列名识别")), *((f.key, f.label) for f in formats().values())],
        "channels": [("", _("按表格内容")), *((c.value, c.label) for c in CHANNELS)],
        "chosen": request.POST,
    }
    return page(request, "imports/list.html", context, current="imports:list", status=422 if problem else 200)


def _receive(request: DeskRequest, sheet: UploadedFile[Any]) -> ImportRun:
    """Stores the file and queues its reading in one transaction."""
    chosen = request.POST.get("channel", "")
    with tempfile.TemporaryDirectory(prefix="jiesu-upload-") as folder:
        path = Path(folder) / "sheet"
        with path.open("wb") as out:
            for chunk in sheet.chunks():
                out.write(chunk)
        with transaction.atomic():
            run = sheets.receive(
                path=path,
                name=Path(sheet.name or "").name or _("表格"),
                format=request.POST.get("format", ""),
                channel=chosen if chosen in {c.value for c in CHANNELS} else "",
                dry_run="dry_run" in request.POST,
                actor=request.actor,
                registered_by=request.staff.organisation,
                at=request.now,
                at_once=False,
            )
            jobs.queue("import_file", run=run.pk)
    return run


def _own(request: DeskRequest) -> Any:
    return ImportRun.objects.filter(registered_by_id=request.actor.organisation_id)


def _shown(request: DeskRequest, run: ImportRun) -> dict[str, Any]:
    over = run.status in OVER
    waits = run.status == ImportRun.Status.STOPPED
    # Once it has done a batch again it is under way like any other.
    under_way = run.stopped_at is not None and run.touched_at > run.stopped_at
    stopped = run.failures > 0 and not over and (waits or not under_way)
    # Its process was killed, or the whole system was: nothing could be noted.
    still = not over and not stopped and request.now - run.touched_at > STALLED
    unread = not over and not run.rows
    written = over and run.written and not run.dry_run
    to_index = indexing.owed(MOST_COUNTED) if written else 0
    return {
        "run": run,
        "over": over,
        "moving": to_index if over else not waits,
        "stopped": stopped,
        "waits": waits,
        "still": still,
        "why": stopping.words(run) if stopped else "",
        "tries": stopping.TRIES,
        "to_index": to_index,
        "or_more": _("以上") if to_index == MOST_COUNTED else "",
        "percent": 100 if over else run.read * 100 // max(run.rows, 1),
        "unread": unread,
        "version": _version(run, to_index, unread=unread, still=still),
        "problems": run.problems[:PROBLEMS_SHOWN],
        "most_problems": MOST_PROBLEMS if len(run.problems) >= MOST_PROBLEMS else 0,
        "more_problems": max(0, len(run.problems) - PROBLEMS_SHOWN),
        "channel": Channel(run.channel).label if run.channel in Channel.values else run.channel,
        "written_word": _("可以导入") if run.dry_run else _("已导入"),
        "may_fetch": over and run.problems and run.status == ImportRun.Status.DONE,
    }


def _version(run: ImportRun, to_index: int, *, unread: bool, still: bool) -> str:
    """What the page shows, in short: it asks whether this has changed."""
    shown = "unread" if unread else f"{run.status}.{run.read}.{to_index}"
    return f"{shown}.stopped{run.failures}" if run.failures else f"{shown}.still" if still else shown


@desk(*IMPORTERS)
@require_safe
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One import: progress, then the outcome."""
    return _one(request, pk)


def _one(request: DeskRequest, pk: int, error: IntakeError | None = None) -> HttpResponse:
    run = get_object_or_404(_own(request), pk=pk)
    context = {"title": run.name, "problem": error.message if error else "", **_shown(request, run)}
    status = error.status if error else 200
    return page(request, "imports/one.html", context, current="imports:list", status=status)


@desk(*IMPORTERS)
@require_POST
def resume(request: DeskRequest, pk: int, deed: str) -> HttpResponse:
    """Continues an import that has stopped, or gives it up; what has changed meanwhile is said."""
    deeds = {"continue": stopping.go_on, "give-up": stopping.give_up}
    if deed not in deeds:
        raise Http404
    run = get_object_or_404(_own(request), pk=pk)
    try:
        deeds[deed](run.pk, organisation=request.actor.organisation_id, at=request.now)
    except IntakeError as error:
        return _one(request, pk, error)
    return going(request, reverse("imports:one", args=[pk]))


@desk(*IMPORTERS)
@require_safe
def progress(request: DeskRequest, pk: int) -> HttpResponse:
    """The part that polls: 204 while nothing has moved."""
    shown = _shown(request, get_object_or_404(_own(request), pk=pk))
    if request.GET.get("v") == shown["version"]:
        return HttpResponse(status=204)
    return part(request, "imports/progress.html", shown)


@desk(*IMPORTERS)
@require_safe
def refused(request: DeskRequest, pk: int) -> HttpResponse:
    """The refused rows as a sheet to correct; they hold what citizens told, so the download is on record."""
    run = get_object_or_404(_own(request), pk=pk)
    try:
        content = sheets.refused_sheet(run)
    except SheetError as error:
        raise Http404(error.message) from error
    detail = {"import": run.pk, "rows": run.refused}
    record_access(actor=request.actor, act=AccessAct.EXPORT, at=request.now, detail=detail)
    response = HttpResponse(content, content_type=EXCEL)
    day = run.created_at.astimezone(SHANGHAI).strftime("%Y%m%d")
    response["Content-Disposition"] = f'attachment; filename="jiesu-refused-{day}-{run.pk}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
