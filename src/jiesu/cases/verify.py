"""Is the evidence whole? Links, gaps, and that replaying the events gives the row.

``verify_case`` reads one case; ``anchor`` writes the signed manifest of all heads that finds removed cases and cut
tails (design: evidence).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from jiesu.cases import keys
from jiesu.cases.chain import GENESIS, link_hash, stamp
from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, dump_facts
from jiesu.cases.lifecycle.table import NEW, Context
from jiesu.cases.models import Anchor, Case, Clock, Event
from jiesu.cases.step import due_at, step
from jiesu.people import calendar


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be: stable code, case, seq, and codes that explain it."""

    code: str
    case: int
    seq: int = 0
    data: dict[str, Any] = field(default_factory=dict)


def verify_case(case: Case) -> list[Finding]:
    """Everything wrong with one case's chain, rows and replay; empty when it is whole."""
    events = list(Event.objects.filter(case_id=case.pk).order_by("seq"))
    found = list(check_chain(case, events))
    if not found:
        found.extend(check_replay(case, events))
    return found


def check_chain(case: Case, events: list[Event]) -> Iterator[Finding]:
    """Broken links, and a head that is not the last event's hash."""
    previous = GENESIS
    for event in events:
        expected = link_hash(
            previous=previous,
            case_id=event.case_id,
            seq=event.seq,
            at=event.at,
            actor=event.actor_id,
            actor_kind=event.actor_kind,
            organisation=event.organisation_id,
            type_=event.type,
            schema=event.schema,
            data=event.data,
        )
        if expected != bytes(event.hash):
            yield Finding("event_altered", case.pk, event.seq)
            return
        previous = bytes(event.hash)
    if not events:
        yield Finding("no_events", case.pk)
    elif previous != bytes(case.head):
        yield Finding("head_differs", case.pk, events[-1].seq)


def replay(case: Case, events: list[Event]) -> CaseState:
    """The state that the events give when run through the life-cycle table again.

    Raises:
        ActionError: where the table would not have allowed what an event says.
    """
    first = events[0].data["in"]
    state = CaseState(
        number=case.pk,
        kind=first["kind"],
        state=NEW,
        registered_by=case.registered_by_id,
        received_at=case.received_at,
        registered_at=case.registered_at,
        channel=case.channel,
    )
    for event in events:
        data = event.data
        ctx = Context(
            at=event.at,
            actor=event.actor_id,
            authority=data.get("authority"),
            party=data.get("party"),
            seq=event.seq,
            calendar=calendar.at_version(data["calendar"]),
            options=data.get("options", {}),
        )
        state = step(state, event.type, data["in"], ctx).state
    return state


def check_replay(case: Case, events: list[Event]) -> Iterator[Finding]:
    """Differences between what the events give and what the rows say."""
    try:
        state = replay(case, events)
    except ActionError as error:
        yield Finding("replay_refused", case.pk, data={"code": str(error.code), **error.data})
        return
    stored = load_state(case, Clock.objects.filter(case_id=case.pk))
    for name in (
        "kind",
        "state",
        "organisation",
        "office",
        "assignee",
        "arrived_at",
        "decided_at",
        "closed_at",
        "outcome",
        "recovered",
        "national_status",
        "version",
    ):
        if getattr(state, name) != getattr(stored, name):
            yield Finding("column_differs", case.pk, data={"column": name})
    if dump_facts(state.facts) != dump_facts(stored.facts):
        yield Finding("facts_differ", case.pk)
    if _clocks(state) != _clocks(stored):
        yield Finding("clocks_differ", case.pk)
    if due_at(state)[0] != case.due_at:
        yield Finding("due_differs", case.pk)


def _clocks(state: CaseState) -> list[Any]:
    return [replace(c, options={}, received_at=None) for c in state.clocks]


@dataclass(frozen=True)
class Report:
    """Outcome of a verification: how many cases were read, what was found."""

    cases: int
    findings: tuple[Finding, ...]


def verify_all(*, numbers: list[int] | None = None, batch: int = 500) -> Report:
    """Verifies all cases, or those named."""
    query = Case.objects.order_by("pk")
    if numbers is not None:
        query = query.filter(pk__in=numbers)
    count = 0
    found: list[Finding] = []
    for case in query.iterator(chunk_size=batch):
        count += 1
        found.extend(verify_case(case))
    return Report(count, tuple(found))


def anchors_folder() -> Path:
    return Path(settings.JIESU.home) / "anchors"


def anchor(*, at: datetime) -> Anchor:
    """Writes the manifest of all heads, signed with the audit key, and notes it in the database."""
    folder = anchors_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{stamp(at).replace(':', '')}.jsonl"
    digest = hashlib.sha256()
    count = 0
    draft = folder / f".{name}"
    with draft.open("wb") as file:
        rows = Case.objects.order_by("pk").values_list("pk", "head", "version").iterator(chunk_size=5000)
        for number, head, version in rows:
            line = json.dumps([str(number), bytes(head).hex(), version]).encode() + b"\n"
            digest.update(line)
            file.write(line)
            count += 1
        signature = keys.hmac_sm3(keys.ring().audit, digest.digest()).hex()
        file.write(json.dumps({"at": stamp(at), "cases": count, "signature": signature}).encode() + b"\n")
    draft.rename(folder / name)
    return Anchor.objects.create(at=at, cases=count, digest=digest.hexdigest(), file=name)


def check_anchor(path: Path) -> tuple[Finding, ...]:
    """What has gone since a manifest was signed: removed cases, cut tails, a forged manifest."""
    lines = path.read_bytes().splitlines(keepends=True)
    tail = json.loads(lines[-1])
    digest = hashlib.sha256(b"".join(lines[:-1])).digest()
    if keys.hmac_sm3(keys.ring().audit, digest).hex() != tail["signature"]:
        return (Finding("anchor_forged", 0, data={"file": path.name}),)
    found: list[Finding] = []
    for start in range(0, len(lines) - 1, 1000):
        part = {
            int(n): (h, v) for n, h, v in map(json.loads, lines[start : min(start + 1000, len(lines) - 1)])
        }
        known = dict(Case.objects.filter(pk__in=part).values_list("pk", "version"))
        hashes = {
            (case, bytes(h).hex())
            for case, h in Event.objects.filter(case_id__in=part).values_list("case_id", "hash")
        }
        for number, (head, version) in part.items():
            if number not in known:
                found.append(Finding("case_removed", number))
            elif known[number] < version or (number, head) not in hashes:
                found.append(Finding("tail_cut", number))
    return tuple(found)
