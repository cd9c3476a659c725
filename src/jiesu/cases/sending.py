"""Messages are rows first, then sent with retries. A message is proven by a recorded proof, not by being sent."""

from __future__ import annotations

import json
import logging
from datetime import datetime

from django.db import transaction

from jiesu.cases import keys
from jiesu.cases.models import Case, Message, Party
from jiesu.notices.channels import ChannelError, OutMessage, automatic, channel, next_try
from jiesu.people.masking import mask_phone

log = logging.getLogger(__name__)


BATCH = 200


def owed(at: datetime) -> list[tuple[int, int]]:
    """Messages that ought to go out now, whether a job knows of them or not."""
    rows = Message.objects.filter(status=Message.Status.QUEUED, next_try_at__lte=at).order_by("next_try_at")
    return list(rows.values_list("case_id", "seq")[:BATCH])


def send(case_id: int, seq: int, *, at: datetime) -> bool:
    """Sends one queued message; False when another process has it or it is no longer owed.

    The row is locked while the channel works, so no message goes out twice at the same time.
    """
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(case_id=case_id, seq=seq, status=Message.Status.QUEUED, next_try_at__lte=at)
            .first()
        )
        if message is None:
            return False
        values = _try(message, at)
        Message.objects.filter(case_id=case_id, seq=seq).update(**values)
        return True


def _try(message: Message, at: datetime) -> dict[str, object]:
    """Hands the message to its channel; gives the columns that say what became of it."""
    out, name = _out(message)
    if name is None:
        # Nobody can be reached by machine: a person calls, writes or visits, and records it.
        return {"status": Message.Status.BY_HAND, "next_try_at": None}
    try:
        receipt = channel(name).send(out)
    except ChannelError as error:
        log.warning("message %s not sent: %s", out.key, error.code)
        tries = message.tries + 1
        pause = next_try(error, tries=tries)
        return {
            "tries": tries,
            "channel": name,
            "status": Message.Status.FAILED if pause is None else Message.Status.QUEUED,
            "next_try_at": None if pause is None else at + pause,
        }
    return {
        "status": Message.Status.SENT,
        "sent_at": at,
        "next_try_at": None,
        "channel": name,
        "proof_reference": receipt.reference[:120],
        "address_masked": mask_phone(out.address)[:80] if out.address else "",
    }


def _out(message: Message) -> tuple[OutMessage, str | None]:
    """The message as a channel takes it, and which channel: a text message where a gateway is set up, else e-mail,
    else the follow page of whoever has a query code."""
    case = Case.objects.only("wrapped_key", "query_code_hash").get(pk=message.case_id)
    key = keys.unwrap(case.wrapped_key)
    plain: dict[str, str] = {}
    party = (
        Party.objects.filter(case_id=message.case_id, seq=message.party_seq).first()
        if message.party_seq
        else None
    )
    if party is not None and party.sealed:
        plain = json.loads(keys.decrypt(key, party.sealed))
    brought_in = message.to_role in FOLLOWERS
    name: str | None = None
    address = ""
    if "sms" in automatic() and plain.get("phone", "").startswith("1"):
        name, address = "sms", plain["phone"]
    elif "email" in automatic() and plain.get("email"):
        name, address = "email", plain["email"]
    elif brought_in and case.query_code_hash:
        name = "internet"
    body = keys.decrypt(key, message.sealed) if message.sealed else ""
    out = OutMessage(
        key=f"{message.case_id}-{message.seq}",
        subject=message.subject,
        body=body,
        short=message.short,
        address=address,
    )
    return out, name


#: Roles that follow the case on the portal.
FOLLOWERS = frozenset({"complainant", "informant", "enquirer"})


def send_owed(*, at: datetime) -> int:
    """Sends what is owed, one transaction each. Returns how many rows were dealt with."""
    return sum(send(case_id, seq, at=at) for case_id, seq in owed(at))
