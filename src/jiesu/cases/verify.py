"""Is the evidence whole? Links, gaps, contents, and that replaying the events gives the row.

Read in batches of cases, each in one snapshot, so that work may go on meanwhile. ``anchors`` finds what a check of the
database alone cannot: removed cases and cut tails (design: evidence).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection, transaction

from jiesu.cases import keys, search
from jiesu.cases.anchors import anchor, anchors_folder, check_anchor
from jiesu.cases.chain import GENESIS, link_hash
from jiesu.cases.clockwork import due_at
from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, dump_facts
from jiesu.cases.files import store
from jiesu.cases.findings import Finding
from jiesu.cases.lifecycle.table import NEW, Context
from jiesu.cases.models import Case, Clock, ComplaintWords, Event, File, Message, Party, Passage, ReportWords
from jiesu.cases.models.children import Child
from jiesu.cases.retention import REDACTED
from jiesu.cases.step import step
from jiesu.law.calendar import Calendar
from jiesu.people import calendar

__all__ = [
    "Finding",
    "Report",
    "anchor",
    "anchors_folder",
    "check_anchor",
    "replay",
    "stream",
    "verify_all",
    "verify_case",
]

#: Cases read at a time: a dozen queries each, whatever their number.
BATCH = 500


class Calendars:
    """Calendars by version, looked up once each."""

    def __init__(self) -> None:
        self._known: dict[str, Calendar] = {}

    def __call__(self, version: str) -> Calendar:
        if version not in self._known:
            self._known[version] = calendar.at_version(version)
        return self._known[version]


@dataclass
class Bundle:
    """One case with everything under its key."""

    case: Case
    events: list[Event] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)
    words: set[str] = field(default_factory=set)


_WHOLE: dict[type[Child], str] = {
    Event: "events",
    Clock: "clocks",
    Party: "parties",
    Passage: "passages",
    Message: "messages",
    File: "files",
}


def _gather(cases: Sequence[Case]) -> list[Bundle]:
    """Everything under the keys of some cases; one query a table."""
    bundles = {case.pk: Bundle(case) for case in cases}
    # Every table under a case's key, those of floors to come included: the numbering is shared by all.
    for model in Child.__subclasses__():
        rows = model._default_manager.filter(case_id__in=bundles).order_by("case_id", "seq")
        name = _WHOLE.get(model)
        if name is None:
            for number, seq in rows.values_list("case_id", "seq"):
                bundles[number].seqs.append(seq)
            continue
        for row in rows:
            bundle = bundles[row.case_id]
            getattr(bundle, name).append(row)
            bundle.seqs.append(row.seq)
    for words in (ComplaintWords, ReportWords):
        for number in words.objects.filter(pk__in=bundles).values_list("pk", flat=True):
            bundles[number].words.add(words._meta.db_table)
    return list(bundles.values())


@contextmanager
def _snapshot() -> Iterator[None]:
    """All reads see one instant: an action between two of them must not look like a forgery."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def verify_case(case: Case, *, calendars: Callable[[str], Calendar] | None = None) -> list[Finding]:
    """Everything wrong with one case's chain, contents, rows and replay; empty when it is whole."""
    with _snapshot():
        bundles = _gather([case])
    return _check(bundles[0], calendars or Calendars())


def _check(bundle: Bundle, calendars: Callable[[str], Calendar]) -> list[Finding]:
    found = list(check_chain(bundle.case, bundle.events))
    if not found:
        found.extend(check_replay(bundle.case, bundle.events, bundle.clocks, calendars))
    found.extend(_check_seqs(bundle))
    found.extend(_check_redacted(bundle) if bundle.case.redacted_at else _check_contents(bundle))
    return found


# --- the chain ------------------------------------------------------------------------------------------------
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


def _check_seqs(bundle: Bundle) -> Iterator[Finding]:
    """Every number below the counter belongs to exactly one row: no row can vanish without a gap."""
    case, held = bundle.case, Counter(bundle.seqs)
    missing = [s for s in range(1, case.next_seq) if s not in held]
    if missing:
        yield Finding("seq_missing", case.pk, missing[0], {"seqs": missing[:50]})
    for seq in sorted(held):
        if seq >= case.next_seq:
            yield Finding("seq_beyond", case.pk, seq)
        elif held[seq] > 1:
            yield Finding("seq_shared", case.pk, seq)


# --- the replay -----------------------------------------------------------------------------------------------
def replay(
    case: Case, events: list[Event], *, calendars: Callable[[str], Calendar] | None = None
) -> CaseState:
    """The state that the events give when run through the life-cycle table again.

    Raises:
        ActionError: where the table would not have allowed what an event says.
    """
    find = calendars or Calendars()
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
        if event.type == REDACTED:
            # Erasing changes no fact: the state stays what it was.
            state = replace(state, version=state.version + 1, next_seq=event.seq + 1)
            continue
        data = event.data
        ctx = Context(
            at=event.at,
            actor=event.actor_id,
            authority=data.get("authority"),
            party=data.get("party"),
            seq=event.seq,
            calendar=find(data["calendar"]),
            options=data.get("options", {}),
        )
        state = step(state, event.type, data["in"], ctx).state
    return state


#: Columns of the case row that the replay gives.
COLUMNS = (
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
    "subject",
    "anonymous",
    "national_status",
    "version",
)


def check_replay(
    case: Case, events: list[Event], clocks: Iterable[Clock], calendars: Callable[[str], Calendar]
) -> Iterator[Finding]:
    """Differences between what the events give and what the rows say."""
    try:
        state = replay(case, events, calendars=calendars)
    except ActionError as error:
        yield Finding("replay_refused", case.pk, data={"code": str(error.code), **error.data})
        return
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        # An event that this version cannot read is a finding about the case, not the end of the check.
        yield Finding("replay_refused", case.pk, data={"code": type(error).__name__})
        return
    stored = load_state(case, clocks)
    for name in COLUMNS:
        if getattr(state, name) != getattr(stored, name):
            yield Finding("column_differs", case.pk, data={"column": name})
    first, opening = events[0], events[0].data["in"]
    due, rule = due_at(state)
    for name, known in (
        ("registered_at", first.at),
        ("channel", opening.get("channel", case.channel)),
        ("amount", opening.get("amount")),
        ("due_rule", rule),
        ("unproven", len(state.unproven())),
    ):
        if getattr(case, name) != known:
            yield Finding("column_differs", case.pk, data={"column": name})
    if dump_facts(state.facts) != dump_facts(stored.facts):
        yield Finding("facts_differ", case.pk)
    if _clocks(state) != _clocks(stored):
        yield Finding("clocks_differ", case.pk)
    if due != case.due_at:
        yield Finding("due_differs", case.pk)


def _clocks(state: CaseState) -> list[Any]:
    return [replace(c, options={}, received_at=None) for c in state.clocks]


# --- the contents ---------------------------------------------------------------------------------------------
def _check_contents(bundle: Bundle) -> Iterator[Finding]:
    """Texts, parties, messages and files against their digests, and those against the events."""
    case = bundle.case
    if any(e.type == REDACTED for e in bundle.events):
        yield Finding("personal_data_left", case.pk, data={"table": "case"})
    if case.wrapped_key is None:
        yield Finding("key_missing", case.pk)
        return
    try:
        key = keys.unwrap(case.wrapped_key)
    except (KeyError, InvalidTag):
        yield Finding("key_unreadable", case.pk)
        return
    for passage in bundle.passages:
        text = _open(key, passage.sealed)
        if text is None or keys.salted_digest(key, passage.seq, text) != passage.digest:
            yield Finding("passage_altered", case.pk, passage.seq)
    for message in bundle.messages:
        text = _open(key, message.sealed)
        if text is None or keys.salted_digest(key, message.seq, text) != message.content_hash:
            yield Finding("message_altered", case.pk, message.seq)
    for party in bundle.parties:
        if _open(key, party.sealed) is None:
            yield Finding("party_altered", case.pk, party.seq)
    for file in bundle.files:
        yield from _check_file(file, key)
    yield from _check_references(bundle)
    if not bundle.words:
        yield Finding("words_missing", case.pk)
    elif bundle.words != {search.table_for(case.kind)._meta.db_table}:
        yield Finding("words_misplaced", case.pk)


def _open(key: bytes, sealed: keys.Binary) -> str | None:
    """A sealed text; None where it is not there or was not sealed with this key."""
    if sealed is None:
        return None
    try:
        return keys.decrypt(key, sealed)
    except (InvalidTag, ValueError):
        return None


def _check_file(file: File, key: bytes) -> Iterator[Finding]:
    try:
        content = keys.decrypt_bytes(key, store().get(file.case_id, file.seq))
    except OSError:
        yield Finding("file_missing", file.case_id, file.seq)
    except (InvalidTag, ValueError):
        yield Finding("file_altered", file.case_id, file.seq)
    else:
        if hashlib.sha256(content).hexdigest() != file.sha256 or len(content) != file.size:
            yield Finding("file_altered", file.case_id, file.seq)


def _check_references(bundle: Bundle) -> Iterator[Finding]:
    """What the events refer to is there, with the digests that the events hold."""
    digests = {p.seq: p.digest for p in bundle.passages}
    hashes = {f.seq: f.sha256 for f in bundle.files}
    for event in bundle.events:
        for kind, seq, digest in _references(event.data.get("in")):
            known = (digests if kind == "text" else hashes).get(seq)
            if known is None:
                code = "passage_missing" if kind == "text" else "file_missing"
                yield Finding(code, bundle.case.pk, seq, {"event": event.seq})
            elif known != digest:
                code = "digest_differs" if kind == "text" else "file_differs"
                yield Finding(code, bundle.case.pk, seq, {"event": event.seq})


def _references(value: Any) -> Iterator[tuple[str, int, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), int) and "digest" in value:
            yield "text", value["text"], value["digest"]
        elif "sha256" in value and "seq" in value:
            yield "file", value["seq"], value["sha256"]
        else:
            for inner in value.values():
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def _check_redacted(bundle: Bundle) -> Iterator[Finding]:
    """Of an erased case nothing personal is left, and its chain says that it was erased."""
    case = bundle.case
    if not bundle.events or bundle.events[-1].type != REDACTED:
        yield Finding("redaction_missing", case.pk)
    left = {
        "case": bool(case.wrapped_key or case.title or case.respondent or case.query_code_hash),
        "party": any(p.sealed or p.name_masked or p.phone_masked for p in bundle.parties),
        "passage": any(p.sealed for p in bundle.passages),
        "message": any(m.sealed or m.short or m.address_masked for m in bundle.messages),
        "file": any(f.name or store().exists(case.pk, f.seq) for f in bundle.files),
        "words": bool(bundle.words),
    }
    for table, there in left.items():
        if there:
            yield Finding("personal_data_left", case.pk, data={"table": table})


# --- many cases -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Report:
    """Outcome of a verification: how many cases were read, what was found."""

    cases: int
    findings: tuple[Finding, ...]


def stream(*, numbers: Iterable[int] | None = None, batch: int = BATCH) -> Iterator[Report]:
    """Verifies all cases, or those named, and reports batch by batch. Named cases that do not exist are left out."""
    calendars = Calendars()
    wanted = Case.objects.order_by("pk")
    if numbers is not None:
        wanted = wanted.filter(pk__in=list(numbers))
    last = 0
    while True:
        with _snapshot():
            cases = list(wanted.filter(pk__gt=last)[:batch])
            bundles = _gather(cases) if cases else []
        if not cases:
            return
        last = cases[-1].pk
        found: list[Finding] = []
        for bundle in bundles:
            wrong = _check(bundle, calendars)
            if wrong:
                # Erasing removes files after its transaction: what is wrong is looked at once more.
                again = Case.objects.filter(pk=bundle.case.pk).first()
                wrong = verify_case(again, calendars=calendars) if again is not None else wrong
            found.extend(wrong)
        yield Report(len(cases), tuple(found))


def verify_all(*, numbers: Iterable[int] | None = None, batch: int = BATCH) -> Report:
    """Verifies all cases, or those named."""
    count = 0
    found: list[Finding] = []
    for part in stream(numbers=numbers, batch=batch):
        count += part.cases
        found.extend(part.findings)
    return Report(count, tuple(found))


def as_json(found: Finding) -> dict[str, Any]:
    """A finding for machines; numbers of cases as text."""
    return {
        "code": found.code,
        "case": str(found.case),
        "seq": found.seq,
        "data": json.loads(json.dumps(found.data, default=str)),
    }
