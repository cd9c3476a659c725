"""A contact: who registers it, what it says, its row, and what is said where it cannot be taken."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from pydantic_core import to_json

from jiesu.cases import keys
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.files import Upload
from jiesu.intake.centres import centre_for
from jiesu.intake.checking import Checked
from jiesu.intake.forms import ContactForm
from jiesu.intake.models import Contact, Outcome
from jiesu.making import made
from jiesu.people.actors import Actor


def refusal(checked: Checked) -> ActionError:
    """The refusal of a form with problems."""
    return ActionError(
        Code.FIELDS_INVALID,
        _("有内容需要改正，请按提示修改。"),
        fields={path: p.message for path, p in checked.problems.items()},
        data={"codes": {path: p.code for path, p in checked.problems.items()}},
    )


def registrar(form: ContactForm, actor: Actor) -> int:
    """Where staff register: where they sit; a citizen's own contact: at the centre of the respondent's place."""
    return actor.organisation_id if actor.organisation_id is not None else centre_for(form).pk


def new_contact(
    checked: Checked,
    *,
    actor: Actor,
    at: datetime,
    centre: int,
    outcome: Outcome = Outcome.CASES,
    cases: Sequence[int] = (),
    pk: int | None = None,
    said: dict[str, Any] | None = None,
) -> Contact:
    """What came in, once, sealed with a key of its own; not stored yet.

    Args:
        centre: id of the organisation that registers.
        cases: the numbers that come of it.
        pk: its key, where it was taken beforehand.
        said: the form as JSON values, where the caller has it.
    """
    form = checked.form
    key = keys.new_data_key()
    details = {k: v for k, v in (said or form.plain()).items() if k != "text"}
    return made(
        Contact,
        id=pk,
        channel=form.channel,
        line=form.line[:40],
        kind=form.kind,
        outcome=outcome,
        received_at=checked.received_at,
        registered_at=at,
        back_dated=checked.back_dated,
        registered_by_id=centre,
        staff_id=actor.staff_id,
        external_number=form.external_number[:64],
        tracking_number=form.tracking_number[:64],
        consent_disclosure=form.consent_disclosure,
        consent_commission=form.consent_commission,
        wrapped_key=keys.wrap(key),
        sealed_text=keys.encrypt(key, form.text) if form.text else None,
        sealed_details=keys.encrypt_bytes(key, to_json(details)),
        cases=list(cases),
    )


def content(form: ContactForm, files: Sequence[Upload], parts: Sequence[str] = ()) -> Any:
    """What came in, to be compared with what comes under the same Idempotency-Key again.

    Args:
        parts: the words of each matter of a letter that a person has divided.
    """
    return {
        "form": form.plain(),
        "files": [hashlib.sha256(f.content).hexdigest() for f in files],
        "split": list(parts) or None,
    }
