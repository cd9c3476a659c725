"""A person's exports: what is being written, fetching what is ready, taking back what is not needed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jiesu.cases import exports
from jiesu.cases.models import ExportRun
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.exports import sheet
from jiesu.web.desk.frame import going, part
from jiesu.web.desk.queue import WORKERS
from jiesu.web.exports.listing import listed, shown


@desk(*WORKERS)
@require_safe
def own(request: DeskRequest) -> HttpResponse:
    """What the person has exported within a day."""
    return listed(request)


@desk(*WORKERS)
@require_safe
def progress(request: DeskRequest) -> HttpResponse:
    """The part that polls: 204 while nothing has moved."""
    now = shown(request.actor, request.now)
    if request.GET.get("v") == now["version"]:
        return HttpResponse(status=204)
    return part(request, "exports/rows.html", now)


def _own(request: DeskRequest, pk: int) -> ExportRun:
    return get_object_or_404(exports.own(request.actor, at=request.now), pk=pk)


@desk(*WORKERS)
@require_safe
def file(request: DeskRequest, pk: int) -> HttpResponse:
    """The sheet; another person's does not exist."""
    run = _own(request, pk)
    try:
        content = exports.fetch(run, actor=request.actor, at=request.now)
    except exports.ExportError as error:
        return listed(request, problem=error.message)
    return sheet(content, run.created_at)


@desk(*WORKERS)
@require_POST
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Takes a wish back, or removes a sheet before its time."""
    exports.remove(_own(request, pk))
    return going(request, reverse("exports:list"))
