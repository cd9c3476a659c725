"""The dispatcher's page: what is not routed yet, with the suggested bureau; what came back, why and how often."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases import keys
from jiesu.cases.kinds import State
from jiesu.cases.lifecycle import table
from jiesu.cases.models import Case, Event, Passage, Suggestion
from jiesu.cases.worklists import Filters, Scope, scopes
from jiesu.cases.worklists import page as read_page
from jiesu.people import calendar
from jiesu.people.visibility import Part
from jiesu.places.models import Organisation
from jiesu.web.desk.clocks import expected_chip
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.links import suggested_prefills
from jiesu.web.desk.listing import Line, line
from jiesu.web.desk.queue import BULK, address, bulk_actions


def suggested(lines: list[Line]) -> dict[str, dict[str, Any]]:
    """The suggested bureau of each case, with reasons; two queries."""
    rows = Suggestion.objects.filter(
        case_id__in=[e.case.pk for e in lines if not e.secret], topic="bureau"
    ).exclude(taken=False)
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        pk = suggested_prefills({"topic": row.topic, "value": row.value}).get("suggested_bureau")
        if pk:
            found[str(row.case_id)] = {"id": pk, "reasons": row.reasons, "confidence": row.confidence}
    names = dict(
        Organisation.objects.filter(pk__in={f["id"] for f in found.values()}).values_list("pk", "short_name")
    )
    for entry in found.values():
        entry["name"] = names.get(int(entry["id"]), "")
    return found


def bounces(lines: list[Line]) -> dict[str, dict[str, str]]:
    """Why a case was returned last: cause, words and competent organ, for those who may read them; three queries."""
    returned = {e.case.pk: e for e in lines if e.bounces}
    if not returned:
        return {}
    latest: dict[int, Event] = {}
    for event in Event.objects.filter(case_id__in=returned, type="return_to_centre").order_by(
        "case_id", "seq"
    ):
        latest[event.case_id] = event
    wanted = {
        (pk, int(event.data["in"][name]["text"]))
        for pk, event in latest.items()
        for name in ("reason", "competent")
        if isinstance(event.data.get("in", {}).get(name), dict)
    }
    texts: dict[tuple[int, int], str] = {}
    readable = [pk for pk, entry in returned.items() if not entry.secret]
    wrapped = dict(Case.objects.filter(pk__in=readable).values_list("pk", "wrapped_key"))
    for passage in Passage.objects.filter(case_id__in=returned, seq__in={s for _c, s in wanted}):
        place = (passage.case_id, passage.seq)
        key = wrapped.get(passage.case_id)
        if place in wanted and passage.sealed and key:
            texts[place] = keys.decrypt(keys.unwrap(bytes(key)), passage.sealed)
    found: dict[str, dict[str, str]] = {}
    for pk, event in latest.items():
        given = event.data.get("in", {})
        row = table(returned[pk].case.kind).rows["return_to_centre"]
        causes = dict(row.fields[0].choices) if not isinstance(row.fields[0].choices, str) else {}
        found[str(pk)] = {
            "cause": str(causes.get(given.get("cause", ""), "")),
            "reason": texts.get((pk, int((given.get("reason") or {}).get("text", 0))), ""),
            "competent": texts.get((pk, int((given.get("competent") or {}).get("text", 0))), ""),
        }
    return found


@desk("dispatcher")
def dispatch(request: DeskRequest) -> HttpResponse:
    """Unrouted cases of the centre in the order of their clock."""
    actor = request.actor
    bounced = request.GET.get("show") == "bounced"
    inside = request.GET.get("show") == "inside"
    named = {s.key: s for s in scopes(actor)}
    scope: Scope | None = named.get("bureau" if inside else "centre")
    filters = Filters(state=State.ROUTED if inside else State.REGISTERED, bounced=bounced)
    found = read_page(actor, scope, filters, now=request.now, after=request.GET.get("after", ""))
    days = calendar.current()
    lines = [line(item, now=request.now, calendar=days) for item in found.items]
    if inside:
        lines = [entry for entry in lines if entry.case.assignee_id is None]
    hints = suggested(lines)
    returns = bounces(lines)
    rows = [
        {
            "line": entry,
            "chip": entry.chip if inside else expected_chip(entry.case, now=request.now, calendar=days),
            "suggested": hints.get(entry.number),
            "bounce": returns.get(entry.number),
            "unconfirmed": (entry.case.facts or {}).get("confirmed") is False,
            "route_url": reverse("desk:act", args=[entry.number, "assign" if inside else "route"]),
            "confirm_url": reverse("desk:act", args=[entry.number, "confirm_kind"]),
        }
        for entry in lines
    ]
    actions = [
        a for a in bulk_actions(request) if a["url"].rstrip("/").endswith("assign" if inside else "route")
    ]
    tabs = [
        {"label": _("待分送"), "url": "?", "active": not bounced and not inside, "key": "1"},
        {"label": _("被退回"), "url": "?show=bounced", "active": bounced, "key": "2"},
    ]
    if "bureau" in named:
        tabs.append({"label": _("本局待指派"), "url": "?show=inside", "active": inside, "key": "3"})
    context = {
        "title": _("待分送"),
        "rows": rows,
        "tabs": tabs,
        "inside": inside,
        "bulk": actions if BULK else [],
        "next_url": address(request.GET, after=found.after) if found.after else "",
        "previous_url": address(request.GET) if request.GET.get("after") else "",
        "part": Part.CONTENT,
    }
    return page(request, "desk/dispatch.html", context, current="desk:dispatch")
