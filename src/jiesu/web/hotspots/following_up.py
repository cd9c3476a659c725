"""What the bureau that sent a supervision notice does about it: one post for each deed, to one bureau's part or to several."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from jiesu.insight.hotspots import following_up
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.following_up import Seen
from jiesu.insight.scope import READERS
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going
from jiesu.web.hotspots.notices import number, shown_notice

_DONE = {
    "accept": gettext_lazy("已认可答复"),
    "send-back": gettext_lazy("已退回补充"),
    "remind": gettext_lazy("已催办"),
    "withdraw": gettext_lazy("已撤回"),
}


@desk(*READERS)
@require_POST
def follow_up(request: DeskRequest, pk: int, deed: str) -> HttpResponse:
    """Accept, send back, remind or withdraw; refused, the page as it is now with what was typed."""
    if deed not in _DONE:
        raise Http404
    typed = {name: request.POST.get(name, "") for name in ("words", "day")}
    try:
        _carry_out(request, pk, deed, typed)
    except HotSpotError as error:
        if error.code == Code.NOTICE_NOT_FOUND:
            raise Http404(error.message) from error
        return shown_notice(request, pk, {**typed, "deed": deed, "part": _first(request)}, error)
    messages.success(request, _DONE[deed])
    return going(request, reverse("hotspots:notice", args=[pk]))


def _carry_out(request: DeskRequest, pk: int, deed: str, typed: dict[str, str]) -> None:
    seen, actor, at = _seen(request), request.actor, request.now
    if deed == "accept":
        following_up.accept(notice=pk, seen=seen, actor=actor, at=at)
    elif deed == "send-back":
        following_up.send_back(
            notice=pk, seen=seen, reason=typed["words"], answer_by=_day(typed["day"]), actor=actor, at=at
        )
    elif deed == "remind":
        following_up.remind(notice=pk, seen=seen, words=typed["words"], actor=actor, at=at)
    else:
        following_up.withdraw(notice=pk, seen=seen, reason=typed["words"], actor=actor, at=at)


def _seen(request: DeskRequest) -> list[Seen]:
    """The parts that the form names, each as the screen showed it."""
    found = []
    for token in request.POST.getlist("part"):
        address, _colon, step = token.partition(":")
        found.append(Seen(address=number(address) or 0, step=number(step) or 0))
    return found


def _first(request: DeskRequest) -> str:
    """Which form was sent: the part it names, or all of them."""
    parts = request.POST.getlist("part")
    return parts[0].partition(":")[0] if len(parts) == 1 else "all"


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
