"""Cases as rows of a list: filters, pages by keyset, and what of each row the reader may see."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from jiesu.cases.conditions import condition
from jiesu.cases.finding import Search, found_by, newest, search_for
from jiesu.cases.kinds import ENDED, State
from jiesu.cases.models import Case
from jiesu.cases.search import query_tokens
from jiesu.cases.statements import listed
from jiesu.cases.worklists import Item, items
from jiesu.people.access import record_access
from jiesu.people.actors import Actor
from jiesu.people.models import AccessAct
from jiesu.people.visibility import Part
from jiesu.places.models import Organisation
from jiesu.web.api.problems import invalid
from jiesu.web.api.schemas import Filters
from jiesu.web.api.values import instant, last_day, midnight

LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Place:
    """Where a page ended: the value of the order's column, and the case."""

    at: datetime | None
    number: int


def write_cursor(order: str, case: Case) -> str:
    """A cursor after this case. Instants are kept whole: rows of one second differ in their microseconds."""
    at = case.due_at if order == "due" else case.registered_at
    text = json.dumps([order, at.isoformat() if at else None, str(case.pk)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(order: str, text: str) -> Place:
    """Raises Problem where the cursor is none of this list's."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        given_order, at, number = json.loads(raw.decode())
        place = Place(datetime.fromisoformat(at) if at is not None else None, int(number))
        fits = (
            given_order == order and 0 < place.number <= LARGEST and (order == "due" or place.at is not None)
        )
        fits = fits and (place.at is None or (place.at.tzinfo is not None and 1990 <= place.at.year <= 2199))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        fits = False
    if not fits:
        raise invalid({"cursor": _("cursor 无效，请从第一页开始。")})
    return place


def first_due(rows: QuerySet[Case], place: Place | None) -> QuerySet[Case]:
    """The rows that follow a place in the order of the clock; those without a date come last."""
    if place is None:
        return rows
    if place.at is None:
        return rows.filter(due_at=None, pk__gt=place.number)
    return rows.filter(Q(due_at__gt=place.at) | Q(due_at=place.at, pk__gt=place.number) | Q(due_at=None))


def organisation_id(text: str) -> int:
    """An organisation named by id or key; -1, which no case has, for one that does not exist."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < 18 else -1
    return Organisation.objects.filter(key=text).values_list("pk", flat=True).first() or -1


def narrowing(filters: Filters) -> tuple[Search, Q]:
    """What the filters look for, and what else they ask of a row.

    Raises:
        Problem: the search has no word of two characters.
    """
    text = filters.q.strip()
    if text and not text.isascii() and not query_tokens(text):
        raise invalid({"q": _("请至少输入两个字。")})
    search, wanted = search_for(text) if text else Search(), Q()
    organisation = organisation_id(filters.organisation) if filters.organisation else None
    if filters.state:
        wanted &= Q(state__in=filters.state)
    if filters.kind:
        wanted &= Q(kind__in=filters.kind)
    if organisation is not None:
        wanted &= Q(organisation_id=organisation)
    if filters.due_before:
        wanted &= Q(due_at__lte=midnight(filters.due_before))
    only_open = bool(filters.state) and ENDED.isdisjoint(filters.state)
    if filters.due_before or filters.order == "due":
        # What is due is open work; closed cases would stand behind it by the hundred thousand.
        wanted &= Q(closed_at=None)
        only_open = True
    return search.among(only_open=only_open, kinds=filters.kind or (), organisation=organisation), wanted


def rows_of(filters: Filters, actor: Actor, place: Place | None) -> list[Case]:
    """The rows of a page and one more, in their order."""
    search, wanted = narrowing(filters)
    size = filters.limit + 1
    if filters.order == "due":
        rows = found_by(actor, search).filter(wanted)
        return listed(([condition(first_due(rows, place))], size))[0]
    begin = (place.at, place.number) if place and place.at else None
    return newest(actor, search, lambda rows: rows.filter(wanted), size=size, place=begin)


def page(filters: Filters, *, actor: Actor, at: datetime) -> dict[str, Any]:
    """One page of the list; a search is recorded, without its words."""
    place = read_cursor(filters.order, filters.cursor) if filters.cursor else None
    found = items(rows_of(filters, actor, place), actor)
    more = len(found) > filters.limit
    found = found[: filters.limit]
    if filters.q.strip():
        record_access(actor=actor, act=AccessAct.SEARCH, at=at, detail={"face": "api", "found": len(found)})
    return {
        "items": [outline(item, at) for item in found],
        "next": write_cursor(filters.order, found[-1].case) if more else None,
    }


def organisation(row: Organisation | None) -> dict[str, Any] | None:
    return {"id": row.pk, "key": row.key, "name": row.name} if row is not None else None


def outline(item: Item, at: datetime) -> dict[str, Any]:
    """A row; what the reader may not see is empty."""
    case, parts = item.case, item.parts
    return {
        "number": str(case.pk),
        "kind": case.kind,
        "state": case.state,
        # Not get_state_display(): that hashes every choice anew for every row.
        "state_label": str(State(case.state).label),
        "title": case.title if Part.CONTENT in parts else "",
        "respondent": case.respondent if Part.RESPONDENT in parts else "",
        "channel": case.channel,
        "organisation": organisation(case.organisation),
        "received_at": instant(case.received_at),
        "registered_at": instant(case.registered_at),
        "closed_at": instant(case.closed_at),
        "due_at": instant(case.due_at),
        "due_on": last_day(case.due_at),
        "due_rule": case.due_rule,
        "late": case.due_at is not None and at >= case.due_at,
        "external_number": case.external_number if Part.CONTENT in parts else "",
        "version": case.version,
    }
