"""Given: a database with as many open cases as a city has, told by statements instead of actions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jiesu.cases.models import Case
from jiesu.config.private_database import PrivateServer
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key

#: One in so many cases is open.
OPEN_EVERY = 12


def person(username: str) -> Actor:
    """The actor of a demonstration account now."""
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, timezone.now())


def fill(count: int, *, counties: int = 40) -> None:
    """So many rows of cases, spread over the counties of the province; every 40th belongs to the demonstration's."""
    # Periods end at whole hours.
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    handler = person("handler")
    model = Case(
        id=1, kind="complaint", state="routed", channel="hotline", title="退款", head=b"", facts={},
        registered_by_id=by_key("430902-centre").pk, organisation_id=handler.authority_id,
        office_id=handler.office_id, assignee_id=handler.staff_id, province="430000", city="430900", county="430902",
        received_at=now - timedelta(days=9), registered_at=now - timedelta(days=9), due_at=now + timedelta(days=3),
    )  # fmt: skip
    names = [str(f.column) for f in Case._meta.concrete_fields]
    changed = {
        "id": "430902260000000000 + n",
        "state": f"CASE WHEN n %% {OPEN_EVERY} = 0 THEN 'routed' ELSE 'closed' END",
        "closed_at": f"CASE WHEN n %% {OPEN_EVERY} = 0 THEN NULL ELSE registered_at + interval '9 days' END",
        "due_at": f"CASE WHEN n %% {OPEN_EVERY} = 0 THEN due_at + make_interval(mins => n %% 30000) END",
        "registered_at": "registered_at - make_interval(mins => n %% 500000)",
        "county": f"CASE WHEN n / {OPEN_EVERY} %% {counties} = 0 THEN county ELSE 'c' || n / {OPEN_EVERY} %% {counties} END",
        "city": f"CASE WHEN n / {OPEN_EVERY} %% {counties} < 6 THEN city ELSE 'd' || n / {OPEN_EVERY} %% {counties} END",
        **{
            column: f"CASE WHEN n / {OPEN_EVERY} %% {counties} = 0 THEN {column}"
            f" ELSE (SELECT id FROM people_staff ORDER BY id OFFSET n %% 9 LIMIT 1) END"
            if column == "assignee_id"
            else f"CASE WHEN n / {OPEN_EVERY} %% {counties} = 0 THEN {column}"
            f" ELSE (SELECT min(id) FROM places_organisation) + n / {OPEN_EVERY} %% {counties} END"
            for column in ("organisation_id", "office_id", "registered_by_id", "assignee_id")
        },
    }
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    model.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_case ({columns}) SELECT {values} FROM cases_case, generate_series(1, %s) AS n WHERE id = 1",
            [count],
        )


@pytest.fixture
def city(own_database: str, server: PrivateServer) -> str:
    """A database of its own with 24,000 cases, of which 2,000 are open, and fresh statistics."""
    fill(24_000)
    with server.connect(name=own_database) as superuser:
        superuser.execute("DELETE FROM cases_case WHERE id = 1")
        superuser.execute("VACUUM ANALYZE cases_case")
    return own_database


SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which somebody has signed in."""

    def enter(username: str) -> Client:
        client = Client()
        client.force_login(
            Staff.objects.get(username=username), backend="jiesu.people.authentication.StaffBackend"
        )
        return client

    return enter
