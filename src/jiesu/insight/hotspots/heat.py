"""How hot a hot spot is, 0 to 100: number, people, growth and urgency, each weighed. Pure; the formula is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

#: Growth counts in full when the last period has this many times as many as a usual one before.
FULL_GROWTH = 8
#: Periods before the last one that say what is usual.
USUAL_PERIODS = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """Settings: what each part weighs, the days of a period, and from how many on number and people count in full."""

    number: int = 20
    people: int = 30
    growth: int = 35
    urgency: int = 15
    period: int = 7
    full: int = 30


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is counted: contacts of the last period, of the ``USUAL_PERIODS`` before, different people and the sum of
    urgency levels (0 to 2 each) of the last period."""

    recent: int
    before: int
    people: int
    urgency: int


@dataclass(frozen=True, slots=True)
class Heat:
    """The heat and its four parts, 0 to 1 each."""

    total: int
    number: float
    people: float
    growth: float
    urgency: float
    times: float


def heat(numbers: Numbers, weights: Weights) -> Heat:
    """The heat.

    >>> heat(Numbers(recent=0, before=9, people=0, urgency=0), Weights()).total
    0
    >>> heat(Numbers(recent=30, before=0, people=30, urgency=60), Weights()).total
    100
    """
    number = _scaled(numbers.recent, weights.full)
    people = _scaled(numbers.people, weights.full)
    times = (numbers.recent + 1) / (numbers.before / USUAL_PERIODS + 1)
    growth = min(1.0, max(0.0, math.log(times) / math.log(FULL_GROWTH)))
    urgency = min(1.0, numbers.urgency / (2 * numbers.recent)) if numbers.recent else 0.0
    whole = weights.number + weights.people + weights.growth + weights.urgency
    total = (
        weights.number * number
        + weights.people * people
        + weights.growth * growth
        + weights.urgency * urgency
    )
    return Heat(round(100 * total / whole) if whole else 0, number, people, growth, urgency, times)


def _scaled(count: int, full: int) -> float:
    """The logarithm of a count against that of the count that is full: ten more matter most where there were few."""
    return min(1.0, math.log1p(count) / math.log1p(full))


def formula(weights: Weights) -> str:
    """The formula in words, with the settings in force."""
    return _(
        "热度 =（件数 × %(number)d + 人数 × %(people)d + 增长 × %(growth)d + 紧急 × %(urgency)d）÷ %(whole)d，满分 100。"
        "件数、人数取近 %(period)d 日的对数，%(full)d 件（人）为满；增长 =（近 %(period)d 日件数 + 1）÷（此前 %(periods)d 个 %(period)d 日"
        "的平均件数 + 1），%(times)d 倍为满；紧急 = 近 %(period)d 日各件紧急程度（0、1、2）的平均值 ÷ 2。"
    ) % {
        "number": weights.number,
        "people": weights.people,
        "growth": weights.growth,
        "urgency": weights.urgency,
        "whole": weights.number + weights.people + weights.growth + weights.urgency,
        "period": weights.period,
        "full": weights.full,
        "periods": USUAL_PERIODS,
        "times": FULL_GROWTH,
    }
