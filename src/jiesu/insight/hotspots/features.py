"""What makes a contact recognisable: its few most characteristic features, as keyed hashes. Pure functions.

A feature is a piece of two or three neighbouring characters of the text, or the respondent, the subject, the county.
The rarer a feature is among the sampled contacts, the more it weighs. Hashes cannot be read back without the key of
this installation, and are only kept while they can still meet another contact.
"""

from __future__ import annotations

import math
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

#: Features kept of a contact.
KEPT = 32
#: No feature weighs more than this, nor more than one that so many contacts share: what few have written so far may
#: be a slip of the pen or a new matter, and a matter weighs no less when more people come with it.
MOST_WEIGHT, NEW_MATTER = 5.0, 20
#: A feature seen once at most is often a slip of the pen.
RARE = 0.5
#: Subject and county bring like contacts nearer, but not together; the same respondent with the same subject nearly
#: does. These features have numbers of their own, below the first and the second bound: the weight of the former is
#: capped, that of the latter multiplied.
CONTEXT_NUMBERS, CONTEXT_WEIGHT = 1 << 16, 1.0
MATTER_NUMBERS, MATTER_TIMES = 1 << 24, 3.0
#: What stands in the title, or is the respondent, is what the matter is about.
HEADLINE = 1.6
#: A feature of more than this share of all contacts tells nothing apart; small installations have too few to say so.
COMMON_SHARE, COMMON_LEAST = 0.05, 50
#: Contacts that wait alone are looked up by features of at most this share of all, or of so many.
TELLING_SHARE = 0.0025

#: A vocabulary begins as if so many contacts had been read, and each everyday word had stood in so many of them.
PRIOR_TEXTS, PRIOR_SEEN = 300, 60
_COMMON = Path(__file__).parent / "data" / "common.txt"

_BUCKETS = 1 << 20
_MOST_COUNT = 0xFFFF
_CACHED = 200_000
_RUN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]{3,}")


@dataclass(frozen=True, slots=True)
class Traits:
    """What features are taken from. ``title`` and ``text`` are plain words and stay in memory."""

    title: str = ""
    text: str = ""
    respondent: str = ""
    business_id: int | None = None
    subject: str = ""
    county: str = ""


def pieces(text: str) -> list[str]:
    """Neighbouring characters, two and three at a time, never across digits or punctuation; Latin words whole.

    >>> pieces("退货，SHEIN 3天")
    ['退货', 'shein']
    >>> pieces("不退费")
    ['不退', '退费', '不退费']
    """
    found: list[str] = []
    for run in _RUN.findall(text):
        if run[0] < "\u3400":
            found.append(run.lower())
            continue
        found += [run[i : i + 2] for i in range(len(run) - 1)]
        found += [run[i : i + 3] for i in range(len(run) - 2)]
    return found


class Vocabulary:
    """In how many sampled contacts each feature occurs; small numbers in a fixed table, filled by hash."""

    def __init__(self, counts: array[int] | None = None, texts: int = 0) -> None:
        self.counts = counts if counts is not None else array("H", bytes(2 * _BUCKETS))
        self.texts = texts
        self._by_count: dict[int, float] = {}

    def add(self, features: Iterable[int]) -> None:
        """Count one contact's features, each once."""
        self.texts += 1
        for feature in set(features):
            place = feature & (_BUCKETS - 1)
            if self.counts[place] < _MOST_COUNT:
                self.counts[place] += 1
        self._by_count.clear()

    def seen(self, feature: int) -> int:
        """In how many sampled contacts a feature occurs."""
        return self.counts[feature & (_BUCKETS - 1)]

    def weight(self, feature: int) -> float:
        """How much a feature weighs: the logarithm of its rarity, at most ``MOST_WEIGHT``; 0 for a common one.

        >>> few = Vocabulary()
        >>> for _ in range(200): few.add([-1])
        >>> few.weight(-1), round(few.weight(-2), 2)
        (0.0, 1.13)
        """
        seen = self.counts[feature & (_BUCKETS - 1)]
        known = self._by_count.get(seen)
        if known is None:
            known = self._by_count[seen] = self._weighed(seen)
        if not 0 <= feature < MATTER_NUMBERS:
            return known
        return min(known, CONTEXT_WEIGHT) if feature < CONTEXT_NUMBERS else known * MATTER_TIMES

    def _weighed(self, seen: int) -> float:
        if seen > max(COMMON_LEAST, COMMON_SHARE * self.texts):
            return 0.0
        weight = min(MOST_WEIGHT, math.log((self.texts + 1) / (max(seen, NEW_MATTER) + 1)))
        return weight * RARE if seen <= 1 else weight

    def tells(self, feature: int) -> bool:
        """Whether a feature is rare enough to look others up by it."""
        return self.seen(feature) <= max(COMMON_LEAST, TELLING_SHARE * self.texts)

    def packed(self) -> bytes:
        """The table for storage."""
        return zlib.compress(self.counts.tobytes(), 1)

    @classmethod
    def unpacked(cls, stored: bytes | memoryview, texts: int) -> Vocabulary:
        """The table from storage."""
        counts = array("H")
        counts.frombytes(zlib.decompress(bytes(stored)))
        return cls(counts, texts)


@cache
def everyday() -> frozenset[str]:
    """The pieces of everyday words (``data/common.txt``).

    >>> "退款" in everyday(), "健身" in everyday()
    (True, False)
    """
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(
        piece for line in lines if not line.startswith("#") for word in line.split() for piece in pieces(word)
    )


class Reader:
    """Takes features from contacts under one key (at most 64 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, int] = {}

    def hashed(self, piece: str) -> int:
        """A signed number of 32 bits for a piece."""
        known = self._known.get(piece)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            digest = blake2b(piece.encode(), digest_size=4, key=self._key).digest()
            number = int.from_bytes(digest, "big", signed=True)
            known = self._known[piece] = ~number if 0 <= number < MATTER_NUMBERS else number
        return known

    def vocabulary(self) -> Vocabulary:
        """A vocabulary before the first contact."""
        begun = Vocabulary(texts=PRIOR_TEXTS)
        for feature in {self.hashed(piece) for piece in everyday()}:
            begun.counts[feature & (_BUCKETS - 1)] = PRIOR_SEEN
        return begun

    def everything(self, traits: Traits) -> dict[int, tuple[int, bool]]:
        """Every feature of a contact: how often, and whether it stands in its head line."""
        hashed = self.hashed
        found: dict[int, tuple[int, bool]] = {}
        for piece, times in Counter(pieces(traits.text)).items():
            found[hashed(piece)] = times, False
        for piece, times in Counter(pieces(traits.title)).items():
            feature = hashed(piece)
            found[feature] = found.get(feature, (0, False))[0] + times, True
        # A control character cannot stand in a piece of text.
        respondent = str(traits.business_id or "") or "".join(_RUN.findall(traits.respondent))
        if respondent:
            found[hashed(f"\x01respondent:{respondent}")] = 3, True
        if respondent and traits.subject:
            matter = hashed(f"\x01matter:{respondent}:{traits.subject}")
            found[CONTEXT_NUMBERS + matter % (MATTER_NUMBERS - CONTEXT_NUMBERS)] = 3, True
        for name, value in (("subject", traits.subject), ("county", traits.county)):
            if value:
                found[hashed(f"\x01{name}:{value}") % CONTEXT_NUMBERS] = 3, True
        return found

    def chosen(self, everything: dict[int, tuple[int, bool]], vocabulary: Vocabulary) -> tuple[int, ...]:
        """The most characteristic features, the strongest first; equal ones in the order of their numbers."""
        scored = []
        for feature, (times, headline) in everything.items():
            weight = vocabulary.weight(feature)
            if weight > 0:
                score = weight * (1 + math.log(1 + times)) * (HEADLINE if headline else 1)
                scored.append((-score, feature))
        scored.sort()
        return tuple(feature for _, feature in scored[:KEPT])


def cosine(one: dict[int, float], other: dict[int, float]) -> float:
    """How alike two vectors of length 1 are, 0 to 1.

    >>> cosine({1: 0.6, 2: 0.8}, {2: 1.0})
    0.8
    """
    if len(other) < len(one):
        one, other = other, one
    return sum(weight * other[feature] for feature, weight in one.items() if feature in other)


def vector(features: Sequence[int], vocabulary: Vocabulary) -> dict[int, float]:
    """Features with their weights, to length 1."""
    return normal({feature: vocabulary.weight(feature) for feature in features})


def normal(weights: dict[int, float]) -> dict[int, float]:
    """Weights brought to length 1; empty where there are none."""
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {feature: weight / length for feature, weight in weights.items()} if length else {}
