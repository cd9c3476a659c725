"""Typical texts of a hot spot, masked, for those who may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jiesu.insight.hotspots import reading
from jiesu.insight.hotspots.queries import HotSpot, readable
from jiesu.people.actors import Actor
from jiesu.people.masking import mask_text

#: Of so many of the latest contacts so many are shown, at most so many characters each.
LOOKED_AT, SHOWN, LENGTH = 30, 3, 160


@dataclass(frozen=True)
class Typical:
    """A text with the words of the label in it."""

    case: int
    day: date
    text: str


def texts(actor: Actor, spot: HotSpot) -> list[Typical]:
    """The latest texts that hold most of the label's words, one of each person, without what names people."""
    cases = list(readable(actor, spot).only(*reading.FIELDS)[:LOOKED_AT])
    read = list(reading.read(cases))
    read.sort(key=lambda r: (-sum(word in r.traits.text for word in spot.words), -r.day, -r.case))
    found: list[Typical] = []
    people: set[int] = set()
    said: set[str] = set()
    for one in read:
        text = " ".join(mask_text(one.traits.text or one.traits.title).split())
        short = text if len(text) <= LENGTH else f"{text[:LENGTH]}…"
        if short in said or (one.person is not None and one.person in people):
            continue
        found.append(Typical(one.case, date.fromordinal(one.day), short))
        said.add(short)
        if one.person is not None:
            people.add(one.person)
        if len(found) == SHOWN:
            break
    return found
