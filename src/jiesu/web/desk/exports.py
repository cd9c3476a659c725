"""Lists on paper and in Excel: what the reader may see, masked, and on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.cases import exports
from jiesu.cases.kinds import Kind, State
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.worklists import WINDOWS, Filters, Scope, base, each_in, scope_named
from jiesu.people import calendar
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.places.models import Organisation
from jiesu.web.desk import workbook
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.desk.listing import line
from jiesu.web.desk.queue import WORKERS, address, filters_of
from jiesu.web.exports.listing import listed

#: So many rows are answered at once: they take well under a second, in which the one thread of a web process answers
#: nobody else. What is longer the worker writes.
AT_ONCE = 2_000
#: On a printed list nobody reads further.
MOST_PRINTED = 300


@desk(*WORKERS)
@require_http_methods(["GET", "POST"])
def export(request: DeskRequest) -> HttpResponse:
    """The rows of a queue as an Excel sheet; more than a few the worker writes, once a post says so."""
    scope = scope_named(request.actor, request.GET.get("scope", ""))
    filters = filters_of(request.GET)
    wanted = base(request.actor, scope, filters, request.now)
    if wanted.order_by()[: AT_ONCE + 1].count() > AT_ONCE:
        return _by_the_worker(request, scope, filters)
    rows = each_in(request.actor, wanted, order=filters.order)
    content, count = workbook.in_memory(rows, request.now)
    record_access(
        actor=request.actor,
        act=AccessAct.EXPORT,
        at=request.now,
        detail={"rows": count, "scope": scope.key if scope else "", "filters": exports.codes(filters)},
    )
    return sheet(content, request.now)


def sheet(content: bytes, at: datetime) -> HttpResponse:
    """A sheet as a download, named by when it was asked for."""
    response = HttpResponse(content, content_type=workbook.EXCEL)
    name = f"jiesu-{at.astimezone(SHANGHAI):%Y%m%d-%H%M}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _by_the_worker(request: DeskRequest, scope: Scope | None, filters: Filters) -> HttpResponse:
    """Takes a long list down for the worker where it was asked for by a post; an address alone changes nothing."""
    words = wish_words(scope, filters)
    if request.method != "POST":
        return listed(request, wish={"words": words, "url": reverse("desk:export") + address(request.GET)})
    try:
        exports.begin(
            actor=request.actor,
            scope=scope,
            filters=filters,
            words=words,
            language=get_language() or settings.LANGUAGE_CODE,
            at=request.now,
        )
    except exports.ExportError as error:
        return listed(request, problem=error.message)
    return going(request, reverse("exports:list"))


def wish_words(scope: Scope | None, filters: Filters) -> str:
    """Scope and filters as the asker reads them."""
    chosen = [o for o in (filters.organisation, filters.office) if o]
    names = Organisation.objects.filter(pk__in=chosen).order_by("pk") if chosen else ()
    found = [
        scope.label if scope else _("全部"),
        Kind(filters.kind).label if filters.kind else "",
        State(filters.state).label if filters.state else "",
        dict(WINDOWS).get(filters.window, ""),
        *(organisation.short_name for organisation in names),
        _("指定的承办人") if filters.assignee else "",
        _("登记日期从 %(day)s") % {"day": filters.since.isoformat()} if filters.since else "",
        _("登记日期到 %(day)s") % {"day": filters.until.isoformat()} if filters.until else "",
        _("曾被退回") if filters.bounced else "",
        _("包括已办结") if filters.closed else "",
        _("关键词：%(text)s") % {"text": filters.text} if filters.text.strip() else "",
    ]
    return " · ".join(str(each) for each in found if each)


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
