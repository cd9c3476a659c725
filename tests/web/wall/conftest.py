"""Given: a morning in Yiyang and the days before it, with nothing kept from another test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from jiesu.insight.wall.snapshot import Snapshot, take
from jiesu.law.calendar import shipped
from jiesu.people.accounts import grant_role
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM, Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import moment
from tests.web.desk.conftest import Office
from tests.web.desk.conftest import sign_in as sign_in

#: A Tuesday, an ordinary working day.
NOW = moment("2026-09-22T10:30")


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def office(db: None) -> Office:
    return Office(NOW)


def actor(username: str) -> Actor:
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, NOW)


def person(username: str, organisation: str, role: str) -> Staff:
    """An account at any bureau."""
    staff = Staff.objects.create(
        username=username, name=username, organisation=by_key(organisation), created_at=NOW
    )
    since = NOW.date() - timedelta(days=400)
    home = staff.organisation
    grant_role(staff=staff, role=role, organisation=home, valid_from=since, actor=SYSTEM, at=NOW)
    return staff


def look(region: str = "430900", username: str = "supervisor", now: datetime = NOW) -> Snapshot:
    """The wall at an instant, read anew."""
    cache.clear()
    return take(region=region, actor=actor(username), calendar=shipped(), now=now)


def received(office: Office, at: datetime, **changes: Any) -> int:
    """A contact received and typed in at an instant."""
    office.at = at
    return office.registered(**changes)


def entered(username: str) -> Client:
    client = Client()
    client.force_login(Staff.objects.get(username=username), "jiesu.people.authentication.StaffBackend")
    return client
