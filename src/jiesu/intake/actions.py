"""Contacts of which no new case comes: a further one about a case that exists, and one that needs none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jiesu.cases.act import act
from jiesu.cases.facts import replace
from jiesu.cases.files import Upload
from jiesu.cases.idempotency import answered, owner_of, remember
from jiesu.cases.inserting import insert_rows
from jiesu.cases.marking import day_of, marks
from jiesu.intake.checking import check
from jiesu.intake.contacts import content, new_contact, refusal, registrar
from jiesu.intake.forms import ContactForm
from jiesu.intake.models import Contact, Outcome
from jiesu.people.actors import Actor


def add_to_case(
    number: int,
    *,
    form: ContactForm,
    actor: Actor,
    at: datetime,
    key: str | None = None,
    files: Sequence[Upload] = (),
    urge: bool = False,
) -> Contact:
    """Adds a further contact to a case that exists: the person calls again about the same matter.

    Args:
        urge: the person presses for an answer; otherwise the words are added as material.

    Raises:
        ActionError: the action is not open to the actor or not in this state; ``fields_invalid``.
    """
    checked = check(form, strict=False, at=at, some_files=bool(files))
    # Who the person is and against whom stands in the case already.
    wrong = {
        p: v
        for p, v in checked.problems.items()
        if p in ("channel", "received_on", "received_reason", "text")
    }
    if wrong:
        raise refusal(replace(checked, problems=wrong))
    with transaction.atomic():
        if key:
            body = {"case": str(number), "urge": urge, **content(form, files)}
            known = answered(owner_of(actor), key, body, at)
            if known is not None:
                return Contact.objects.get(pk=known["contact"])
        if urge:
            act(number, "urge", {"note": form.text}, actor=actor, at=at, files=files)
        else:
            act(
                number,
                "add_evidence",
                {"description": form.text or "补充材料"},
                actor=actor,
                at=at,
                files=files,
            )
        contact = new_contact(
            checked, actor=actor, at=at, centre=registrar(form, actor), outcome=Outcome.ADDED, cases=[number]
        )
        _keep(contact)
        if key:
            remember(owner_of(actor), key, {"contact": contact.pk})
        return contact


def _keep(contact: Contact) -> None:
    """Stores a contact of which no case comes; it counts where it was registered."""
    with transaction.atomic():
        contact.save()
        insert_rows(marks([(day_of(contact.received_at), contact.registered_by_id)]))


def note_contact(*, form: ContactForm, actor: Actor, at: datetime, outcome: Outcome) -> Contact:
    """Keeps a contact that needs no case: answered at once, or the line was cut."""
    checked = check(form, strict=False, at=at, some_files=True)
    contact = new_contact(checked, actor=actor, at=at, centre=registrar(form, actor), outcome=outcome)
    _keep(contact)
    return contact
