"""One action for several like cases: the same fields to each, each checked by itself, each result shown."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.lifecycle import table
from jiesu.cases.offering import Offered, offered
from jiesu.web.desk import links
from jiesu.web.desk.casefile import CaseFile, read
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.forms import all_errors, check_choices, form_fields, known_for, typed
from jiesu.web.desk.frame import page
from jiesu.web.desk.queue import BULK

#: More in one request would keep the person waiting without a word.
MOST = 100


@dataclass(frozen=True)
class Result:
    """What became of one case."""

    number: str
    url: str
    done: bool
    text: str


def chosen(request: DeskRequest) -> list[int]:
    """The ticked numbers, each once, at most ``MOST``."""
    numbers = [int(n) for n in request.POST.getlist("case") if n.isascii() and n.isdigit() and len(n) == 18]
    return list(dict.fromkeys(numbers))[:MOST]


def _offer(request: DeskRequest, file: CaseFile, action: str) -> Offered | None:
    offers = offered(file.case, file.state, request.actor, request.now, participants=file.standing)
    return next((o for o in offers if o.action == action), None)


@desk()
@require_POST
def bulk(request: DeskRequest, action: str) -> HttpResponse:
    """First the form with the fields of the action, then the results case by case."""
    if action not in BULK or not request.actor.has(*BULK[action]):
        raise PermissionDenied
    numbers = chosen(request)
    files: list[CaseFile] = []
    for number in numbers:
        try:
            files.append(read(number, actor=request.actor, children=False))
        except ActionError:
            continue
    fitting = [f for f in files if _offer(request, f, action) is not None]
    first = fitting[0] if fitting else None
    if first is None:
        return page(
            request,
            "desk/bulk.html",
            {"title": _("批量办理"), "none": True, "count": len(numbers), "back": reverse("desk:queue")},
            current="desk:queue",
        )
    offer = _offer(request, first, action)
    assert offer is not None
    known = known_for(first.state, actor=request.actor, now=request.now)
    raw = typed(request.POST, offer.fields)
    error: ActionError | None = None
    if request.POST.get("confirmed") == "1":
        try:
            check_choices(offer.fields, known, action, raw)
        except ActionError as refused:
            error = refused
        else:
            results = [_one(request, f, action, raw) for f in files]
            return page(request, "desk/bulk_done.html", _done(offer, results), current="desk:queue")
    fields = form_fields(
        offer.fields, known, action, values=raw if error else None, errors=error.fields if error else None
    )
    context: dict[str, Any] = {
        "title": _("批量办理：%(what)s") % {"what": offer.label},
        "offer": offer,
        "fields": fields,
        "files": files,
        "fitting": {f.case.pk for f in fitting},
        "problems": all_errors(error, fields) if error else [],
        "error": error,
        "key": uuid.uuid4().hex,
        "action_url": reverse("desk:bulk", args=[action]),
        "back": reverse("desk:queue"),
    }
    return page(request, "desk/bulk.html", context, current="desk:queue", status=422 if error else 200)


def _one(request: DeskRequest, file: CaseFile, action: str, raw: dict[str, Any]) -> Result:
    number = str(file.case.pk)
    url = reverse("desk:case", args=[number])
    offer = _offer(request, file, action)
    if offer is None:
        row = table(file.case.kind).rows.get(action)
        return Result(number, url, False, _("现在不能进行这项操作") if row else _("此类案件没有这项操作"))
    data = {"action": action, **raw} if offer.propose else raw
    key = f"{request.POST.get('key', '')}:{number}" if request.POST.get("key") else None
    try:
        done = act(
            file.case.pk,
            "propose" if offer.propose else action,
            data,
            actor=request.actor,
            at=request.now,
            key=key,
        )
    except ActionError as refused:
        return Result(number, url, False, _("；").join(refused.fields.values()) or refused.message)
    links.complete(done, now=request.now)
    return Result(number, url, True, _("已提交拟办") if offer.propose else _("已完成"))


def _done(offer: Offered, results: list[Result]) -> dict[str, Any]:
    good = sum(1 for r in results if r.done)
    return {
        "title": _("批量办理：%(what)s") % {"what": offer.label},
        "results": results,
        "summary": ngettext(
            "共 %(all)d 件，完成 %(good)d 件", "共 %(all)d 件，完成 %(good)d 件", len(results)
        )
        % {"all": len(results), "good": good},
        "failed": len(results) - good,
        "back": reverse("desk:queue"),
    }
