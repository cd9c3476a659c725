"""Hot spots on a wall: how many people, where, and words from a list that names nobody.

A whole room sees a wall. What a bureau calls a hot spot, and the words found in the contacts, may hold a shop's name and
with it a person's; only what ``data/wording.yaml`` lists, subjects and places are shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import yaml
from django.db.models import Count

from jiesu.cases.facts import SHANGHAI
from jiesu.cases.queries import visible
from jiesu.insight.hotspots import queries
from jiesu.insight.hotspots.queries import MEMBER, HotSpot
from jiesu.insight.scope import READERS, own_region
from jiesu.people.actors import Actor
from jiesu.people.roles import Role
from jiesu.people.visibility import OPEN_KINDS
from jiesu.places.models import Organisation, OrganisationType

_WORDING = Path(__file__).parent / "data" / "wording.yaml"
#: Days looked at, hot spots shown, words and places of each.
DAYS, SHOWN, WORDS, PLACES = 14, 4, 3, 2
#: Roles that see the outline and the content of what lies below their bureau.
_ABOVE = (Role.HEAD, Role.SUPERVISOR, Role.AUDITOR)


@dataclass(frozen=True)
class HotMatter:
    """A hot spot as a wall shows it: a subject's code, listed words, places, people without informants."""

    subject: str
    words: tuple[str, ...]
    places: tuple[str, ...]
    people: int
    growing: bool


def viewer(actor: Actor, region: str) -> Actor | None:
    """Whoever looks at a region's wall, as a value without the person: equal rights make equal viewers.

    At the own bureau the actor's own roles count. Of a region below, heads, supervisors and auditors may see the outline
    of everything and the content of all but reports: just what an auditor of that bureau sees.
    """
    if region == own_region(actor):
        return Actor(
            organisation_id=actor.authority_id, authority_id=actor.authority_id, roles=actor.roles & READERS,
            province=actor.province, city=actor.city, county=actor.county,
        )  # fmt: skip
    bureau = Organisation.objects.filter(division_code=region, type=OrganisationType.BUREAU).first()
    if bureau is None or not actor.has(*_ABOVE):
        return None
    return Actor(
        organisation_id=bureau.pk, authority_id=bureau.pk, roles=frozenset({Role.AUDITOR.value}),
        province=bureau.province, city=bureau.city, county=bureau.county,
    )  # fmt: skip


def matters(looking: Actor, at: datetime) -> tuple[HotMatter, ...]:
    """The hot spots of the last days with enough people who are no informants, as a wall shows them."""
    until = at.astimezone(SHANGHAI).date()
    found = queries.top(looking, since=until - timedelta(days=DAYS - 1), until=until, at=at, limit=2 * SHOWN)
    least = queries.rules(looking, at).least
    held = [spot for spot in found if not spot.dismissed and spot.people >= least][:SHOWN]
    subjects = _subjects(looking, held)
    return tuple(
        HotMatter(
            subject=subjects.get(spot.key, ""),
            words=listed(spot.words),
            places=tuple(place.name for place in spot.places[:PLACES]),
            people=spot.people,
            growing=spot.growing,
        )
        for spot in held
    )


def _subjects(looking: Actor, spots: list[HotSpot]) -> dict[int, str]:
    """The subject that most cases of each hot spot have."""
    root = {member: spot.key for spot in spots for member in spot.members}
    rows = (
        visible(looking).filter(**{f"{MEMBER}spot__in": list(root)}, kind__in=OPEN_KINDS).exclude(subject="")
    )
    counted: dict[int, Counter[str]] = {}
    grouped = rows.order_by().values_list(f"{MEMBER}spot", "subject").annotate(n=Count("pk"))
    for spot, subject, n in grouped:
        counted.setdefault(root[spot], Counter())[subject] += n
    return {key: min(counts, key=lambda c: (-counts[c], c)) for key, counts in counted.items()}


def listed(words: tuple[str, ...]) -> tuple[str, ...]:
    """What of a hot spot's words is on the list, each once, the longest of those that overlap.

    >>> listed(("飞扬健身会所", "会员费不退", "店长张三", "13812345678"))
    ('健身会所', '会员费')
    """
    found: list[str] = []
    for word in words:
        there = next((term for term in _list() if term in word), None)
        if there is not None and not any(there in other or other in there for other in found):
            found.append(there)
    return tuple(found[:WORDS])


@cache
def _list() -> tuple[str, ...]:
    content: dict[str, list[str]] = yaml.safe_load(_WORDING.read_text(encoding="utf-8"))
    return tuple(sorted({term for terms in content.values() for term in terms}, key=lambda t: (-len(t), t)))
