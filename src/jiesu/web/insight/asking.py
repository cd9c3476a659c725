"""What a reader of figures asks for, from the address: region, period, organisation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.insight.periods import Period, Span
from jiesu.insight.scope import Code, InsightError, Scope, organisations_in, own_region, regions_for
from jiesu.web.desk.doors import DeskRequest

YEARS, QUARTERS, MONTHS, WEEKS = 10, 8, 24, 12


def scope_of(request: DeskRequest) -> Scope:
    """The scope of an address; without values the own region and this year. Two days make a period of their own.

    Raises:
        InsightError: ``bad_period``: also where one day alone is given.
    """
    query = request.GET
    period = query.get("period") or query.get("year") or str(request.now.astimezone(SHANGHAI).year)
    since, until = query.get("since", ""), query.get("until", "")
    if since and until:
        period = f"{since}..{until}"
    elif since or until:
        raise InsightError(Code.BAD_PERIOD, _("请把起、止两个日期都填上，或者都不填而选择期间。"))
    organisation = query.get("organisation", "")
    number = int(organisation) if organisation.isascii() and organisation.isdigit() else 0
    region = query.get("region") or own_region(request.actor)
    return Scope.of(region, period, request.now, number if 0 < number < 2**31 else None)


def address(scope: Scope, **more: str) -> str:
    """The query of a scope; what is added comes in its place where it is there already."""
    asked = _asked(scope)
    if asked.keys().isdisjoint(more):
        return "&".join(filter(None, (_written(scope), urlencode(more))))
    return urlencode({**asked, **more})


def _asked(scope: Scope) -> dict[str, str]:
    asked = {"region": scope.region, "period": scope.period.key}
    if scope.organisation:
        asked["organisation"] = str(scope.organisation)
    if scope.own:
        asked["own"] = "1"
    return asked


@lru_cache(maxsize=64)
def _written(scope: Scope) -> str:
    """A scope as it stands at the head of hundreds of addresses on one page."""
    return urlencode(_asked(scope))


def choices(request: DeskRequest, scope: Scope | None) -> Mapping[str, Any]:
    """What the form offers, and what is chosen in it; of a question that cannot be answered, what was typed."""
    region = scope.region if scope else request.GET.get("region") or own_region(request.actor)
    periods = _periods(request.now.astimezone(SHANGHAI).date())
    query = request.GET
    since, until = query.get("since", ""), query.get("until", "")
    if scope:
        own = scope.period.span == Span.DAYS
        since, until = (str(scope.since), str(scope.until)) if own else ("", "")
    if scope and all(scope.period not in found for _label, found in periods):
        periods.insert(0, (_("所选"), [scope.period]))
    return {
        "regions": [(code, f"{name}{_('（')}{code}{_('）')}") for code, name in regions_for(request.actor)],
        "organisations": organisations_in(region).values_list("pk", "short_name"),
        "periods": [(label, [(each.key, each.label) for each in found]) for label, found in periods],
        "region": region,
        "organisation": scope.organisation if scope else None,
        "period": scope.period.key if scope else query.get("period") or query.get("year", ""),
        "since": since,
        "until": until,
    }


def _periods(today: date) -> list[tuple[str, list[Period]]]:
    quarter = (today.month + 2) // 3
    quarters = [divmod(today.year * 4 + quarter - 1 - n, 4) for n in range(QUARTERS)]
    months = [divmod(today.year * 12 + today.month - 1 - n, 12) for n in range(MONTHS)]
    weeks = [(today - timedelta(7 * n)).isocalendar() for n in range(WEEKS)]
    return [
        (_("年"), [Period.year(today.year - n) for n in range(YEARS)]),
        (_("季度"), [Period.parse(f"{year}Q{n + 1}") for year, n in quarters]),
        (_("月"), [Period.parse(f"{year}-{n + 1:02d}") for year, n in months]),
        (_("周"), [Period.parse(f"{year}W{week:02d}") for year, week, _day in weeks]),
    ]
