"""A citizen follows a case by number and query code."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from jiesu.cases.following import QueryCodeWrong, open_by_code
from jiesu.cases.models import Case
from tests.web.api.conftest import Api, Calling, contact, problem, token_for


@pytest.mark.django_db
def test_citizen_sees_steps_clocks_and_messages(api: Calling) -> None:
    # given a complaint that is accepted
    made = api("calltaker").post("contacts", contact()).json()["cases"][0]
    number, code = made["number"], made["query_code"]
    bureau = next(
        o["id"] for o in api().get("organisations", division="430902", type="bureau").json()["items"]
    )
    assert api("dispatcher").act(number, "route", organisation=bureau).status_code == 200
    staff = next(
        c["value"]
        for a in api("head").get(f"cases/{number}").json()["actions"]
        if a["name"] == "assign"
        for f in a["fields"]
        if f["name"] == "staff"
        for c in f["choices"]
        if c["label"].startswith("李卫东")
    )
    assert api("head").act(number, "assign", staff=staff).status_code == 200
    assert api("handler").act(number, "accept").status_code == 200

    # when the citizen asks, in small letters too
    seen = api().get(f"public/cases/{number}", code=code.lower()).json()

    # then what concerns the citizen is there, and nothing from inside
    assert (seen["number"], seen["state"]) == (number, "accepted")
    assert [s["label"] for s in seen["steps"]] == ["登记", "分送", "受理"]
    assert "第十五条" in seen["steps"][2]["article"]
    assert any("第十五条" in a for c in seen["clocks"] for a in c["articles"])
    assert "张小明" in seen["messages"][-1]["body"]
    assert {"add_evidence", "withdraw", "urge"} <= set(seen["can"])


@pytest.mark.django_db
def test_every_refusal_is_the_same(api: Calling, registered: Callable[..., dict[str, Any]]) -> None:
    made = registered()
    asked = [
        (made["number"], "WRONGCODE1"),
        (made["number"], ""),
        ("430900260000999999", made["query_code"]),
        ("1", made["query_code"]),
        ("４３０９００２６００００９９９９９９", "x"),
        (made["number"], "😀" * 10),
    ]
    bodies = {api().get(f"public/cases/{n}", code=c).content for n, c in asked}
    assert len(bodies) == 1
    problem(api().get(f"public/cases/{made['number']}", code="x"), 404, "query_code_wrong")


@pytest.mark.django_db
def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(registered: Callable[..., dict[str, Any]]) -> None:
    made = registered()
    number, code = made["number"], made["query_code"]
    now = timezone.now()

    def opens(given: str, minutes: float = 0) -> bool:
        try:
            open_by_code(number, given, at=now + timedelta(minutes=minutes))
        except QueryCodeWrong:
            return False
        return True

    # four wrong tries and a right one begin anew
    assert [opens("WRONG") for _ in range(4)] == [False] * 4
    assert opens(code)
    # the fifth in a row locks, for the right code too
    assert [opens("WRONG") for _ in range(5)] == [False] * 5
    assert not opens(code)
    assert not opens(code, 14.9)
    assert opens(code, 15)


def test_many_tries_at_once_are_no_more_than_five(own_database: str) -> None:
    made = Api(token_for("calltaker")).post("contacts", contact()).json()["cases"][0]
    gate = threading.Barrier(12)

    def guess() -> None:
        try:
            gate.wait()
            Api().get(f"public/cases/{made['number']}", code="WRONG")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Case.objects.get(pk=int(made["number"])).query_locked_until is not None
    problem(Api().get(f"public/cases/{made['number']}", code=made["query_code"]), 404, "query_code_wrong")


@pytest.mark.django_db
def test_informant_learns_the_outcome_by_notice_not_by_page(api: Calling, assigned: Callable[..., str]) -> None:
    # given a report that has been filed
    calltaker = api("calltaker")
    made = calltaker.post("contacts", contact("report")).json()["cases"][0]
    Case.objects.filter(pk=int(made["number"])).update(state="filed")
    seen = api().get(f"public/cases/{made['number']}", code=made["query_code"]).json()
    assert seen["state"] == "verifying"
