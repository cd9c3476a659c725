"""Consumer warnings: written by one person out of a hot spot, approved by a head who is another, then public."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from jiesu.cases.counting import also_approved
from jiesu.cases.inserting import insert_rows
from jiesu.cases.marking import day_of, marks
from jiesu.insight.hotspots import queries
from jiesu.insight.hotspots.deeds import reason_of
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import ConsumerWarning, Decision, Deed, WarningState
from jiesu.people.actors import Actor
from jiesu.people.masking import mask_text
from jiesu.people.roles import Role

WRITERS = frozenset({Role.HEAD, Role.SUPERVISOR, Role.LEGAL})
TITLE, LEAST_TEXT, MOST_TEXT = 60, 10, 2000


@transaction.atomic
def propose(*, spot: int, title: str, text: str, actor: Actor, at: datetime) -> ConsumerWarning:
    """Write a warning and lay it before a head of the own bureau.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``warning_bad_text``,
            ``warning_personal_data``.
    """
    if not may_write(actor) or actor.staff_id is None or actor.authority_id is None:
        raise HotSpotError(Code.NOT_PERMITTED)
    title, text = " ".join(title.split()), text.strip()
    if not 2 <= len(title) <= TITLE or not LEAST_TEXT <= len(text) <= MOST_TEXT:
        raise HotSpotError(Code.BAD_WARNING)
    if mask_text(title) != title or mask_text(text) != text:
        raise HotSpotError(Code.PERSONAL_DATA)
    key = queries.one(actor, spot, at=at).key
    warning = ConsumerWarning.objects.create(
        spot_id=key,
        organisation_id=actor.authority_id,
        title=title,
        text=text,
        author_id=actor.staff_id,
        proposed_at=at,
    )
    Decision.objects.create(
        spot_id=key,
        organisation_id=actor.authority_id,
        deed=Deed.WARN,
        at=at,
        staff_id=actor.staff_id,
        data={"warning": warning.pk},
    )
    return warning


@transaction.atomic
def decide(*, warning: int, approve: bool, reason: str = "", actor: Actor, at: datetime) -> ConsumerWarning:
    """Approve a warning, which publishes it, or refuse it with a reason.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``warning_second_person``,
            ``warning_decided``, ``hot_spot_reason_needed``.
    """
    row = _locked(warning, actor)
    if not actor.has(Role.HEAD):
        raise HotSpotError(Code.NOT_PERMITTED)
    if row.author_id == actor.staff_id:
        raise HotSpotError(Code.SECOND_PERSON)
    if row.state != WarningState.PROPOSED:
        raise HotSpotError(Code.DECIDED)
    row.reason = "" if approve else reason_of(reason)
    row.state = WarningState.PUBLISHED if approve else WarningState.REFUSED
    row.decided_by_id, row.decided_at = actor.staff_id, at
    row.save(update_fields=("state", "reason", "decided_by", "decided_at"))
    if approve:
        insert_rows(marks([(day_of(at), row.organisation_id)]))
    return row


@transaction.atomic
def withdraw(*, warning: int, reason: str, actor: Actor, at: datetime) -> ConsumerWarning:
    """Take a published warning off the portal.

    Raises:
        HotSpotError: ``hot_spot_not_found``, ``hot_spot_not_permitted``, ``warning_decided``,
            ``hot_spot_reason_needed``.
    """
    row = _locked(warning, actor)
    if not actor.has(Role.HEAD):
        raise HotSpotError(Code.NOT_PERMITTED)
    if row.state != WarningState.PUBLISHED:
        raise HotSpotError(Code.DECIDED)
    row.reason, row.state = reason_of(reason), WarningState.WITHDRAWN
    row.withdrawn_by_id, row.withdrawn_at = actor.staff_id, at
    row.save(update_fields=("state", "reason", "withdrawn_by", "withdrawn_at"))
    return row


def may_write(actor: Actor) -> bool:
    """Whether the actor writes warnings for the own bureau."""
    return actor.has(*WRITERS) and actor.authority_id is not None


def of_bureau(actor: Actor) -> QuerySet[ConsumerWarning]:
    """The warnings of the actor's bureau, the newest first."""
    rows = ConsumerWarning.objects.filter(organisation=actor.authority_id)
    return rows.select_related("author", "decided_by", "organisation").order_by("-proposed_at")


def awaiting(actor: Actor) -> QuerySet[ConsumerWarning]:
    """The warnings that wait for this head's decision, the oldest first; nobody decides about the own ones."""
    rows = ConsumerWarning.objects.filter(
        organisation=actor.authority_id or 0, state=WarningState.PROPOSED
    ).exclude(author=actor.staff_id or 0)
    return (rows if actor.has(Role.HEAD) else rows.none()).select_related("author").order_by("proposed_at")


# The same for the figure beside 待我审批.
also_approved(
    "SELECT 1 FROM insight_consumerwarning"
    " WHERE organisation_id = %(approves)s AND state = 'proposed' AND author_id <> %(staff)s"
)


def published() -> QuerySet[ConsumerWarning]:
    """What the public reads, the newest first."""
    rows = ConsumerWarning.objects.filter(state=WarningState.PUBLISHED)
    return rows.select_related("organisation").order_by("-decided_at")


def _locked(warning: int, actor: Actor) -> ConsumerWarning:
    row = (
        ConsumerWarning.objects.select_for_update()
        .filter(pk=warning, organisation=actor.authority_id or 0)
        .first()
    )
    if row is None:
        raise HotSpotError(Code.NOT_FOUND)
    return row
