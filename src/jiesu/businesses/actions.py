"""Finding or adding the business that a contact names."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from operator import attrgetter

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction

from jiesu import statements
from jiesu.businesses.credit_codes import check_credit_code
from jiesu.businesses.divisions import division_of
from jiesu.businesses.errors import BusinessError, Code
from jiesu.businesses.keys import address_key, name_key
from jiesu.businesses.models import Business, BusinessKind
from jiesu.businesses.naming import COMPANY


def find_or_create(
    *,
    name: str,
    at: datetime,
    unified_credit_code: str = "",
    address: str = "",
    division_code: str = "",
    phone: str = "",
    kind: str = BusinessKind.MERCHANT,
    platform: Business | None = None,
    shop_name: str = "",
    shop_url: str = "",
) -> Business:
    """The business meant, added if it is not known yet.

    With a credit code the code alone decides, and a business so far known by name and address gets it. Without,
    name and address must both agree, except for a company (…公司) known with a code by just this name: names of
    companies are not given twice. What is known is never overwritten by what a citizen wrote; empty fields are filled.

    Args:
        name: as written on the shop, licence or page.
        division_code: if known; otherwise taken from the address where that is beyond doubt.
        platform: where the business sells, if online.

    Raises:
        BusinessError: ``business_name_missing``; ``credit_code_…`` (a staff channel that must not reject drops the
            code and keeps it as text).
    """
    key = name_key(name)
    if not key:
        raise BusinessError(Code.NAME_MISSING)
    code = check_credit_code(unified_credit_code) if unified_credit_code.strip() else None
    place = address_key(address)
    found = _find(code=code, key=key, place=place)
    if found is None or not found.division_code:
        division_code = division_code or division_of(address)
    if found is None:
        found = _create(
            Business(
                kind=kind,
                name=name.strip(),
                unified_credit_code=code,
                address=address.strip(),
                division_code=division_code,
                phone=phone,
                platform=platform,
                shop_name=shop_name,
                shop_url=shop_url,
                name_key=key,
                address_key=place,
                created_at=at,
            )
        )
    return _fill(
        found,
        address=address.strip(),
        division_code=division_code,
        phone=phone,
        shop_name=shop_name,
        shop_url=shop_url,
    )


def _find(*, code: str | None, key: str, place: str) -> Business | None:
    if code is not None:
        known = Business.objects.filter(unified_credit_code=code).first()
        return known or _give_code(code=code, key=key, place=place)
    # Asked for with every contact, so as a statement that nobody has to compose first.
    rows = statements.fetch(_here(), [key, place])
    here = Business.from_db(DEFAULT_DB_ALIAS, _columns(), rows[0]) if rows else None
    if here is not None or not key.endswith(COMPANY):
        return here
    registered = list(Business.objects.filter(name_key=key, unified_credit_code__isnull=False)[:2])
    return registered[0] if len(registered) == 1 else None


@cache
def _columns() -> list[str]:
    return [f.attname for f in Business._meta.concrete_fields]


@cache
def _here() -> str:
    columns = ", ".join(_columns())
    return (
        f"SELECT {columns} FROM businesses_business WHERE name_key = %s AND address_key = %s"  # noqa: S608 - columns of ours
        " ORDER BY unified_credit_code, id LIMIT 1"
    )


def _give_code(*, code: str, key: str, place: str) -> Business | None:
    """The business so far known only by this name and address, now with its code; None if another was faster."""
    known = Business.objects.filter(name_key=key, address_key=place, unified_credit_code__isnull=True)
    try:
        with transaction.atomic():
            if known.update(unified_credit_code=code) == 0:
                return None
    except IntegrityError:
        # A rival has just added the code: that row is the one.
        pass
    return Business.objects.filter(unified_credit_code=code).first()


def _create(business: Business) -> Business:
    statement, values_of = _adding()
    added = statements.fetch(statement, values_of(business))
    if not added:
        # The same business was added meanwhile.
        rival = _find(code=business.unified_credit_code, key=business.name_key, place=business.address_key)
        if rival is None:
            raise IntegrityError(f"business {business.name_key} is there and cannot be found")
        return rival
    ((business.pk,),) = added
    return business


@cache
def _adding() -> tuple[str, Callable[[Business], tuple[object, ...]]]:
    """An ``INSERT`` that lets a rival go first: no savepoint has to be laid for it. Composed once."""
    fields = [f for f in Business._meta.concrete_fields if not f.primary_key]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    places = ", ".join(["%s"] * len(fields))
    return (
        f"INSERT INTO businesses_business ({columns}) VALUES ({places})"  # noqa: S608 - columns of ours
        " ON CONFLICT DO NOTHING RETURNING id"
    ), attrgetter(*(f.attname for f in fields))


def _fill(business: Business, **known: str) -> Business:
    filled = [name for name, text in known.items() if text and not getattr(business, name)]
    for name in filled:
        setattr(business, name, known[name])
    if filled:
        # address_key stays: it is the name under which the business was first found.
        business.save(update_fields=filled)
    return business
