"""For heads and supervisors: what is late, what is due, who is overloaded; over the own bureau or all below."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jiesu.cases.counting import Load, loads, tally
from jiesu.cases.worklists import Filters, Scope, base, scopes
from jiesu.cases.worklists import page as read_page
from jiesu.people import calendar
from jiesu.people.models import Staff
from jiesu.places.models import Organisation
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.listing import lines
from jiesu.web.desk.queue import address, bulk_actions

WINDOWS = (("late", lazy("已超期")), ("today", lazy("今日到期")), ("week", lazy("7 日内到期")))


def watched(request: DeskRequest) -> list[Scope]:
    """The scopes a head or supervisor answers for."""
    every = {s.key: s for s in scopes(request.actor)}
    order = ("below", "bureau", "office") if request.actor.has("supervisor", "head") else ("office", "bureau")
    return [every[k] for k in order if k in every]


@desk("head", "officehead", "supervisor")
def overview(request: DeskRequest) -> HttpResponse:
    """Late and due by bureau, office and person, and the cases themselves."""
    actor = request.actor
    offered = watched(request)
    scope = next((s for s in offered if s.key == request.GET.get("scope")), offered[0] if offered else None)
    window = request.GET.get("due", "late")
    window = window if window in dict(WINDOWS) else "late"
    organisation = request.GET.get("organisation", "")
    narrowed = Filters(organisation=int(organisation) if organisation.isdigit() else None)
    rows = base(actor, scope, narrowed, request.now)
    whole = tally(base(actor, scope, Filters(), request.now), now=request.now)
    filters = Filters(window=window, organisation=narrowed.organisation)
    found = read_page(actor, scope, filters, now=request.now, after=request.GET.get("after", ""), size=25)
    days = calendar.current()
    by_bureau = loads(base(actor, scope, Filters(), request.now), "organisation_id", now=request.now)
    by_office = loads(rows, "office_id", now=request.now)
    by_person = loads(rows, "assignee_id", now=request.now)
    context: dict[str, Any] = {
        "title": _("督办总览"),
        "scope": scope,
        "scopes": [
            {"label": s.label, "url": f"?scope={s.key}", "active": scope is not None and s.key == scope.key}
            for s in offered
        ],
        "stats": [
            {"label": _("在办"), "value": whole.words("all")},
            {"label": _("已超期"), "value": whole.words("due_late"), "tone": "red"},
            {"label": _("今日到期"), "value": whole.words("due_today"), "tone": "orange"},
            {"label": _("7 日内到期"), "value": whole.words("due_week")},
            {"label": _("待送达证明"), "value": whole.words("due_unproven")},
        ],
        "tabs": [
            {"label": label, "url": address(request.GET, due=key), "active": key == window,
             "count": whole.words(f"due_{key}") if not narrowed.any else None, "key": str(n)}
            for n, (key, label) in enumerate(WINDOWS, 1)
        ],
        "lines": lines(found.items, now=request.now, calendar=days),
        "bureaus": named(by_bureau, "organisation", scope) if scope and scope.key in ("below", "line") else [],
        "offices": named(by_office, "office", scope),
        "people": named(by_person, "assignee", scope),
        "next_url": address(request.GET, after=found.after) if found.after else "",
        "bulk": [a for a in bulk_actions(request) if a["url"].rstrip("/").endswith("urge")],
    }  # fmt: skip
    return page(request, "desk/overview.html", context, current="desk:overview")


def named(found: list[Load], column: str, scope: Scope | None) -> list[dict[str, Any]]:
    """Loads with the names of their holders and the way to their cases; one query."""
    ids = [f.holder for f in found if f.holder is not None]
    if column == "assignee":
        names: dict[int, str] = dict(Staff.objects.filter(pk__in=ids).values_list("pk", "name"))
    else:
        names = dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "short_name"))
    nobody = {"assignee": _("未指派"), "office": _("未定承办机构"), "organisation": _("未分送")}[column]
    most = max((f.open for f in found), default=1)
    queue = reverse("desk:queue")
    key = scope.key if scope else ""
    return [
        {
            "load": f,
            "name": names.get(f.holder, "") if f.holder is not None else nobody,
            "url": f"{queue}?scope={key}&{column}={f.holder}" if f.holder is not None else "",
            "share": round(f.open * 100 / most) if most else 0,
        }
        for f in found
    ]
