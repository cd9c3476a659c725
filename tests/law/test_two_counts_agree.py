"""The formula and a naive count, day by day, give the same last day; and what must always hold."""

from datetime import date, datetime, timedelta

import naive
from hypothesis import given, settings
from hypothesis import strategies as st

from jiesu.law import Code, LawError, days_left, due, shipped, working_days_between

FIRST, LAST = date(2019, 4, 1), date(2026, 12, 31)
PAUSABLE = ["complaint.mediation", "report.verification", "lead.found_otherwise"]
PLAIN = ["complaint.acceptance", "complaint.termination_notice", "jurisdiction.dispute"]

starts = st.dates(FIRST, LAST)
spans = st.tuples(st.integers(-40, 120), st.integers(0, 40), st.booleans())
pause_lists = st.lists(spans, max_size=4)


def pauses_of(start, raw, *, open_allowed=True):
    return [
        (start + timedelta(days=a), None if (is_open and open_allowed) else start + timedelta(days=a + n))
        for a, n, is_open in raw
    ]


def ask(rule, start, **more):
    try:
        return due(rule, start=start, **more)
    except LawError as error:
        if error.code != Code.NOT_IN_FORCE:
            raise
        return None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLAIN), starts)
def test_a_period_ends_where_the_naive_count_ends(rule, start):
    found = ask(rule, start)
    if found:
        assert found.last_day == naive.last_day(start, found.period.number, found.period.unit)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PAUSABLE), starts, pause_lists, st.booleans(), st.booleans())
def test_pauses_and_weekends_end_where_the_naive_count_ends(rule, start, raw, open_allowed, weekend):
    pauses = pauses_of(start, raw, open_allowed=open_allowed)
    found = ask(rule, start, pauses=pauses, options={"weekend_rollover": weekend})
    if found:
        expected = naive.last_day(start, found.period.number, found.period.unit, pauses, weekend)
        assert found.last_day == expected
        assert found.suspended is (expected is None)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAUSABLE), starts, pause_lists, spans)
def test_one_more_pause_never_shortens_a_period(rule, start, raw, more):
    before = ask(rule, start, pauses=pauses_of(start, raw, open_allowed=False))
    if before:
        after = due(rule, start=start, pauses=pauses_of(start, [*raw, more], open_allowed=False))
        assert after.last_day >= before.last_day


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAUSABLE[1:]), starts, pause_lists)
def test_an_extension_never_shortens_a_period(rule, start, raw):
    pauses = pauses_of(start, raw, open_allowed=False)
    assert (
        due(rule, start=start, pauses=pauses, extensions=1).last_day
        > due(rule, start=start, pauses=pauses).last_day
    )


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLAIN + PAUSABLE), starts)
def test_a_later_start_never_ends_earlier_within_one_law(rule, start):
    today, tomorrow = ask(rule, start), ask(rule, start + timedelta(days=1))
    if today and tomorrow and today.period == tomorrow.period:
        assert tomorrow.last_day >= today.last_day


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLAIN + PAUSABLE), starts, pause_lists)
def test_the_account_counts_exactly_the_days_of_the_period(rule, start, raw):
    pauses = pauses_of(start, raw, open_allowed=False) if rule in PAUSABLE else []
    found = ask(rule, start, pauses=pauses)
    if found:
        counted = [line for line in found.walk() if line.number is not None]
        assert [line.number for line in counted] == list(range(1, found.total.number + 1))
        assert counted[0].day == found.first_day_counted > start
        assert counted[-1].day == found.nominal_last_day
        assert len(counted) + len(found.days_left_out) == (found.last_day - start).days + 1


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PAUSABLE), starts, pause_lists)
def test_no_period_ends_on_a_paused_day_or_a_holiday(rule, start, raw):
    pauses = pauses_of(start, raw, open_allowed=False)
    found = ask(rule, start, pauses=pauses)
    if found:
        assert not naive.is_paused(found.last_day, pauses)
        assert found.last_day not in naive.OFF


@given(starts, st.integers(0, 23), st.integers(0, 59))
@settings(max_examples=100, deadline=None)
def test_the_hour_of_receipt_does_not_matter(day, hour, minute):
    found = due("complaint.acceptance", start=datetime(day.year, day.month, day.day, hour, minute))  # noqa: DTZ001
    assert found.last_day == due("complaint.acceptance", start=day).last_day


@given(starts, st.integers(-60, 60))
@settings(max_examples=100, deadline=None)
def test_working_days_between_counts_each_working_day_once(day, away):
    other = day + timedelta(days=away)
    low, high = min(day, other), max(day, other)
    expected = sum(naive.is_working(low + timedelta(days=i)) for i in range(1, (high - low).days + 1))
    assert working_days_between(shipped(), day, other) == (expected if away >= 0 else -expected)
    assert days_left(other, today=day) == (expected if away >= 0 else -expected)


def test_both_calendars_know_the_same_days_as_four_published_sources():
    counts = [
        sum(
            naive.is_working(date(y, 1, 1) + timedelta(days=i))
            for i in range(366)
            if (date(y, 1, 1) + timedelta(days=i)).year == y
        )
        for y in range(2019, 2027)
    ]
    assert counts == [250, 249, 250, 249, 249, 251, 248, 248]
    calendar = shipped()
    for offset in range((date(2026, 12, 31) - date(2019, 1, 1)).days + 1):
        day = date(2019, 1, 1) + timedelta(days=offset)
        assert calendar.is_working_day(day) is naive.is_working(day)
        assert calendar.is_holiday(day) is (day in naive.OFF)
