"""What stands on a wall is what the rows say: counted here by plain SQL, and by the figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from jiesu.insight.figures import figure
from jiesu.insight.scope import Scope
from jiesu.insight.tallies import keeping, reading
from jiesu.insight.wall.ground import ground
from jiesu.intake.models import Contact
from jiesu.places.queries import by_key
from jiesu.web.wall.showing import shown
from tests.cases.conftest import moment
from tests.web.desk.conftest import Office
from tests.web.wall.conftest import NOW, look, received

pytestmark = pytest.mark.django_db


def plain(sql: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)  # type: ignore[arg-type]
        (number,) = cursor.fetchone()
    return int(number)


def test_contacts_of_today_are_counted_once_by_minute_kind_and_place(office: Office) -> None:
    # given contacts of today and yesterday in two counties, one of them a mixed letter of two cases
    received(office, NOW - timedelta(days=1))
    for minutes in (0, 0, 3, 75):
        received(office, moment("2026-09-22T09:00") + timedelta(minutes=minutes))
    received(office, moment("2026-09-22T09:30"), by="dispatcher.heshan", kind="report")
    # when the city looks
    wall = look()
    # then each way of counting gives what the rows say
    today = "received_at >= '2026-09-22T00:00+08' AND received_at < '2026-09-23T00:00+08'"
    assert wall.contacts.count == plain(f"SELECT count(*) FROM intake_contact WHERE {today}") == 5
    assert wall.contacts.minutes == {540: 2, 543: 1, 570: 1, 615: 1}
    for counts in (wall.contacts.kinds, wall.contacts.parts, wall.contacts.subjects):
        assert sum(counts.values()) == 5
    assert {p.tile.key: p.count for p in wall.parts if p.count} == {"430902": 4, "430903": 1}
    assert sum(part.count for part in wall.parts) == wall.contacts.count
    # and the county sees its own alone, by office
    assert look("430902").contacts.count == 4
    assert look("430903").contacts.count == 1


def test_contacts_that_have_no_category_yet_are_told_beside_those_that_have(office: Office) -> None:
    # given four contacts whose cases nobody has put into a category, one that somebody has, and a call answered at once
    for minutes in range(4):
        received(office, moment("2026-09-22T09:00") + timedelta(minutes=minutes), subject="")
    received(office, moment("2026-09-22T09:30"), subject="food")
    Contact.objects.create(
        channel="hotline", kind="consultation", registered_by=by_key("430902-centre"),
        received_at=moment("2026-09-22T10:00"), registered_at=moment("2026-09-22T10:00"), cases=[],
    )  # fmt: skip
    # when the wall is looked at
    wall = look()
    data = shown(wall)
    # then the four are told; the call gets none, and is not said to wait for one
    assert data["unsorted"] == 4
    assert [(s["label"], s["count"]) for s in data["subjects"]] == [("食品安全", 1)]
    assert wall.contacts.count == sum(wall.contacts.subjects.values()) == 6
    # and where all have one, none is told
    assert shown(look("430903"))["unsorted"] == 0


def test_the_number_of_contacts_is_that_of_the_figures(office: Office) -> None:
    for hour in (1, 8, 9):
        received(office, moment(f"2026-09-22T0{hour}:00"))
    keeping.refresh_all(now=NOW)
    counts = reading.totals(["430900"], NOW.date(), NOW.date())["430900"]
    contacts = figure("contacts")
    assert contacts is not None
    assert look().contacts.count == contacts.of(counts) == 3


def test_what_is_due_is_late_today_or_within_three_days(office: Office) -> None:
    # given cases whose clocks end before, on and after today
    numbers = [office.routed() for _n in range(4)]
    ends = ("2026-09-22T00:00", "2026-09-23T00:00", "2026-09-24T00:00", "2026-10-10T00:00")
    with connection.cursor() as cursor:
        for number, end in zip(numbers, ends, strict=True):
            cursor.execute("UPDATE cases_case SET due_at = %s WHERE id = %s", [moment(end), number])
    # then each stands in one column, of the city, of its county and of its office
    for region, name in (("430900", "资阳区"), ("430902", "大码头")):
        data = shown(look(region))
        assert data["due"] == {"late": 1, "today": 1, "soon": 1}
        assert data["owing"] == [{"name": name, "late": 1, "today": 1, "soon": 1}]
    # and what runs longer is counted nowhere
    assert plain("SELECT count(*) FROM cases_case WHERE closed_at IS NULL") == 4


def test_what_was_done_today_is_counted_by_case(office: Office) -> None:
    office.at = NOW - timedelta(hours=2)
    office.accepted()
    refused = office.assigned()
    office.act(refused, "handler", "propose", action="refuse", ground="121.16.2", reasons="已由消委会受理",
               earlier="消委会 12 号", violation="0")  # fmt: skip
    proposal = int(max(office.case(refused).facts["proposals"], key=int))
    office.act(refused, "head", "approve", proposal=proposal)
    done = look().done
    today = "2026-09-22T00:00+08"
    assert done.accepted == 1
    assert done.decided == plain("SELECT count(*) FROM cases_case WHERE decided_at >= %s", today) == 2
    assert done.closed == plain("SELECT count(*) FROM cases_case WHERE closed_at >= %s", today)
    # and tomorrow none of it is today's
    later = look(now=NOW + timedelta(days=1)).done
    assert (later.accepted, later.decided, later.closed) == (0, 0, 0)


def test_today_is_compared_with_days_of_its_kind(office: Office) -> None:
    # given four working days with two contacts at nine and one at noon each, and a Sunday off with many
    for day in ("2026-09-15", "2026-09-16", "2026-09-17", "2026-09-18"):
        for hour in ("09:00", "09:05", "12:00"):
            received(office, moment(f"{day}T{hour}"))
    for _n in range(9):
        received(office, moment("2026-09-13T09:00"))
    for _n in range(4):
        received(office, moment("2026-09-22T10:00"))
    # when the wall is looked at on a working day at half past ten
    wall = look()
    # then an ordinary day has brought so many by now: seven working days since the first contact, one of them a Sunday
    # that was made up for a holiday
    assert wall.usual is not None
    assert wall.usual.days == 7
    assert wall.ordinary == pytest.approx(4 * 2 / 7)
    assert wall.usual.course[-1] == pytest.approx(4 * 3 / 7)
    assert shown(wall)["contacts"]["compared"] == {"sign": "▲ 250%", "words": "平常此时 1 件", "way": "up"}
    # and the county in which they came is out of the ordinary
    assert [p.tile.key for p in wall.parts if p.hot] == ["430902"]


def test_with_too_few_days_nothing_is_compared(office: Office) -> None:
    received(office, moment("2026-09-22T10:00"))
    wall = look()
    assert wall.usual is None
    assert shown(wall)["contacts"]["compared"]["words"] == "对照天数不足"
    assert not any(part.hot for part in wall.parts)


def test_rates_are_those_of_the_report(office: Office) -> None:
    office.at = NOW - timedelta(days=30)
    office.accepted()
    keeping.refresh_all(now=NOW)
    scope = Scope.year("430900", 2026, NOW)
    counts = reading.totals([scope.unit], scope.since, scope.until)[scope.unit]
    told = {r.key: r.value for r in look().rates.values}
    assert len(told) == 5
    for key, value in told.items():
        declared = figure(key)
        assert declared is not None
        assert value == declared.of(counts)


def test_the_day_says_whether_people_work(office: Office) -> None:
    notes = {
        "2026-09-22": "工作日",
        "2026-09-19": "休息日",
        "2026-10-01": "国庆节假期",
        "2026-10-10": "调休上班",
    }
    for day, note in notes.items():
        told = shown(look(now=moment(f"{day}T10:00")))["day"]
        assert told["note"] == note


def test_tiles_lie_as_the_cities_do(db: None) -> None:
    tiles = {t.key: t for t in ground("430000").tiles}
    assert len(tiles) == 15
    assert len({(t.row, t.column) for t in tiles.values()}) == 15
    at = {key: (t.row, t.column) for key, t in tiles.items()}
    # Changde north of Yiyang, Yueyang north of Changsha, Xiangxi and Huaihua west of Loudi, Chenzhou in the south-east.
    assert at["430700"][0] < at["430900"][0]
    assert at["430600"][0] < at["430100"][0] < at["430200"][0] < at["431000"][0]
    assert at["433100"][1] < at["431300"][1]
    assert at["431200"][1] < at["431300"][1] < at["430300"][1] < at["430200"][1]
    # Each row fewer makes the numbers larger.
    assert max(row for row, _column in at.values()) == 4
    # A county without positions gets a grid in which no two tiles meet.
    offices = ground("430181").tiles
    assert len({(t.row, t.column) for t in offices}) == len(offices) > 30
