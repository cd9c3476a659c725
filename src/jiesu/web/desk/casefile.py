"""One case read for the desk: the row, its standing, and the small children in the same query."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from jiesu.cases import keys
from jiesu.cases.draft import load_state
from jiesu.cases.facts import CaseState
from jiesu.cases.models import (
    Case,
    Clock,
    ContactEntry,
    File,
    Link,
    Message,
    Party,
    Passage,
    Proposal,
    Suggestion,
)
from jiesu.cases.queries import not_found, seen_by
from jiesu.cases.statements import fetched
from jiesu.cases.worklists import standing_of
from jiesu.making import made
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.people.visibility import Part, Standing, visible_parts
from jiesu.places.models import Organisation

#: Children that come along with the case, and the columns of them that the page shows. Sealed columns stay behind.
CHILDREN: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "party_rows": (Party, ("seq", "role", "name_masked", "phone_masked", "represented_by", "business_id")),
    "message_rows": (
        Message,
        (
            "seq", "direction", "form", "number", "to_role", "event_seq", "required", "status", "channel", "subject",
            "address_masked", "created_at", "sent_at", "proven_at", "proof", "proof_reference", "tries",
        ),
    ),
    "file_rows": (File, ("seq", "name", "purpose", "content_type", "size", "from_citizen", "restricted", "at")),
    "contact_rows": (ContactEntry, ("seq", "at", "to_role", "channel", "result", "passage_seq", "by_id")),
    "link_rows": (Link, ("seq", "type", "other_id", "initiating", "pending")),
    "suggestion_rows": (Suggestion, ("seq", "topic", "value", "reasons", "confidence", "taken")),
    "proposal_rows": (Proposal, ("seq", "action", "proposed_by_id", "proposed_at", "status")),
}  # fmt: skip
_CLOCK = tuple(f.attname for f in Clock._meta.concrete_fields if f.column and f.attname != "case_id")
INSTANTS = frozenset(
    {"created_at", "sent_at", "proven_at", "at", "proposed_at", "started_at", "received_at", "due_at"}
)
DAYS = frozenset({"due_on", "met_on", "decided_on"})


@dataclass
class CaseFile:
    """A case as an actor reads it."""

    case: Case
    standing: Standing
    parts: frozenset[Part]
    state: CaseState
    children: dict[str, list[dict[str, Any]]]
    _key: bytes | None = None
    _texts: dict[int, str] = field(default_factory=dict)

    def may(self, part: Part) -> bool:
        return part in self.parts

    def key(self) -> bytes:
        """The case's data key, unwrapped when first needed."""
        if self._key is None:
            self._key = keys.unwrap(bytes(self.case.wrapped_key)) if self.case.wrapped_key else b""
        return self._key

    def read_texts(self) -> dict[int, str]:
        """Every free text of the case by its seq, in one query; empty where it was erased."""
        if not self._texts:
            for passage in fetched(Passage, "case_id = %s", [self.case.pk]):
                sealed = passage.sealed
                self._texts[passage.seq] = keys.decrypt(self.key(), sealed) if sealed and self.key() else ""
        return self._texts

    def text(self, reference: Any) -> str:
        """The words behind an event's reference to a sealed text."""
        if isinstance(reference, dict) and "text" in reference:
            return self.read_texts().get(int(reference["text"]), "")
        return "" if reference is None else str(reference)


def _typed(name: str, value: Any) -> Any:
    """A value of a column as Django would give it; JSON has neither instants nor days."""
    if not value:
        return value
    if name in INSTANTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name in DAYS else value


def read(number: str | int, *, actor: Actor, children: bool = True) -> CaseFile:
    """The case, if the actor may see it; one query.

    Raises:
        ActionError: ``case_not_found``, the same for a number that does not exist and one that is hidden.
    """
    pk = int(number)
    rights = seen_by(actor)
    more = _AROUND | (_CHILDREN if children else {})
    found = fetched(Case, f"cases_case.id = %s AND ({rights.sql})", [pk, *rights.values], **more)
    if not found:
        raise not_found(pk)
    case = found[0]
    for name, model in _RELATED.items():
        _relate(case, name, model)
    listed = {n: _rows(getattr(case, n)) for n in (*CHILDREN, "taking_part", "its_clocks") if n in more}
    case.taking_part = listed.pop("taking_part")  # type: ignore[attr-defined]
    standing = standing_of(case)
    state = load_state(case, [made(Clock, case_id=pk, **row) for row in listed.pop("its_clocks")])
    return CaseFile(case, standing, visible_parts(standing, actor), state, listed)


def _rows(text: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(text) if text else []
    return [{name: _typed(name, value) for name, value in row.items()} for row in rows]


def _relate(case: Case, name: str, model: type[Organisation] | type[Staff]) -> None:
    """Puts what the statement brought of an organisation or a person beside the case."""
    known = getattr(case, f"its_{name}")
    if known is not None:
        columns = json.loads(known)
        case._state.fields_cache[name] = model.from_db(connection.alias, columns.keys(), columns.values())


def _listed(model: type[Model], columns: tuple[str, ...]) -> str:
    """The children of a case as JSON text."""
    pairs = ", ".join(f"'{c}', t.{c}" for c in columns)
    return (
        f"(SELECT jsonb_agg(jsonb_build_object({pairs}) ORDER BY t.seq)::text"  # noqa: S608 - our own names
        f" FROM {model._meta.db_table} t WHERE t.case_id = cases_case.id)"
    )


def _named(table: str, columns: tuple[str, ...], key: str) -> str:
    """A row that a case refers to, as JSON text: the columns that pages show, in their order."""
    pairs = ", ".join(f"'{c}', t.{c}" for c in columns)
    return f"(SELECT json_build_object({pairs})::text FROM {table} t WHERE t.id = cases_case.{key})"  # noqa: S608


_RELATED: dict[str, type[Organisation] | type[Staff]] = {
    "organisation": Organisation, "office": Organisation, "registered_by": Organisation, "assignee": Staff
}  # fmt: skip
_SHOWN = {Organisation: ("id", "key", "name", "short_name", "type"), Staff: ("id", "name")}
_AROUND = {
    "its_clocks": _listed(Clock, _CLOCK),
    "taking_part": "(SELECT jsonb_agg(jsonb_build_object('capacity', t.capacity, 'organisation', t.organisation_id))"
    "::text FROM cases_participant t WHERE t.case_id = cases_case.id AND t.until IS NULL)",
    **{
        f"its_{name}": _named(model._meta.db_table, _SHOWN[model], f"{name}_id")
        for name, model in _RELATED.items()
    },
}
_CHILDREN = {name: _listed(model, columns) for name, (model, columns) in CHILDREN.items()}


def plain_party(file: CaseFile, seq: int) -> dict[str, str]:
    """The plain values of a party. The caller records the look first."""
    row = Party.objects.get(case_id=file.case.pk, seq=seq)
    found: dict[str, str] = (
        json.loads(keys.decrypt(file.key(), row.sealed)) if row.sealed and file.key() else {}
    )
    return found


def message_body(file: CaseFile, seq: int) -> str:
    """The words of a message."""
    row = Message.objects.filter(case_id=file.case.pk, seq=seq).only("sealed").first()
    return keys.decrypt(file.key(), row.sealed) if row is not None and row.sealed and file.key() else ""
