"""Is the evidence whole? Links, gaps, contents, and that replaying the events gives the row.

Read in batches of cases, each in one snapshot, so that work may go on meanwhile. ``anchors`` finds what a check of the
database alone cannot: removed cases and cut tails (design: evidence).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from jiesu.cases.anchors import anchor, anchors_folder, check_anchor
from jiesu.cases.chain import GENESIS, hash_of
from jiesu.cases.clockwork import due_at
from jiesu.cases.contents import Bundle, check_recorded, check_redacted, check_sealed, gather, receipt
from jiesu.cases.draft import load_state
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, dump_facts
from jiesu.cases.findings import Finding
from jiesu.cases.lifecycle.table import NEW, Context
from jiesu.cases.models import Case, Clock, Event
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
        bundles = gather([case])
    return _check(bundles[0], calendars or Calendars())


def _check(bundle: Bundle, calendars: Callable[[str], Calendar]) -> list[Finding]:
    found = list(check_chain(bundle.case, bundle.events))
    if not found:
        # Only what the chain vouches for is read further.
        found.extend(check_replay(bundle.case, bundle.events, bundle.clocks, calendars))
        found.extend(check_recorded(bundle))
    found.extend(_check_seqs(bundle))
    found.extend(check_redacted(bundle) if bundle.case.redacted_at else check_sealed(bundle))
    return found


# --- the chain ------------------------------------------------------------------------------------------------
def check_chain(case: Case, events: list[Event]) -> Iterator[Finding]:
    """Broken links, and a head that is not the last event's hash."""
    previous = GENESIS
    for event in events:
        expected = hash_of(event, previous=previous)
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
    received_at, registered_by = receipt(events[0]) or (case.received_at, case.registered_by_id)
    state = CaseState(
        number=case.pk,
        kind=first["kind"],
        state=NEW,
        registered_by=registered_by,
        received_at=received_at,
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
            schema=event.schema,
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
    # What a case begins with, its first event holds; naming it says where to look.
    for name in ("received_at", "registered_by"):
        if getattr(state, name) != getattr(stored, name):
            yield Finding("column_differs", case.pk, data={"column": name, "event": events[0].seq})
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
            bundles = gather(cases) if cases else []
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
