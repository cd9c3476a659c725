"""Contacts for histories that are written in bulk: the same row that registering makes, not yet stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic_core import to_json

from jiesu.cases import keys
from jiesu.cases.opening import Opening
from jiesu.intake.models import Contact, Outcome
from jiesu.making import made


def contact_row(
    opening: Opening,
    *,
    pk: int,
    cases: list[int],
    at: datetime,
    staff_id: int | None = None,
    kind: str = "",
    line: str = "",
    outcome: Outcome = Outcome.CASES,
    details: dict[str, Any] | None = None,
    sealed: bool = True,
) -> Contact:
    """The contact of one opening, for ``History.beside``.

    Args:
        pk: from ``bulk.reserve_ids(Contact, …)``; the opening names it as ``contact_id``.
        cases: numbers of the cases that came of it.
        at: when it was registered.
        kind: what the person called it; the opening's kind by default.
        details: the form as it came in, without its text; kept sealed.
        sealed: False keeps no text: a year generated for its figures has nothing to keep.
    """
    key = keys.new_data_key() if sealed else None
    return made(
        Contact,
        id=pk,
        channel=opening.channel,
        line=line[:40],
        kind=kind or opening.kind,
        outcome=outcome,
        received_at=opening.received_at,
        registered_at=at,
        back_dated=opening.received_at.date() < at.date(),
        registered_by_id=opening.registered_by,
        staff_id=staff_id,
        external_number=opening.external_number[:64],
        consent_disclosure=opening.consent_disclosure,
        consent_commission=opening.consent_commission,
        wrapped_key=keys.wrap(key) if key else None,
        sealed_text=keys.encrypt(key, opening.text) if key and opening.text else None,
        sealed_details=(keys.encrypt_bytes(key, to_json(details)) if key and details else None),
        cases=cases,
    )
