"""A citizen follows a case by number and query code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.api.conftest import Calling, contact, problem


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
    assert seen["number"] == number
    assert seen["bureau"] == "益阳市资阳区市场监督管理局"
    assert "受理" in seen["steps"][-1]["label"]
    assert "第十五条" in seen["steps"][-1]["article"]
    assert all("指派" not in s["label"] for s in seen["steps"])
    assert seen["awaited"]["label"]
    [notice] = [n for n in seen["notices"] if "受理" in n["title"]]
    # what has not been opened on the portal is not delivered by a look
    assert (notice["opened"], notice["body"]) == (False, "")
    assert {"add_evidence", "withdraw", "urge"} <= set(seen["actions"])


@pytest.mark.django_db
def test_a_wrong_code_and_an_unknown_number_are_answered_alike(
    api: Calling, registered: Callable[..., dict[str, Any]]
) -> None:
    made = registered()
    asked = [
        (made["number"], "WRONGCODE1"),
        (made["number"], ""),
        ("430900260000999999", made["query_code"]),
        ("1", made["query_code"]),
        (made["number"], "😀" * 10),
    ]
    bodies = {api().get(f"public/cases/{n}", code=c).content for n, c in asked}
    assert len(bodies) == 1
    problem(api().get("public/cases/x", code="x"), 404, "query_wrong")


@pytest.mark.django_db
@pytest.mark.parametrize("exists", [True, False])
def test_the_fifth_wrong_try_locks_whether_or_not_the_number_exists(
    api: Calling, registered: Callable[..., dict[str, Any]], exists: bool
) -> None:
    made = registered()
    number = made["number"] if exists else "430900260000999999"
    for _ in range(4):
        problem(api().get(f"public/cases/{number}", code="WRONG"), 404, "query_wrong")
    problem(api().get(f"public/cases/{number}", code="WRONG"), 429, "query_locked")
    problem(api().get(f"public/cases/{number}", code=made["query_code"]), 429, "query_locked")


@pytest.mark.django_db
def test_informant_learns_nothing_from_inside(api: Calling, assigned: Callable[..., str]) -> None:
    # given a report on which work goes on
    made = api("calltaker").post("contacts", contact("report")).json()["cases"][0]
    seen = api().get(f"public/cases/{made['number']}", code=made["query_code"]).json()
    assert seen["kind"] == "report"
    assert "state" not in seen
    assert set(seen["actions"]) <= {"add_evidence", "send_message", "urge", "withdraw", "rate"}
