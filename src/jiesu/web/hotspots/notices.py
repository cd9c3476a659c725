"""Supervision notices on the desk: those sent out with who has answered and who is late, those received with the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases.worklists import items, shown
from jiesu.insight.hotspots import notices
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import NoticeAddress, SupervisionNotice
from jiesu.insight.scope import READERS
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.desk.listing import line
from jiesu.web.hotspots.views import CURRENT, tabs

MOST, CASES = 50, 100


@dataclass(frozen=True)
class Sent:
    """A notice of the own bureau with how its bureaus stand."""

    notice: SupervisionNotice
    answered: int
    asked: int
    late: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What a notice asks of one bureau, in words."""

    address: NoticeAddress
    words: str
    tone: str


@desk(*READERS)
def listed(request: DeskRequest) -> HttpResponse:
    """What the bureau has been asked, and what it has asked of others."""
    received = [_part(request, address) for address in notices.received(request.actor)[:MOST]]
    context = {
        "title": _("督办单"),
        "received": received,
        "sent": [_sent(request, notice) for notice in notices.issued(request.actor)[:MOST]],
        "tabs": tabs(request, "notices"),
    }
    return page(request, "hotspots/notices.html", context, current=CURRENT)


def _sent(request: DeskRequest, notice: SupervisionNotice) -> Sent:
    each = [
        notices.standing(address, answer_by=notice.answer_by, at=request.now)
        for address in notice.addresses.all()
    ]
    late = tuple(s.address.organisation.short_name for s in each if s.late and not s.answered)
    return Sent(notice, sum(s.answered for s in each), len(each), late)


def _part(request: DeskRequest, address: NoticeAddress) -> Part:
    found = notices.standing(address, answer_by=address.notice.answer_by, at=request.now)
    if found.answered:
        return Part(address, _("逾期答复"), "orange") if found.late else Part(address, _("按期答复"), "green")
    return Part(address, _("逾期未答复"), "red") if found.late else Part(address, _("待答复"), "orange")


@desk(*READERS)
def notice(request: DeskRequest, pk: int) -> HttpResponse:
    """One notice: what is asked, of whom, by when; the cases; each answer, or the form for it."""
    if request.method != "POST":
        return _notice(request, pk)
    text = request.POST.get("answer", "")
    try:
        notices.answer(notice=pk, text=text, actor=request.actor, at=request.now)
    except HotSpotError as error:
        if error.code == Code.NOTICE_NOT_FOUND:
            raise Http404(error.message) from error
        return _notice(request, pk, text, error.message, 403 if error.code == Code.NOT_PERMITTED else 422)
    return going(request, reverse("hotspots:notice", args=[pk]))


def _notice(
    request: DeskRequest, pk: int, typed: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    actor = request.actor
    try:
        found, parts = notices.parts_of(pk, actor)
    except HotSpotError as error:
        raise Http404(error.message) from error
    rows = list(shown(notices.cases_of(parts, actor))[:CASES])
    days = calendar.current()
    context: dict[str, Any] = {
        "title": _("督办单：%(title)s") % {"title": found.title},
        "notice": found,
        "ours": found.organisation_id == actor.authority_id,
        "parts": [_part(request, address) for address in parts],
        "may_answer": any(notices.may_answer(actor, address) for address in parts),
        "most_answer": notices.MOST_ANSWER,
        "typed": typed,
        "problem": problem,
        "lines": [line(item, now=request.now, calendar=days) for item in items(rows, actor)],
    }
    return page(request, "hotspots/notice.html", context, current=CURRENT, status=status)
