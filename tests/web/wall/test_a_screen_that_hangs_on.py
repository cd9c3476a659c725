"""A wall that nobody touches goes on for a day; the desk behind it closes after its idle time all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jiesu.people.models import RoleAssignment, Staff
from jiesu.web.wall import passes
from tests.web.wall.conftest import entered

pytestmark = pytest.mark.django_db


@pytest.fixture
def wall() -> Client:
    """A browser in which a head has opened the wall."""
    client = entered("head")
    assert client.get(reverse("wall:wall")).status_code == 200
    return client


def snapshot(client: Client, region: str = "430902") -> int:
    return client.get(reverse("wall:snapshot"), {"region": region}).status_code


def test_asking_for_numbers_is_no_use_of_the_session(wall: Client) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    Session.objects.update(expire_date=soon)
    assert snapshot(wall) == 200
    assert Session.objects.get().expire_date == soon
    # A person who opens a page is there.
    wall.get(reverse("desk:queue"))
    assert Session.objects.get().expire_date > soon


def test_when_the_session_has_ended_the_wall_goes_on_and_the_desk_does_not(wall: Client) -> None:
    Session.objects.all().delete()
    assert snapshot(wall) == 200
    assert wall.get(reverse("wall:wall")).status_code == 200
    for name in ("desk:queue", "desk:approvals", "insight:report", "hotspots:list"):
        assert wall.get(reverse(name)).status_code == 302
    # Rights are those of the person, and what is refused shows nothing of the desk.
    assert snapshot(wall, "430903") == 403
    refused = wall.get(reverse("wall:wall"), {"region": "430903"})
    assert refused.status_code == 403
    assert "desk:approvals" not in refused.content.decode()


@pytest.mark.parametrize(
    "ending", ["a day", "signing out", "another password", "no account", "no role", "forged"]
)
def test_a_pass_ends(wall: Client, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    head = Staff.objects.get(username="head")
    status = 302
    if ending == "a day":
        assert timedelta(days=1) == passes.LASTS
        monkeypatch.setattr(passes, "LASTS", timedelta(seconds=-1))
    elif ending == "signing out":
        wall.post(reverse("account_logout"))
    elif ending == "another password":
        head.set_password("quite-another-9")
        head.save()
    elif ending == "no account":
        Staff.objects.filter(pk=head.pk).update(is_active=False)
    elif ending == "no role":
        RoleAssignment.objects.filter(staff=head).delete()
        status = 403
    else:
        wall.cookies[passes.NAME] = (
            f"{Staff.objects.get(username='supervisor').pk}:{wall.cookies[passes.NAME].value}"
        )
    Session.objects.all().delete()
    assert snapshot(wall) == status


def test_the_pass_is_for_the_wall_alone_and_out_of_reach_of_scripts(wall: Client) -> None:
    cookie = wall.cookies[passes.NAME]
    assert cookie["path"] == "/desk/wall/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    # Nobody gets a pass by a pass.
    Session.objects.all().delete()
    assert passes.NAME not in wall.get(reverse("wall:wall")).cookies
