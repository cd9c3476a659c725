"""The databases that the tests themselves stand on."""

from __future__ import annotations

import urllib.request

import pytest
from django.db import connection, transaction
from playwright.sync_api import Page

from jiesu.people.models import Staff


@pytest.mark.django_db
def test_a_test_works_as_the_application_and_finds_the_demonstration_accounts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("jiesu_app",)
    assert Staff.objects.filter(username="handler.heshan").exists()
    Staff.objects.all().update(name="改")


@pytest.mark.django_db
def test_what_one_test_writes_the_next_does_not_see() -> None:
    assert not Staff.objects.filter(name="改").exists()


def test_own_database_takes_real_commits(own_database: str) -> None:
    with transaction.atomic():
        Staff.objects.all().update(name="改")
    connection.close()
    assert Staff.objects.filter(name="改").exists()


def test_own_database_is_fresh_each_time(own_database: str) -> None:
    assert not Staff.objects.filter(name="改").exists()


def test_live_url_serves_health(live_url: str) -> None:
    with urllib.request.urlopen(f"{live_url}/healthz") as answer:
        assert answer.status == 200


@pytest.mark.browser
def test_browser_reaches_the_live_site(phone_page: Page) -> None:
    answer = phone_page.goto("/healthz")
    assert answer is not None
    assert answer.status == 200
