"""What people do with hot spots: rename, put aside, take up again, merge. Each bureau for itself, each on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from jiesu.insight.hotspots import queries
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import Decision, Deed, Opinion
from jiesu.people.actors import Actor
from jiesu.people.masking import mask_text
from jiesu.people.roles import Role

#: Who decides about hot spots, for the own bureau.
DECIDERS = frozenset({Role.HEAD, Role.SUPERVISOR})
TITLE, REASON = 60, 200


def rename(*, spot: int, title: str, actor: Actor, at: datetime) -> None:
    """Give a hot spot a name of one's own; an empty one brings the machine's words back.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_bad_title``.
    """
    title = " ".join(title.split())
    if title and (not 2 <= len(title) <= TITLE or mask_text(title) != title):
        raise HotSpotError(Code.BAD_TITLE)
    _decide(Deed.RENAME, spot, actor, at, {"title": title}, title=title)


def dismiss(*, spot: int, reason: str, actor: Actor, at: datetime) -> None:
    """Put a hot spot aside: it stands in the list no more.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_reason_needed``.
    """
    _decide(Deed.DISMISS, spot, actor, at, {"reason": reason_of(reason)}, dismissed=True)


def reopen(*, spot: int, actor: Actor, at: datetime) -> None:
    """Take a hot spot up again.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``.
    """
    _decide(Deed.REOPEN, spot, actor, at, {}, dismissed=False)


def merge(*, spot: int, into: int, actor: Actor, at: datetime) -> None:
    """Count a hot spot with another one from now on.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_same``.
    """
    target = queries.one(actor, into, at=at).key
    if target == queries.one(actor, spot, at=at).key:
        raise HotSpotError(Code.SAME_SPOT)
    _decide(Deed.MERGE, spot, actor, at, {"into": target}, merged_into_id=target)


def part(*, spot: int, actor: Actor, at: datetime) -> None:
    """Let every hot spot that was merged into one stand for itself again.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``.
    """
    key = _decide(Deed.PART, spot, actor, at, {})
    Opinion.objects.filter(organisation=actor.authority_id or 0, merged_into_id=key).update(merged_into=None)


def reason_of(text: str) -> str:
    """A reason as it may be stored, without personal data.

    Raises:
        HotSpotError: ``hot_spot_reason_needed``.
    """
    text = mask_text(" ".join(text.split()))
    if not 2 <= len(text) <= REASON:
        raise HotSpotError(Code.REASON_NEEDED)
    return text


def may_decide(actor: Actor) -> bool:
    """Whether the actor decides about hot spots of the own bureau."""
    return actor.has(*DECIDERS) and actor.authority_id is not None


@transaction.atomic
def _decide(deed: Deed, spot: int, actor: Actor, at: datetime, data: dict[str, Any], **opinion: Any) -> int:
    if not may_decide(actor) or actor.staff_id is None or actor.authority_id is None:
        raise HotSpotError(Code.NOT_PERMITTED)
    key = queries.one(actor, spot, at=at).key
    if opinion:
        Opinion.objects.update_or_create(organisation_id=actor.authority_id, spot_id=key, defaults=opinion)
    Decision.objects.create(
        spot_id=key, organisation_id=actor.authority_id, deed=deed, at=at, staff_id=actor.staff_id, data=data
    )
    return key
