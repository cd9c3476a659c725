"""Consumer warnings on the desk: written out of a hot spot, approved by another head, withdrawn."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiesu.insight.hotspots import warnings
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import WarningState
from jiesu.insight.hotspots.queries import HotSpot
from jiesu.insight.scope import READERS
from jiesu.places.models import Organisation
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.hotspots.views import CURRENT, found, tabs

MOST = 50
TONES = {"proposed": "orange", "published": "green", "refused": "secondary", "withdrawn": "secondary"}


@desk(*READERS)
def write(request: DeskRequest, pk: int) -> HttpResponse:
    """The form with a draft to begin with; sent, it lies before a head."""
    spot = found(request, pk)
    if request.method != "POST":
        return _form(request, spot, {"title": "", "text": ""})
    typed = {name: request.POST.get(name, "") for name in ("title", "text")}
    try:
        warnings.propose(spot=spot.key, actor=request.actor, at=request.now, **typed)
    except HotSpotError as error:
        return _form(request, spot, typed, error.message, 403 if error.code == Code.NOT_PERMITTED else 422)
    return going(request, reverse("hotspots:warnings"))


def _form(
    request: DeskRequest, spot: HotSpot, typed: dict[str, str], problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "title": _("起草消费警示"),
        "spot": spot,
        "typed": typed,
        "problem": problem,
        "organisation": Organisation.objects.filter(pk=request.actor.authority_id or 0).first(),
        "most_title": warnings.TITLE,
        "most_text": warnings.MOST_TEXT,
    }
    return page(request, "hotspots/warn.html", context, current=CURRENT, status=status)


@desk(*READERS)
def listed(request: DeskRequest) -> HttpResponse:
    """The bureau's warnings with what may be done to each."""
    return _listed(request)


def _listed(request: DeskRequest, problem: str = "", status: int = 200) -> HttpResponse:
    actor = request.actor
    rows: list[dict[str, Any]] = [
        {
            "warning": warning,
            "tone": TONES[warning.state],
            "may_decide": actor.has("head")
            and warning.state == WarningState.PROPOSED
            and warning.author_id != actor.staff_id,
            "may_withdraw": actor.has("head") and warning.state == WarningState.PUBLISHED,
        }
        for warning in warnings.of_bureau(actor)[:MOST]
    ]
    context = {"title": _("消费警示"), "rows": rows, "tabs": tabs(request, "warnings"), "problem": problem}
    return page(request, "hotspots/warnings.html", context, current=CURRENT, status=status)


@desk(*READERS)
@require_POST
def decide(request: DeskRequest, pk: int) -> HttpResponse:
    """Approve, refuse or withdraw."""
    wanted, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    actor, at = request.actor, request.now
    try:
        if wanted in ("approve", "refuse"):
            warnings.decide(warning=pk, approve=wanted == "approve", reason=reason, actor=actor, at=at)
        elif wanted == "withdraw":
            warnings.withdraw(warning=pk, reason=reason, actor=actor, at=at)
        else:
            raise Http404
    except HotSpotError as error:
        if error.code == Code.NOT_FOUND:
            raise Http404(error.message) from error
        return _listed(request, error.message, 403 if error.code == Code.NOT_PERMITTED else 422)
    return going(request, reverse("hotspots:warnings"))
