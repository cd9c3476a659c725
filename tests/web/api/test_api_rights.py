"""Whoever may not see a case learns nothing of it, through any address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jiesu.people.models import AccessLog
from tests.web.api.conftest import Calling, contact, problem

pytestmark = pytest.mark.django_db
STRANGERS = ("handler.heshan", "head.heshan", "council", "admin", "security")


@pytest.mark.parametrize("username", STRANGERS)
@pytest.mark.parametrize("kind", ["complaint", "report"])
def test_strangers_get_the_answer_of_a_number_that_does_not_exist(
    api: Calling, assigned: Callable[..., str], username: str, kind: str
) -> None:
    number = assigned(kind)
    stranger = api(username)
    nothing = "430902260000000001"
    for path in ("cases/{}", "cases/{}/files/1", "cases/{}/messages/1"):
        hidden = problem(stranger.get(path.format(number)), 404, "case_not_found")
        absent = problem(stranger.get(path.format(nothing)), 404, "case_not_found")
        assert _without_number(hidden) == _without_number(absent)
    for path, body in (
        ("cases/{}/actions/accept", {"version": 1}),
        ("cases/{}/actions/urge", {"version": 1}),
        ("cases/{}/reveal", {"parties": [1], "reason": "看看"}),
    ):
        hidden = problem(stranger.post(path.format(number), body), 404, "case_not_found")
        absent = problem(stranger.post(path.format(nothing), body), 404, "case_not_found")
        assert _without_number(hidden) == _without_number(absent)
    upload = stranger.upload(f"cases/{number}/files", {"description": "x", "files": []})
    assert upload.status_code in (404, 422)
    assert stranger.get("cases").json()["items"] == []
    assert stranger.get("cases", q=number).json()["items"] == []
    assert stranger.get("cases", q="电饭煲" if kind == "complaint" else "牛奶").json()["items"] == []


def _without_number(problem: dict[str, Any]) -> dict[str, Any]:
    return {**problem, "data": {k: v for k, v in problem.get("data", {}).items() if k != "case"}}


def test_report_is_hidden_from_the_centre_after_routing(
    api: Calling, registered: Callable[..., dict[str, Any]]
) -> None:
    # given a report that the call-taker has typed in herself
    case = registered("report")
    calltaker = api("calltaker")
    before = calltaker.get(f"cases/{case['number']}").json()
    assert before["content"]["facts"].startswith("该店货架")
    assert any(p["role"] == "informant" for p in before["parties"])

    # when it is routed
    bureau = next(
        o["id"]
        for o in api().get("organisations", division="430902", type="bureau").json()["items"]
        if o["key"] == "430902-bureau"
    )
    assert api("dispatcher").act(case["number"], "route", organisation=bureau).status_code == 200

    # then the outline alone is left, in the list, the case and the search
    after = calltaker.get(f"cases/{case['number']}").json()
    assert (after["title"], after["respondent"], after["content"]) == ("", "", None)
    assert after["parties"] == after["events"] == after["messages"] == after["files"] == []
    [row] = calltaker.get("cases", kind="report").json()["items"]
    assert (row["title"], row["respondent"]) == ("", "")
    assert calltaker.get("cases", q="牛奶").json()["items"] == []
    assert [r["number"] for r in api("head").get("cases", q="牛奶").json()["items"]] == [case["number"]]


def test_opening_a_report_is_recorded(api: Calling, registered: Callable[..., dict[str, Any]]) -> None:
    number = registered("report")["number"]
    api("calltaker").get(f"cases/{number}")
    assert AccessLog.objects.filter(act="open_report", case_id=int(number)).count() == 1


def test_supervisor_reads_a_complaint_with_personal_data_hidden(
    api: Calling, assigned: Callable[..., str]
) -> None:
    number = assigned(text="我叫张小明，电话13812345678，家住益阳市资阳区大码头街道1号，买的电饭煲坏了。")
    seen = api("supervisor").get(f"cases/{number}").json()
    assert "13812345678" not in str(seen)
    assert "张小明" not in str(seen)
    assert "电饭煲" in seen["content"]["facts"]
    assert not any(p["role"] == "complainant" for p in seen["parties"])
    assert "13812345678" in api("handler").get(f"cases/{number}").json()["content"]["facts"]


def test_council_sees_what_was_commissioned_to_it_and_nothing_else(
    api: Calling, assigned: Callable[..., str]
) -> None:
    number, other = assigned(), assigned(text="另一件。")
    handler = api("handler")
    assert handler.act(number, "accept").status_code == 200
    for party in ("complainant", "respondent"):
        for subject in ("mediation", "commission"):
            done = handler.act(
                number, "record_consent", party=party, subject=subject, consent=True, proof="call_record"
            )
            assert done.status_code == 200, done.content.decode()
    commission = next(
        a for a in handler.get(f"cases/{number}").json()["actions"] if a["name"] == "commission"
    )
    choices = next(f for f in commission["fields"] if f["name"] == "organisation")["choices"]
    council = next(c["value"] for c in choices if "资阳" in c["label"])
    done = handler.act(number, "commission", organisation=council, scope="调解")
    assert done.status_code == 200, done.content.decode()
    assert [r["number"] for r in api("council").get("cases").json()["items"]] == [number]
    problem(api("council").get(f"cases/{other}"), 404, "case_not_found")


def test_tokens_do_no_more_than_their_scope(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    problem(api("handler", "contacts:write").get(f"cases/{number}"), 403, "scope_missing")
    problem(
        api("handler", "cases:read").post(f"cases/{number}/actions/accept", {"version": 1}),
        403,
        "scope_missing",
    )
    problem(api("handler", "cases:act").get("cases"), 403, "scope_missing")
    problem(api().get("cases"), 401, "unauthenticated")
    problem(api().post(f"cases/{number}/actions/accept", {"version": 1}), 401, "unauthenticated")


def test_another_organisations_staff_sees_the_same_contact_only_after_it_is_routed_there(
    api: Calling,
) -> None:
    made = api("calltaker").post("contacts", contact()).json()["cases"][0]["number"]
    problem(api("head").get(f"cases/{made}"), 404, "case_not_found")
