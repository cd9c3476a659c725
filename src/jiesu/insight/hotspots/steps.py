"""The steps of a supervision notice: what was done about each bureau's part, and whether a screen still shows the last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.inserting import insert_rows
from jiesu.cases.marking import day_of, marks
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import NoticeAddress, NoticeDeed, NoticeStep, SupervisionNotice
from jiesu.people.actors import Actor


def last_step(address: NoticeAddress) -> int:
    """The last step about a bureau's part, 0 where nothing was done yet; no statement where its steps were fetched."""
    return max((step.pk for step in address.steps.all()), default=0)


def mark(notices: Iterable[SupervisionNotice]) -> None:
    """Have notices counted anew, in the transaction of what changed."""
    insert_rows(marks((day_of(notice.at), notice.organisation_id) for notice in notices))


def add(
    addresses: Collection[NoticeAddress],
    deed: NoticeDeed,
    *,
    actor: Actor | None,
    at: datetime,
    words: str = "",
) -> None:
    """Record a deed about some parts, by a person or, without one, by the system; the notices count anew."""
    # A reminder changes no figure.
    if deed != NoticeDeed.REMIND:
        mark(address.notice for address in addresses)
    NoticeStep.objects.bulk_create(
        [
            NoticeStep(
                address=address,
                deed=deed,
                at=at,
                staff_id=actor.staff_id if actor else None,
                day=address.answer_by,
                words=words,
            )
            for address in addresses
        ]
    )


def unchanged(seen: Mapping[int, int], addresses: Iterable[NoticeAddress], *, or_reminded: bool) -> None:
    """Refuse to go on from a screen that does not show the last step of each part.

    Args:
        seen: the last step shown, by part.
        or_reminded: whether a reminder meanwhile counts: it changes nothing but another reminder.

    Raises:
        HotSpotError: ``notice_changed`` with bureau, deed and time.
    """
    named = {address.pk: address.organisation for address in addresses}
    rows = NoticeStep.objects.filter(address__in=named).order_by("-pk")
    if not or_reminded:
        rows = rows.exclude(deed=NoticeDeed.REMIND)
    for step in rows:
        if step.pk > seen[step.address_id]:
            raise HotSpotError(
                Code.NOTICE_CHANGED,
                bureau=named[step.address_id].short_name,
                deed=NoticeDeed(step.deed).label if step.staff_id else _("到期自动催办"),
                at=f"{step.at.astimezone(SHANGHAI):%m-%d %H:%M}",
            )
