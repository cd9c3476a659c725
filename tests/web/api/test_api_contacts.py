"""A contact through the interface becomes cases, once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from jiesu.cases.models import Case
from jiesu.intake.models import Contact
from tests.web.api.conftest import Api, Calling, contact, problem, token_for


@pytest.mark.django_db
def test_call_taker_registers_a_complaint(api: Calling) -> None:
    # when the hotline's contact is sent
    response = api("calltaker").post("contacts", contact())

    # then it is one case with a query code, and numbers are text
    assert response.status_code == 201
    body = response.json()
    assert isinstance(body["contact"], str)
    [case] = body["cases"]
    assert len(case["number"]) == 18
    assert case["number"].startswith("430900")
    assert (case["kind"], case["state"]) == ("complaint", "registered")
    assert len(case["query_code"]) == 10
    row = Case.objects.get(pk=int(case["number"]))
    assert row.amount == 29900
    assert row.channel == "hotline"


@pytest.mark.django_db
def test_incomplete_contact_is_registered_on_staff_channels(api: Calling) -> None:
    response = api("calltaker").post(
        "contacts", {"kind": "complaint", "channel": "hotline", "text": "买到坏锅。"}
    )
    assert response.status_code == 201
    number = int(response.json()["cases"][0]["number"])
    assert "complainant_name" in Case.objects.get(pk=number).facts["incomplete"]


@pytest.mark.django_db
def test_portal_contact_needs_no_token_but_everything_the_law_asks_for(api: Calling) -> None:
    # given a citizen's form with the name missing
    body = contact(channel="portal")
    body["complainant"] = {"phone": "13812345678"}

    # then the answer names the fields
    refused = problem(api().post("contacts", body), 422, "fields_invalid")
    assert {"complainant.name", "complainant.address"} <= set(refused["errors"])
    assert Case.objects.count() == 0

    # and the whole form is taken
    assert api().post("contacts", contact(channel="portal")).status_code == 201


@pytest.mark.django_db
def test_other_channels_need_a_token_with_the_scope_and_a_person_who_registers(api: Calling) -> None:
    problem(api().post("contacts", contact()), 401, "unauthenticated")
    problem(api("calltaker", "cases:read").post("contacts", contact()), 403, "scope_missing")
    problem(api("auditor").post("contacts", contact()), 403, "not_permitted")
    wrong = Api("jiesu_nothing").post("contacts", contact(channel="portal"))
    problem(wrong, 401, "unauthenticated")
    assert wrong["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_unknown_fields_and_types_are_named(api: Calling) -> None:
    body = contact(colour="red", complainant={"phone": ["1"]})
    refused = problem(api("calltaker").post("contacts", body), 422, "fields_invalid")
    assert set(refused["errors"]) == {"colour", "complainant.phone"}


@pytest.mark.django_db
def test_contact_from_12345_keeps_that_platforms_number_and_clock(api: Calling) -> None:
    sent = contact("auto", channel="12345", external_number="YY-1", service_due="2027-01-15")
    response = api("calltaker").post("contacts", sent)
    number = response.json()["cases"][0]["number"]
    seen = api("calltaker").get(f"cases/{number}").json()
    assert seen["external_number"] == "YY-1"
    clock = next(c for c in seen["clocks"] if c["rule"] == "service.hotline_12345")
    assert (clock["due_on"], clock["statutory"]) == ("2027-01-15", False)


@pytest.mark.django_db
def test_citizens_address_is_limited(api: Calling, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = api()
    for _ in range(60):
        problem(citizen.post("contacts", {"channel": "portal", "kind": "complaint"}), 422, "fields_invalid")
    refused = citizen.post("contacts", {"channel": "portal", "kind": "complaint"})
    problem(refused, 429, "too_many_requests")
    assert int(refused["Retry-After"]) > 0


@pytest.mark.django_db
def test_same_key_and_body_give_the_same_answer_once(api: Calling) -> None:
    calltaker = api("calltaker")
    first = calltaker.post("contacts", contact(), key="call-1")
    second = calltaker.post("contacts", contact(), key="call-1")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (Case.objects.count(), Contact.objects.count()) == (1, 1)

    # another body with the key is refused, another person's key is another key
    problem(calltaker.post("contacts", contact(text="别的内容。"), key="call-1"), 422, "idempotency_mismatch")
    assert api("dispatcher").post("contacts", contact(), key="call-1").json() != first.json()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 121, "有中文", "with blank"])
def test_bad_keys_are_refused(api: Calling, key: str) -> None:
    refused = problem(api("calltaker").post("contacts", contact(), key=key), 422, "fields_invalid")
    assert list(refused["errors"]) == ["Idempotency-Key"]


def test_one_key_sent_by_many_at_once_registers_once(own_database: str) -> None:
    # given ten clients that repeat one post at the same time
    secret = token_for("calltaker")
    answers: list[Any] = []
    gate = threading.Barrier(10)

    def send() -> None:
        try:
            gate.wait()
            answers.append(Api(secret).post("contacts", contact(), key="at-once"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then all get the same case
    assert [a.status_code for a in answers] == [201] * 10
    assert len({a.content for a in answers}) == 1
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_registering_takes_few_queries(
    api: Calling, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    calltaker = api("calltaker")
    calltaker.post("contacts", contact())
    with django_assert_max_num_queries(40):
        calltaker.post("contacts", contact(text="另一件。"))
