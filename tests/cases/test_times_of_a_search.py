"""The newest months are asked first: a time that is looked in reaches up to the last case of the list without a gap."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.cases.finding import _periods
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.search import month_mark, period_marks, year_mark

FIRST = datetime(2012, 1, 1, tzinfo=SHANGHAI)
INSTANTS = st.integers(0, 28 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
NEW_YEARS = [datetime(year, 1, 1, 0, 30, tzinfo=SHANGHAI) for year in range(2020, 2030)]


def marks_of(at: datetime) -> set[str]:
    return {month_mark(at), year_mark(at)}


@given(INSTANTS, st.booleans())
def test_nothing_older_is_found_while_something_newer_is_left_out(last: datetime, wide: bool) -> None:
    for marks in _periods(last, wide=wide):
        covered = [bool(marks_of(last - timedelta(days=n)) & set(marks)) for n in range(800)]
        assert covered[0]
        assert not any(later and not earlier for earlier, later in pairwise(covered)), marks


@pytest.mark.parametrize("last", NEW_YEARS)
def test_on_new_years_day_last_year_is_looked_in_too(last: datetime) -> None:
    _months, years = _periods(last, wide=False)
    assert set(years) == {year_mark(last), year_mark(last - timedelta(days=1))}


@given(INSTANTS, st.integers(0, 2500), st.floats(0, 1))
def test_each_case_of_a_time_bears_one_of_its_marks(since: datetime, days: int, part: float) -> None:
    until = since + timedelta(days=days)
    marks = period_marks(since, until)
    assert bool(marks) or days > 365 * 4
    assert not marks or marks_of(since + (until - since) * part) & set(marks)
