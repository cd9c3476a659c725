"""Following up a supervision notice 督办单: the bureau that sent it accepts an answer, sends it back with a reason and a new
day, reminds, and withdraws what is not answered yet.

Each deed goes to one or several bureaus' parts, to all of them or to none, and says which step of each the screen showed:
nobody accepts an answer that came after the page was opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from jiesu.insight.hotspots import steps
from jiesu.insight.hotspots.deeds import REASON, may_decide, reason_of
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import (
    NoticeAddress,
    NoticeDeed,
    NoticeState,
    NoticeStep,
    SupervisionNotice,
)
from jiesu.insight.hotspots.notices import ABOVE
from jiesu.insight.hotspots.steps import last_step as last_step
from jiesu.people.actors import Actor
from jiesu.people.masking import mask_text

#: Reminders of one sweep; the next goes on.
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Seen:
    """A bureau's part of a notice as a screen showed it; ``step`` as in ``steps.last_step``."""

    address: int
    step: int


def may_follow_up(actor: Actor, notice: SupervisionNotice) -> bool:
    """Whether the actor follows up a notice: whoever may send one for the bureau that sent it."""
    own = actor.authority_id is not None and notice.organisation_id == actor.authority_id
    return own and may_decide(actor) and actor.staff_id is not None


@transaction.atomic
def accept(*, notice: int, seen: Iterable[Seen], actor: Actor, at: datetime) -> None:
    """Accept answers: they are fixed, nothing more is asked.

    Raises:
        HotSpotError: ``notice_not_found``, ``hot_spot_not_permitted``, ``notice_changed``, ``notice_state``.
    """
    rows = _taken(notice, seen, NoticeDeed.ACCEPT, actor)
    for row in rows:
        row.state = NoticeState.ACCEPTED
        row.save(update_fields=("state",))
    steps.add(rows, NoticeDeed.ACCEPT, actor=actor, at=at)


@transaction.atomic
def send_back(
    *, notice: int, seen: Iterable[Seen], reason: str, answer_by: date | None, actor: Actor, at: datetime
) -> None:
    """Send answers back: they wait again, by a new day. What was answered stays in the history.

    Args:
        answer_by: the new last day, in Asia/Shanghai; a wish of the bureau, no period of law.

    Raises:
        HotSpotError: ``notice_not_found``, ``hot_spot_not_permitted``, ``notice_changed``, ``notice_state``,
            ``hot_spot_reason_needed``, ``notice_bad_day``.
    """
    rows = _taken(notice, seen, NoticeDeed.SEND_BACK, actor)
    words = reason_of(reason)
    if answer_by is None or answer_by <= day_of(at):
        raise HotSpotError(Code.BAD_DAY)
    for row in rows:
        row.state, row.answer_by = NoticeState.OPEN, answer_by
        row.answer, row.answered_by, row.answered_at = "", None, None
        row.save(update_fields=("state", "answer_by", "answer", "answered_by", "answered_at"))
    steps.add(rows, NoticeDeed.SEND_BACK, actor=actor, at=at, words=words)


@transaction.atomic
def remind(*, notice: int, seen: Iterable[Seen], words: str, actor: Actor, at: datetime) -> None:
    """Remind bureaus that have not answered; ``words`` may be empty.

    Raises:
        HotSpotError: ``notice_not_found``, ``hot_spot_not_permitted``, ``notice_changed``, ``notice_state``.
    """
    rows = _taken(notice, seen, NoticeDeed.REMIND, actor)
    words = mask_text(" ".join(words.split()))[:REASON]
    steps.add(rows, NoticeDeed.REMIND, actor=actor, at=at, words=words)


@transaction.atomic
def withdraw(*, notice: int, seen: Iterable[Seen], reason: str, actor: Actor, at: datetime) -> None:
    """Take back what was asked of bureaus that have not answered. The cases stay urged.

    Raises:
        HotSpotError: ``notice_not_found``, ``hot_spot_not_permitted``, ``notice_changed``, ``notice_state``,
            ``hot_spot_reason_needed``.
    """
    rows = _taken(notice, seen, NoticeDeed.WITHDRAW, actor)
    words = reason_of(reason)
    for row in rows:
        row.state = NoticeState.WITHDRAWN
        row.save(update_fields=("state",))
    steps.add(rows, NoticeDeed.WITHDRAW, actor=actor, at=at, words=words)


@transaction.atomic
def remind_late(*, at: datetime) -> int:
    """Remind each bureau whose day has passed without an answer, once for each day that it was given."""
    told = NoticeStep.objects.filter(
        address=OuterRef("pk"), deed=NoticeDeed.REMIND, staff=None, day=OuterRef("answer_by")
    )
    late = NoticeAddress.objects.filter(~Exists(told), state=NoticeState.OPEN, answer_by__lt=day_of(at))
    rows = list(late.order_by("answer_by", "pk").select_for_update(skip_locked=True)[:MOST_AT_ONCE])
    steps.add(rows, NoticeDeed.REMIND, actor=None, at=at)
    return len(rows)


#: In which state a part may be followed up by what.
_FROM = {
    NoticeDeed.ACCEPT: NoticeState.ANSWERED,
    NoticeDeed.SEND_BACK: NoticeState.ANSWERED,
    NoticeDeed.REMIND: NoticeState.OPEN,
    NoticeDeed.WITHDRAW: NoticeState.OPEN,
}


def _taken(notice: int, seen: Iterable[Seen], deed: NoticeDeed, actor: Actor) -> list[NoticeAddress]:
    """The parts that somebody wants to follow up, locked, as the screen showed them and as the deed needs them."""
    shown = {each.address: each.step for each in seen}
    rows = NoticeAddress.objects.select_for_update(of=("self",)).select_related("organisation", "notice")
    own = rows.filter(notice=notice, notice__organisation=actor.authority_id or 0)
    found = list(own.filter(pk__in=shown).order_by("pk"))
    if not shown or len(found) != len(shown) or not actor.has(*ABOVE):
        raise HotSpotError(Code.NOTICE_NOT_FOUND)
    if not may_decide(actor) or actor.staff_id is None:
        raise HotSpotError(Code.NOT_PERMITTED)
    steps.unchanged(shown, found, or_reminded=deed == NoticeDeed.REMIND)
    for row in found:
        if row.state != _FROM[deed]:
            raise HotSpotError(
                Code.NOTICE_STATE,
                bureau=row.organisation.short_name,
                state=NoticeState(row.state).label,
                deed=deed.label,
            )
    return found
