"""Given: the desk as people of the demonstration use it, and cases told by the real actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiesu.cases.act import Acted, act
from jiesu.cases.models import Case
from jiesu.intake import forms
from jiesu.intake.registering import register
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key

PHONE = "13812345678"
NAME = "王小花"
BODY: dict[str, Any] = {
    "kind": "complaint",
    "channel": "hotline",
    "text": "在好又多超市买到过期牛奶，花了35元，店家拒绝退款，很气愤。",
    "demand": "退款并赔偿一百元",
    "amount": "35",
    "complainant": {"name": NAME, "phone": PHONE, "address": "湖南省益阳市资阳区大码头街道五一西路12号"},
    "respondent": {"name": "好又多超市", "address": "益阳市资阳区大码头街道五一西路20号"},
}
SECRET = "仓库后门夜里改日期"
REPORT: dict[str, Any] = {
    "kind": "report",
    "channel": "hotline",
    "text": f"五一西路20号超市在{SECRET}后再卖，昨晚八点看到。",
    "informant": {"name": "赵铁柱", "phone": "13900001111"},
    "respondent": {"name": "好又多超市", "address": "益阳市资阳区大码头街道五一西路20号"},
}


class Office:
    """People of the demonstration who act on cases; the time moves on by itself."""

    def __init__(self, start: datetime) -> None:
        self.at = start

    def actor(self, username: str) -> Actor:
        person = Staff.objects.select_related("organisation__parent__parent").get(username=username)
        return actor_for(person, self.at)

    def registered(self, by: str = "dispatcher.ziyang", **changes: Any) -> int:
        """A contact taken in by a person; gives the number of its case."""
        body = {**(REPORT if changes.get("kind") == "report" else BODY), **changes}
        done = register(form=forms.read(body), actor=self.actor(by), at=self.at, key=None)
        return done.cases[0].number

    def act(self, number: int, username: str, action: str, /, **data: Any) -> Acted:
        self.at += timedelta(seconds=1)
        return act(number, action, data, actor=self.actor(username), at=self.at)

    def routed(self, by: str = "dispatcher.ziyang", office: str = "430902005-office", **changes: Any) -> int:
        """A case that has reached its market office."""
        number = self.registered(by, **changes)
        where = by_key(office)
        self.act(number, by, "route", organisation=where.parent_id, office=where.pk)
        return number

    def assigned(self, to: str = "handler", **changes: Any) -> int:
        """A case in the hands of a handler."""
        number = self.routed(**changes)
        self.act(number, "officehead", "assign", staff=Staff.objects.get(username=to).pk)
        return number

    def accepted(self, **changes: Any) -> int:
        number = self.assigned(**changes)
        self.act(number, "handler", "accept")
        return number

    def case(self, number: int) -> Case:
        return Case.objects.get(pk=number)


@pytest.fixture
def office(db: None) -> Office:
    return Office(timezone.now() - timedelta(hours=1))


@pytest.fixture
def sign_in(db: None) -> Callable[[str], Client]:
    """A browser in which a demonstration account is signed in."""

    def enter(username: str) -> Client:
        client = Client()
        client.force_login(
            Staff.objects.get(username=username), backend="jiesu.people.authentication.StaffBackend"
        )
        return client

    return enter


_CONTROL = re.compile(r"^(SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|BEGIN|COMMIT|ROLLBACK)", re.IGNORECASE)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of a block, without those that only open and close transactions."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.extend(q["sql"] for q in captured.captured_queries if not _CONTROL.match(q["sql"]))
