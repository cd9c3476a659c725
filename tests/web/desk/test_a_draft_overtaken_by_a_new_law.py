"""The head finds a draft whose law is over: one button sends it back and opens the form with what it said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.desk.conftest import Office

pytestmark = pytest.mark.django_db


def test_sent_back_to_be_drafted_anew_the_form_opens_with_the_old_words(
    office: Office, sign_in: Callable[[str], Client]
) -> None:
    # given a refusal drafted on the last day of order 20
    office.at = datetime(2026, 4, 14, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    number = office.assigned()
    office.act(
        number,
        "handler",
        "propose",
        action="refuse",
        ground="20.15.3",
        reasons="购买数量明显超出生活消费。",
        violation="0",
    )
    seq = int(next(iter(office.case(number).facts["proposals"])))
    client = sign_in("head")
    url = reverse("desk:proposal", args=[number, seq])
    # when the head opens it today
    page = client.get(url).content.decode()
    assert "退回重拟" in page
    assert 'value="approve"' not in page
    answer = client.post(url, {"decision": "redraft"})
    # then it is gone from those that wait, and the form stands filled in, the ground as order 121 numbers it
    assert answer.headers["Location"] == reverse("desk:act", args=[number, "refuse"])
    assert office.case(number).facts.get("proposals", {}) == {}
    for username in ("head", "handler"):
        form = sign_in(username).get(reverse("desk:act", args=[number, "refuse"])).content.decode()
        assert "购买数量明显超出生活消费。" in form
        assert 'value="121.16.3" checked' in form.replace("\n", " ")
