"""Which 12315 centre takes in what a citizen sends by herself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.db.models import Case, Exists, OuterRef, QuerySet, When

from jiesu.intake.forms import ContactForm
from jiesu.people.models import Staff
from jiesu.places.addresses import Confidence, locate
from jiesu.places.models import Organisation, OrganisationType
from jiesu.places.queries import division_line

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

RELIABLE = (Confidence.HIGH, Confidence.MEDIUM)


class Manned(TypedDict):
    """What a centre is annotated with."""

    manned: bool


def address_fields(form: ContactForm) -> list[str]:
    """Addresses by which the contact is sent, the weightiest first; never what the text tells.

    A complaint goes by the address that a shop shows on its platform, a report by the actual place of business
    (order 121 arts. 13, 31). The person's own address comes last: that centre can pass it on.
    """
    respondent = form.respondent
    places = [respondent.platform_address, respondent.address]
    if form.kind == "report":
        places.reverse()
    return [a for a in (*places, *(p.address for p in form.people)) if a]


def centre_for(form: ContactForm) -> Organisation:
    """The centre of the respondent's county, else of its city or province; else of where the person lives; else the
    first of this installation. A centre in which nobody works yet is passed over for the one above it.

    Raises:
        Organisation.DoesNotExist: there is no centre at all.
    """
    codes = _codes(form)
    near = {c.division_code: c for c in _centres().filter(division_code__in=codes)}
    for code in codes:
        if code in near and near[code].manned:
            return near[code]
    first = _centres().filter(manned=True).first()
    if first is None:
        # Nobody works anywhere yet: an installation that is being set up.
        first = next((near[code] for code in codes if code in near), None) or _centres().first()
    if first is None:
        raise Organisation.DoesNotExist("no 12315 centre")
    return first


def _codes(form: ContactForm) -> list[str]:
    """Divisions of the addresses and those above them, the nearest of the weightiest first."""
    found: dict[str, None] = {}
    for address in address_fields(form):
        located = locate(address)
        if located.confidence in RELIABLE:
            found.update(dict.fromkeys(division_line(located.county or located.city or located.province)))
    return list(found)


def _centres() -> QuerySet[WithAnnotations[Organisation, Manned]]:
    """Active centres, whether anybody works there, those of cities first."""
    works = Staff.objects.filter(organisation=OuterRef("pk"), is_active=True)
    rank = Case(When(level="city", then=0), When(level="county", then=1), default=2)
    return (
        Organisation.objects.filter(type=OrganisationType.CENTRE, is_active=True)
        .annotate(manned=Exists(works))
        .order_by(rank, "division_code", "pk")
    )
