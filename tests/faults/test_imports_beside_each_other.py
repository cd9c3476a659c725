"""Helpers of one import meet the same businesses in different order: none of them waits for another for ever."""

from __future__ import annotations

import pytest
from django.utils import timezone

from jiesu.businesses.linking import Named, link_many
from jiesu.businesses.models import Business
from tests.races import together


@pytest.mark.slow
def test_the_same_businesses_linked_by_several_at_once_are_added_once(own_database: str) -> None:
    # given two hundred businesses that nobody knows
    named = [Named(f"店{n}", address=f"益阳市资阳区{n}号") for n in range(200)]

    # when four processes link them, each in an order of its own
    def turned(n: int) -> list[int | None]:
        order = named[n * 50 :] + named[: n * 50]
        found = dict(zip(order, link_many(order if n % 2 else order[::-1], at=timezone.now()), strict=True))
        return sorted(filter(None, found.values()))

    answers = together(*[lambda n=n: turned(n) for n in range(4)])

    # then all have found the same rows
    assert answers == [answers[0]] * 4
    assert Business.objects.filter(name__startswith="店").count() == 200
