"""Whoever comes to a wrong address, a closed door or a fault reads so in their own language, and finds the way back."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from jiesu.config import urls as site
from jiesu.people.models import Staff

pytestmark = pytest.mark.django_db


def signed_in(username: str, **more: object) -> Client:
    found = Client(**more)  # type: ignore[arg-type]
    found.force_login(
        Staff.objects.get(username=username), backend="jiesu.people.authentication.StaffBackend"
    )
    return found


def fault(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("something private")


urlpatterns = [path("fault/", fault), *site.urlpatterns]
handler400, handler403, handler404, handler500 = (
    getattr(site, f"handler{code}", None) for code in (400, 403, 404, 500)
)


@pytest.mark.parametrize(
    ("address", "back"),
    [("/nothing/", "/"), ("/desk/nothing/", "/desk/"), ("/desk/report/cases/nothing/", "/desk/")],
)
def test_a_wrong_address_says_so_and_leads_back(address: str, back: str) -> None:
    answer = signed_in("head").get(address)
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "没有找到这个页面" in text
    assert re.search(rf'<a class="btn btn-primary" href="{back}">', text)


def test_a_closed_door_says_so_in_both_languages() -> None:
    reader = signed_in("handler")
    answer = reader.get("/desk/report/")
    assert answer.status_code == 403
    assert "您没有权限查看这个页面" in answer.content.decode()
    reader.post("/language/", {"language": "en"})
    english = reader.get("/desk/report/").content.decode()
    assert "您没有权限" not in english
    assert "You may not see this page" in english


def test_a_form_that_was_open_too_long_says_so() -> None:
    answer = signed_in("handler", enforce_csrf_checks=True).post("/desk/reminders/read/")
    assert answer.status_code == 403
    assert "页面已经过期" in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_tells_nothing_of_itself() -> None:
    answer = Client(raise_request_exception=False).get("/fault/")
    assert answer.status_code == 500
    assert "系统出了故障" in answer.content.decode()
    assert "private" not in answer.content.decode()
