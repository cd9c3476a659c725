"""The problem category of a message: own codes with a mapping to names used elsewhere (``data/subjects.yaml``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from jiesu.triage.lexicon import content

LEAD = 60
_LEAD_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class Subject:
    """A category. ``complaints`` and ``reports`` are its names in published statistics, ``ch27`` an older bureau code,
    ``national`` the code of the national standard once somebody has mapped it."""

    code: str
    label: str
    ch27: str
    complaints: str
    reports: str
    national: str


@dataclass(frozen=True, slots=True)
class SubjectSuggestion:
    """A category with confidence 0-100 and reasons; ``also`` are the next best codes."""

    code: str
    label: str
    confidence: int
    reasons: list[str]
    also: tuple[str, ...] = ()


def suggest(text: str) -> SubjectSuggestion:
    """The category that the words of the message speak for most; ``other`` if none does.

    >>> suggest("孩子11岁玩游戏充值了4万元").code, suggest("市场的电子秤缺斤少两").code
    ('minor', 'measure')
    """
    scores: list[tuple[float, str, list[str]]] = []
    for code, weight, pattern in _patterns():
        found = list(pattern.finditer(text))
        if not found:
            continue
        words = list(dict.fromkeys(m.group()[:16] for m in found))
        score = weight * (_LEAD_FACTOR if found[0].start() < LEAD else 1)
        scores.append((score + 0.3 * weight * min(len(words) - 1, 3), code, words))
    labels = dict(subjects())
    if not scores:
        return SubjectSuggestion("other", labels["other"], 20, ["没有出现某一类问题的用语"])
    scores.sort(key=lambda entry: -entry[0])
    best, code, words = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0.0
    confidence = max(25, min(95, round(100 * best / (best + second + 0.8))))
    reasons = [f"出现“{'”“'.join(words[:3])}”：{labels[code]}"]
    reasons += [f"另有“{entry[2][0]}”：{labels[entry[1]]}" for entry in scores[1:3]]
    return SubjectSuggestion(code, labels[code], confidence, reasons, tuple(e[1] for e in scores[1:3]))


def subjects() -> list[tuple[str, str]]:
    """Codes and labels in the order of choices.

    >>> subjects()[0]
    ('food', '食品安全')
    """
    return [(entry.code, entry.label) for entry in entries()]


@cache
def entries() -> tuple[Subject, ...]:
    """All categories with their mappings."""
    return tuple(
        Subject(
            **{name: row[name] for name in ("code", "label", "ch27", "complaints", "reports", "national")}
        )
        for row in content("subjects")["subjects"]
    )


@cache
def _patterns() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    return tuple(
        (row["code"], float(row["weight"]), re.compile(row["pattern"]))
        for row in content("subjects")["subjects"]
        if row["pattern"]
    )
