"""A business as a contact names it, the keys under which it is looked for, and its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from jiesu.businesses.credit_codes import check_credit_code
from jiesu.businesses.divisions import division_of
from jiesu.businesses.errors import BusinessError
from jiesu.businesses.keys import address_key, name_key
from jiesu.businesses.models import Business, BusinessKind
from jiesu.making import made

#: How companies' names end: they are given once, so that a name alone tells which is meant.
COMPANY = "公司"
#: Fields of a business that are filled when somebody says them for the first time.
FILLED = ("address", "division_code", "phone", "shop_name", "shop_url")


@dataclass(frozen=True)
class Named:
    """A business as a contact names it. Empty texts mean: not given; ``platform`` is the name of the one it sells on."""

    name: str
    unified_credit_code: str = ""
    address: str = ""
    phone: str = ""
    kind: str = BusinessKind.MERCHANT
    shop_name: str = ""
    shop_url: str = ""
    platform: str = ""


class Place(NamedTuple):
    """The keys under which a business is looked for."""

    code: str
    key: str
    address: str

    @classmethod
    def of(cls, named: Named) -> Place:
        return cls(named.unified_credit_code, name_key(named.name), address_key(named.address))

    @property
    def company(self) -> bool:
        """Whether the name alone may tell which business is meant."""
        return self.key.endswith(COMPANY)


def checked(named: Named) -> Named | None:
    """What can be looked for: with its code in normal form, or without where that is wrong.

    None where the business cannot be told from others. A code that cannot be right is kept with the party as it was
    said; the business goes without.
    """
    code = ""
    if named.unified_credit_code.strip():
        try:
            code = check_credit_code(named.unified_credit_code)
        except BusinessError:
            code = ""
    if not name_key(named.name) or not (code or named.address):
        return None
    return named if code == named.unified_credit_code else replace(named, unified_credit_code=code)


def new_row(named: Named, place: Place, *, at: datetime, on: Mapping[str, Business]) -> Business:
    """The row of a business that is not known yet; not stored.

    Args:
        on: platforms by the keys of their names.
    """
    platform = on.get(name_key(named.platform))
    return made(
        Business,
        kind=named.kind,
        name=named.name.strip(),
        unified_credit_code=place.code or None,
        address=named.address.strip(),
        division_code=division_of(named.address),
        phone=named.phone,
        platform_id=platform.pk if platform else None,
        shop_name=named.shop_name,
        shop_url=named.shop_url,
        name_key=place.key,
        address_key=place.address,
        created_at=at,
    )
