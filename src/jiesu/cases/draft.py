"""A case under work: the rows that one or more steps add, the same for both doors.

``act`` saves a draft row by row under the case's lock; ``bulk`` collects many and copies them in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from jiesu import statements
from jiesu.cases import keys
from jiesu.cases.chain import GENESIS, link_hash
from jiesu.cases.clockwork import due_at
from jiesu.cases.facts import (
    CaseState,
    ClockFact,
    Data,
    dump_facts,
    failed_notices,
    load_facts,
    replace,
)
from jiesu.cases.kinds import BRINGER, Kind
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.fields import SEALED, Field
from jiesu.cases.lifecycle.table import EVENT_SCHEMA, Context
from jiesu.cases.models import (
    Case,
    Clock,
    ContactEntry,
    Event,
    Link,
    Message,
    Participant,
    Party,
    Passage,
    Proposal,
    Session,
    Suggestion,
)
from jiesu.cases.sealing import BUSINESS_ROLES, passage_row, reference, sealed_columns
from jiesu.cases.step import ChildDraft, Stepped, step
from jiesu.cases.telling import NoticeDraft
from jiesu.making import made
from jiesu.people.masking import mask_text

_SEALED = "SELECT seq, sealed FROM cases_party WHERE case_id = %s"
Numberer = Callable[[int, str, int], int]


@dataclass(frozen=True)
class Rendered:
    """A notice as it goes out."""

    title: str
    body: str
    number: str = ""
    short: str = ""


Composer = Callable[["Draft", NoticeDraft, Data, Context], Rendered]


@dataclass
class Draft:
    """The case row, its state as a value, and what has been added since it was opened or loaded."""

    case: Case
    state: CaseState
    key: bytes
    head: bytes = GENESIS
    events: list[Event] = field(default_factory=list)
    added: list[Model] = field(default_factory=list)
    clocks_new: dict[int, ClockFact] = field(default_factory=dict)
    clocks_changed: dict[int, ClockFact] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    parties: dict[int, dict[str, str]] = field(default_factory=dict)
    changes: list[tuple[type[Model], int, dict[str, Any]]] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    #: Reasons of suggestions by topic: they may quote the text, so they stay out of events and go with the key.
    reasons: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, clocks: Iterable[Clock]) -> Draft:
        """A draft of a stored case; the caller holds its lock."""
        return cls(
            case=case,
            state=load_state(case, clocks),
            key=keys.unwrap(case.wrapped_key),
            head=bytes(case.head),
        )

    def seal(self, data: Mapping[str, Any], fields: Iterable[Field]) -> Data:
        """Replaces free texts by references to sealed passages added to the case."""
        sealed_names = {f.name for f in fields if f.type in SEALED}
        result: Data = {}
        for name, value in data.items():
            if name == "proposed" and isinstance(value, dict):
                row = table(self.state.kind).rows.get(str(data.get("action")))
                result[name] = self.seal(value, row.fields if row else ())
            elif name in sealed_names and isinstance(value, str):
                if value:
                    result[name] = self.add_passage(name, value)
            else:
                result[name] = value
        return result

    def add_passage(self, purpose: str, text: str) -> Data:
        """Adds a sealed text; what the event keeps of it is its seq and digest."""
        passage = passage_row(self.case.pk, self.key, self._take(), purpose, text)
        self.added.append(passage)
        self.texts[passage.seq] = text
        return reference(passage)

    def text(self, kept: Any) -> str:
        """The words behind a reference; a plain value comes back as it is, none as an empty text."""
        if isinstance(kept, dict) and "text" in kept:
            seq = int(kept["text"])
            if seq not in self.texts:
                passage = Passage.objects.get(case_id=self.case.pk, seq=seq)
                self.texts[seq] = keys.decrypt(self.key, passage.sealed) if passage.sealed else ""
            return self.texts[seq]
        return "" if kept is None else str(kept)

    def take(self) -> int:
        """The next seq, for a child that the caller adds itself."""
        return self._take()

    def _take(self) -> int:
        seq = self.state.next_seq
        self.state = replace(self.state, next_seq=seq + 1)
        return seq

    def apply(self, action: str, data: Data, ctx: Context, *, actor_kind: str, compose: Composer) -> Stepped:
        """Runs one step and adds its rows. ``ctx.seq`` is set here.

        Raises:
            ActionError: where the step is refused; the draft must then be thrown away.
        """
        row = table(self.state.kind).rows.get(action)
        sealed = self.seal(data, row.fields if row else ())
        ctx = replace(ctx, seq=self.state.next_seq, schema=EVENT_SCHEMA)
        done = step(self.state, action, sealed, ctx)
        before = {c.seq for c in self.state.clocks}
        for seq in self.state.facts.taking_part.keys() - done.state.facts.taking_part.keys():
            self.changes.append((Participant, seq, {"until": ctx.at}))
        self.state = done.state
        messages = self._messages(done, sealed, ctx, compose)
        self._add_event(done, ctx, actor_kind, messages)
        for clock in done.clocks:
            target = (
                self.clocks_changed
                if clock.seq in before and clock.seq not in self.clocks_new
                else self.clocks_new
            )
            target[clock.seq] = clock
        self.added.extend(messages)
        for child in done.children:
            self.added.append(self._child(child, ctx))
        self._follow_up(action, sealed, ctx)
        self.jobs.extend(done.jobs)
        return done

    def _messages(self, done: Stepped, data: Data, ctx: Context, compose: Composer) -> list[Message]:
        """What the step sends or takes in, in words, before its event: the event holds their digests."""
        found = [self._message(notice, data, ctx, compose) for notice in done.notices]
        if done.type == "send_message":
            found.append(self._word(data, ctx))
        return found

    def _add_event(self, done: Stepped, ctx: Context, actor_kind: str, messages: Sequence[Message]) -> None:
        data = done.data
        if messages:
            data = {**data, "messages": [[m.seq, m.content_hash] for m in messages]}
        self.head = link_hash(
            previous=self.head,
            case_id=self.case.pk,
            seq=done.seq,
            at=ctx.at,
            actor=ctx.actor,
            actor_kind=actor_kind,
            organisation=ctx.authority,
            type_=done.type,
            schema=EVENT_SCHEMA,
            data=data,
        )
        self.events.append(
            made(
                Event,
                case_id=self.case.pk,
                seq=done.seq,
                at=ctx.at,
                actor_id=ctx.actor,
                actor_kind=actor_kind,
                organisation_id=ctx.authority,
                type=done.type,
                schema=EVENT_SCHEMA,
                data=data,
                hash=self.head,
            )
        )

    def _message(self, notice: NoticeDraft, data: Data, ctx: Context, compose: Composer) -> Message:
        rendered = compose(self, notice, data, ctx)
        return made(
            Message,
            case_id=self.case.pk,
            seq=notice.seq,
            direction=Message.Direction.OUT,
            form=notice.form,
            number=rendered.number,
            to_role=notice.to,
            party_seq=notice.party,
            event_seq=ctx.seq,
            required=notice.required,
            status=Message.Status.QUEUED,
            subject=rendered.title[:80],
            short=rendered.short[:400],
            sealed=keys.encrypt(self.key, rendered.body),
            content_hash=keys.salted_digest(self.key, notice.seq, rendered.body),
            created_at=ctx.at,
            next_try_at=ctx.at,
        )

    def _child(self, child: ChildDraft, ctx: Context) -> Model:
        v = child.values
        base = {"case_id": self.case.pk, "seq": child.seq}
        if child.table == "participant":
            return Participant(
                **base, organisation_id=v["organisation"], capacity=v["capacity"], since=ctx.at
            )
        if child.table == "link":
            return Link(
                **base,
                type=v["type"],
                other_id=v["other"],
                data=v.get("data") or {},
                initiating=v.get("initiating", True),
                pending=v.get("initiating", True),
            )
        if child.table == "session":
            place = v.get("place")
            return Session(
                **base,
                starts_at=datetime.fromisoformat(v["starts_at"]),
                method=v["method"],
                mediator_id=v.get("mediator"),
                place_seq=place["text"] if isinstance(place, dict) else None,
            )
        if child.table == "party":
            plain = {k: self.text(v.get(k)) for k in ("name", "phone", "address", "email")}
            self.parties[child.seq] = plain = {k: text for k, text in plain.items() if text}
            columns = sealed_columns(self.key, v["role"], plain)
            if v["role"] in BUSINESS_ROLES and not self.case.respondent:
                self.case.respondent = plain.get("name", "")[:120]
            return Party(**base, role=v["role"], **columns)
        if child.table == "suggestion":
            return Suggestion(
                **base,
                topic=v["topic"],
                value=v["value"],
                confidence=v.get("confidence", 0),
                reasons=self.reasons.get(v["topic"], []),
                model_version=v.get("version", ""),
            )
        if child.table == "proposal":
            return Proposal(
                **base,
                action=v["action"],
                data=v["data"],
                proposed_by_id=ctx.actor or 0,
                proposed_at=ctx.at,
                organisation_id=self.state.organisation or self.state.registered_by,
            )
        if child.table == "contactentry":
            note = v.get("note")
            return ContactEntry(
                **base,
                at=datetime.fromisoformat(v["at"]),
                to_role=v["to"],
                channel=v["channel"],
                result=v["result"],
                passage_seq=note["text"] if isinstance(note, dict) else None,
                by_id=ctx.actor,
            )
        raise LookupError(child.table)

    def _follow_up(self, action: str, data: Data, ctx: Context) -> None:
        """Marks rows of earlier steps that this one decides: proofs, sessions held, proposals, links."""
        if action == "notify":
            self._prove(data, ctx)
        elif action == "record_session":
            self.changes.append((Session, int(data["session"]), {"result": data["result"]}))
        elif action in ("approve", "reject", "redraft"):
            status = "approved" if action == "approve" else "rejected"
            values = {"status": status, "decided_by_id": ctx.actor, "decided_at": ctx.at}
            self.changes.append((Proposal, int(data["proposal"]), values))
        elif action == "decide_suggestion":
            values = {"taken": bool(data["taken"]), "decided_by_id": ctx.actor, "decided_at": ctx.at}
            self.changes.append((Suggestion, int(data["suggestion"]), values))
        elif action == "confirm_kind":
            for party in self.state.facts.parties:
                self.changes.append((Party, party.seq, {"role": party.role}))
        elif action == "correct_party":
            self._correct(data)
        elif action == "record_national_status":
            self.case.national_number = str(data.get("national_number") or "")[:64]
            self.case.national_at, self.case.national_by_id = ctx.at, ctx.actor
        elif action in ("revoke_decision", "reopen", "end_as_secret"):
            for seq, notice in self.state.facts.notices.items():
                if notice.void:
                    self.changes.append((Message, seq, {"status": Message.Status.VOID, "next_try_at": None}))

    def plain(self, seq: int) -> dict[str, str]:
        """Who a party is. Reading it inside an action is part of that action, not an act of looking."""
        if seq not in self.parties:
            # All at once: a notice names both sides.
            for other, sealed in statements.fetch(_SEALED, [self.case.pk]):
                known = json.loads(keys.decrypt(self.key, sealed)) if sealed else {}
                self.parties.setdefault(other, known)
        return self.parties[seq]

    def _correct(self, data: Data) -> None:
        """New ways to reach a party replace the old ones on its row; the chain keeps that and why."""
        seq = int(data["party"])
        role = next(p.role for p in self.state.facts.parties if p.seq == seq)
        given = {k: self.text(data.get(k)) for k in ("name", "phone", "address", "email")}
        plain = {**self.plain(seq), **{k: text for k, text in given.items() if text}}
        self.parties[seq] = plain
        self.changes.append((Party, seq, sealed_columns(self.key, role, plain)))

    def _prove(self, data: Data, ctx: Context) -> None:
        delivered = data["result"] == "delivered"
        told = datetime.fromisoformat(data["told_at"])
        values: dict[str, Any] = {
            "channel": data["channel"],
            "status": Message.Status.PROVEN if delivered else Message.Status.FAILED,
            "next_try_at": None,
        }
        if address := self.text(data.get("address")):
            values["address_masked"] = mask_text(address)[:80]
        if delivered:
            values |= {
                "proven_at": told,
                "proof": data.get("proof") or "",
                "proof_reference": self.text(data.get("reference"))[:120],
            }
        self.changes.append((Message, int(data["message"]), values))

    def _word(self, data: Data, ctx: Context) -> Message:
        """A word between the bureau and the person who brought the case in."""
        from_citizen = ctx.party is not None
        seq = self._take()
        body = self.text(data["body"])
        bringer = BRINGER[Kind(self.state.kind)]
        return made(
            Message,
            case_id=self.case.pk,
            seq=seq,
            direction=Message.Direction.IN if from_citizen else Message.Direction.OUT,
            form="message",
            to_role="" if from_citizen else (bringer or ""),
            event_seq=ctx.seq,
            status=Message.Status.RECEIVED if from_citizen else Message.Status.QUEUED,
            sealed=keys.encrypt(self.key, body),
            content_hash=keys.salted_digest(self.key, seq, body),
            created_at=ctx.at,
            next_try_at=None if from_citizen else ctx.at,
        )

    def project(self) -> None:
        """Writes the state into the case row's columns; the doors do it once, after the last step."""
        state, case = self.state, self.case
        case.kind = state.kind
        case.state = state.state
        case.organisation_id = state.organisation
        case.office_id = state.office
        case.assignee_id = state.assignee
        case.arrived_at = state.arrived_at
        case.decided_at = state.decided_at
        case.closed_at = state.closed_at
        case.outcome = state.outcome
        case.recovered = state.recovered
        case.subject = state.subject
        case.anonymous = state.anonymous
        case.national_status = state.national_status
        case.version = state.version
        case.next_seq = state.next_seq
        case.due_at, case.due_rule = due_at(state)
        case.unproven = len(state.unproven())
        case.failed = failed_notices(state.facts)
        case.head = self.head
        case.facts = dump_facts(state.facts)

    def rows(self) -> list[Model]:
        """Everything new besides the case's own row."""
        return [*self.events, *self.clock_rows(), *self.added]

    def clock_rows(self) -> list[Clock]:
        """New clocks as rows."""
        return [clock_row(self.case.pk, c) for _seq, c in sorted(self.clocks_new.items())]


def clock_values(clock: ClockFact) -> dict[str, Any]:
    """A clock's columns."""
    return {
        "rule": clock.rule,
        "instrument": clock.instrument,
        "article": clock.article,
        "statutory": clock.statutory,
        "started_at": clock.started_at,
        "received_at": clock.received_at,
        "due_on": clock.due_on,
        "due_at": clock.due_at,
        "state": clock.state,
        "met_on": clock.met_on,
        "decided_on": clock.decided_on,
        "holder_id": clock.holder,
        "pauses": [[a.isoformat(), b.isoformat() if b else None] for a, b in clock.pauses],
        "extensions": clock.extensions,
        "provisional": clock.provisional,
        "calendar_version": clock.calendar_version,
        "options": clock.options,
        "after_close": clock.after_close,
        "reason": clock.reason,
    }


def clock_row(case_id: int, clock: ClockFact) -> Clock:
    return made(Clock, case_id=case_id, seq=clock.seq, **clock_values(clock))


def clock_fact(row: Clock) -> ClockFact:
    """A stored clock as a value."""
    pauses = tuple((_day(a), _day(b) if b else None) for a, b in row.pauses)
    return ClockFact(
        seq=row.seq,
        rule=row.rule,
        instrument=row.instrument,
        article=row.article,
        statutory=row.statutory,
        started_at=row.started_at,
        received_at=row.received_at,
        due_on=row.due_on,
        due_at=row.due_at,
        state=row.state,
        met_on=row.met_on,
        decided_on=row.decided_on,
        holder=row.holder_id,
        pauses=pauses,
        extensions=row.extensions,
        provisional=row.provisional,
        calendar_version=row.calendar_version,
        options=row.options,
        after_close=row.after_close,
        reason=row.reason,
    )


def _day(text: str) -> Any:
    return datetime.fromisoformat(text).date()


def load_state(case: Case, clocks: Iterable[Clock]) -> CaseState:
    """The state of a stored case as a value."""
    return CaseState(
        number=case.pk,
        kind=case.kind,
        state=case.state,
        registered_by=case.registered_by_id,
        received_at=case.received_at,
        registered_at=case.registered_at,
        organisation=case.organisation_id,
        office=case.office_id,
        assignee=case.assignee_id,
        arrived_at=case.arrived_at,
        decided_at=case.decided_at,
        closed_at=case.closed_at,
        outcome=case.outcome,
        recovered=case.recovered,
        channel=case.channel,
        subject=case.subject,
        anonymous=case.anonymous,
        national_status=case.national_status,
        next_seq=case.next_seq,
        version=case.version,
        clocks=tuple(sorted((clock_fact(c) for c in clocks), key=lambda c: c.seq)),
        facts=load_facts(case.facts),
    )
