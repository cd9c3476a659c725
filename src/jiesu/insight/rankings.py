"""Regions side by side: by rank or in bands, beside the mean of the region above and what was published nationally.

Whoever has the right to a region sees its values. Of other regions only the own rank among them is said, and that only
where enough of them are ranked that it tells nothing about any one, and of whole months, quarters and years: days put
together at will would be asked until they tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later

from jiesu.insight.figures import Figure, Label, Value, figures
from jiesu.insight.models import PublishedMean
from jiesu.insight.periods import Span
from jiesu.insight.scope import Scope, may_read, regions_below, regions_of
from jiesu.insight.tallies import reading
from jiesu.insight.tallies.keeping import Counts
from jiesu.people.actors import Actor

#: With fewer regions side by side a rank says of the others what their figures are.
FEWEST = 3
#: Periods of which somebody who does not see all regions learns the own rank.
COMPARED = frozenset({Span.YEAR, Span.QUARTER, Span.MONTH})


class Level(StrEnum):
    """What stands side by side."""

    CITY = "city"
    COUNTY = "county"


LEVELS: dict[Level, Label] = {Level.CITY: later("各市"), Level.COUNTY: later("各县")}


def levels(region: str) -> tuple[Level, ...]:
    """What a region can be looked at by, the usual first.

    >>> [level.value for region in ("430000", "430900", "430902") for level in levels(region)]
    ['city', 'county', 'county', 'city', 'county']
    """
    if region.endswith("0000"):
        return Level.CITY, Level.COUNTY
    return (Level.COUNTY, Level.CITY) if region.endswith("00") else (Level.COUNTY,)


@dataclass(frozen=True)
class Place:
    """Where a region stands: its value, rank (1 is best, equal values share it) and band."""

    code: str
    name: str
    value: Value
    rank: int | None
    band: int | None


@dataclass(frozen=True)
class Ranking:
    """One figure of regions side by side.

    Args:
        places: those the reader may see, the best first.
        of: how many regions were ranked, the unseen ones among them; 0 where that may not be said.
        mean: the value of the region above as a whole; None where the reader may not see it.
        published: means that somebody published, with their sources.
    """

    figure: Figure
    places: tuple[Place, ...]
    of: int
    mean: Value
    published: tuple[PublishedMean, ...]


def rank(values: Mapping[str, Value], *, better: int) -> dict[str, int]:
    """Ranks from 1; equal values share one, regions without a value have none.

    >>> rank({"a": 3, "b": 5, "c": 5, "d": None}, better=1)
    {'b': 1, 'c': 1, 'a': 3}
    """
    present = {k: Decimal(v) for k, v in values.items() if v is not None}
    ordered = sorted(present, key=lambda k: (-better * present[k], k))
    return {k: 1 + sum(better * (present[o] - present[k]) > 0 for o in present) for k in ordered}


def band(place: int, of: int, bands: int) -> int:
    """The band of a rank: bands of the same size, 1 the best.

    >>> [band(place, 8, 3) for place in range(1, 9)]
    [1, 1, 1, 2, 2, 2, 3, 3]
    """
    return (place - 1) * bands // of + 1


def _beside(region: str, level: Level) -> tuple[str, list[tuple[str, str]]]:
    """The region above, and those side by side."""
    province = f"{region[:2]}0000"
    if level == Level.CITY:
        return province, regions_below(province)
    if region == province:
        return province, [
            each for city, found in regions_of(province).items() if city != province for each in found
        ]
    above = f"{region[:4]}00"
    return above, regions_below(above)


def side_by_side(scope: Scope, *, actor: Actor, bands: int = 0, level: str = "") -> list[Ranking]:
    """The rankings of a region's cities or counties; of a county those of its city, of a city those of its province,
    in which it stands.

    Args:
        scope: the region and period.
        bands: into how many bands; 0 for ranks.
        level: one of the region's ``levels``; any other gives the first.
    """
    offered = levels(scope.region)
    above, below = _beside(scope.region, Level(level) if level in offered else offered[0])
    codes = [code for code, _name in below]
    counts = reading.totals([above, *codes], scope.since, scope.until)
    seen = [(code, name) for code, name in below if may_read(actor, code)]
    if len(seen) < len(below) and len(below) < FEWEST:
        return []
    means = list(PublishedMean.objects.filter(period=scope.period.key).order_by("figure", "label"))
    whole = counts[above] if may_read(actor, above) else None
    found = [
        _ranking(f, counts, codes, seen, whole, means, bands, scope.period.span)
        for f in figures()
        if f.better and (actor.system or actor.has(*f.readers))
    ]
    return [r for r in found if any(p.value is not None for p in r.places)]


def _ranking(
    figure: Figure,
    counts: Mapping[str, Counts],
    codes: Sequence[str],
    seen: Sequence[tuple[str, str]],
    above: Counts | None,
    means: Sequence[PublishedMean],
    bands: int,
    span: Span,
) -> Ranking:
    values = {code: figure.of(counts[code]) for code in codes}
    ranks = rank(values, better=figure.better)
    if len(seen) < len(codes) and (len(ranks) < FEWEST or span not in COMPARED):
        ranks = {}
    places = [
        Place(
            code,
            name,
            values[code],
            ranks.get(code) if not bands else None,
            band(ranks[code], len(ranks), bands) if bands and code in ranks else None,
        )
        for code, name in seen
    ]
    order = {p.code: (ranks.get(p.code, len(codes) + 1), p.code) for p in places}
    return Ranking(
        figure,
        tuple(sorted(places, key=lambda p: order[p.code])),
        len(ranks),
        figure.of(above) if above is not None else None,
        tuple(m for m in means if m.figure == figure.key),
    )


def standing_words(place: Place, of: int) -> str:
    """The rank or band in words."""
    if place.rank is not None:
        return _("%(rank)d / %(of)d") % {"rank": place.rank, "of": of}
    return _("第 %(band)d 档") % {"band": place.band} if place.band is not None else "—"
