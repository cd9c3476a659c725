"""Which contacts belong together. Pure: contacts are placed one after another, in the order in which they came.

A contact joins the group that it resembles most, if it resembles it enough; else it forms a new group with the recent
contact that it resembles most, if enough; else it waits alone. What a group is like is what most of its members have
in common, so a chain of neighbours does not grow into one group. Groups that have become alike are joined, unless the
whole would no longer hold together. The same contacts in the same order always give the same groups.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from jiesu.insight.hotspots.features import Vocabulary, cosine, normal, vector

#: From which likeness on (0 to 1) a contact joins a group, two contacts form one, two groups become one.
JOIN, PAIR, UNITE = 0.34, 0.40, 0.36
#: The least likeness, on average, of members to their whole after groups are joined.
COHESION = 0.42
#: Features that describe a group, how many of its members' are remembered, and how many are stored.
DESCRIBED, REMEMBERED, STORED = 48, 256, 128
#: A group is looked up by its strongest features, however many write of it: a matter of many is found as one of few.
INDEXED = 16
#: A large group is described anew when it has grown by this much.
GROWN = 1.1
#: Candidates that are compared in full.
COMPARED = 24


@dataclass(frozen=True, slots=True)
class Item:
    """A contact: number of its case, day (ordinal), who brought it in, urgency 0-2, features."""

    case: int
    day: int
    features: tuple[int, ...]
    person: int | None = None
    urgency: int = 0


@dataclass(slots=True)
class Group:
    """A group under way. ``key`` is positive for one that is stored, negative for a new one; ``members`` are those who
    came since it was stored, without their features; ``absorbed`` are stored groups that became one with it.

    ``held``: people have dealt with it; it may take in others but does not vanish into one.
    """

    key: int
    first: int
    last: int
    size: int = 0
    counts: Counter[int] = field(default_factory=Counter)
    members: list[Item] = field(default_factory=list)
    absorbed: list[int] = field(default_factory=list)
    vector: dict[int, float] = field(default_factory=dict)
    indexed: tuple[int, ...] = ()
    described_at: int = 0
    held: bool = False
    changed: bool = False

    def add(self, item: Item) -> None:
        self.counts.update(item.features)
        self.size += 1
        self.first, self.last = min(self.first, item.day), max(self.last, item.day)
        self.members.append(replace(item, features=()))
        self.changed = True

    def describe(self, vocabulary: Vocabulary) -> None:
        """Find again what the members have in common."""
        weights = {f: n / self.size * vocabulary.weight(f) for f, n in self.counts.items()}
        order = sorted(weights, key=lambda f: (-weights[f], f))
        if len(order) > 2 * REMEMBERED:
            self.counts = Counter({f: self.counts[f] for f in order[:REMEMBERED]})
        self.vector = normal({f: weights[f] for f in order[:DESCRIBED] if weights[f] > 0})
        self.described_at = self.size

    def shorten(self, vocabulary: Vocabulary) -> None:
        """Keep only what a stored group needs."""
        weights = {f: n * vocabulary.weight(f) for f, n in self.counts.items()}
        order = sorted(weights, key=lambda f: (-weights[f], f))[:STORED]
        self.counts, self.vector = Counter({f: self.counts[f] for f in order}), {}

    def cohesion(self, vocabulary: Vocabulary) -> float:
        """How alike the members are to their whole, on average, 0 to 1: a share of what a typical member weighs."""
        common = math.sqrt(sum((n / self.size * vocabulary.weight(f)) ** 2 for f, n in self.counts.items()))
        typical = math.sqrt(sum(n / self.size * vocabulary.weight(f) ** 2 for f, n in self.counts.items()))
        return common / typical if typical else 0.0


class Grouping:
    """Contacts that wait alone and groups, with an index of their telling features."""

    def __init__(self, vocabulary: Vocabulary, *, window: int) -> None:
        self.vocabulary = vocabulary
        self.window = window
        self.singles: dict[int, Item] = {}
        self.groups: dict[int, Group] = {}
        self._by_feature: dict[int, dict[int, None]] = {}
        self._groups_by_feature: dict[int, dict[int, None]] = {}
        self._next = -1

    def stored(self, group: Group, key: int) -> None:
        """A group has been stored under a key."""
        if group.key != key:
            self._unindex(group)
            del self.groups[group.key]
            group.key = key
            self.groups[key] = group
            self._index(group)
        group.members, group.absorbed, group.changed = [], [], False

    def load(self, *, singles: Iterable[Item], groups: Iterable[Group]) -> None:
        """Take in what was stored."""
        for item in singles:
            self._wait(item)
        for group in groups:
            group.describe(self.vocabulary)
            self.groups[group.key] = group
            self._index(group)

    def place(self, item: Item) -> None:
        """Place one contact."""
        own = vector(item.features, self.vocabulary)
        if not own:
            return
        likeness, key = self._nearest_group(own, item.day)
        if likeness >= JOIN:
            self._join(self.groups[key], [item])
            return
        likeness, case = self._nearest_single(own, item)
        if likeness >= PAIR:
            other = self.singles[case]
            group = Group(self._next, min(item.day, other.day), max(item.day, other.day))
            self._next -= 1
            self.groups[group.key] = group
            self._join(group, [other, item])
            return
        self._wait(item)

    def forget_before(self, day: int) -> list[Group]:
        """Let go of what can meet nothing any more: contacts that wait since before a day, and groups as old. Gives the
        groups."""
        for case in [item.case for item in self.singles.values() if item.day < day]:
            self._leave(case)
        gone = [group for group in self.groups.values() if group.last < day]
        for group in gone:
            self._unindex(group)
            del self.groups[group.key]
            group.shorten(self.vocabulary)
        return gone

    # --- groups --------------------------------------------------------------------------------------------------
    def _join(self, group: Group, items: Sequence[Item]) -> None:
        for item in items:
            if item.case in self.singles:
                self._leave(item.case)
            group.add(item)
        if group.size <= 8 or group.size >= GROWN * group.described_at:
            self._describe(group)
            if group.size > 2:
                self._gather(group)
            self._unite(group)

    def _describe(self, group: Group) -> None:
        group.describe(self.vocabulary)
        self._index(group)

    def _gather(self, group: Group) -> None:
        """Contacts that waited alone before the group had found its shape."""
        likely = self._candidates(group.vector, self._by_feature)
        found = [
            self.singles[case]
            for case in likely
            if abs(group.last - self.singles[case].day) <= self.window
            and cosine(vector(self.singles[case].features, self.vocabulary), group.vector) >= JOIN
        ]
        for item in sorted(found, key=lambda i: (i.day, i.case)):
            self._leave(item.case)
            group.add(item)
        if found:
            self._describe(group)

    def _unite(self, group: Group) -> None:
        while True:
            likeness, key = self._nearest_group(group.vector, group.last, but=group.key)
            if likeness < UNITE:
                return
            other = self.groups[key]
            if group.held and other.held:
                return
            # The one that was there first goes on, unless people have dealt with the other.
            kept, gone = sorted((group, other), key=lambda g: (not g.held, self._age(g)))
            whole = Group(0, 0, 0, size=kept.size + gone.size, counts=kept.counts + gone.counts)
            if whole.cohesion(self.vocabulary) < COHESION:
                return
            kept.counts, kept.size, kept.changed = whole.counts, whole.size, True
            kept.first, kept.last = min(kept.first, gone.first), max(kept.last, gone.last)
            kept.members += gone.members
            kept.absorbed += [*gone.absorbed, *([gone.key] if gone.key > 0 else [])]
            self._unindex(gone)
            del self.groups[gone.key]
            self._describe(kept)
            group = kept

    @staticmethod
    def _age(group: Group) -> tuple[int, int]:
        return group.first, group.key if group.key > 0 else (1 << 62) - group.key

    def _nearest_group(self, own: dict[int, float], day: int, but: int | None = None) -> tuple[float, int]:
        best = (0.0, 0)
        for key in self._candidates(own, self._groups_by_feature):
            group = self.groups[key]
            if key == but or abs(day - group.last) > self.window:
                continue
            likeness = cosine(own, group.vector)
            if likeness > best[0] or (
                likeness == best[0] and self._age(group) < self._age(self.groups[best[1]])
            ):
                best = likeness, key
        return best

    # --- contacts that wait alone ---------------------------------------------------------------------------------
    def _nearest_single(self, own: dict[int, float], item: Item) -> tuple[float, int]:
        best = (0.0, 0)
        for case in self._candidates(own, self._by_feature):
            other = self.singles[case]
            if abs(item.day - other.day) > self.window:
                continue
            likeness = cosine(own, vector(other.features, self.vocabulary))
            if likeness > best[0] or (likeness == best[0] and case < best[1]):
                best = likeness, case
        return best

    def _wait(self, item: Item) -> None:
        self.singles[item.case] = item
        for feature in item.features:
            if self.vocabulary.tells(feature):
                self._by_feature.setdefault(feature, {})[item.case] = None

    def _leave(self, case: int) -> None:
        item = self.singles.pop(case)
        for feature in item.features:
            listed = self._by_feature.get(feature)
            if listed is not None:
                listed.pop(case, None)
                if not listed:
                    del self._by_feature[feature]

    # --- index ----------------------------------------------------------------------------------------------------
    def _index(self, group: Group) -> None:
        self._unindex(group)
        group.indexed = tuple(group.vector)[:INDEXED]
        for feature in group.indexed:
            self._groups_by_feature.setdefault(feature, {})[group.key] = None

    def _unindex(self, group: Group) -> None:
        for feature in group.indexed:
            self._drop(feature, group.key)
        group.indexed = ()

    def _drop(self, feature: int, key: int) -> None:
        listed = self._groups_by_feature.get(feature)
        if listed is not None:
            listed.pop(key, None)
            if not listed:
                del self._groups_by_feature[feature]

    def _candidates(self, own: dict[int, float], index: dict[int, dict[int, None]]) -> list[int]:
        """Keys that share the most weight of telling features, the best first."""
        shared: dict[int, float] = {}
        for feature, weight in own.items():
            for key in index.get(feature, ()):
                shared[key] = shared.get(key, 0.0) + weight
        return sorted(shared, key=lambda k: (-shared[k], k))[:COMPARED]
