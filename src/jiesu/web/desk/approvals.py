"""For the responsible head: every decision that waits, with its draft and evidence, decided on the spot."""

from __future__ import annotations

import uuid
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import ProposalFact
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.approval import overtaken
from jiesu.cases.models import Case, Event, Proposal
from jiesu.cases.queries import visible
from jiesu.cases.worklists import items, shown
from jiesu.insight.hotspots import notices, warnings
from jiesu.people import calendar
from jiesu.people.models import Staff
from jiesu.people.visibility import Part
from jiesu.web.desk import links
from jiesu.web.desk.case import file_lines, opening_of
from jiesu.web.desk.casefile import CaseFile, read
from jiesu.web.desk.doors import DeskRequest, by_htmx, desk
from jiesu.web.desk.frame import going, page, part
from jiesu.web.desk.listing import line
from jiesu.web.desk.preview import preview_notices
from jiesu.web.desk.timeline import Names, details_of, events_of

MOST = 100
#: What may be done with a draft, and the field that takes the words beside it.
WORDS_OF = {"approve": "note", "reject": "reason", "redraft": ""}


@desk("head")
def approvals(request: DeskRequest) -> HttpResponse:
    """Everything that waits for the head of a bureau: proposals, consumer warnings and supervision notices to be answered,
    the oldest first."""
    waiting = list(
        Proposal.objects.filter(organisation_id=request.actor.authority_id or 0, status="pending").order_by(
            "proposed_at", "case_id"
        )[:MOST]
    )
    cases: dict[int, Case] = {
        c.pk: c
        for c in shown(visible(request.actor, Part.CONTENT).filter(pk__in={p.case_id for p in waiting}))
    }
    people = dict(Staff.objects.filter(pk__in={p.proposed_by_id for p in waiting}).values_list("pk", "name"))
    days = calendar.current()
    lines = {i.case.pk: line(i, now=request.now, calendar=days) for i in items(cases.values(), request.actor)}
    rows: list[dict[str, Any]] = []
    for proposal in waiting:
        entry = lines.get(proposal.case_id)
        if entry is None:
            continue
        row = table(entry.case.kind).rows.get(proposal.action)
        rows.append(
            {
                "line": entry,
                "label": row.label if row else proposal.action,
                "by": people.get(proposal.proposed_by_id, ""),
                "at": proposal.proposed_at,
                "url": reverse("desk:proposal", args=[entry.number, proposal.seq]),
            }
        )
    rows += [
        {
            "label": _("消费警示"),
            "title": warning.title,
            "by": warning.author.name,
            "at": warning.proposed_at,
            "url": f"{reverse('hotspots:warnings')}#warning-{warning.pk}",
        }
        for warning in warnings.awaiting(request.actor)[:MOST]
    ]
    rows += [
        {
            "label": _("补充答复督办单") if address.returns else _("答复督办单"),
            "reminders": address.reminders,
            "title": address.notice.title,
            "by": address.notice.organisation.short_name,
            "at": address.notice.at,
            "by_day": address.answer_by,
            "url": reverse("hotspots:notice", args=[address.notice_id]),
        }
        for address in notices.awaiting(request.actor)[:MOST]
    ]
    rows.sort(key=itemgetter("at"))
    context = {"title": _("待我审批"), "rows": rows, "capped": len(waiting) >= MOST}
    return page(request, "desk/approvals.html", context, current="desk:approvals")


@desk("head")
@require_http_methods(["GET", "POST"])
def proposal(request: DeskRequest, number: int, seq: int) -> HttpResponse:
    """One proposal: the draft in full, what it rests on, and the decision."""
    file = read(number, actor=request.actor)
    fact = file.state.facts.proposals.get(seq)
    if fact is None or not file.may(Part.CONTENT):
        raise Http404(_("这件拟办已经处理。"))
    if request.method == "GET":
        return _show(request, file, seq, fact)
    words = request.POST.get("words", "")
    action = request.POST.get("decision", "")
    action = action if action in WORDS_OF else "reject"
    data = {"proposal": str(seq), **({WORDS_OF[action]: words} if WORDS_OF[action] else {})}
    version = request.POST.get("version", "")
    try:
        done = act(
            file.case.pk,
            action,
            data,
            actor=request.actor,
            at=request.now,
            version=int(version) if version.isdigit() else None,
            key=request.POST.get("key") or None,
        )
    except ActionError as error:
        file = read(number, actor=request.actor)
        fact = file.state.facts.proposals.get(seq, fact)
        return _show(request, file, seq, fact, words=words, error=error)
    links.complete(done, now=request.now)
    if action == "redraft":
        messages.success(request, _("已退回重拟；原拟办的内容已填入下表，请按现行规定核对"))
        return going(request, reverse("desk:act", args=[str(number), fact.action]))
    messages.success(request, _("已批准") if action == "approve" else _("已退回拟办"))
    back = request.POST.get("back", "")
    return going(
        request, reverse("desk:approvals") if back == "list" else reverse("desk:case", args=[str(number)])
    )


def _show(
    request: DeskRequest,
    file: CaseFile,
    seq: int,
    fact: ProposalFact,
    *,
    words: str = "",
    error: ActionError | None = None,
) -> HttpResponse:
    row = table(file.case.kind).rows[fact.action]
    events = events_of(file.case.pk)
    proposed = next(
        (e for e in events if e.type == "propose" and e.data.get("in", {}).get("action") == fact.action), None
    )
    stand_in = Event(data={"in": dict(fact.data)}, at=request.now, type=fact.action)
    problem = ""
    notices: list[Any] = []
    try:
        notices = preview_notices(
            file.case.pk, fact.action, fact.data, actor=request.actor, at=request.now, cleaned=True
        )
    except ActionError as refused:
        problem = refused.message
    problems = list(error.fields.values()) or [error.message] if error else []
    context: dict[str, Any] = {
        "title": _("审批：%(what)s") % {"what": row.label},
        "file": file,
        "case": file.case,
        "label": row.label,
        "details": details_of(stand_in, row, file, Names(file, [stand_in])),
        "opinion": file.text(proposed.data["in"].get("note")) if proposed else "",
        "by": getattr(proposed, "who", "") if proposed else "",
        "at": proposed.at if proposed else None,
        "notices": notices,
        "problem": problem,
        "overtaken": overtaken(file.state, fact.data, timezone.localdate(request.now)),
        "opening": opening_of(file, events),
        "files": file_lines(file),
        "url": reverse("desk:proposal", args=[str(file.case.pk), seq]),
        "version": file.case.version,
        "key": uuid.uuid4().hex,
        "words": words,
        "problems": problems,
        "back": request.GET.get("back") or request.POST.get("back", ""),
    }
    status = error.status if error else 200
    if by_htmx(request):
        return part(request, "desk/parts/proposal_dialog.html", context, status=status)
    return page(request, "desk/proposal.html", context, current="desk:approvals", status=status)
