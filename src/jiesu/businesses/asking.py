"""Most contacts name a business by name and address alone. Which one that is, a single expression tells, so that it can
be asked for together with whatever else a contact needs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from jiesu.businesses.divisions import division_of
from jiesu.businesses.models import Business
from jiesu.businesses.naming import FILLED, Named, Place, checked, new_row
from jiesu.statements import Part

#: Two contacts at once that name the same new business: the slower one breaks it, and finds the other's.
ONCE = "businesses_one_without_code"

_FILLED = ", ".join(f"'{name}', {name}" for name in FILLED)
_OUTLINE = f"jsonb_build_object('id', id, {_FILLED})"
# As ``find_or_create`` chooses: that name at that address; else the one company known with a code by that name.
_KNOWN = f"""COALESCE(
    (SELECT {_OUTLINE} FROM businesses_business WHERE name_key = %s AND address_key = %s
     ORDER BY unified_credit_code, id LIMIT 1),
    (SELECT CASE WHEN count(*) = 1 THEN jsonb_agg(outline) -> 0 END FROM (
        SELECT {_OUTLINE} AS outline FROM businesses_business
        WHERE name_key = %s AND unified_credit_code IS NOT NULL LIMIT 2) companies),
    to_jsonb(nextval(pg_get_serial_sequence('businesses_business', 'id'))))"""  # noqa: S608 - columns of ours


@dataclass(frozen=True)
class Settled:
    """The business meant. ``fresh`` is its row, where it is not known yet and has to be stored."""

    pk: int
    fresh: Business | None = None


@dataclass(frozen=True)
class Question:
    """Which business a contact plainly means."""

    named: Named
    place: Place

    @property
    def asked(self) -> Part:
        """An expression with one value: what is known of the business, or a key for its row."""
        return _KNOWN, (self.place.key, self.place.address, self.place.key if self.place.company else None)

    def settle(self, answer: str, *, at: datetime) -> Settled | None:
        """The business, by the value of ``asked``, which is JSON.

        Returns:
            None where something that was not known of it has to be filled in: that is for ``linking.link``.
        """
        known = json.loads(answer)
        if isinstance(known, int):
            row = new_row(self.named, self.place, at=at, on={})
            row.pk = known
            return Settled(known, row)
        lacking = any(getattr(self.named, name, "").strip() and not known[name] for name in FILLED)
        if not known["division_code"]:
            lacking = lacking or division_of(self.named.address) != ""
        return None if lacking else Settled(known["id"])


def question(named: Named) -> Question | None:
    """The question for a business, where name and address say all there is to say about which it is."""
    wanted = checked(named)
    if wanted is None or wanted.unified_credit_code or wanted.platform:
        return None
    return Question(wanted, Place.of(wanted))
