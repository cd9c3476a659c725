"""When the State Council publishes a year, the clocks that rest on it are counted again, and no others."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from jiesu.cases import recalculation
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Clock, Event
from jiesu.cases.recalculation import changed_span, recalculate_stale, stale
from jiesu.cases.verify import verify_case
from jiesu.law.calendar import shipped
from jiesu.people import calendar
from jiesu.people.actors import SYSTEM
from tests.cases.conftest import Story, Teller, moment

pytestmark = pytest.mark.django_db

IMPORTED = moment("2026-11-20T10:00")


def notice(year: int, off: dict[str, list[str]], work: tuple[str, ...] = ()) -> str:
    """A year's notice as the administrator imports it."""
    days: list[dict[str, Any]] = [
        {"name": name, "date": day, "isOffDay": True} for name, listed in off.items() for day in listed
    ]
    days += [{"name": "调休", "date": day, "isOffDay": False} for day in work]
    return json.dumps({"year": year, "papers": [], "days": days})


def span(first: str, days: int) -> list[str]:
    start = date.fromisoformat(first)
    return [(start + timedelta(days=n)).isoformat() for n in range(days)]


YEAR_2027 = notice(
    2027,
    {
        "元旦": span("2027-01-01", 3),
        "春节": span("2027-02-06", 8),
        "清明节": span("2027-04-03", 3),
        "劳动节": span("2027-05-01", 5),
        "端午节": span("2027-06-09", 1),
        "国庆节": span("2027-10-01", 7),
    },
    ("2027-02-20",),
)


def import_2027() -> None:
    calendar.import_year(notice=YEAR_2027, actor=SYSTEM, at=IMPORTED)


def recalculated(told: Story) -> int:
    return Event.objects.filter(case_id=told.number, type="recalculate").count()


def clock(told: Story, rule: str) -> Clock:
    return Clock.objects.filter(case_id=told.number, rule=rule).order_by("-seq")[0]


def test_a_provisional_clock_follows_the_published_year(assigned: Teller) -> None:
    # given a complaint routed at the end of 2026: its seven working days reach into a year not yet published
    told = assigned("complaint", "2026-12-28T09:00")
    before = clock(told, "complaint.acceptance")
    assert (before.provisional, before.due_on) == (True, date(2027, 1, 6))
    # when the year is published with New Year's Day as a holiday
    import_2027()
    assert recalculate_stale(at=IMPORTED) == 1
    # then the day has moved, is no longer provisional, and the chain says so
    after = clock(told, "complaint.acceptance")
    assert (after.provisional, after.due_on) == (False, date(2027, 1, 7))
    assert recalculated(told) == 1
    assert told.case.due_at == moment("2027-01-08T00:00")
    assert verify_case(told.case) == []
    # and it is done once
    assert recalculate_stale(at=IMPORTED) == 0
    assert recalculated(told) == 1


def test_clocks_that_end_before_the_new_year_and_closed_cases_stay_untouched(assigned: Teller) -> None:
    early = assigned("complaint", "2026-11-02T09:00")
    closed = assigned("complaint", "2026-12-28T09:00")
    closed.act("handler", "withdraw", statement="不投诉了")
    closed.act("handler", "close", **CHECKED)
    before = {told.number: (told.case.version, bytes(told.case.head)) for told in (early, closed)}
    import_2027()
    assert recalculate_stale(at=IMPORTED) == 0
    assert {t.number: (t.case.version, bytes(t.case.head)) for t in (early, closed)} == before


def test_a_period_that_somebody_set_is_not_counted_at_all(assigned: Teller) -> None:
    # given a case of another platform whose last day lies in the new year
    told = assigned("consultation", "2026-12-20T09:00", channel="12345", service_due="2027-01-05")
    assert clock(told, "service.hotline_12345").due_on == date(2027, 1, 5)
    import_2027()
    recalculate_stale(at=IMPORTED)
    again = recalculate_stale(at=IMPORTED)
    assert again == 0
    assert clock(told, "service.hotline_12345").due_on == date(2027, 1, 5)


def test_a_corrected_notice_touches_the_clocks_of_that_time_alone(assigned: Teller) -> None:
    spring = assigned("complaint", "2026-11-02T09:00")
    import_2027()
    winter = assigned("complaint", "2026-12-28T09:00")
    # when the notice of 2027 is imported again with another New Year
    corrected = json.loads(YEAR_2027)
    corrected["days"].append({"name": "元旦", "date": "2027-01-04", "isOffDay": True})
    calendar.import_year(notice=json.dumps(corrected), actor=SYSTEM, at=IMPORTED)
    assert recalculate_stale(at=IMPORTED) == 1
    assert (recalculated(spring), recalculated(winter)) == (0, 1)
    assert clock(winter, "complaint.acceptance").due_on == date(2027, 1, 8)


def test_it_may_stop_anywhere_and_goes_on(assigned: Teller) -> None:
    told = [assigned("complaint", "2026-12-28T09:00") for _ in range(3)]
    import_2027()
    assert recalculate_stale(at=IMPORTED, most=2) == 2
    assert recalculate_stale(at=IMPORTED, most=2) == 1
    assert [recalculated(t) for t in told] == [1, 1, 1]
    assert not Clock.objects.filter(stale()).exists()


def test_a_case_that_refuses_is_passed_over(assigned: Teller) -> None:
    broken = assigned("complaint", "2026-12-28T09:00")
    fine = assigned("complaint", "2026-12-28T09:00")
    Clock.objects.filter(case_id=broken.number).update(rule="no.such.rule")
    import_2027()
    assert recalculate_stale(at=IMPORTED, most=10) == 1
    assert (recalculated(broken), recalculated(fine)) == (0, 1)


def test_a_clock_counted_on_a_calendar_that_nobody_knows_is_counted_anew(assigned: Teller) -> None:
    told = assigned("complaint", "2026-11-02T09:00")
    Clock.objects.filter(case_id=told.number).update(calendar_version="1990-1991.0000000000")
    assert recalculate_stale(at=IMPORTED) == 1
    assert clock(told, "complaint.acceptance").calendar_version == shipped().version


def test_the_span_of_a_new_year_is_that_year() -> None:
    assert changed_span(shipped(), shipped().with_year(YEAR_2027)) == (date(2027, 1, 1), date(2027, 12, 31))
    assert changed_span(shipped(), shipped()) is None


def test_nothing_is_asked_of_cases_while_the_calendar_stands(
    assigned: Teller, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        assigned()
    assert Case.objects.filter(version=F("version")).count() == 3
    with django_assert_max_num_queries(3):
        assert recalculation.recalculate_stale(at=IMPORTED) == 0
