"""What lies beside the events of a case: against its own digests, and those against what the chain holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag

from jiesu.cases import keys, search
from jiesu.cases.files import store
from jiesu.cases.findings import Finding
from jiesu.cases.models import (
    Case,
    Clock,
    ComplaintWords,
    Event,
    File,
    Message,
    Party,
    Passage,
    ReportWords,
    WordsOwed,
)
from jiesu.cases.models.children import Child
from jiesu.cases.retention import REDACTED

#: Schema of events from which on they hold the digests of their messages, and ``register`` receipt and files.
COMPLETE = 2


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
    #: An import's words that are still to be entered.
    words_owed: bool = False


_WHOLE: dict[type[Child], str] = {
    Event: "events",
    Clock: "clocks",
    Party: "parties",
    Passage: "passages",
    Message: "messages",
    File: "files",
}


def gather(cases: Sequence[Case]) -> list[Bundle]:
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
    # Before the words themselves, which may be entered while we look.
    for number in WordsOwed.objects.filter(pk__in=bundles).values_list("pk", flat=True):
        bundles[number].words_owed = True
    for words in (ComplaintWords, ReportWords):
        for number in words.objects.filter(pk__in=bundles).values_list("pk", flat=True):
            bundles[number].words.add(words._meta.db_table)
    return list(bundles.values())


# --- what the chain says ----------------------------------------------------------------------------------------
def receipt(first: Event) -> tuple[datetime, int] | None:
    """When and where the matter came in, as ``register`` holds it; None in events that do not yet hold it."""
    if first.schema < COMPLETE:
        return None
    given = first.data["in"]
    return datetime.fromisoformat(given["received_at"]), int(given["registered_by"])


def check_recorded(bundle: Bundle) -> Iterator[Finding]:
    """Texts, messages and files are those of which the events hold the digests, and no others.

    It needs no key, so that it also holds for a case whose personal data is erased.
    """
    case, events = bundle.case, bundle.events
    texts = {p.seq: p.digest for p in bundle.passages}
    files = {f.seq: f.sha256 for f in bundle.files}
    messages = {m.seq: m.content_hash for m in bundle.messages}
    held = {"text": texts, "file": files, "message": messages}
    named: set[int] = set()
    for event in events:
        for kind, seq, digest in (*_references(event.data.get("in")), *_messages(event)):
            named.add(seq)
            known = held[kind].get(seq)
            if known is None:
                yield Finding(MISSING[kind], case.pk, seq, {"event": event.seq})
            elif known != digest:
                yield Finding(DIFFERS[kind], case.pk, seq, {"event": event.seq})
    complete = {e.seq for e in events if e.schema >= COMPLETE}
    for message in bundle.messages:
        if message.seq not in named and (message.event_seq in complete or len(complete) == len(events)):
            yield Finding("message_unrecorded", case.pk, message.seq, {"event": message.event_seq})
    if events and events[0].schema >= COMPLETE:
        for seq in sorted(files.keys() - named):
            yield Finding("file_unrecorded", case.pk, seq)


MISSING = {"text": "passage_missing", "file": "file_missing", "message": "message_missing"}
DIFFERS = {"text": "digest_differs", "file": "file_differs", "message": "message_differs"}

Reference = tuple[str, int, str]


def _messages(event: Event) -> Iterator[Reference]:
    for seq, digest in event.data.get("messages", ()):
        yield "message", seq, digest


def _references(value: Any) -> Iterator[Reference]:
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


# --- what is sealed ---------------------------------------------------------------------------------------------
def check_sealed(bundle: Bundle) -> Iterator[Finding]:
    """Texts, parties, messages and files open with the case's key and fit their own digests."""
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
    for code, sealed in (
        ("passage_altered", ((p.seq, p.sealed, p.digest) for p in bundle.passages)),
        ("message_altered", ((m.seq, m.sealed, m.content_hash) for m in bundle.messages)),
    ):
        yield from _check_texts(case, key, code, sealed)
    for party in bundle.parties:
        if _open(key, party.sealed) is None:
            yield Finding("party_altered", case.pk, party.seq)
    for file in bundle.files:
        yield from _check_file(file, key)
    if bundle.words_owed:
        return
    if not bundle.words:
        yield Finding("words_missing", case.pk)
    elif bundle.words != {search.table_for(case.kind)._meta.db_table}:
        yield Finding("words_misplaced", case.pk)


def _check_texts(
    case: Case, key: bytes, code: str, rows: Iterable[tuple[int, keys.Binary, str]]
) -> Iterator[Finding]:
    for seq, sealed, digest in rows:
        text = _open(key, sealed)
        if text is None or keys.salted_digest(key, seq, text) != digest:
            yield Finding(code, case.pk, seq)


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


def check_redacted(bundle: Bundle) -> Iterator[Finding]:
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
