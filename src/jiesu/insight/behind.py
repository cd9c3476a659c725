"""The cases behind a figure, as far as the reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.cases.worklists import Item, items, shown
from jiesu.insight.figures import Figure
from jiesu.insight.scope import Code, InsightError, Scope, may_read
from jiesu.people.actors import Actor

PAGE = 50


@dataclass(frozen=True)
class Behind:
    """A page of the cases, the newest first, and where the next begins; empty at the end."""

    items: list[Item]
    following: str


def counted(figure: Figure, scope: Scope) -> Q:
    """The condition on the cases that a figure counts.

    Raises:
        InsightError: ``not_permitted``: it counts no cases.
    """
    if figure.cases is None:
        raise InsightError(Code.NOT_PERMITTED, _("这个数字不是由案件计出的，没有案件清单。"))
    where = Q(received_at__gte=scope.begins, received_at__lt=scope.ends) & Q(**{scope.column: scope.region})
    if scope.organisation:
        own = Q(organisation_id=scope.organisation)
        where &= own | Q(organisation_id=None, registered_by_id=scope.organisation)
    return where & figure.cases(scope)


def read(figure: Figure, scope: Scope, *, actor: Actor, after: str = "") -> Behind:
    """One page.

    Args:
        after: where it begins, as the page before said; anything unreadable gives the first page.

    Raises:
        InsightError: ``not_permitted``.
    """
    if not may_read(actor, scope.region) or not (actor.system or actor.has(*figure.readers)):
        raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
    rows: QuerySet[Case] = visible(actor).filter(counted(figure, scope))
    stamp, _bar, number = after.partition("_")
    try:
        place = (datetime.fromisoformat(stamp), int(number))
    except ValueError:
        place = None
    if place is not None and place[0].tzinfo is not None:
        rows = rows.filter(Q(received_at__lt=place[0]) | Q(received_at=place[0], pk__lt=place[1]))
    found = list(shown(rows).order_by("-received_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    following = f"{last.received_at.isoformat()}_{last.pk}" if last else ""
    return Behind(items(found[:PAGE], actor), following)
