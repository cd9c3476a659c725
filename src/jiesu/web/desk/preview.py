"""What would be sent: the action is taken on a draft that is never stored."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jiesu.cases import keys
from jiesu.cases.act import clean_fields, context, enrich, load
from jiesu.cases.compose import composer
from jiesu.cases.facts import Data
from jiesu.cases.lifecycle.choices import ROLE_NAMES
from jiesu.cases.lifecycle.fields import SEALED
from jiesu.cases.models import Case, Message
from jiesu.cases.step import find_row
from jiesu.people import ground
from jiesu.people.actors import Actor


@dataclass(frozen=True)
class Piece:
    """A run of a notice's words: what the form and the law set (``field`` is empty), or what a person wrote in a field."""

    text: str
    field: str = ""
    label: str = ""

    @property
    def rows(self) -> int:
        """Lines that the words take in a letter's width."""
        return sum(1 + len(line) // 36 for line in self.text.split("\n"))


@dataclass(frozen=True)
class Preview:
    """A notice as it would go out. The number is the one it would get now; another may take it first."""

    title: str
    body: str
    pieces: tuple[Piece, ...]
    number: str
    to: str
    required: bool


def preview_notices(
    number: int, action: str, data: Mapping[str, Any], *, actor: Actor, at: datetime, cleaned: bool = False
) -> list[Preview]:
    """The notices that an action would issue, in words.

    Args:
        data: raw fields as typed; with ``cleaned`` the stored fields of a proposal.

    Raises:
        ActionError: where the action is refused; the message says what to correct.
    """
    with transaction.atomic():
        case = Case.objects.select_related("organisation", "registered_by").get(pk=number)
        draft = load(case)
        standing_on = ground.current()
        ctx = context(case, actor, at, standing_on=standing_on)
        row = find_row(draft.state, action)
        fields: Data = dict(data) if cleaned else clean_fields(row, data, draft.state, at)
        marks = Marks({f.name: str(f.label) for f in row.fields if f.type in SEALED})
        fields = enrich(draft, action, fields if cleaned else marks.put(fields), ctx)
        draft.apply(action, fields, ctx, actor_kind="staff", compose=composer(standing_on))
        found = [
            Preview(
                title=m.subject,
                body="".join(p.text for p in pieces),
                pieces=pieces,
                number=m.number,
                to=str(ROLE_NAMES.get(m.to_role, m.to_role)),
                required=m.required,
            )
            for m in draft.added
            if isinstance(m, Message) and m.direction == Message.Direction.OUT
            for pieces in (marks.cut(keys.decrypt(draft.key, m.sealed) if m.sealed else ""),)
        ]
        # The document number was taken for show; it goes back.
        transaction.set_rollback(True)
    return found


class Marks:
    """Signs around what a person wrote, put in before a notice is made and taken out after.

    They hold a word that is new each time, so nothing that anybody writes can pass for one.

    >>> marks = Marks({"reasons": "理由"})
    >>> put = marks.put({"reasons": "已经调解过。", "ground": "2"})
    >>> [(p.text, p.field) for p in marks.cut("不予受理的理由：" + put["reasons"])]
    [('不予受理的理由：', ''), ('已经调解过。', 'reasons')]
    """

    def __init__(self, labels: Mapping[str, str]) -> None:
        self._labels = labels
        self._word = secrets.token_hex(4)
        self._marked = re.compile(rf"⟦{self._word} (\w+)⟧(.*?)⟦{self._word}⟧", re.DOTALL)

    def put(self, fields: Data) -> Data:
        """The fields with a sign around each text that a person wrote."""
        return {
            name: f"⟦{self._word} {name}⟧{value}⟦{self._word}⟧" if name in self._labels and value else value
            for name, value in fields.items()
        }

    def cut(self, body: str) -> tuple[Piece, ...]:
        """The words of a notice in runs, without the signs."""
        found: list[Piece] = []
        at = 0
        for match in self._marked.finditer(body):
            found.append(Piece(body[at : match.start()]))
            found.append(Piece(match[2], match[1], self._labels[match[1]]))
            at = match.end()
        return tuple(p for p in (*found, Piece(body[at:])) if p.text)
