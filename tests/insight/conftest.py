"""Given: random cases of several counties, on both sides of a year, written by the second door."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from jiesu.config.examples import year, year_plan
from jiesu.insight.tallies import keeping
from tests.cases.conftest import moment


@pytest.fixture
def random_cases(db: None) -> datetime:
    """Cases of 2020 and 2021, some late, some still open; gives the instant from which they are looked at."""
    chance = random.Random(42)
    (plan,) = year_plan.plans("430900", 2020)
    plan = replace(plan, seed=7, contacts=400, complaints=160, recovered=1_234_567, late=11)
    tales = [
        replace(t, received=t.received + timedelta(days=chance.choice((0, 0, 0, 200))))
        for t in year._tales(plan)
    ]
    histories = year._histories(plan, sorted(tales, key=lambda t: t.received))

    def cut(history: year.History) -> year.History:
        """Every fifth case stops somewhere on its way."""
        if chance.random() > 0.2:
            return history
        steps, most = history.steps, chance.randint(0, 3)
        return replace(history, steps=lambda draft: (s for n, s in enumerate(steps(draft)) if n < most))  # type: ignore[operator]

    written = year.bulk.write((cut(h) for h in histories), bodies=False)
    assert written.refused == []
    now = moment("2021-03-10T12:00")
    keeping.refresh_all(now=now)
    return now
