"""Cases that may be the same matter, or of the same kind, as a new one: by person, business, time and content.

Complaints: the same consumer about the same dispute is a duplicate (order 121 art. 16 (2) is the handler's ground, each
is decided); other consumers about the same business are like cases for handling in batch. Reports: only the same
informant about the same respondent is a repeat (art. 35); different informants never are, and nobody who does not
handle the report is shown it (art. 37).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Q

from jiesu.cases.kinds import BRINGER, Kind
from jiesu.cases.models import Case, Party
from jiesu.cases.queries import visible
from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.visibility import Part
from jiesu.triage import sketches
from jiesu.triage.similarity import similarity, unpack

#: From here on two texts are called alike, and nearly the same.
ALIKE, SAME = 0.35, 0.7


class Relation(StrEnum):
    """What a candidate is to the new case."""

    DUPLICATE = "duplicate"
    REPEAT = "repeat"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Traits:
    """What is compared. ``persons`` are look-up hashes of telephone and identity number of who brought the case."""

    number: int
    kind: str
    received_on: date
    persons: frozenset[bytes] = frozenset()
    business_id: int | None = None
    respondent: str = ""
    subject: str = ""
    amount: int | None = None
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case to look at, with confidence 0-100 and reasons."""

    number: int
    relation: Relation
    confidence: int
    reasons: list[str]


def rank(new: Traits, others: Sequence[Traits]) -> list[Candidate]:
    """Those of ``others`` that may be duplicates, repeats or like cases of ``new``, best first; pure."""
    found = [c for other in others if other.number != new.number and (c := _compare(new, other)) is not None]
    return sorted(found, key=lambda c: (-c.confidence, -c.number))


def find(case: Case, *, text: str, actor: Actor, limit: int = 20) -> list[Candidate]:
    """Candidates among what the actor may see. ``text`` is the message of ``case``; four queries.

    For a report only reports of the same informant, and only to those who may see informants.
    """
    role = BRINGER.get(Kind(case.kind))
    persons = _persons([case.pk], role).get(case.pk, frozenset())
    values = sketches.of_text(text)
    day = case.received_at.astimezone(SHANGHAI).date()
    new = _traits(case, persons, tuple(values))
    numbers = _cases_of(persons, role)
    stored: dict[int, tuple[int, ...]] = {}
    if case.kind in (Kind.REPORT, Kind.LEAD):
        base = visible(actor, Part.INFORMANT).filter(kind__in=(Kind.REPORT, Kind.LEAD), pk__in=numbers)
    else:
        near = sketches.alike(kind=case.kind, values=values, business_id=case.business_id, received_on=day)
        stored = {row.case_id: tuple(unpack(row.values)) for row in near}
        base = visible(actor).filter(kind=case.kind, pk__in={*numbers, *stored})
    rows = list(base.exclude(pk=case.pk).order_by("-pk")[:400])
    lacking = [row.pk for row in rows if row.pk not in stored]
    for row in sketches.table(case.kind).objects.filter(pk__in=lacking):
        stored[row.case_id] = tuple(unpack(row.values))
    theirs = _persons([row.pk for row in rows], role)
    return rank(new, [_traits(row, theirs.get(row.pk, frozenset()), stored.get(row.pk, ())) for row in rows])[
        :limit
    ]


def _compare(new: Traits, other: Traits) -> Candidate | None:
    secret = {Kind.REPORT, Kind.LEAD}
    if (new.kind in secret) != (other.kind in secret):
        return None
    same_person = bool(new.persons & other.persons)
    if new.business_id is not None and other.business_id is not None:
        same_business = new.business_id == other.business_id
    else:
        same_business = bool(new.respondent) and new.respondent == other.respondent
    alike = similarity(new.sketch, other.sketch) if new.sketch and other.sketch else 0.0
    days = abs((new.received_on - other.received_on).days)
    if new.kind in secret and not (same_person and same_business):
        return None
    if not (same_person and (same_business or alike >= ALIKE)) and not (
        (same_business and alike >= ALIKE) or alike >= SAME
    ):
        return None
    reasons, score = [], 0.0
    if same_person:
        reasons.append("同一举报人" if new.kind in secret else "同一投诉人（电话或者证件相同）")
        score += 40
    if same_business:
        reasons.append("同一被举报人" if new.kind in secret else "同一被投诉人")
        score += 25
    if alike >= ALIKE:
        reasons.append(f"内容{'几乎相同' if alike >= SAME else '相近'}（约{round(100 * alike)}%）")
        score += 30 * alike
    if new.amount and new.amount == other.amount:
        reasons.append(f"争议金额相同（{new.amount / 100:.2f}元）")
        score += 8
    if new.subject and new.subject == other.subject:
        reasons.append("问题类别相同")
        score += 3
    reasons.append(f"相隔{days}日")
    score += 8 if days <= 7 else 4 if days <= 30 else 0
    if not same_person:
        relation = Relation.LIKE
    else:
        relation = Relation.REPEAT if new.kind in secret else Relation.DUPLICATE
    return Candidate(other.number, relation, max(10, min(95, round(score))), reasons)


def _traits(case: Case, persons: frozenset[bytes], values: tuple[int, ...]) -> Traits:
    return Traits(
        number=case.pk,
        kind=case.kind,
        received_on=case.received_at.astimezone(SHANGHAI).date(),
        persons=persons,
        business_id=case.business_id,
        respondent=case.respondent,
        subject=case.subject,
        amount=case.amount,
        sketch=values,
    )


def _persons(numbers: Sequence[int], role: str | None) -> dict[int, frozenset[bytes]]:
    found: dict[int, set[bytes]] = {}
    rows = Party.objects.filter(case_id__in=numbers, role=role).values_list(
        "case_id", "phone_index", "id_index"
    )
    for number, phone, identity in rows:
        found.setdefault(number, set()).update(bytes(index) for index in (phone, identity) if index)
    return {number: frozenset(indices) for number, indices in found.items()}


def _cases_of(persons: frozenset[bytes], role: str | None) -> list[int]:
    if not persons:
        return []
    same = Q(phone_index__in=persons) | Q(id_index__in=persons)
    return list(
        Party.objects.filter(same, role=role).order_by("-case_id").values_list("case_id", flat=True)[:400]
    )
