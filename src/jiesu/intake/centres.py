"""Which 12315 centre takes in what a citizen sends by herself."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from jiesu.intake.forms import ContactForm
from jiesu.people.models import Staff
from jiesu.places.addresses import Confidence, locate
from jiesu.places.models import Organisation, OrganisationType
from jiesu.places.queries import division_line

RELIABLE = (Confidence.HIGH, Confidence.MEDIUM)


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
    centres = list(
        Organisation.objects.filter(type=OrganisationType.CENTRE, is_active=True)
        .select_related("parent")
        .annotate(manned=Exists(Staff.objects.filter(organisation=OuterRef("pk"), is_active=True)))
    )
    if not centres:
        raise Organisation.DoesNotExist("no 12315 centre")
    manned = {c.division_code: c for c in centres if getattr(c, "manned", False)}
    by_division = manned or {c.division_code: c for c in centres}
    for address in address_fields(form):
        found = locate(address)
        if found.confidence not in RELIABLE:
            continue
        for code in division_line(found.county or found.city or found.province):
            if code in by_division:
                return by_division[code]
    levels = {"city": 0, "county": 1, "province": 2}
    return min(by_division.values(), key=lambda c: (levels.get(c.level, 3), c.division_code, c.pk))
