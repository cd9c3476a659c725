"""One case read for the desk: the row, its standing, and the small children in the same query."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject

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
from jiesu.cases.queries import not_found, visible
from jiesu.cases.worklists import standing_of, with_participants
from jiesu.people.actors import Actor
from jiesu.people.visibility import Part, Standing, visible_parts

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
INSTANTS = frozenset({"created_at", "sent_at", "proven_at", "at", "proposed_at"})


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
            for passage in Passage.objects.filter(case_id=self.case.pk):
                sealed = passage.sealed
                self._texts[passage.seq] = keys.decrypt(self.key(), sealed) if sealed and self.key() else ""
        return self._texts

    def text(self, reference: Any) -> str:
        """The words behind an event's reference to a sealed text."""
        if isinstance(reference, dict) and "text" in reference:
            return self.read_texts().get(int(reference["text"]), "")
        return "" if reference is None else str(reference)


def _with_children(rows: QuerySet[Case]) -> QuerySet[Case]:
    listed = {
        name: ArraySubquery(
            model._default_manager.filter(case_id=OuterRef("pk"))
            .order_by("seq")
            .values(child=JSONObject(**{c: c for c in columns}))
        )
        for name, (model, columns) in CHILDREN.items()
    }
    return rows.annotate(**listed)


def _instants(row: dict[str, Any]) -> dict[str, Any]:
    return {k: datetime.fromisoformat(v) if k in INSTANTS and v else v for k, v in row.items()}


def read(number: str | int, *, actor: Actor, children: bool = True) -> CaseFile:
    """The case, if the actor may see it; two queries.

    Raises:
        ActionError: ``case_not_found``, the same for a number that does not exist and one that is hidden.
    """
    pk = int(number)
    rows = with_participants(visible(actor).filter(pk=pk))
    if children:
        rows = _with_children(rows)
    case = rows.select_related("organisation", "office", "assignee", "registered_by").first()
    if case is None:
        raise not_found(pk)
    standing = standing_of(case)
    state = load_state(case, Clock.objects.filter(case_id=pk))
    listed = {n: [_instants(r) for r in getattr(case, n, None) or []] for n in CHILDREN} if children else {}
    return CaseFile(case, standing, visible_parts(standing, actor), state, listed)


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
