"""Reading contacts for the grouping: texts are opened in memory, what leaves this module are hashes and counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from django.db.models import Q

from jiesu.cases.keys import Binary, KeyErased, decrypt, hmac_sm3, ring, unwrap
from jiesu.cases.kinds import BRINGER, Kind
from jiesu.cases.models import Case, Party, Passage
from jiesu.insight.hotspots.features import Reader, Traits
from jiesu.people.actors import SHANGHAI
from jiesu.triage import subject, urgency

#: Longer texts are cut: what the matter is stands at the beginning.
MOST_TEXT = 4000
#: Confidence from which on a suggested subject counts.
CLEAR = 50
FIELDS = (
    "pk", "kind", "wrapped_key", "title", "respondent", "business_id", "subject", "county", "received_at",
    "registered_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """A case as the grouping needs it; ``traits`` hold plain words and are never stored."""

    case: int
    kind: str
    day: int
    person: int | None
    urgency: int
    traits: Traits


def reader() -> Reader:
    """The reader of this installation: features depend on its key."""
    return _reader(ring().index)


@lru_cache(maxsize=2)
def _reader(index_key: bytes) -> Reader:
    return Reader(hmac_sm3(index_key, b"insight.hotspots"))


def person_key(index: bytes) -> int:
    """A number of 63 bits that tells persons apart and leads back to nobody.

    >>> person_key(b"one") == person_key(b"one"), person_key(b"one") == person_key(b"two")
    (True, False)
    """
    digest = hmac_sm3(ring().index, b"insight.hotspots.person\x00" + index)
    return int.from_bytes(digest[:8], "big") >> 1


def read(cases: Sequence[Case]) -> Iterator[Read]:
    """Read some cases in their order, in two queries; those whose texts are erased are left out."""
    numbers = [case.pk for case in cases]
    facts: dict[int, list[Binary]] = {}
    rows = Passage.objects.filter(case_id__in=numbers, purpose="facts", sealed__isnull=False)
    for number, sealed in rows.order_by("case_id", "seq").values_list("case_id", "sealed"):
        facts.setdefault(number, []).append(sealed)
    people = _people(numbers)
    for case in cases:
        try:
            key = unwrap(case.wrapped_key)
            text = "\n".join(decrypt(key, sealed) for sealed in facts.get(case.pk, ()))[:MOST_TEXT]
        except (KeyErased, KeyError, InvalidTag):
            continue
        index = people.get((case.pk, BRINGER[Kind(case.kind)] or ""))
        yield Read(
            case=case.pk,
            kind=case.kind,
            day=case.received_at.astimezone(SHANGHAI).toordinal(),
            person=person_key(index) if index else None,
            urgency=int(urgency.suggest(f"{case.title}\n{text}").level),
            traits=Traits(
                title=case.title,
                text=text,
                respondent=case.respondent,
                business_id=case.business_id,
                subject=case.subject or _subject(f"{case.title}\n{text}"),
                county=case.county,
            ),
        )


def _subject(text: str) -> str:
    """The subject that the words speak for, where nobody has chosen one yet and they speak clearly."""
    found = subject.suggest(text)
    return found.code if found.confidence >= CLEAR else ""


def _people(numbers: Sequence[int]) -> dict[tuple[int, str], bytes]:
    """The look-up index of who brought each case in: the telephone's, else the identity number's."""
    found: dict[tuple[int, str], bytes] = {}
    rows = (
        Party.objects.filter(case_id__in=numbers)
        .exclude(Q(phone_index=None) & Q(id_index=None))
        .order_by("case_id", "seq")
        .values_list("case_id", "role", "phone_index", "id_index")
    )
    for number, role, phone, identity in rows:
        index = phone or identity
        if index:
            found.setdefault((number, role), bytes(index))
    return found


def names_of(cases: Sequence[Case]) -> set[str]:
    """The names of all people in some cases, for keeping them out of labels."""
    keys = {case.pk: case.wrapped_key for case in cases}
    found: set[str] = set()
    for party in Party.objects.filter(case_id__in=keys, sealed__isnull=False):
        if party.role in ("respondent", "reported"):
            continue
        try:
            plain = json.loads(decrypt(unwrap(keys[party.case_id]), party.sealed))
        except (KeyErased, KeyError, InvalidTag):
            continue
        found.add(str(plain.get("name", "")))
    return found - {""}
