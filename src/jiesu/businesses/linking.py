"""From what people call a business to its row: for one contact, and for a whole sheet at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from jiesu import statements
from jiesu.businesses.actions import find_or_create
from jiesu.businesses.divisions import division_of
from jiesu.businesses.keys import name_key
from jiesu.businesses.models import Business, BusinessKind
from jiesu.businesses.naming import COMPANY, FILLED, Named, Place, checked, new_row
from jiesu.making import stored
from jiesu.recordsets import attributes, document, insertion, selection
from jiesu.statements import LISTED, listed


def link(named: Named, *, at: datetime) -> int | None:
    """The business meant, added if it is not known; None where it cannot be told from others: see ``checked``."""
    wanted = checked(named)
    return _one(wanted, platforms([wanted], at=at), at).pk if wanted is not None else None


def _one(named: Named, on: Mapping[str, Business], at: datetime) -> Business:
    given = {**asdict(named), "platform": on.get(name_key(named.platform))}
    return find_or_create(at=at, **given)


def platforms(named: Iterable[Named], *, at: datetime) -> dict[str, Business]:
    """The platforms that businesses sell on, by the keys of their names, added if they are not known.

    A platform is told by its name alone, as consumers write it; the row of a shop takes it over when it is added.
    """
    names = {name_key(one.platform): one.platform for one in named if name_key(one.platform)}
    if not names:
        return {}
    there = Business.objects.filter(name_key__in=names, address_key="").order_by("-unified_credit_code")
    found = {business.name_key: business for business in there}
    fresh = [
        Business(kind=BusinessKind.PLATFORM, name=name.strip(), name_key=key, created_at=at)
        for key, name in sorted(names.items())
        if key not in found
    ]
    if fresh:
        Business.objects.bulk_create(fresh, ignore_conflicts=True)
        found = {business.name_key: business for business in there.all()}
    return found


def link_many(named: Iterable[Named | None], *, at: datetime) -> list[int | None]:
    """Like ``link`` for each, in a handful of queries for all of them together."""
    asked = [checked(one) if one is not None else None for one in named]
    places = {one: Place.of(one) for one in asked if one is not None}
    known = _Known(places.values())
    if fresh := _fresh(places, known):
        on = platforms(fresh.values(), at=at)
        # All add in one order, so that no two of them wait for each other.
        rows = [new_row(fresh[place], place, at=at, on=on) for place in sorted(fresh)]
        if not _added(rows, known):
            # A rival added one of them meanwhile; the second look takes whichever row there is.
            known = _Known(places.values())
    found: dict[Named, int] = {}
    changed: dict[int, Business] = {}
    for one, place in places.items():
        business = known.find(place)
        if business is None:
            # Known by name and address, and called by a code for the first time: rare, and done one by one.
            business = _one(one, platforms([one], at=at), at)
        elif _fill(business, one):
            changed[business.pk] = business
        found[one] = business.pk
    if changed:
        Business.objects.bulk_update(changed.values(), FILLED)
    return [found[one] if one is not None else None for one in asked]


_ADDING = f"{insertion(Business, keyed=False)} ON CONFLICT DO NOTHING RETURNING id, unified_credit_code, name_key, address_key"


def _added(rows: list[Business], known: _Known) -> bool:
    """Stores new businesses and lets them be known; False where one of them was there already."""
    given = statements.fetch(_ADDING, [document(Business, rows, keyed=False)])
    numbers = {(code, key, place): pk for pk, code, key, place in given}
    for row in sorted(rows, key=lambda row: row.unified_credit_code is None):
        row.pk = numbers.get((row.unified_credit_code, row.name_key, row.address_key))
        if row.pk is None:
            return False
        known.learn(row)
    return True


def _fresh(places: dict[Named, Place], known: _Known) -> dict[Place, Named]:
    """What has to be added, once each. Who is named with a code and without is added with it, so those go first."""
    wanted: dict[Place, Named] = {}
    codes: set[str] = set()
    addressed: set[tuple[str, str]] = set()
    companies: dict[str, int] = {}
    for one, place in sorted(places.items(), key=lambda item: not item[1].code):
        if known.find(place) is not None:
            continue
        if place.code:
            if place.code in codes or known.without_code(place):
                continue
            codes.add(place.code)
            companies[place.key] = companies.get(place.key, known.count(place.key)) + 1
        elif (place.key, place.address) in addressed or (place.company and companies.get(place.key) == 1):
            continue
        addressed.add((place.key, place.address))
        wanted[place] = one
    return wanted


def _fill(business: Business, named: Named) -> bool:
    """Fills what was not known yet; True where something was."""
    lacking = [name for name in FILLED if not getattr(business, name)]
    given = {name: getattr(named, name, "").strip() for name in lacking}
    if "division_code" in given:
        given["division_code"] = division_of(named.address)
    for name, text in given.items():
        setattr(business, name, text)
    return any(given.values())


_MEANT = f"""{selection(Business)}
WHERE unified_credit_code = ANY({LISTED}) OR (name_key = ANY({LISTED}) AND address_key = ANY({LISTED}))
   OR (name_key = ANY({LISTED}) AND unified_credit_code IS NOT NULL)
ORDER BY unified_credit_code
"""


class _Known:
    """The businesses that some contacts may mean, read at once; it chooses as ``find_or_create`` does."""

    def __init__(self, places: Iterable[Place]) -> None:
        asked = list(places)
        keys = {p.key for p in asked}
        companies = [k for k in keys if k.endswith(COMPANY)]
        codes = [p.code for p in asked if p.code]
        self._by_code: dict[str, Business] = {}
        self._by_place: dict[tuple[str, str], Business] = {}
        self._companies: dict[str, list[Business]] = {}
        # Those with a code first, as they are preferred.
        values = codes, keys, {p.address for p in asked}, companies
        for row in statements.fetch(_MEANT, [listed(each) for each in values]):
            self.learn(stored(Business, attributes(Business), row))

    def learn(self, business: Business) -> None:
        """Takes in one more."""
        if business.unified_credit_code:
            self._by_code[business.unified_credit_code] = business
            self._companies.setdefault(business.name_key, []).append(business)
        self._by_place.setdefault((business.name_key, business.address_key), business)

    def count(self, key: str) -> int:
        """How many of a name are known with a code."""
        return len(self._companies.get(key, ()))

    def without_code(self, place: Place) -> bool:
        """Whether it is known by name and address, and nobody has said its code yet."""
        here = self._by_place.get((place.key, place.address))
        return here is not None and here.unified_credit_code is None

    def find(self, place: Place) -> Business | None:
        if place.code:
            return self._by_code.get(place.code)
        here = self._by_place.get((place.key, place.address))
        if here is not None or not place.company:
            return here
        registered = self._companies.get(place.key, ())
        return registered[0] if len(registered) == 1 else None
