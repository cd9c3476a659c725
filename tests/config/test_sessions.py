"""A session is renewed while it is used, but not with every page; it ends after the idle time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiesu.people.models import Staff

pytestmark = pytest.mark.django_db
AGE = timedelta(seconds=settings.SESSION_COOKIE_AGE)


@pytest.fixture
def person() -> Client:
    client = Client()
    client.force_login(Staff.objects.get(username="handler"), "jiesu.people.authentication.StaffBackend")
    return client


def used(age: timedelta) -> None:
    """Lets the session have been renewed so long ago."""
    Session.objects.update(expire_date=timezone.now() + AGE - age)


def writes(person: Client) -> int:
    with CaptureQueriesContext(connection) as sent:
        assert person.get("/desk/account/").status_code == 200
    return sum('UPDATE "django_session"' in q["sql"] for q in sent.captured_queries)


def test_a_session_just_renewed_is_not_written_again(person: Client) -> None:
    used(timedelta(seconds=20))
    assert writes(person) == 0


def test_a_session_in_use_is_renewed_after_a_minute(person: Client) -> None:
    used(timedelta(seconds=70))
    assert writes(person) == 1
    assert Session.objects.get().expire_date > timezone.now() + AGE - timedelta(seconds=5)
    assert writes(person) == 0


def test_what_changes_in_a_session_is_kept_at_once(person: Client) -> None:
    session = person.session
    session["draft"] = "x"
    session.save()
    assert person.session["draft"] == "x"


def test_nobody_is_let_in_after_the_idle_time(person: Client) -> None:
    used(AGE + timedelta(seconds=1))
    answer = person.get("/desk/account/")
    assert answer.status_code == 302
    assert "/desk/login/" in answer["Location"]


def test_whoever_has_left_stays_out(person: Client) -> None:
    key = person.session.session_key
    person.post("/desk/logout/")
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = str(key)
    assert again.get("/desk/account/").status_code == 302
