"""Supervision notices 督办单 out of hot spots: to which bureaus, by which day they answer, what they answered, who is late.
What the issuing bureau makes of the answers is ``following_up``.

The day is the issuing bureau's own wish, no period of law: it moves no clock of any case. Each bureau sees its own part of a
notice alone, its cases and its answer: how many others have would tell it what it has no right to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models as db
from django.db import transaction
from django.db.models import Count, F, Prefetch, Q, QuerySet

from jiesu.cases.counting import also_approved
from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.insight.hotspots import steps
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import (
    NoticeAddress,
    NoticeDeed,
    NoticeState,
    NoticeStep,
    SupervisionNotice,
)
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
ABOVE = frozenset({Role.HEAD, Role.SUPERVISOR, Role.AUDITOR})
LEAST_ANSWER, MOST_ANSWER = 4, 1000
_COUNTED = {
    "reminders": Count("steps", filter=Q(steps__deed=NoticeDeed.REMIND, steps__day=F("answer_by"))),
    "returns": Count("steps", filter=Q(steps__deed=NoticeDeed.SEND_BACK)),
}


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
                NoticeAddress(
                    notice=notice, organisation_id=bureau, cases=sorted(numbers), answer_by=answer_by
                )
                for bureau, numbers in sorted(by_bureau.items())
            )
            steps.mark([notice])
    return notice


def issued(actor: Actor) -> QuerySet[SupervisionNotice]:
    """The notices of the actor's bureau with those addressed, the newest first; two queries."""
    rows = SupervisionNotice.objects.filter(organisation=_reading(actor, ABOVE))
    addressed = NoticeAddress.objects.select_related("organisation", "answered_by").order_by("pk")
    return (
        rows.select_related("staff", "organisation")
        .prefetch_related(Prefetch("addresses", addressed))
        .order_by("-at", "-pk")
    )


def received(actor: Actor) -> QuerySet[NoticeAddress]:
    """What is addressed to the actor's bureau: first what waits for an answer, the earliest day at the head.

    Each says how often it was reminded of with the present day (``reminders``) and sent back (``returns``).
    """
    rows = NoticeAddress.objects.filter(organisation=_reading(actor, READERS))
    waits = db.Case(db.When(state=NoticeState.OPEN, then=F("answer_by")))
    return (
        rows.select_related("notice__organisation", "organisation", "answered_by")
        .annotate(**_COUNTED)
        .order_by(waits.asc(nulls_last=True), "-pk")
    )


def awaiting(actor: Actor) -> QuerySet[NoticeAddress]:
    """What waits for the answer of the actor's bureau."""
    return received(actor).filter(state=NoticeState.OPEN)


def to_accept(actor: Actor) -> QuerySet[NoticeAddress]:
    """Answers that came to the actor's bureau and wait to be accepted or sent back."""
    rows = NoticeAddress.objects.filter(notice__organisation=_reading(actor, ABOVE))
    return rows.filter(state=NoticeState.ANSWERED)


# The same for the figure beside 待我审批: it waits for a head.
also_approved("SELECT 1 FROM insight_noticeaddress WHERE organisation_id = %(approves)s AND state = 'open'")


def parts_of(notice: int, actor: Actor) -> tuple[SupervisionNotice, list[NoticeAddress]]:
    """A notice with what the actor may see of it: all that it asked of whom, or the own bureau's part alone; each with
    its steps from the first.

    Raises:
        HotSpotError: ``notice_not_found``.
    """
    sent, got = _reading(actor, ABOVE), _reading(actor, READERS)
    rows = NoticeAddress.objects.filter(Q(notice__organisation=sent) | Q(organisation=got), notice=notice)
    each = NoticeStep.objects.select_related("staff").order_by("pk")
    found = list(
        rows.select_related("notice__organisation", "notice__staff", "organisation", "answered_by")
        .prefetch_related(Prefetch("steps", each))
        .order_by("pk")
    )
    if not found:
        raise HotSpotError(Code.NOTICE_NOT_FOUND)
    return found[0].notice, found


def cases_of(addresses: Iterable[NoticeAddress], actor: Actor) -> QuerySet[Case]:
    """The cases of some parts of a notice that the actor may see, those due first at the head."""
    numbers = [number for address in addresses for number in address.cases]
    return visible(actor).filter(pk__in=numbers).order_by("closed_at", "due_at", "pk")


def standing(address: NoticeAddress, *, at: datetime) -> Standing:
    """Answered or not, in time or late: late begins with the day after the one named. What was withdrawn is not late."""
    done = address.answered_at
    late = address.state != NoticeState.WITHDRAWN and day_of(done or at) > address.answer_by
    return Standing(address, answered=done is not None, late=late)


def may_answer(actor: Actor, address: NoticeAddress) -> bool:
    """Whether the actor answers for the addressed bureau, and it waits for the answer."""
    own = actor.authority_id is not None and address.organisation_id == actor.authority_id
    waits = address.state == NoticeState.OPEN
    return own and waits and actor.has(*ANSWERERS) and actor.staff_id is not None


@transaction.atomic
def answer(*, notice: int, text: str, actor: Actor, at: datetime, step: int | None = None) -> NoticeAddress:
    """Answer a notice for the own bureau: once, and again after it was sent back.

    Args:
        step: the last step that the screen showed (``steps.last_step``); None where nothing was shown.

    Raises:
        HotSpotError: ``notice_not_found``, ``hot_spot_not_permitted``, ``notice_withdrawn``, ``notice_answered``,
            ``notice_changed``, ``notice_answer_needed``.
    """
    own = actor.authority_id or 0
    rows = NoticeAddress.objects.select_for_update(of=("self",)).select_related("organisation", "notice")
    row = rows.filter(notice=notice, organisation=own).first()
    if row is None:
        raise HotSpotError(Code.NOTICE_NOT_FOUND)
    if not actor.has(*ANSWERERS) or actor.staff_id is None:
        raise HotSpotError(Code.NOT_PERMITTED)
    if row.state == NoticeState.WITHDRAWN:
        raise HotSpotError(Code.NOTICE_WITHDRAWN)
    if row.state != NoticeState.OPEN:
        raise HotSpotError(Code.ANSWERED)
    if step is not None:
        steps.unchanged({row.pk: step}, [row], or_reminded=False)
    text = mask_text(text.strip())
    if not LEAST_ANSWER <= len(text) <= MOST_ANSWER:
        raise HotSpotError(Code.ANSWER_NEEDED)
    row.answer, row.answered_by_id, row.answered_at = text, actor.staff_id, at
    row.state = NoticeState.ANSWERED
    row.save(update_fields=("state", "answer", "answered_by", "answered_at"))
    steps.add([row], NoticeDeed.ANSWER, actor=actor, at=at, words=text)
    return row


def _reading(actor: Actor, roles: frozenset[Role]) -> int:
    """The bureau for which the actor reads, in one of some roles; none for others."""
    return (actor.authority_id or 0) if actor.has(*roles) else 0
