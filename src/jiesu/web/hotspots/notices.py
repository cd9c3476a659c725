"""Supervision notices on the desk: those sent out with who has answered and who is late, those received with the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.worklists import items, shown
from jiesu.insight.hotspots import following_up, notices
from jiesu.insight.hotspots.deeds import REASON
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import (
    NoticeAddress,
    NoticeDeed,
    NoticeState,
    NoticeStep,
    SupervisionNotice,
)
from jiesu.insight.scope import READERS
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.desk.listing import line
from jiesu.web.hotspots.history import entry
from jiesu.web.hotspots.views import CURRENT, tabs

MOST, CASES = 50, 100
STATUS = {Code.NOT_PERMITTED: 403, Code.NOTICE_CHANGED: 409, Code.ANSWERED: 409, Code.NOTICE_WITHDRAWN: 409,
          Code.NOTICE_STATE: 409}  # fmt: skip


def number(typed: str) -> int | None:
    """A number out of a form; None where none was sent."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None


@dataclass(frozen=True)
class Sent:
    """A notice of the own bureau with how its bureaus stand; ``asked`` leaves out those of which it was withdrawn."""

    notice: SupervisionNotice
    answered: int
    asked: int
    to_accept: int
    late: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What a notice asks of one bureau, in words.

    ``token`` is the part with the last step shown. ``returned``: the step that sent the answer back, while it waits again.
    ``reminders``: those since then.
    """

    address: NoticeAddress
    words: str
    tone: str
    token: str = ""
    may_answer: bool = False
    returned: NoticeStep | None = None
    reminders: tuple[NoticeStep, ...] = ()
    history: tuple[dict[str, Any], ...] = ()

    @property
    def place(self) -> str:
        """What tells its forms from those of other parts."""
        return str(self.address.pk)

    @property
    def step(self) -> str:
        """The last step shown."""
        return self.token.partition(":")[2]

    @property
    def alone(self) -> tuple[Part, ...]:
        """The part as the only one that a form names."""
        return (self,)


@desk(*READERS)
def listed(request: DeskRequest) -> HttpResponse:
    """What the bureau has been asked, and what it has asked of others."""
    received = [(_part(request, address), address) for address in notices.received(request.actor)[:MOST]]
    context = {
        "title": _("督办单"),
        "received": received,
        "sent": [_sent(request, notice) for notice in notices.issued(request.actor)[:MOST]],
        "tabs": tabs(request, "notices"),
    }
    return page(request, "hotspots/notices.html", context, current=CURRENT)


def _sent(request: DeskRequest, notice: SupervisionNotice) -> Sent:
    asked = [a for a in notice.addresses.all() if a.state != NoticeState.WITHDRAWN]
    each = [notices.standing(address, at=request.now) for address in asked]
    late = tuple(s.address.organisation.short_name for s in each if s.late and not s.answered)
    to_accept = sum(a.state == NoticeState.ANSWERED for a in asked)
    return Sent(notice, sum(s.answered for s in each), len(each), to_accept, late)


def _part(request: DeskRequest, address: NoticeAddress) -> Part:
    if address.state == NoticeState.WITHDRAWN:
        return Part(address, _("已撤回"), "secondary")
    found = notices.standing(address, at=request.now)
    if not found.answered:
        return Part(address, _("逾期未答复"), "red") if found.late else Part(address, _("待答复"), "orange")
    if address.state == NoticeState.ACCEPTED:
        words = _("逾期答复，已认可") if found.late else _("答复已认可")
        return Part(address, words, "orange" if found.late else "green")
    return (
        Part(address, _("逾期答复，待认可"), "orange")
        if found.late
        else Part(address, _("已答复，待认可"), "blue")
    )


def _whole(request: DeskRequest, address: NoticeAddress) -> Part:
    """A part with all that was done about it, the latest first."""
    steps = list(address.steps.all())
    waits = address.state == NoticeState.OPEN
    returned = next((s for s in reversed(steps) if s.deed == NoticeDeed.SEND_BACK), None) if waits else None
    since = steps[steps.index(returned) + 1 :] if returned else steps
    return replace(
        _part(request, address),
        token=f"{address.pk}:{following_up.last_step(address)}",
        may_answer=notices.may_answer(request.actor, address),
        returned=returned,
        reminders=tuple(s for s in since if waits and s.deed == NoticeDeed.REMIND),
        history=tuple(entry(step, address) for step in reversed(steps)),
    )


@desk(*READERS)
def notice(request: DeskRequest, pk: int) -> HttpResponse:
    """One notice: what is asked, of whom, by when; the cases; each answer, or the form for it."""
    if request.method != "POST":
        return shown_notice(request, pk)
    text, step = request.POST.get("answer", ""), request.POST.get("step", "")
    try:
        notices.answer(notice=pk, text=text, step=number(step), actor=request.actor, at=request.now)
    except HotSpotError as error:
        if error.code == Code.NOTICE_NOT_FOUND:
            raise Http404(error.message) from error
        return shown_notice(request, pk, {"answer": text}, error)
    return going(request, reverse("hotspots:notice", args=[pk]))


def shown_notice(
    request: DeskRequest, pk: int, typed: dict[str, str] | None = None, error: HotSpotError | None = None
) -> HttpResponse:
    """The page of a notice; with what was typed and what stood in its way."""
    actor = request.actor
    try:
        found, parts = notices.parts_of(pk, actor)
    except HotSpotError as missing:
        raise Http404(missing.message) from missing
    rows = list(shown(notices.cases_of(parts, actor))[:CASES])
    days = calendar.current()
    whole = [_whole(request, address) for address in parts]
    may_follow = following_up.may_follow_up(actor, found)
    context: dict[str, Any] = {
        "title": _("督办单：%(title)s") % {"title": found.title},
        "notice": found,
        "ours": found.organisation_id == actor.authority_id,
        "parts": whole,
        "may_follow": may_follow,
        "open_parts": [p for p in whole if p.address.state == NoticeState.OPEN],
        "most_answer": notices.MOST_ANSWER,
        "most_reason": REASON,
        "tomorrow": (request.now.astimezone(SHANGHAI).date() + timedelta(days=1)).isoformat(),
        "typed": {"day": _offered(request) if may_follow else "", **(typed or {})},
        "problem": error.message if error else "",
        "lines": [line(item, now=request.now, calendar=days) for item in items(rows, actor)],
    }
    status = STATUS.get(error.code, 422) if error else 200
    return page(request, "hotspots/notice.html", context, current=CURRENT, status=status)


def _offered(request: DeskRequest) -> str:
    """The day offered for an answer that is sent back."""
    entered = calendar.entered(request.staff)
    return notices.answer_day(request.actor, calendar=entered, at=request.now).isoformat()
