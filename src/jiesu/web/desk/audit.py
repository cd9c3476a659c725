"""For the auditor: the whole history of a case with the proof that it is unaltered, and who looked at what."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from jiesu.cases.models import Event
from jiesu.cases.verify import verify_case
from jiesu.people.models import AccessAct, AccessLog
from jiesu.places.models import Organisation
from jiesu.places.queries import ids_below
from jiesu.web.desk.casefile import read
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import page
from jiesu.web.desk.looks import look_rows
from jiesu.web.desk.timeline import ACTOR_KINDS, events_of, row_of

MOST = 100


@desk("auditor")
def history(request: DeskRequest, number: int) -> HttpResponse:
    """Every event with its hash, the verdict, and the access log of the case."""
    file = read(number, actor=request.actor, children=False)
    findings = verify_case(file.case)
    events = [
        {
            "event": e,
            "label": _label(e),
            "hash": bytes(h).hex()[:16],
            "who": getattr(e, "who", "") or ACTOR_KINDS.get(e.actor_kind, e.actor_kind),
        }
        for e, h in zip(events_of(number), _hashes(number), strict=True)
    ]
    looks = (
        AccessLog.objects.filter(case_id=number)
        .select_related("staff", "organisation")
        .order_by("-at")[:MOST]
    )
    context: dict[str, Any] = {
        "title": _("核验 %(number)s") % {"number": number},
        "case": file.case,
        "findings": [{"text": f.label, "code": f.code, "seq": f.seq} for f in findings],
        "events": events,
        "looks": look_rows(looks),
    }
    return page(request, "desk/history.html", context, current="desk:queue")


def _label(event: Event) -> str:
    row = row_of(event.type)
    return str(row.label) if row else event.type


def _hashes(number: int) -> list[bytes]:
    rows = Event.objects.filter(case_id=number).order_by("-seq").values_list("hash", flat=True)
    return [bytes(h) for h in rows]


@desk("auditor", "security_admin")
def access(request: DeskRequest) -> HttpResponse:
    """The access log of the organisations at and below the auditor's bureau, newest first."""
    actor = request.actor
    rows = AccessLog.objects.select_related("staff", "organisation")
    home = Organisation.objects.filter(pk=actor.authority_id or actor.organisation_id or 0).first()
    if home is not None:
        rows = rows.filter(organisation_id__in=ids_below(home))
    act = request.GET.get("act", "")
    if act in AccessAct.values:
        rows = rows.filter(act=act)
    case = request.GET.get("case", "").strip()
    if case.isdigit() and len(case) == 18:
        rows = rows.filter(case_id=int(case))
    who = request.GET.get("who", "").strip()
    if who:
        rows = rows.filter(staff__name=who)
    before = request.GET.get("before", "")
    if before.isdigit():
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: MOST + 1])
    context = {
        "title": _("查阅日志"),
        "rows": look_rows(found[:MOST]),
        "acts": AccessAct.choices,
        "act": act,
        "case_text": case,
        "who": who,
        "next_url": f"?act={act}&case={case}&who={who}&before={found[MOST - 1].pk}"
        if len(found) > MOST
        else "",
    }
    return page(request, "desk/access.html", context, current="desk:access")
