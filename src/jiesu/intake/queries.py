"""What is known of whoever calls: for the call-taker's screen."""

from __future__ import annotations

from django.db.models import QuerySet

from jiesu.cases import keys
from jiesu.cases.kinds import BRINGER, Kind
from jiesu.cases.models import Case, Party
from jiesu.cases.queries import visible
from jiesu.intake.models import Contact
from jiesu.intake.telephones import normal_phone
from jiesu.people.actors import Actor

#: An informant is never found by telephone (order 121 art. 37), whoever asks.
FOUND_BY_PHONE = (Kind.COMPLAINT.value, Kind.CONSULTATION.value, Kind.OTHER.value)
ROLES = tuple({role.value for kind, role in BRINGER.items() if role is not None and kind in FOUND_BY_PHONE})


def earlier(phone: str, actor: Actor) -> QuerySet[Case]:
    """Earlier complaints and consultations brought in from this telephone that the actor may see, latest first.

    Reports are left out for everybody: not even their number is shown.
    """
    number = normal_phone(phone)
    if number is None:
        return Case.objects.none()
    brought = Party.objects.filter(phone_index=keys.lookup("phone", number), role__in=ROLES)
    return (
        visible(actor)
        .filter(kind__in=FOUND_BY_PHONE, pk__in=brought.values("case_id"))
        .order_by("-registered_at")
    )


def original_text(contact: Contact) -> str:
    """What was written or said, as it came in. The caller has checked that the actor may read the case's content."""
    if not contact.sealed_text or not contact.wrapped_key:
        return ""
    return keys.decrypt(keys.unwrap(bytes(contact.wrapped_key)), bytes(contact.sealed_text))
