"""Links between cases: the other side of each is completed here, once, however often it is tried.

The side that acts writes its link and queues ``complete_links``; a sweep repeats what was lost. No transaction locks
two existing cases: either the source is locked while a new case is inserted, or the other case acts by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Func, OuterRef, Q, Value

from jiesu.cases import jobs
from jiesu.cases.act import act, load, open_case, pending_links
from jiesu.cases.clockwork import FIXED
from jiesu.cases.draft import Draft
from jiesu.cases.errors import ActionError
from jiesu.cases.files import Upload, read
from jiesu.cases.kinds import Channel, Kind, LinkType
from jiesu.cases.lifecycle.common import HOTLINE
from jiesu.cases.lifecycle.fields import SHANGHAI, parse_date
from jiesu.cases.locking import lock
from jiesu.cases.models import Case, File, Link, Party, Passage
from jiesu.cases.opening import Opening, PartyInput, new_query_code
from jiesu.intake.models import Contact
from jiesu.intake.opening import role_in
from jiesu.people.actors import SYSTEM
from jiesu.places.models import Organisation
from jiesu.places.queries import authority

LOG = logging.getLogger(__name__)

#: Links whose other side is a case that does not exist yet; its number is reserved in the link.
OPENING = frozenset({LinkType.SPLIT.value, LinkType.CONVERTED.value, LinkType.LEAD.value})
#: Links whose other side exists and writes its own.
ANSWERING = frozenset({LinkType.DUPLICATE.value, LinkType.REPEAT.value, LinkType.MERGED.value})
#: A sweep takes this many at a time; the next minute takes the rest.
BATCH = 500


def complete_links(number: int, *, at: datetime) -> list[int]:
    """Completes every pending link that this case opened.

    Safe to run twice at once and as often as one likes. A link that cannot be completed now (the other case is in a
    state that does not allow it, or does not exist) stays pending and is tried again by the sweep.

    Returns:
        numbers of the cases on the other side that are complete now.
    """
    done: list[int] = []
    for link in pending_links(number):
        try:
            if link.type in OPENING:
                _open_other(number, link.seq, at)
            else:
                _tell_other(link, at)
        except ActionError as refused:
            LOG.info("link %s/%s stays pending: %s", number, link.seq, refused.code)
            continue
        done.append(link.other_id)
    return done


def sweep_links(at: datetime, *, limit: int = BATCH) -> int:
    """Completes pending links of all cases whose job was lost; gives the number completed."""
    there = Exists(Case.objects.filter(pk=OuterRef("other_id")))
    owed = (
        Link.objects.filter(pending=True, initiating=True)
        .filter(Q(type__in=sorted(OPENING)) | there)
        .order_by("case_id")
        .values_list("case_id", flat=True)
        .distinct()[:limit]
    )
    return sum(len(complete_links(number, at=at)) for number in list(owed))


def _settle(link: Link) -> None:
    Link.objects.filter(case_id=link.case_id, seq=link.seq).update(pending=False)


def _open_other(number: int, seq: int, at: datetime) -> None:
    """Opens the case that follows, unless a rival has: the lock on the source makes one of them wait."""
    with transaction.atomic():
        source = lock(number)
        link = Link.objects.filter(case_id=number, seq=seq, pending=True).first()
        if link is None:
            return
        if not Case.objects.filter(pk=link.other_id).exists():
            draft = load(source)
            opening = _lead(draft, link) if link.type == LinkType.LEAD else _sibling(draft, link)
            files = () if link.type == LinkType.LEAD else _files(draft, link)
            open_case(opening, actor=SYSTEM, at=at, files=files)
            if opening.contact_id is not None:
                # One statement, so that a rival's number is never overwritten.
                Contact.objects.filter(pk=opening.contact_id).exclude(cases__contains=[link.other_id]).update(
                    cases=Func(F("cases"), Value(link.other_id), function="array_append")
                )
            jobs.queue("suggest", case=str(link.other_id))
        _settle(link)


def _sibling(draft: Draft, link: Link) -> Opening:
    """The second case of a mixed letter, or the same matter as another kind: with the contact's receipt."""
    case, kind = draft.case, str(link.data.get("kind") or Kind.COMPLAINT)
    split = link.type == LinkType.SPLIT
    return Opening(
        kind=kind,
        number=link.other_id,
        channel=case.channel,
        registered_by=case.registered_by_id,
        division=str(case.pk)[:6],
        received_at=case.received_at,
        parties=_parties(draft, kind),
        text=draft.text(link.data.get("matter")) or _words(draft, "facts"),
        demand="" if kind == Kind.REPORT else _words(draft, "demand"),
        amount=case.amount,
        subject=case.subject,
        contact_id=case.contact_id,
        anonymous=case.anonymous and kind == Kind.REPORT,
        mixed="split" if split else "",
        external_number=case.external_number,
        service_due="" if split else _owed_to_12345(draft),
        links=((link.type, case.pk),),
        query_code=new_query_code(),
        business_id=case.business_id,
    )


def _owed_to_12345(draft: Draft) -> str:
    """The day on which 12345 awaits its reply, which goes over to a case that the first is converted to.

    Of a mixed letter the first case answers 12345; two replies to one order would contradict each other.
    """
    clock = next((c for c in reversed(draft.state.clocks) if c.rule == HOTLINE), None)
    return "" if clock is None or clock.met_on is not None else str(clock.options[FIXED])


def _lead(draft: Draft, link: Link) -> Opening:
    """A lead found in a complaint stays with the bureau that found it, and knows nobody but whom it is about."""
    case = draft.case
    holder = Organisation.objects.select_related("parent__parent").get(
        pk=case.organisation_id or case.registered_by_id
    )
    bureau = authority(holder) or holder
    found_on = link.data.get("found_on")
    # Order 121 art. 27: the period runs from discovery, not from the complaint's receipt.
    since = datetime.combine(parse_date(found_on), time(), SHANGHAI) if found_on else case.registered_at
    return Opening(
        kind=Kind.LEAD.value,
        number=link.other_id,
        channel=Channel.INTERNAL.value,
        registered_by=case.registered_by_id,
        division=str(case.pk)[:6],
        received_at=since,
        parties=_parties(draft, Kind.LEAD),
        text=draft.text(link.data.get("matter")),
        subject=case.subject,
        anonymous=True,
        links=((LinkType.LEAD.value, case.pk),),
        lead_of=case.pk,
        found=str(link.data.get("found") or "otherwise"),
        organisation=bureau.pk,
        business_id=case.business_id,
    )


def _words(draft: Draft, purpose: str) -> str:
    passage = Passage.objects.filter(case_id=draft.case.pk, purpose=purpose).order_by("seq").first()
    return draft.text({"text": passage.seq}) if passage is not None else ""


def _parties(draft: Draft, kind: str) -> tuple[PartyInput, ...]:
    """The parties of the source with their roles in the other kind; opened with one key, sealed with another."""
    rows = [
        (row, role)
        for row in Party.objects.filter(case_id=draft.case.pk).order_by("seq")
        if (role := role_in(kind, row.role)) is not None
    ]
    place = {row.seq: n for n, (row, _role) in enumerate(rows)}
    return tuple(_party(draft.plain(row.seq), row, role, place) for row, role in rows)


PLAIN = frozenset({"name", "phone", "address", "id_type", "id_number", "email"})


def _party(plain: dict[str, str], row: Party, role: str, place: dict[int, int]) -> PartyInput:
    known: dict[str, Any] = {k: v for k, v in plain.items() if k in PLAIN}
    return PartyInput(
        role=role,
        capacity=row.capacity,
        represented_by=place.get(row.represented_by) if row.represented_by is not None else None,
        business_id=row.business_id,
        extra={k: v for k, v in plain.items() if k not in PLAIN},
        **known,
    )


def _files(draft: Draft, link: Link) -> Sequence[Upload]:
    """What the citizen handed in goes along; what staff kept back does not."""
    found: list[Upload] = []
    rows = File.objects.filter(case_id=draft.case.pk, from_citizen=True, restricted=False).order_by("seq")
    for row in rows:
        try:
            content = read(row, draft.key)
        except OSError:
            LOG.exception(
                "file %s/%s is missing; case %s opens without it", row.case_id, row.seq, link.other_id
            )
            continue
        found.append(Upload(name=row.name, content=content, purpose=row.purpose))
    return found


def _tell_other(link: Link, at: datetime) -> None:
    """Lets the other case write its own side; the key makes it do so once."""
    key = f"link:{link.case_id}:{link.seq}"
    if not Link.objects.filter(
        case_id=link.other_id, other_id=link.case_id, type=link.type, initiating=False
    ).exists():
        if link.type == LinkType.MERGED:
            received = Case.objects.values_list("received_at", flat=True).get(pk=link.case_id)
            data = {"other": str(link.case_id), "received_on": received.astimezone(SHANGHAI).isoformat()}
            act(link.other_id, "absorb_repeat", data, actor=SYSTEM, at=at, key=key)
        else:
            data = {"type": link.type, "other": str(link.case_id)}
            act(link.other_id, "link_back", data, actor=SYSTEM, at=at, key=key)
    _settle(link)
