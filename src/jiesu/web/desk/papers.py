"""Files of a case: shown or downloaded by those who may, each time on record."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpResponse

from jiesu.cases.files import read as read_content
from jiesu.cases.models import File
from jiesu.cases.reply_bundle import build, may_build
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.people.visibility import Part
from jiesu.web.desk.casefile import read
from jiesu.web.desk.doors import DeskRequest, desk

#: Shown in the browser; everything else is handed over as a download. Never HTML or SVG.
SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})


@desk()
def paper(request: DeskRequest, number: int, seq: int) -> HttpResponse:
    """One file of a case."""
    file = read(number, actor=request.actor, children=False)
    row = File.objects.filter(case_id=file.case.pk, seq=seq).first()
    if row is None or not file.may(Part.FILES) or (row.restricted and not file.may(Part.INFORMANT)):
        raise Http404
    record_access(
        actor=request.actor,
        act=AccessAct.DOWNLOAD,
        at=request.now,
        case_id=file.case.pk,
        detail={"file": seq, "sha256": row.sha256},
    )
    response = HttpResponse(read_content(row, file.key()), content_type=row.content_type)
    way = "inline" if row.content_type in SHOWN and request.GET.get("download") != "1" else "attachment"
    response["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(row.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


@desk("legal", "head")
def bundle(request: DeskRequest, number: int) -> HttpResponse:
    """The reply bundle for a review or a lawsuit, as one archive; making it is on record."""
    file = read(number, actor=request.actor, children=False)
    if not may_build(file.case, request.actor):
        raise Http404
    response = HttpResponse(
        build(file.case, actor=request.actor, at=request.now), content_type="application/zip"
    )
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'答复材料-{number}.zip')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
