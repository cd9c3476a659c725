"""What would be sent: the action is taken on a draft that is never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from jiesu.cases import keys
from jiesu.cases.act import clean_fields, context, enrich, load
from jiesu.cases.compose import compose
from jiesu.cases.facts import Data
from jiesu.cases.lifecycle.choices import ROLE_NAMES
from jiesu.cases.models import Case, Message
from jiesu.cases.step import find_row
from jiesu.people.actors import Actor


@dataclass(frozen=True)
class Preview:
    """A notice as it would go out. The number is the one it would get now; another may take it first."""

    title: str
    body: str
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
        ctx = context(case, actor, at)
        row = find_row(draft.state, action)
        fields: Data = dict(data) if cleaned else clean_fields(row, data, draft.state, at)
        fields = enrich(draft, action, fields, ctx)
        draft.apply(action, fields, ctx, actor_kind="staff", compose=compose)
        found = [
            Preview(
                title=m.subject,
                body=keys.decrypt(draft.key, m.sealed) if m.sealed else "",
                number=m.number,
                to=str(ROLE_NAMES.get(m.to_role, m.to_role)),
                required=m.required,
            )
            for m in draft.added
            if isinstance(m, Message) and m.direction == Message.Direction.OUT
        ]
        # The document number was taken for show; it goes back.
        transaction.set_rollback(True)
    return found
