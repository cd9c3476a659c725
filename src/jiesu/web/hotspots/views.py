"""The list of hot spots, one hot spot, its cases, and what people decide about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.worklists import items, shown
from jiesu.insight.hotspots import deeds, notices, queries, supervising, typical, warnings
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.heat import FULL_GROWTH, formula
from jiesu.insight.hotspots.models import ConsumerWarning, Decision
from jiesu.insight.hotspots.queries import HotSpot
from jiesu.insight.scope import READERS
from jiesu.people import calendar
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page
from jiesu.web.desk.listing import line
from jiesu.web.desk.queue import bulk_actions
from jiesu.web.hotspots.drawing import Sparkline, sparkline

CURRENT = "hotspots:list"
PLACES, CASES, DECISIONS, YEARS = 3, 200, 20, 10


@dataclass(frozen=True)
class Row:
    """A hot spot as a row of a list."""

    spot: HotSpot
    spark: Sparkline
    tone: str
    places: str
    more_places: int
    times: str


def row(spot: HotSpot, rules: queries.Rules) -> Row:
    """A hot spot with its drawing and words."""
    first = spot.places[:PLACES]
    return Row(
        spot=spot,
        spark=sparkline(spot.trend, recent=rules.weights.period),
        tone="red" if spot.heat.total >= 60 else "orange" if spot.heat.total >= 35 else "secondary",
        places=_("、").join(f"{place.name} {place.count}" for place in first),
        more_places=len(spot.places) - len(first),
        times=f"{min(spot.heat.times, 99):.1f}",
    )


def tabs(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    """The parts of the hot spots' pages; how many notices and warnings wait stands on their tabs: to be answered here, and
    answers to be accepted."""
    asked = notices.awaiting(request.actor).count() + notices.to_accept(request.actor).count()
    waiting = warnings.of_bureau(request.actor).filter(state="proposed").count()
    listed = reverse("hotspots:list")
    found = (
        ("open", _("正在发生"), listed, None),
        ("dismissed", _("已忽略"), f"{listed}?show=dismissed", None),
        ("year", _("年度热点"), reverse("hotspots:year"), None),
        ("notices", _("督办单"), reverse("hotspots:notices"), asked or None),
        ("warnings", _("消费警示"), reverse("hotspots:warnings"), waiting or None),
    )
    return [
        {"label": label, "url": url, "active": key == current, "count": count, "key": str(n)}
        for n, (key, label, url, count) in enumerate(found, 1)
    ]


@desk(*READERS)
def listed(request: DeskRequest) -> HttpResponse:
    """What is going on, the hottest first."""
    dismissed = request.GET.get("show") == "dismissed"
    rules = queries.rules(request.actor, request.now)
    found = queries.listing(request.actor, at=request.now, dismissed=dismissed)
    context = {
        "title": _("热点"),
        "rows": [row(spot, rules) for spot in found],
        "tabs": tabs(request, "dismissed" if dismissed else "open"),
        "period": rules.weights.period,
        "formula": formula(rules.weights),
        "rules": rules,
        "dismissed": dismissed,
    }
    return page(request, "hotspots/list.html", context, current=CURRENT)


@desk(*READERS)
def year(request: DeskRequest) -> HttpResponse:
    """The ten hot subjects of a year."""
    this = request.now.astimezone(SHANGHAI).year
    asked = request.GET.get("year", "")
    chosen = int(asked) if asked.isascii() and asked.isdigit() and this - YEARS < int(asked) <= this else this
    rules = queries.rules(request.actor, request.now)
    found = queries.top(
        request.actor, since=date(chosen, 1, 1), until=date(chosen, 12, 31), at=request.now, limit=10
    )
    context = {
        "title": _("年度热点"),
        "rows": [row(spot, rules) for spot in found],
        "tabs": tabs(request, "year"),
        "year": chosen,
        "years": range(this, this - YEARS, -1),
    }
    return page(request, "hotspots/year.html", context, current=CURRENT)


@desk(*READERS)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One hot spot: what, where, since when, how many, how it grows, and what to do."""
    return _one(request, found(request, pk))


def found(request: DeskRequest, pk: int) -> HotSpot:
    """The hot spot of an address.

    Raises:
        Http404: there is none for this reader.
    """
    try:
        return queries.one(request.actor, pk, at=request.now)
    except HotSpotError as error:
        raise Http404(error.message) from error


def _one(request: DeskRequest, spot: HotSpot, problem: str = "", status: int = 200) -> HttpResponse:
    actor = request.actor
    rules = queries.rules(actor, request.now)
    may_decide = deeds.may_decide(actor)
    others = queries.listing(actor, at=request.now) if may_decide else []
    decisions = Decision.objects.filter(spot__in=spot.members, organisation=actor.authority_id)
    written = ConsumerWarning.objects.filter(spot__in=spot.members, organisation=actor.authority_id)
    context = {
        "title": spot.label,
        "row": row(spot, rules),
        "spot": spot,
        "chart": sparkline(spot.trend, recent=rules.weights.period, width=620, height=120),
        "parts": heat_parts(spot, rules),
        "formula": formula(rules.weights),
        "rules": rules,
        "typical": typical.texts(actor, spot),
        "may_decide": may_decide,
        "may_write": warnings.may_write(actor),
        "to_urge": supervising.below(actor, spot) if may_decide and spot.unclosed else 0,
        "moved": deeds.moved(spot, actor=actor).count() if may_decide else 0,
        "others": [other for other in others if other.key != spot.key],
        "decisions": list(decisions.select_related("staff").order_by("-at")[:DECISIONS]),
        "notices": list(notices.issued(actor).filter(spot__in=spot.members)[:5]),
        "warnings": list(written.order_by("-proposed_at")[:5]),
        "problem": problem,
    }
    return page(request, "hotspots/one.html", context, current=CURRENT, status=status)


def heat_parts(spot: HotSpot, rules: queries.Rules) -> list[dict[str, Any]]:
    """The parts of the heat with the numbers that went in."""
    heat, weights = spot.heat, rules.weights
    whole = weights.number + weights.people + weights.growth + weights.urgency or 1
    period = weights.period
    told = (
        (_("件数"), heat.number, weights.number, _("近 %(n)d 日 %(k)d 件") % {"n": period, "k": spot.recent}),
        (
            _("人数"),
            heat.people,
            weights.people,
            _("近 %(n)d 日 %(k)d 人，不含举报人") % {"n": period, "k": spot.recent_people},
        ),
        (
            _("增长"),
            heat.growth,
            weights.growth,
            _("是平常的 %(times)s 倍，%(full)d 倍为满") % {"times": f"{heat.times:.1f}", "full": FULL_GROWTH},
        ),
        (_("紧急"), heat.urgency, weights.urgency, _("文字里的人身安全等紧急情形")),
    )
    return [
        {"label": label, "share": round(100 * share), "points": round(100 * share * weight / whole, 1),
         "most": round(100 * weight / whole), "note": note}
        for label, share, weight, note in told
    ]  # fmt: skip


def corrections(spot: HotSpot) -> list[dict[str, str]]:
    """What may be done with ticked cases of a hot spot, as buttons of their list."""
    labels = {"take_out": (_("移出热点"), "eye-off"), "split": (_("拆分成新热点"), "git-merge")}
    return [
        {"label": label, "icon": icon, "url": reverse("hotspots:correct", args=[spot.key, way])}
        for way, (label, icon) in labels.items()
    ]


@desk(*READERS)
def cases(request: DeskRequest, pk: int) -> HttpResponse:
    """The cases behind a hot spot, within the reader's rights; several may be urged, taken out or split off at once."""
    spot = found(request, pk)
    rows = list(shown(queries.cases_of(request.actor, spot))[:CASES])
    days = calendar.current()
    context = {
        "title": _("热点办件：%(label)s") % {"label": spot.label},
        "spot": spot,
        "lines": [line(item, now=request.now, calendar=days) for item in items(rows, request.actor)],
        "bulk": [
            *(a for a in bulk_actions(request) if a["url"].rstrip("/").endswith("urge")),
            *(corrections(spot) if deeds.may_decide(request.actor) else ()),
        ],
        "most": CASES,
    }
    return page(request, "hotspots/cases.html", context, current=CURRENT)


@desk(*READERS)
@require_POST
def deed(request: DeskRequest, pk: int, deed: str) -> HttpResponse:
    """What a person decides; back to the page with what was refused, if it was."""
    spot = found(request, pk)
    actor, at, given = request.actor, request.now, request.POST
    try:
        if deed == "rename":
            deeds.rename(spot=spot.key, title=given.get("title", ""), actor=actor, at=at)
        elif deed == "dismiss":
            deeds.dismiss(spot=spot.key, reason=given.get("reason", ""), actor=actor, at=at)
        elif deed == "reopen":
            deeds.reopen(spot=spot.key, actor=actor, at=at)
        elif deed == "part":
            deeds.part(spot=spot.key, actor=actor, at=at)
        elif deed == "merge":
            into = given.get("into", "")
            if not (into.isascii() and into.isdigit() and len(into) < 19):
                raise HotSpotError(Code.SAME_SPOT)
            deeds.merge(spot=spot.key, into=int(into), actor=actor, at=at)
        else:
            raise Http404
    except HotSpotError as error:
        return _one(request, spot, error.message, 403 if error.code == Code.NOT_PERMITTED else 422)
    if deed == "dismiss":
        return going(request, reverse("hotspots:list"))
    return going(request, reverse("hotspots:one", args=[pk]))
