"""Every role finds its pages, and none of another's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.desk.conftest import Office

PAGES = {
    "calltaker": ("queue", "register", "search", "reminders", "leave", "platform", "account", "daylist"),
    "dispatcher": ("dispatch", "queue", "register", "search", "platform"),
    "dispatcher.ziyang": ("dispatch", "queue"),
    "handler": (
        "queue",
        "register",
        "search",
        "reminders",
        "leave",
        "platform",
        "daylist",
        "export",
        "views",
    ),
    "mediator": ("queue", "search", "reminders"),
    "officehead": ("queue", "overview", "leave"),
    "head": ("queue", "approvals", "overview", "settings", "platform"),
    "supervisor": ("overview", "queue", "search"),
    "legal": ("queue", "settings"),
    "council": ("queue",),
    "auditor": ("queue", "access", "search"),
    "admin": ("staff", "settings", "calendar", "account"),
    "security": ("staff", "settings", "access"),
}


@pytest.mark.parametrize("username", PAGES)
def test_the_pages_of_a_role_open(username: str, office: Office, sign_in: Callable[[str], Client]) -> None:
    office.accepted()
    office.assigned(kind="report")
    client = sign_in(username)
    for name in PAGES[username]:
        answer = client.get(reverse(f"desk:{name}"))
        assert answer.status_code == 200, f"{username} {name} {answer.status_code}"
    assert client.get(reverse("desk:home")).status_code == 302


FORBIDDEN = {
    "handler": ("approvals", "dispatch", "overview", "staff", "calendar", "access", "settings"),
    "admin": ("queue", "export", "search", "approvals", "register"),
    "council": ("register", "approvals", "platform", "staff"),
    "auditor": ("register", "dispatch", "staff"),
}


@pytest.mark.parametrize("username", FORBIDDEN)
def test_the_pages_of_others_do_not(username: str, sign_in: Callable[[str], Client]) -> None:
    client = sign_in(username)
    for name in FORBIDDEN[username]:
        assert client.get(reverse(f"desk:{name}")).status_code == 403, name


def test_signed_out_everything_leads_to_the_login_page(db: None) -> None:
    answer = Client().get(reverse("desk:queue"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    part = Client().get(reverse("desk:queue"), headers={"HX-Request": "true"})
    assert part["HX-Redirect"].startswith(reverse("account_login"))


def test_signing_in_with_name_and_password(db: None) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": "handler", "password": "jiesu-12315"})
    assert answer.status_code == 302, answer.content.decode()
    assert client.get(reverse("desk:queue")).status_code == 200
    wrong = Client().post(reverse("account_login"), {"login": "handler", "password": "no"})
    assert wrong.status_code == 200
    assert "error-summary" in wrong.content.decode()
