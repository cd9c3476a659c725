"""Supervision notices 督办单 out of hot spots: to which bureaus, by which day they answer, what they answered, who is late.

The day is the issuing bureau's own wish, no period of law: it moves no clock of any case. Each bureau sees its own part of a
notice alone, its cases and its answer: how many others have would tell it what it has no right to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Prefetch, Q, QuerySet

from jiesu.cases.counting import also_approved
from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import NoticeAddress, SupervisionNotice
from jiesu.insight.scope import READERS
from jiesu.law import days
from jiesu.law.calendar import Calendar
from jiesu.people.actors import Actor
from jiesu.people.masking import mask_text
from jiesu.people.roles import Role
from jiesu.people.settings import in_force

#: Who answers for the own bureau.
ANSWERERS = frozenset({Role.HEAD, Role.SUPERVISOR})
#: Who reads what the own bureau has sent out: those who see the outline of every case below. Others of it would learn from
#: the numbers of the bureaus below what they have no right to.
_ABOVE = frozenset({Role.HEAD, Role.SUPERVISOR, Role.AUDITOR})
LEAST_ANSWER, MOST_ANSWER = 4, 1000


@dataclass(frozen=True)
class Standing:
    """How an addressed bureau stands: answered or not, in time or late."""

    address: NoticeAddress
    answered: bool
    late: bool


def answer_day(actor: Actor, *, calendar: Calendar, at: datetime) -> date:
    """The day by which a notice of today is to be answered, by the setting of the actor's bureau."""
    number = int(in_force(organisation=actor.organisation_id, at=at)["hotspots.answer_days"])
    last = days.last_working_day(calendar, start=day_of(at).toordinal(), number=number, pauses=())
    assert last is not None  # nothing is paused
    return date.fromordinal(last)


def issue(
    *,
    spot: int,
    title: str,
    note: str,
    answer_by: date,
    cases: Iterable[Case],
    key: str,
    actor: Actor,
    at: datetime,
) -> SupervisionNotice | None:
    """Write a notice to every bureau that handles one of some cases; None where none does. Sent twice, it is one.

    Part of a supervision (``supervising.supervise``), which has asked for rights.
    """
    by_bureau: dict[int, list[int]] = {}
    for case in cases:
        if case.organisation_id is not None and case.organisation_id != actor.authority_id:
            by_bureau.setdefault(case.organisation_id, []).append(case.pk)
    if not by_bureau or actor.authority_id is None or actor.staff_id is None:
        return None
    with transaction.atomic():
        notice, new = SupervisionNotice.objects.get_or_create(
            organisation_id=actor.authority_id,
            key=key,
            defaults={
                "spot_id": spot,
                "staff_id": actor.staff_id,
                "at": at,
                "title": title,
                "note": mask_text(note),
                "answer_by": answer_by,
            },
        )
        if new:
            NoticeAddress.objects.bulk_create(
                NoticeAddress(notice=notice, organisation_id=bureau, cases=sorted(numbers))
                for bureau, numbers in sorted(by_bureau.items())
            )
    return notice


def issued(actor: Actor) -> QuerySet[SupervisionNotice]:
    """The notices of the actor's bureau with those addressed, the newest first; two queries."""
    rows = SupervisionNotice.objects.filter(organisation=_reading(actor, _ABOVE))
    addressed = NoticeAddress.objects.select_related("organisation", "answered_by").order_by("pk")
    return (
        rows.select_related("staff", "organisation")
        .prefetch_related(Prefetch("addresses", addressed))
        .order_by("-at", "-pk")
    )


def received(actor: Actor) -> QuerySet[NoticeAddress]:
    """What is addressed to the actor's bureau: first what waits for an answer, the earliest day at the head."""
    rows = NoticeAddress.objects.filter(organisation=_reading(actor, READERS))
    return rows.select_related("notice__organisation", "organisation", "answered_by").order_by(
        F("answered_at").desc(nulls_first=True), "notice__answer_by", "-pk"
    )


def awaiting(actor: Actor) -> QuerySet[NoticeAddress]:
    """What waits for the answer of the actor's bureau."""
    return received(actor).filter(answered_at=None)


# The same for the figure beside 待我审批: it waits for a head.
also_approved(
    "SELECT 1 FROM insight_noticeaddress WHERE organisation_id = %(approves)s AND answered_at IS NULL"
)


def parts_of(notice: int, actor: Actor) -> tuple[SupervisionNotice, list[NoticeAddress]]:
    """A notice with what the actor may see of it: all that it asked of whom, or the own bureau's part alone.

    Raises:
        HotSpotError: ``notice_not_found``.
    """
    sent, got = _reading(actor, _ABOVE), _reading(actor, READERS)
    rows = NoticeAddress.objects.filter(Q(notice__organisation=sent) | Q(organisation=got), notice=notice)
    found = list(
        rows.select_related("notice__organisation", "notice__staff", "organisation", "answered_by").order_by(
            "pk"
        )
    )
    if not found:
        raise HotSpotError(Code.NOTICE_NOT_FOUND)
    return found[0].notice, found


def cases_of(addresses: Iterable[NoticeAddress], actor: Actor) -> QuerySet[Case]:
    """The cases of some parts of a notice that the actor may see, those due first at the head."""
    numbers = [number for address in addresses for number in address.cases]
    return visible(actor).filter(pk__in=numbers).order_by("closed_at", "due_at", "pk")


def standing(address: NoticeAddress, *, answer_by: date, at: datetime) -> Standing:
    """Answered or not, in time or late: late begins with the day after the one named."""
    done = address.answered_at
    return Standing(address, answered=done is not None, late=day_of(done or at) > answer_by)


def may_answer(actor: Actor, address: NoticeAddress) -> bool:
    """Whether the actor answers for the addressed bureau, and it has not answered yet."""
    own = actor.authority_id is not None and address.organisation_id == actor.authority_id
    return own and actor.has(*ANSWERERS) and actor.staff_id is not None and address.answered_at is None


@transaction.atomic
def answer(*, notice: int, text: str, actor: Actor, at: datetime) -> NoticeAddress:
    """Answer a notice for the own bureau, once.

    Raises:
        HotSpotError: ``notice_not_found``, ``hot_spot_not_permitted``, ``notice_answered``, ``notice_answer_needed``.
    """
    own = actor.authority_id or 0
    row = NoticeAddress.objects.select_for_update().filter(notice=notice, organisation=own).first()
    if row is None:
        raise HotSpotError(Code.NOTICE_NOT_FOUND)
    if not actor.has(*ANSWERERS) or actor.staff_id is None:
        raise HotSpotError(Code.NOT_PERMITTED)
    if row.answered_at is not None:
        raise HotSpotError(Code.ANSWERED)
    text = mask_text(text.strip())
    if not LEAST_ANSWER <= len(text) <= MOST_ANSWER:
        raise HotSpotError(Code.ANSWER_NEEDED)
    row.answer, row.answered_by_id, row.answered_at = text, actor.staff_id, at
    row.save(update_fields=("answer", "answered_by", "answered_at"))
    return row


def _reading(actor: Actor, roles: frozenset[Role]) -> int:
    """The bureau for which the actor reads, in one of some roles; none for others."""
    return (actor.authority_id or 0) if actor.has(*roles) else 0
