"""The cases behind a number: of a figure, or of a cell of a breakdown; as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.cases.worklists import Item, items, shown
from jiesu.insight.figures import CONTACTS, Breakdown, Column, Figure, Label, Unit, breakdown, figure
from jiesu.insight.scope import Code, InsightError, Scope, may_read, organisation_of, regions_below
from jiesu.insight.tallies import keeping, reading
from jiesu.insight.tallies.keeping import Counts
from jiesu.people.actors import Actor

PAGE = 50
#: Cases are counted up to here; a count over an archive would keep the reader waiting.
MOST = 1000


@dataclass(frozen=True)
class Asked:
    """A number whose cases are asked for.

    Args:
        label: what it is called, with the row of its table.
        where: the condition on its cases.
        number: how many these are, from the tallies; None where the tallies do not say.
        listing: which cases stand in the list, where the label alone does not say it.
    """

    label: str
    declared: Figure | Breakdown
    where: Callable[[Scope], Q]
    number: Callable[[Counts], int] | None
    listing: Label = ""


@dataclass(frozen=True)
class Behind:
    """A page of the cases, the newest first, and where the next begins; empty at the end.

    Args:
        number: what the tallies count; of clocks and contacts a case may have several.
        seen: how many cases the reader sees, at most one more than ``MOST``.
        without: contacts of which no case came, counted where they are few.
    """

    items: list[Item]
    following: str
    number: int | None
    seen: int
    without: int = 0


def of_figure(key: str) -> Asked | None:
    """The cases of a figure; None where there is no such figure or it counts none."""
    found = figure(key)
    if found is None or found.cases is None:
        return None
    number = found.listed
    if found.unit == Unit.COUNT:
        number = _whole(found.of)
    return Asked(str(found.label), found, found.cases, number, found.listing)


def of_cell(key: str, column: str, code: str) -> Asked | None:
    """The cases of a cell of a breakdown: a column in the row of a code; None where there is no such column."""
    table = breakdown(key)
    found = next((c for c in table.columns if c.key == column), None) if table else None
    if table is None or found is None or found.cases is None:
        return None
    label = _("%(table)s：%(row)s") % {"table": table.label, "row": table.words(code)}
    pieces = [c for c in table.columns if c.unit == Unit.COUNT]
    if len(pieces) > 1:
        label = _("%(label)s，%(column)s") % {"label": label, "column": found.label}
    where = found.cases
    return Asked(label, table, lambda scope: where(scope, code), _cell(found, code))


def _whole(of: Callable[[Counts], object]) -> Callable[[Counts], int]:
    return lambda counts: int(str(of(counts) or 0))


def _cell(column: Column, code: str) -> Callable[[Counts], int]:
    return lambda counts: int(column.of(counts, code) or 0)


def counted(asked: Asked, scope: Scope) -> Q:
    """The condition on the cases that a number counts."""
    where = Q(received_at__gte=scope.begins, received_at__lt=scope.ends) & Q(**{scope.column: scope.region})
    if scope.organisation:
        own = Q(organisation_id=scope.organisation)
        where &= own | Q(organisation_id=None, registered_by_id=scope.organisation)
    if scope.own and (below := regions_below(scope.region)):
        level = "city" if scope.column == "province" else "county"
        where &= ~Q(**{f"{level}__in": [code for code, _name in below]})
    return where & asked.where(scope)


def read(asked: Asked, scope: Scope, *, actor: Actor, after: str = "") -> Behind:
    """One page.

    Args:
        after: where it begins, as the page before said; anything unreadable gives the first page.

    Raises:
        InsightError: ``not_permitted``, ``unknown_organisation``.
    """
    if not may_read(actor, scope.region) or not (actor.system or actor.has(*asked.declared.readers)):
        raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
    organisation_of(scope)
    keeping.catch_up(scope.now)
    condition = counted(asked, scope)
    rows: QuerySet[Case] = visible(actor).filter(condition)
    number = asked.number(_counts(scope)) if asked.number else None
    keys, seen = _keys(rows, _place(after))
    page = Case.objects.filter(pk__in=keys[:PAGE])
    found = list(shown(page).order_by("-received_at", "-pk"))
    last = found[-1] if len(keys) > PAGE else None
    return Behind(
        items(found, actor),
        f"{last.received_at.isoformat()}_{last.pk}" if last else "",
        number,
        seen,
        _without(asked, condition, number, seen),
    )


def _keys(rows: QuerySet[Case], place: tuple[datetime, int] | None) -> tuple[list[int], int]:
    """The cases of a page and what follows it, and how many there are, at most one more than ``MOST``.

    The first page counts as it goes: rows that are few among many are looked for once.
    """
    ordered = rows.order_by("-received_at", "-pk").values_list("pk", flat=True)
    if place is None:
        keys = list(ordered[: MOST + 1])
        return keys, len(keys)
    at, number = place
    after = ordered.filter(Q(received_at__lt=at) | Q(received_at=at, pk__lt=number))
    return list(after[: PAGE + 1]), rows.order_by()[: MOST + 1].count()


def _place(after: str) -> tuple[datetime, int] | None:
    """Where a page begins; None where it is the first."""
    stamp, _bar, number = after.partition("_")
    try:
        place = (datetime.fromisoformat(stamp), int(number))
    except ValueError:
        return None
    return place if place[0].tzinfo is not None else None


def _without(asked: Asked, condition: Q, number: int | None, seen: int) -> int:
    """Contacts without a case, counted where they are few and not all are seen."""
    if asked.declared.source != CONTACTS or number is None or not seen < number <= MOST:
        return 0
    return number - Case.objects.filter(condition).count()


def _counts(scope: Scope) -> Counts:
    """The counts of a scope; of a region's own level what is left of it without those below."""
    below = [code for code, _name in regions_below(scope.region)] if scope.own else []
    found = reading.totals([scope.unit, *below], scope.since, scope.until)
    whole = found[scope.unit]
    for code in below:
        whole.subtract(found[code])
    return whole
