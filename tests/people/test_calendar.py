"""Calendar years: imported, versioned, and refused when they are not whole."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jiesu.law.calendar import shipped
from jiesu.people.actors import SYSTEM, Actor
from jiesu.people.calendar import at_version, current, import_year
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import CalendarYear

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 5, 2, tzinfo=UTC)


def notice(*, new_year: int = 3) -> dict[str, Any]:
    """A whole schedule for 2027 with so many days off at New Year."""
    off = [("元旦", f"2027-01-{day:02}") for day in range(1, new_year + 1)]
    off += [("春节", f"2027-02-{day:02}") for day in range(5, 13)]
    off += [("国庆节", f"2027-10-{day:02}") for day in range(1, 8)]
    days = [{"name": name, "date": day, "isOffDay": True} for name, day in off]
    days.append({"name": "国庆节", "date": "2027-10-09", "isOffDay": False})
    return {"year": 2027, "papers": [], "days": days}


def test_without_imports_the_shipped_calendar_counts() -> None:
    assert current() == at_version(0) == at_version(shipped().version) == shipped()
    assert not current().published(2027)


def test_an_imported_year_counts_from_then_on_and_the_old_calendar_stays() -> None:
    imported = import_year(notice=json.dumps(notice()), actor=SYSTEM, at=AT)

    assert (imported.year, imported.version, imported.changed) == (2027, 1, True)
    assert current().published(2027)
    assert not current().is_working_day(date(2027, 10, 1))
    assert current().is_working_day(date(2027, 10, 9))
    assert at_version(0) == shipped()
    assert at_version(current().version) == current()


def test_a_later_notice_replaces_the_year_and_every_version_can_be_read() -> None:
    import_year(notice=notice(), actor=SYSTEM, at=AT)
    first = current().version
    import_year(notice=notice(new_year=4), actor=SYSTEM, at=AT)

    assert current().is_holiday(date(2027, 1, 4))
    assert not at_version(first).is_holiday(date(2027, 1, 4))
    assert not at_version(1).is_holiday(date(2027, 1, 4))
    assert list(CalendarYear.objects.values_list("version", "year")) == [(1, 2027), (2, 2027)]


def test_the_same_file_again_changes_nothing() -> None:
    import_year(notice=notice(), actor=SYSTEM, at=AT)

    again = import_year(notice=notice(), actor=SYSTEM, at=AT)

    assert (again.version, again.changed) == (1, False)
    assert CalendarYear.objects.count() == 1


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        "[]",
        "{}",
        b"\xff\xfe",
        '{"year": 2027, "papers": [], "days": []}',
        '{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}',
        '{"year": 2027, "days": [{"name": "元旦", "date": "2027-13-01", "isOffDay": true}]}',
    ],
)
def test_a_bad_file_is_refused_with_its_reason(bad: str | bytes) -> None:
    with pytest.raises(PeopleError) as caught:
        import_year(notice=bad, actor=SYSTEM, at=AT)

    assert caught.value.code is Code.BAD_CALENDAR
    assert str(caught.value).startswith("放假安排文件不对")
    assert current() == shipped()


def test_only_a_system_administrator_imports() -> None:
    with pytest.raises(PeopleError) as caught:
        import_year(notice=notice(), actor=Actor(staff_id=1, roles=frozenset({"head"})), at=AT)
    assert caught.value.code is Code.NOT_ALLOWED


@pytest.mark.parametrize("version", [1, -1, "1999-2000.0123456789"])
def test_a_version_that_never_was_is_not_found(version: int | str) -> None:
    with pytest.raises(KeyError):
        at_version(version)


def test_the_calendar_takes_one_small_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    import_year(notice=notice(), actor=SYSTEM, at=AT)
    current()

    with django_assert_num_queries(1):
        current()
