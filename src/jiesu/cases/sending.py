"""Messages are rows first, then sent with retries. Being sent proves nothing; a gateway's own receipt does.

A message leaves at least once: whoever sends it holds its row, and a process that dies between sending and noting it
leaves a row that is sent again under the same key, which the gateway knows. What became of a required notice is
recorded in the case by the system's own ``notify``: proof or failed attempt.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import transaction

from jiesu.cases import keys
from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.models import Case, Message, Party
from jiesu.notices.channels import (
    ChannelCode,
    ChannelError,
    OutMessage,
    Receipt,
    automatic,
    channel,
    next_try,
)
from jiesu.people.actors import SYSTEM
from jiesu.people.masking import mask_phone

log = logging.getLogger(__name__)

BATCH = 200
#: A sweep stops after so many seconds; the next minute goes on.
SWEEP_SECONDS = 40.0
#: An installation's mistake (settings, key ring) is no message's fault: it waits without losing a try.
REPAIR = timedelta(minutes=15)
#: A gateway that did not answer is not asked again in the same sweep.
PAUSE = timedelta(minutes=1)
SETUP = frozenset({ChannelCode.NOT_CONFIGURED, ChannelCode.UNKNOWN_CHANNEL})
DOWN = frozenset({ChannelCode.UNREACHABLE, ChannelCode.UNCLEAR, ChannelCode.THROTTLED})
#: What the case records as proof of telling when a gateway has the handset's own receipt.
GATEWAY_RECEIPT = "gateway_receipt"
#: Roles that follow the case on the portal.
FOLLOWERS = frozenset({"complainant", "informant", "enquirer"})


@dataclass(frozen=True)
class Outcome:
    """What became of one try: the columns to write, and what the case then records (delivered, failed, nothing)."""

    columns: dict[str, Any]
    record: str = ""


@dataclass
class Round:
    """One sweep: the channels that did not answer in it."""

    down: set[str] = field(default_factory=set)


def owed(at: datetime, *, case: int | None = None) -> list[tuple[int, int]]:
    """Messages that ought to go out now, of all cases or of one, whether a job knows of them or not."""
    rows = Message.objects.filter(status=Message.Status.QUEUED, next_try_at__lte=at).order_by("next_try_at")
    if case is not None:
        rows = rows.filter(case_id=case)
    return list(rows.values_list("case_id", "seq")[:BATCH])


def send(case_id: int, seq: int, *, at: datetime, round_: Round | None = None) -> bool:
    """Sends one queued message; False when another process has it or it is no longer owed.

    The row is locked while the channel works, so no message goes out twice at the same time. Recording the result in
    the case comes after, in a transaction of its own: until then the message stays owed, and the next try only records.
    """
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(skip_locked=True)
            .filter(case_id=case_id, seq=seq, status=Message.Status.QUEUED, next_try_at__lte=at)
            .first()
        )
        if message is None:
            return False
        outcome = Outcome({}, "delivered") if message.proof else _try(message, at, round_ or Round())
        if outcome.columns:
            Message.objects.filter(case_id=case_id, seq=seq).update(**outcome.columns)
    if outcome.record:
        _record(case_id, seq, outcome.record, at)
    return True


def _try(message: Message, at: datetime, round_: Round) -> Outcome:
    """Hands the message to its channel."""
    try:
        out, name = _out(message)
        if name is None:
            # Nobody can be reached by machine: a person calls, writes or visits, and records it.
            return Outcome({"status": Message.Status.BY_HAND, "next_try_at": None})
        if name in round_.down:
            return Outcome({"next_try_at": at + PAUSE})
        if name == message.channel:
            # What this channel has carried already is not sent a second time; another one begins anew.
            out = replace(out, sent_parts=message.sent_parts)
        receipt = channel(name).send(out)
    except ChannelError as error:
        return _not_sent(message, error, at, round_)
    except (LookupError, ValueError, InvalidTag):
        # The key ring or the row is damaged. The others must go out all the same; /readyz shows what stays behind.
        log.exception("message %s-%s cannot be read", message.case_id, message.seq)
        return Outcome({"next_try_at": at + REPAIR})
    return _sent(out, name, receipt, at)


def _not_sent(message: Message, error: ChannelError, at: datetime, round_: Round) -> Outcome:
    log.warning("message %s-%s not sent: %s", message.case_id, message.seq, error.code)
    if error.code in SETUP:
        return Outcome({"next_try_at": at + REPAIR})
    if error.code in DOWN:
        round_.down.add(error.channel)
    tries = message.tries + 1
    pause = next_try(error, tries=tries)
    columns = {"tries": tries, "channel": error.channel, "sent_parts": error.sent_parts}
    if pause is None:
        # It stays owed until the case knows of the failure.
        return Outcome({**columns, "next_try_at": at + PAUSE}, "failed")
    return Outcome({**columns, "next_try_at": at + pause})


def _sent(out: OutMessage, name: str, receipt: Receipt, at: datetime) -> Outcome:
    columns: dict[str, Any] = {
        "status": Message.Status.SENT,
        "sent_at": at,
        "next_try_at": None,
        "channel": name,
        "proof_reference": receipt.reference[:120],
        "address_masked": mask_phone(out.address)[:80] if out.address else "",
    }
    if receipt.proof != GATEWAY_RECEIPT:
        return Outcome(columns)
    # It stays owed until the case knows of the receipt; the proof on the row keeps it from being sent again.
    columns |= {"status": Message.Status.QUEUED, "next_try_at": at, "proof": GATEWAY_RECEIPT}
    return Outcome(columns, "delivered")


def delivered(case_id: int, seq: int, *, reference: str, at: datetime) -> bool:
    """Takes a gateway's receipt that came later than its answer; False where no such message waits for one.

    Args:
        reference: what the gateway gave when it took the message.
        at: when the receipt came.
    """
    known = Message.objects.filter(
        case_id=case_id, seq=seq, status=Message.Status.SENT, proof_reference=reference[:120]
    ).update(status=Message.Status.QUEUED, next_try_at=at, proof=GATEWAY_RECEIPT)
    if known:
        _record(case_id, seq, "delivered", at)
    return bool(known)


def _record(case_id: int, seq: int, result: str, at: datetime) -> None:
    """Lets the case know; where it is no notice of the case, or somebody has recorded it, only the row is settled."""
    message = Message.objects.only("channel", "proof_reference", "sent_at", "status").get(
        case_id=case_id, seq=seq
    )
    if message.status != Message.Status.QUEUED:
        return
    data: dict[str, Any] = {"message": seq, "result": result, "channel": message.channel}
    data["told_at"] = (message.sent_at if result == "delivered" and message.sent_at else at).isoformat()
    if result == "delivered":
        data |= {"proof": GATEWAY_RECEIPT, "reference": message.proof_reference}
    facts = Case.objects.values_list("facts", flat=True).get(pk=case_id)
    if str(seq) in facts.get("notices", {}):
        try:
            act(case_id, "notify", data, actor=SYSTEM, at=at, key=f"{result}:{case_id}-{seq}")
        except ActionError as refused:
            log.warning("%s of message %s-%s not recorded: %s", result, case_id, seq, refused.code)
    settled = Message.Status.SENT if result == "delivered" else Message.Status.FAILED
    Message.objects.filter(case_id=case_id, seq=seq, status=Message.Status.QUEUED).update(
        status=settled, next_try_at=None
    )


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


def send_owed(*, at: datetime, seconds: float = SWEEP_SECONDS, case: int | None = None) -> int:
    """Sends what is owed, one transaction each, for so many seconds. Returns how many rows were dealt with."""
    began = time.monotonic()
    round_ = Round()
    done = 0
    for number, seq in owed(at, case=case):
        passed = time.monotonic() - began
        if passed > seconds:
            break
        done += send(number, seq, at=at + timedelta(seconds=passed), round_=round_)
    return done
