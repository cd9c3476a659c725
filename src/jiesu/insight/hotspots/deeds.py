"""What people do with hot spots: rename, put aside, take up again, merge, correct. Each bureau for itself, each on record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from jiesu.insight.hotspots import queries
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import Decision, Deed, Member, Opinion, Placement, Spot
from jiesu.insight.hotspots.queries import HotSpot
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


def take_out(*, spot: int, cases: Collection[int], reason: str, actor: Actor, at: datetime) -> None:
    """Count some cases of a hot spot in none from now on.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_reason_needed``,
            ``hot_spot_no_cases``, ``hot_spot_left_too_few_people``.
    """
    data = {"reason": reason_of(reason)}
    with transaction.atomic():
        numbers = _chosen(spot, cases, actor, at)
        _decide(Deed.TAKE_OUT, spot, actor, at, {**data, "cases": numbers})
        _place(numbers, None, actor)
        _still_there(spot, actor, at, Code.LEFT_TOO_FEW)


def split(*, spot: int, cases: Collection[int], title: str, reason: str, actor: Actor, at: datetime) -> int:
    """Count some cases of a hot spot as one of their own from now on; gives its key.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_reason_needed``,
            ``hot_spot_bad_title``, ``hot_spot_no_cases``, ``hot_spot_too_few_people``,
            ``hot_spot_left_too_few_people``.
    """
    title, reason = " ".join(title.split()), reason_of(reason)
    if not 2 <= len(title) <= TITLE or mask_text(title) != title:
        raise HotSpotError(Code.BAD_TITLE)
    with transaction.atomic():
        numbers = _chosen(spot, cases, actor, at)
        today = day_of(at)
        new = Spot.objects.create(first_day=today, last_day=today, size=0, features=[], counts=[])
        data = {"reason": reason, "title": title, "cases": numbers, "into": new.pk}
        _decide(Deed.SPLIT, spot, actor, at, data)
        _place(numbers, new.pk, actor)
        Opinion.objects.create(organisation_id=actor.authority_id or 0, spot=new, title=title)
        _still_there(new.pk, actor, at, Code.TOO_FEW)
        _still_there(spot, actor, at, Code.LEFT_TOO_FEW)
        data = {"reason": reason, "title": title, "cases": numbers, "from": spot}
        _decide(Deed.SPLIT, new.pk, actor, at, data)
    return new.pk


@transaction.atomic
def put_back(*, spot: int, actor: Actor, at: datetime) -> None:
    """Let every case that was taken out of a hot spot, split off from it or brought into it count where it was.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``hot_spot_no_cases``.
    """
    rows = moved(queries.one(actor, spot, at=at), actor=actor)
    numbers = sorted(rows.values_list("case_id", flat=True))
    if not numbers:
        raise HotSpotError(Code.NO_CASES)
    _decide(Deed.PUT_BACK, spot, actor, at, {"cases": numbers})
    rows.delete()


def moved(spot: HotSpot, *, actor: Actor) -> QuerySet[Placement]:
    """The cases that the actor's bureau has taken out of a hot spot or brought into it."""
    here = Member.objects.filter(spot__in=spot.members).values("case_id")
    rows = Placement.objects.filter(organisation=actor.authority_id or 0)
    return rows.filter(Q(spot__in=spot.members) | Q(case_id__in=here))


def _chosen(spot: int, cases: Collection[int], actor: Actor, at: datetime) -> list[int]:
    """The chosen cases, all of which must be in the hot spot and the actor must see."""
    hot = queries.one(actor, spot, at=at)
    wanted = set(cases)
    found = set(queries.cases_of(actor, hot).filter(pk__in=wanted).values_list("pk", flat=True))
    if not wanted or found != wanted:
        raise HotSpotError(Code.NO_CASES)
    return sorted(found)


def _still_there(spot: int, actor: Actor, at: datetime, otherwise: Code) -> None:
    """Refuses what leaves a hot spot with too few people: nobody would see it, and nothing could be put back."""
    try:
        queries.one(actor, spot, at=at)
    except HotSpotError as error:
        raise HotSpotError(otherwise) from error


def _place(cases: Sequence[int], spot: int | None, actor: Actor) -> None:
    own = actor.authority_id or 0
    Placement.objects.bulk_create(
        [Placement(organisation_id=own, case_id=case, spot_id=spot) for case in cases],
        update_conflicts=True,
        unique_fields=["organisation", "case_id"],
        update_fields=["spot"],
    )


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
