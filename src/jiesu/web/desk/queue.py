"""The queue: whoever works on cases sees within ten seconds what is due first and what it needs next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases.counting import Tally, tallies
from jiesu.cases.kinds import Kind, State
from jiesu.cases.worklists import WINDOWS, Filters, Scope, scope_named, scopes
from jiesu.cases.worklists import page as read_page
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import home_url, page
from jiesu.web.desk.listing import lines

WORKERS = (
    "calltaker", "dispatcher", "handler", "mediator", "officehead", "head", "supervisor", "legal", "council", "auditor",
)  # fmt: skip
KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.LEAD, Kind.CONSULTATION, Kind.OTHER)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def filters_of(query: QueryDict) -> Filters:
    """The filters of an address; what cannot be read narrows nothing."""
    kind, state, window = query.get("kind", ""), query.get("state", ""), query.get("due", "")
    return Filters(
        kind=kind if kind in Kind.values else "",
        state=state if state in State.values else "",
        window=window if window in dict(WINDOWS) else "",
        office=_whole(query.get("office", "")),
        organisation=_whole(query.get("organisation", "")),
        assignee=_whole(query.get("assignee", "")),
        text=query.get("q", "")[:200],
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        bounced=query.get("bounced") == "1",
        closed=query.get("closed") == "1",
    )


def address(query: QueryDict, **changes: str) -> str:
    """The same list with some things changed; always from the first page."""
    kept = {k: v for k, v in query.items() if k not in ("after",) and v}
    kept.update(changes)
    return "?" + urlencode({k: v for k, v in kept.items() if v})


@desk()
def home(request: DeskRequest) -> HttpResponse:
    """The page a person starts on, by role."""
    return redirect(home_url(request.actor))


@desk(*WORKERS)
def queue(request: DeskRequest) -> HttpResponse:
    """A queue of the actor in the order of its clock."""
    actor = request.actor
    scope = scope_named(actor, request.GET.get("scope", ""))
    filters = filters_of(request.GET)
    found = read_page(actor, scope, filters, now=request.now, after=request.GET.get("after", ""))
    # Tabs count what the other filters leave; the figures above count the whole scope.
    without_kind = replace(filters, kind="")
    counts = tallies(actor, scope, Filters(), without_kind, now=request.now)
    whole, counted = counts[Filters()], counts[without_kind]
    above = {item.case.pk for item in found.failed}
    rows = [*found.failed, *(item for item in found.items if item.case.pk not in above)]
    days = calendar.entered(request.staff)
    context: dict[str, Any] = {
        "title": _("案件队列"),
        "scope": scope,
        "scopes": [
            {"label": s.label, "url": f"?scope={s.key}", "active": scope is not None and s.key == scope.key}
            for s in scopes(actor)
        ],
        "stats": stats(whole, scope),
        "tabs": tabs(counted, request.GET, filters),
        "lines": lines(rows, now=request.now, calendar=days),
        "next_url": address(request.GET, after=found.after) if found.after else "",
        "previous_url": address(request.GET) if request.GET.get("after") else "",
        "filters": filters,
        "query": request.GET,
        "states": [(s.value, s.label) for s in State],
        "windows": WINDOWS,
        "bulk": bulk_actions(request),
        "export_url": reverse("desk:export") + address(request.GET),
        "print_url": reverse("desk:daylist") + address(request.GET),
        "can_register": actor.has("calltaker", "dispatcher", "handler", "officehead"),
        "total": counted.words(f"kind_{filters.kind}" if filters.kind else "all", least=len(found.items)),
    }
    return page(request, "desk/queue.html", context, current="desk:queue")


def stats(whole: Tally, scope: Scope | None) -> list[dict[str, Any]]:
    """The figures above a queue; each leads to the rows it counts."""
    key = scope.key if scope else ""
    figures = whole.figures
    found = [
        {
            "label": _("待处理"),
            "value": whole.words("stage_waiting"),
            "note": _("%(n)d 件今日到期") % {"n": figures["waiting_today"]}
            if figures["waiting_today"]
            else "",
            "tone": "red",
            "url": f"?scope={key}&state=routed",
        },
        {"label": _("办理中"), "value": whole.words("stage_working"), "url": f"?scope={key}"},
        {
            "label": _("即将超期"),
            "value": whole.words("due_soon"),
            "note": _("3 日内"),
            "tone": "orange",
            "url": f"?scope={key}&due=soon",
        },
        {
            "label": _("已超期"),
            "value": whole.words("due_late"),
            "note": _("需说明原因") if figures["due_late"] else "",
            "tone": "red",
            "url": f"?scope={key}&due=late",
        },
        {
            "label": _("待送达证明"),
            "value": whole.words("due_unproven"),
            "note": _("告知后才算按期") if figures["due_unproven"] else "",
            "tone": "blue",
            "url": f"?scope={key}&due=unproven",
        },
    ]
    if figures["stage_unrouted"] and key in ("centre", "below", "line"):
        found.insert(0, {"label": _("待分送"), "value": whole.words("stage_unrouted"), "tone": "red",
                         "url": f"?scope={key}&state=registered"})  # fmt: skip
    return found


def tabs(counted: Tally, query: QueryDict, filters: Filters) -> list[dict[str, Any]]:
    """Tabs by kind with capped counts; kinds without rows are left out, the chosen one stays.

    Where counting stopped, a kind that it has not met may follow: its tab says no number.
    """
    found = [
        {"label": _("全部"), "url": address(query, kind=""), "active": not filters.kind, "count": counted.words("all"),
         "key": "1"}
    ]  # fmt: skip
    for place, kind in enumerate(KINDS, 2):
        number = counted.figures[f"kind_{kind.value}"]
        if number or counted.capped or filters.kind == kind.value:
            found.append(
                {
                    "label": kind.label,
                    "url": address(query, kind=kind.value),
                    "active": filters.kind == kind.value,
                    "count": counted.words(f"kind_{kind.value}") if number or not counted.capped else None,
                    "key": str(place),
                }
            )
    return found


#: What may be done to several cases at once; the same fields go to each, each is checked on its own.
BULK: dict[str, tuple[str, ...]] = {
    "route": ("dispatcher", "calltaker"),
    "assign": ("dispatcher", "officehead", "head"),
    "accept": ("handler", "officehead", "head"),
    "ask_consent": ("handler", "officehead", "head"),
    "close": ("handler", "officehead", "head"),
    "urge": ("supervisor", "head", "calltaker", "dispatcher"),
}


def bulk_actions(request: DeskRequest) -> list[dict[str, str]]:
    labels = {
        "route": (_("批量分送"), "send"),
        "assign": (_("批量指派"), "user-check"),
        "accept": (_("批量受理"), "check"),
        "ask_consent": (_("批量征求调解意见"), "message"),
        "close": (_("批量办结"), "archive"),
        "urge": (_("批量督办"), "bell-ringing"),
    }
    return [
        {"label": labels[action][0], "icon": labels[action][1], "url": reverse("desk:bulk", args=[action])}
        for action, roles in BULK.items()
        if request.actor.has(*roles)
    ]
