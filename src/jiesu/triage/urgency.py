"""How urgent a message is, with reasons: danger to life and health first, then minors, frail persons, lifts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from jiesu.triage.lexicon import signals


class Level(IntEnum):
    """Urgency: ordinary, today, at once."""

    ORDINARY = 0
    TODAY = 1
    AT_ONCE = 2

    @property
    def label(self) -> str:
        """Name shown."""
        return ("一般", "当日处理", "立即处理")[self]


@dataclass(frozen=True, slots=True)
class Urgency:
    """A level with confidence 0-100 and Chinese reasons. Urgency changes the order of work, never a statutory period."""

    level: Level
    confidence: int
    reasons: list[str]
    keys: tuple[str, ...] = ()


def suggest(text: str) -> Urgency:
    """The urgency that the words speak for.

    >>> suggest("电梯里现在困人，请马上来").level.label
    '立即处理'
    >>> suggest("买的衣服掉色").level.label
    '一般'
    """
    found = [(signal, match) for signal in signals("urgency") if (match := signal.pattern.search(text))]
    if not found:
        return Urgency(Level.ORDINARY, 60, ["没有出现危及人身安全等紧急情形的用语"])
    level = Level(max(int(signal.speaks_for) for signal, _ in found))
    found.sort(key=lambda pair: (-int(pair[0].speaks_for), -pair[0].weight))
    weight = sum(signal.weight for signal, _ in found if int(signal.speaks_for) == level)
    return Urgency(
        level=level,
        confidence=min(95, 45 + round(10 * weight)),
        reasons=[f"“{match.group()[:16]}”：{signal.reason}" for signal, match in found],
        keys=tuple(signal.key for signal, _ in found),
    )
