"""Looking for businesses."""

from django.db.models import Q

from jiesu.businesses.credit_codes import check_credit_code
from jiesu.businesses.errors import BusinessError
from jiesu.businesses.keys import name_key
from jiesu.businesses.models import Business


def by_credit_code(text: str) -> Business | None:
    """The business with this credit code; None if the code is wrong or not known here."""
    try:
        code = check_credit_code(text)
    except BusinessError:
        return None
    return Business.objects.filter(unified_credit_code=code).first()


def starting_with(text: str, *, limit: int = 10) -> list[Business]:
    """Businesses whose name starts with ``text`` or whose credit code does (for completion while typing)."""
    key = name_key(text)
    if not key:
        return []
    return list(
        Business.objects.filter(
            Q(name_key__startswith=key) | Q(unified_credit_code__startswith=key.upper())
        ).order_by("name_key", "pk")[:limit]
    )


def of_same_name(business: Business) -> list[Business]:
    """Other businesses of the same name: perhaps the same one at another address."""
    return list(Business.objects.filter(name_key=business.name_key).exclude(pk=business.pk).order_by("pk"))
