"""Reading and working on cases through the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Event
from jiesu.people.models import AccessLog, Staff
from jiesu.places.queries import by_key
from tests.web.api.conftest import Calling, problem

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f"
    "00050001ff5c0c2b1e0000000049454e44ae426082"
)


def test_case_shows_clocks_with_their_account(api: Calling, assigned: Callable[..., str]) -> None:
    seen = api("handler").get(f"cases/{assigned()}").json()
    clock = next(c for c in seen["clocks"] if c["rule"] == "complaint.acceptance" and c["state"] == "open")
    assert clock["articles"] == ["《市场监督管理投诉举报处理办法》第十五条"]
    assert clock["statutory"] is True
    assert clock["due_on"] in clock["explanation"]
    assert clock["started_on"] <= clock["due_on"]
    assert seen["due_on"] == clock["due_on"]
    assert seen["registered_at"].endswith("+08:00")
    assert isinstance(seen["number"], str)


def test_parties_are_masked_and_revealed_only_with_a_record(
    api: Calling, assigned: Callable[..., str]
) -> None:
    # given the handler's view
    number = assigned()
    handler = api("handler")
    parties = {p["role"]: p for p in handler.get(f"cases/{number}").json()["parties"]}
    assert parties["complainant"]["name"] == "张**"
    assert parties["complainant"]["phone"] == "138****5678"
    assert parties["respondent"]["name"] == "资阳区好再来超市"

    # when the complainant is revealed
    asked = {"parties": [parties["complainant"]["seq"]], "reason": "回电核实"}
    revealed = handler.post(f"cases/{number}/reveal", asked).json()["parties"][0]

    # then it is in clear and written down
    assert (revealed["name"], revealed["phone"]) == ("张小明", "13812345678")
    entry = AccessLog.objects.get(act="reveal")
    assert entry.case_id == int(number)
    assert entry.detail["reason"] == "回电核实"

    # and nobody reveals what does not concern them
    problem(api("supervisor").post(f"cases/{number}/reveal", asked), 404, "case_not_found")
    problem(
        handler.post(f"cases/{number}/reveal", {"parties": [9999], "reason": "试试"}), 404, "case_not_found"
    )


def test_actions_are_those_open_now_with_fields_and_choices(
    api: Calling, assigned: Callable[..., str]
) -> None:
    number = assigned()
    actions = {a["name"]: a for a in api("handler").get(f"cases/{number}").json()["actions"]}
    assert {"accept", "refuse", "add_evidence"} <= set(actions)
    assert "agree" not in actions
    assert "register" not in actions
    fields = {f["name"]: f for f in actions["refuse"]["fields"]}
    assert fields["ground"]["required"] is True
    assert any(c["value"] == "121.16.3" for c in fields["ground"]["choices"])
    assert actions["refuse"]["propose"] is True
    dispatcher = {a["name"]: a for a in api("dispatcher").get(f"cases/{number}").json()["actions"]}
    assert "accept" not in dispatcher


def test_accepting_issues_the_notice_and_raises_the_version(
    api: Calling, assigned: Callable[..., str]
) -> None:
    number = assigned()
    handler = api("handler")
    before = handler.get(f"cases/{number}").json()
    done = handler.act(number, "accept")
    assert done.status_code == 200, done.content.decode()
    body = done.json()
    assert set(body) == {"event", "version", "state", "messages", "created"}
    assert body["state"] == "accepted"
    assert body["version"] > before["version"]
    [message] = body["messages"]
    after = handler.get(f"cases/{number}").json()
    assert after["version"] == body["version"]
    assert any(m["seq"] == message and m["form"] == "5" for m in after["messages"])
    assert next(e for e in after["events"] if e["seq"] == body["event"])["type"] == "accept"
    words = handler.get(f"cases/{number}/messages/{message}").json()["body"]
    assert "张小明" in words
    assert AccessLog.objects.filter(act="reveal", detail__message=message).exists()


def test_stale_screen_is_refused_and_nothing_is_done(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    handler = api("handler")
    version = handler.get(f"cases/{number}").json()["version"]
    handler.act(number, "accept")
    refused = problem(handler.act(number, "accept", version=version), 409, "case_changed")
    assert refused["data"]["event"] == "accept"
    assert Event.objects.filter(case_id=int(number), type="accept").count() == 1


def test_version_is_asked_for(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    for version in (None, "3", True, -1, 1.5, 10**30):
        refused = problem(
            api("handler").post(f"cases/{number}/actions/accept", {"version": version}), 422, "fields_invalid"
        )
        assert "version" in refused["errors"]


def test_same_action_with_the_same_key_is_taken_once(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    handler = api("handler")
    version = handler.get(f"cases/{number}").json()["version"]
    first = handler.act(number, "accept", version=version, key="k1")
    second = handler.act(number, "accept", version=version, key="k1")
    assert first.content == second.content
    assert Event.objects.filter(case_id=int(number), type="accept").count() == 1
    problem(handler.act(number, "add_evidence", version=version, key="k1"), 422, "idempotency_mismatch")


def test_repeated_routing_of_a_report_is_answered_although_the_sender_sees_it_no_more(
    api: Calling, registered: Callable[..., dict[str, Any]]
) -> None:
    number = registered("report")["number"]
    body = {
        "version": api("dispatcher").get(f"cases/{number}").json()["version"],
        "organisation": by_key("430902-bureau").pk,
    }
    first = api("dispatcher").post(f"cases/{number}/actions/route", body, key="r1")
    again = api("dispatcher").post(f"cases/{number}/actions/route", body, key="r1")
    assert first.status_code == 200, first.content.decode()
    assert first.content == again.content


def test_decision_that_needs_approval_is_proposed_and_approved(
    api: Calling, assigned: Callable[..., str]
) -> None:
    number = assigned()
    handler = api("handler")
    fields = {"ground": "121.16.3", "reasons": "不能证明存在消费关系。", "violation": False, "factors": []}
    problem(handler.act(number, "refuse", **fields), 422, "needs_approval")
    proposed = handler.act(number, "propose", action="refuse", **fields)
    assert proposed.status_code == 200, proposed.content.decode()
    head = api("head")
    approve = next(a for a in head.get(f"cases/{number}").json()["actions"] if a["name"] == "approve")
    choice = next(f for f in approve["fields"] if f["name"] == "proposal")["choices"][0]["value"]
    done = head.act(number, "approve", proposal=choice)
    assert done.json()["state"] == "refused", done.content.decode()


def test_fields_at_fault_are_named(api: Calling, assigned: Callable[..., str]) -> None:
    refused = problem(
        api("handler").act(assigned(), "record_consent", party="nobody", colour="red"), 422, "fields_invalid"
    )
    assert {"party", "colour", "consent"} <= set(refused["errors"])


def test_only_people_on_offer_can_be_named(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    stranger = Staff.objects.get(username="handler.heshan").pk
    refused = problem(
        api("head").act(number, "reassign", staff=stranger, reason="请假"), 422, "fields_invalid"
    )
    assert list(refused["errors"]) == ["staff"]
    for organisation in (10**15, by_key("430903001-office").pk):
        problem(
            api("head").act(number, "reassign", office=organisation, reason="请假"), 422, "fields_invalid"
        )


def test_a_fraction_is_no_organisation(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    handler = api("handler")
    version = handler.get(f"cases/{number}").json()["version"]
    refused = problem(
        handler.act(number, "dispute_jurisdiction", version=version, other=1.5), 422, "fields_invalid"
    )
    assert "other" in refused["errors"]


def test_raised_lead_is_opened_at_once_and_shown_to_those_who_may_see_it(
    api: Calling, assigned: Callable[..., str]
) -> None:
    number = assigned()
    done = api("handler").act(
        number,
        "raise_lead",
        matter="店内销售过期食品。",
        found="otherwise",
        found_on=timezone.localdate().isoformat(),
    )
    assert done.status_code == 200, done.content.decode()
    [lead] = done.json()["created"]
    assert Case.objects.get(pk=int(lead)).kind == "lead"
    links = api("head").get(f"cases/{number}").json()["links"]
    assert [(x["type"], x["number"], x["pending"]) for x in links] == [("lead", lead, False)]
    # the council or a supervisor of complaints learns no number it may not open
    assert api("mediator").get(f"cases/{number}").json()["links"] == []


def test_files_are_added_and_downloaded_with_a_record(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    handler = api("handler")
    version = handler.get(f"cases/{number}").json()["version"]
    upload = {
        "version": version,
        "description": "小票照片",
        "files": [SimpleUploadedFile("../小票.png", PNG, "text/html")],
    }
    done = handler.upload(f"cases/{number}/files", upload, key="f1")
    assert done.status_code == 200, done.content.decode()
    [file] = handler.get(f"cases/{number}").json()["files"]
    assert (file["name"], file["content_type"]) == ("小票.png", "image/png")
    got = handler.get(f"cases/{number}/files/{file['seq']}")
    assert got.status_code == 200
    assert got.content.startswith(b"\x89PNG")
    assert got["Content-Disposition"].startswith("attachment")
    assert AccessLog.objects.filter(act="download", case_id=int(number)).count() == 1
    problem(api("supervisor").get(f"cases/{number}/files/{file['seq']}"), 404, "case_not_found")
    problem(handler.get(f"cases/{number}/files/999"), 404, "case_not_found")

    # and what is no picture is refused
    bad = {"description": "页面", "files": [SimpleUploadedFile("a.png", b"<html>", "image/png")]}
    problem(handler.upload(f"cases/{number}/files", bad), 422, "file_refused")


def test_unknown_action_and_action_of_another_state(api: Calling, assigned: Callable[..., str]) -> None:
    number = assigned()
    problem(api("handler").act(number, "fly"), 404, "unknown_action")
    problem(api("handler").act(number, "close", **CHECKED), 409, "not_allowed_in_state")
    problem(api("calltaker").act(number, "accept"), 403, "not_permitted")


def test_case_takes_as_many_queries_however_much_has_happened(
    api: Calling, assigned: Callable[..., str], django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    number = assigned()
    handler = api("handler")
    with django_assert_max_num_queries(40) as few:
        handler.get(f"cases/{number}")
    most = len(few)
    for _ in range(5):
        assert handler.act(number, "send_message", body="请补充小票。").status_code == 200
    with django_assert_max_num_queries(most):
        handler.get(f"cases/{number}")
