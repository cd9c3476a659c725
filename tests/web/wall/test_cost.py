"""A wall costs the same whatever the archive holds, and twenty screens cost what one costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jiesu.config.private_database import PrivateServer
from jiesu.insight.wall import today
from jiesu.insight.wall.ground import level_of
from tests.speed.conftest import city as city
from tests.web.desk.conftest import Office, counted
from tests.web.wall.conftest import NOW, entered

URL = "wall:snapshot"


def statements(username: str, *, cold: bool) -> int:
    client = entered(username)
    client.get(reverse(URL))
    if cold:
        cache.clear()
    with counted() as sent:
        assert client.get(reverse(URL)).status_code == 200
    return len(sent)


@pytest.mark.parametrize("username", ["supervisor", "head"])
def test_more_rows_send_no_more_statements(office: Office, username: str) -> None:
    for days in range(1, 5):
        office.at = NOW - timedelta(days=days)
        office.routed()
    office.at = timezone.now()
    office.accepted()
    few = statements(username, cold=True)
    for _n in range(12):
        office.registered()
        office.routed()
    assert statements(username, cold=True) <= few <= 20


def test_a_second_screen_asks_only_who_it_is(office: Office) -> None:
    office.registered()
    alone = statements("supervisor", cold=False)
    assert alone <= 2
    # and a second person with the same rights is shown the same numbers for the same price
    first = entered("head").get(reverse(URL))
    other = entered("head.acting")
    with counted() as sent:
        second = other.get(reverse(URL))
    assert second.content == first.content
    assert len(sent) <= 2


def test_nothing_new_is_answered_by_a_short_no(office: Office) -> None:
    client = entered("supervisor")
    first = client.get(reverse(URL))
    again = client.get(reverse(URL), headers={"If-None-Match": first["ETag"]})
    if again.status_code == 200:  # The minute has turned in between.
        again = client.get(reverse(URL), headers={"If-None-Match": again["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Jiesu-At"] == first["Jiesu-At"]
    # A contact that came in is told as soon as what is kept has become old.
    office.at = timezone.now()
    office.registered()
    cache.clear()
    fresh = client.get(reverse(URL), headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert fresh.json()["contacts"]["count"] == 1


def _plan(work: Callable[[], object]) -> str:
    with CaptureQueriesContext(connection) as sent:
        work()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sent.captured_queries[-1]['sql']}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.slow
def test_each_number_comes_from_a_stretch_of_an_index(
    city: str, own_database: str, server: PrivateServer
) -> None:
    # given a contact for each of 24,000 cases, about seventy a day, and an event for each
    with server.connect(name=own_database) as superuser:
        superuser.execute(
            "INSERT INTO intake_contact (id, channel, line, kind, outcome, received_at, registered_at, back_dated,"
            " registered_by_id, external_number, tracking_number, cases)"
            " SELECT row_number() OVER (), 'hotline', '', 'complaint', 'cases', registered_at, registered_at, false,"
            " registered_by_id, '', '', ARRAY[id] FROM cases_case"
        )
        superuser.execute(
            "INSERT INTO cases_event (case_id, seq, at, actor_kind, type, schema, data, hash)"
            " SELECT id, 1, registered_at, 'staff', CASE WHEN id % 4 = 0 THEN 'accept' ELSE 'register' END, 3, '{}', ''"
            " FROM cases_case"
        )
        superuser.execute("VACUUM ANALYZE intake_contact, cases_event")
    now, level = timezone.now(), level_of("430900")
    day = now.date() - timedelta(days=20)
    # then each statement walks its index
    plans = {
        "contact_received": _plan(lambda: today.contacts("430900", level, day)),
        "event_type_at": _plan(lambda: today.done("430900", level, day)),
        "case_open_city": _plan(lambda: today.due("430900", level, now)),
    }
    plans["contact_received for days"] = _plan(
        lambda: today.by_slot("430900", level, [day - timedelta(days=n) for n in range(8)], 10)
    )
    for index, plan in plans.items():
        assert index.split()[0] in plan, plan
        assert not re.search(r"Seq Scan on (intake_contact|cases_case|cases_event)", plan), plan
