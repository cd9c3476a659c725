"""Whatever is sent, the answer is a problem document with a code, never a page and never 500."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesu.cases.lifecycle import TABLES
from jiesu.cases.models import Case
from tests.web.api.conftest import Api, Calling, contact, problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "fields_invalid"),
        (b"{", 400, "bad_json"),
        (b"[]", 400, "bad_json"),
        (b"null", 400, "bad_json"),
        (b'"text"', 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b'{"text": "\xc3\x28"}', 400, "bad_json"),
        (b'{"amount": NaN}', 400, "bad_json"),
        (b'{"amount": Infinity}', 400, "bad_json"),
        (b'{"kind": "complaint", "kind": "report"}', 400, "bad_json"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, 400, "bad_json"),
        (b'{"joint": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "bad_json"),
        (b'{"amount": ' + b"9" * 5000 + b"}", 400, "bad_json"),
        (b'{"amount": ' + b"9" * 400 + b"}", 422, "fields_invalid"),
        (b'{"amount": 1e400}', 422, "fields_invalid"),
        (b'{"text": "a\\u0000b"}', 422, "fields_invalid"),
        (b'{"text": "\\ud800"}', 422, "fields_invalid"),
        (b'{"\\ud800": 1}', 422, "fields_invalid"),
        (b'{"text": "' + b"x" * (1024 * 1024) + b'"}', 413, "too_large"),
        (b'{"text": "' + b"x" * (11 * 1024 * 1024) + b'"}', 413, "too_large"),
    ],
)
def test_broken_bodies(api: Calling, body: bytes, status: int, code: str) -> None:
    problem(api("calltaker").post("contacts", body), status, code)


def test_wrong_addresses_methods_and_types(api: Calling) -> None:
    client = Client(raise_request_exception=False)
    problem(client.get("/api/v1/nothing"), 404, "address_unknown")
    problem(client.get("/api/v1/"), 404, "address_unknown")
    problem(client.post("/api/v1/nothing/at/all", b"x", content_type="text/plain"), 404, "address_unknown")
    for method, path, allowed in (
        ("put", "contacts", "POST"),
        ("delete", "cases", "GET"),
        ("post", "openapi.json", "GET"),
    ):
        refused = getattr(client, method)(f"/api/v1/{path}")
        problem(refused, 405, "method_not_allowed")
        assert allowed in refused["Allow"]
    token = api("calltaker").secret
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        sent = client.post(
            "/api/v1/contacts", b"{}", content_type=kind, headers={"Authorization": f"Bearer {token}"}
        )
        problem(sent, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "number", ["1", "x", "0" * 18, "9" * 18, "9" * 19, "9" * 400, "４３０９", "-1", "%00", "a%2Fb"]
)
def test_numbers_that_are_none(api: Calling, number: str) -> None:
    caller = api("calltaker")
    assert caller.get(f"cases/{number}").status_code == 404
    assert caller.post(f"cases/{number}/actions/accept", {"version": 1}).status_code == 404


def test_law_is_asked_without_a_token(api: Calling) -> None:
    found = api().get("law/due", rule="complaint.acceptance", start="2026-09-25T10:30").json()
    assert (found["last_day"], found["provisional"]) == ("2026-10-12", False)
    assert found["started_at"] == "2026-09-25T10:30:00+08:00"
    assert found["articles"][0].endswith("第十五条")
    assert "2026" in found["explanation"]
    for query, field in (
        ({"rule": "nothing", "start": "2026-09-25"}, "rule"),
        ({"rule": "report.informant_notice", "start": "2026-09-25"}, "rule"),
        ({"rule": "complaint.acceptance", "start": "9999-12-31"}, "start"),
        ({"rule": "complaint.acceptance", "start": "0001-01-01T00:00:00+14:00"}, "start"),
        ({"rule": "complaint.acceptance", "start": "soon"}, "start"),
        ({"rule": "complaint.acceptance", "start": "2026-09-25", "extensions": "9"}, "start"),
        ({"rule": "complaint.acceptance"}, "start"),
    ):
        assert field in problem(api().get("law/due", **query), 422, "fields_invalid")["errors"]


def test_document_is_complete(api: Calling) -> None:
    found = api().get("openapi.json")
    assert found.status_code == 200
    document = json.loads(found.content)
    assert document["openapi"].startswith("3.1")
    references = set(_references(document))
    assert references <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert operation["description"], path
            for status, answer in operation["responses"].items():
                media = set(answer.get("content", {}))
                assert media == ({"application/problem+json"} if int(status) >= 400 else media), (
                    path,
                    method,
                )
            if "requestBody" in operation:
                assert "application/problem+json" not in operation["requestBody"]["content"]
    assert document["paths"]["/api/v1/cases"]["get"]["security"] == [{"Bearer": ["cases:read"]}]
    for kind, table in TABLES.items():
        for row in table.rows.values():
            assert (row.group != "hidden") == (
                f"action.{kind}.{row.action}" in document["components"]["schemas"]
            )
    again = Client().get("/api/v1/openapi.json", headers={"If-None-Match": found["ETag"]})
    assert again.status_code == 304


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [r for v in value.values() for r in _references(v)]
    return [r for v in value for r in _references(v)] if isinstance(value, list) else []


def test_readable_page_needs_no_script_and_nothing_from_elsewhere() -> None:
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "登记来件" in text
    assert "problem-case_changed" in text
    assert "style=" not in text
    assert "<script>" not in text
    for word in ('src="http', 'href="http', 'src="//'):
        assert word not in text
    assert "default-src 'self'" in page["Content-Security-Policy"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
ODD_TEXT = st.sampled_from(
    ["", " ", "\x00", "0", "-1", "9" * 30, "1e400", "0001-01-01", "9999-12-31T23:59:59-14:00", "10000-1-1",
     "2026-13-45", "<script>", "'; DROP TABLE", "是", "nan", "１２", "99999999999999999999-1-1", "-", "1.2.3", "٣"]
)  # fmt: skip
VALUE = ANYTHING | ODD_TEXT
CONTACT_FIELDS = st.sampled_from(
    ["kind", "channel", "text", "demand", "amount", "occurred_on", "received_on", "received_reason", "external_number",
     "tracking_number", "service_due", "line", "subject", "anonymous", "complainant", "informant", "joint",
     "joint_agreed", "agent", "respondent", "consent_disclosure", "consent_commission", "unknown"]
)  # fmt: skip
PERSON = st.dictionaries(
    st.sampled_from(
        ["name", "phone", "address", "id_type", "id_number", "email", "representative", "matter"]
    ),
    VALUE,
    max_size=4,
)
FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _dumped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True).encode()


@FUZZ
@given(changes=st.dictionaries(CONTACT_FIELDS, VALUE | PERSON | st.lists(PERSON, max_size=3), max_size=6))
def test_no_contact_body_ends_in_an_error_of_ours(api: Calling, changes: dict[str, Any]) -> None:
    secret = _secret(api)
    response = Api(secret).post("contacts", _dumped(contact(**changes)))
    assert response.status_code in (201, 400, 422), (changes, response.content.decode())
    portal = Api(secret).post("contacts", _dumped(contact(**{**changes, "channel": "portal"})))
    assert portal.status_code in (201, 400, 422), (changes, portal.content.decode())


_SECRETS: dict[int, str] = {}


def _secret(api: Calling, username: str = "calltaker") -> str:
    # One token for all examples of a test: the fixture lives as long.
    key = hash((id(api), username))
    if key not in _SECRETS:
        _SECRETS[key] = api(username).secret
    return _SECRETS[key]


ACTIONS = sorted({(a, f.name) for t in TABLES.values() for a, r in t.rows.items() for f in r.fields})
BY_ACTION: dict[str, list[str]] = {}
for _action, _field in ACTIONS:
    BY_ACTION.setdefault(_action, []).append(_field)


@st.composite
def action_posts(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    action = draw(st.sampled_from(sorted({a for t in TABLES.values() for a in t.rows})))
    names = [*BY_ACTION.get(action, []), "version", "proposed", "new_case"]
    return action, draw(st.dictionaries(st.sampled_from(names), VALUE | st.integers(1, 60), max_size=6))


@pytest.mark.parametrize("kind", ["complaint", "report", "consultation"])
@pytest.mark.parametrize("username", ["handler", "head", "dispatcher"])
def test_no_action_ends_in_an_error_of_ours(
    api: Calling, assigned: Callable[..., str], kind: str, username: str
) -> None:
    number = assigned(kind)
    secret = _secret(api, username)

    @settings(FUZZ, max_examples=60)
    @given(post=action_posts())
    def run(post: tuple[str, dict[str, Any]]) -> None:
        action, fields = post
        version = Case.objects.values_list("version", flat=True).get(pk=int(number))
        body = _dumped({"version": version, **fields})
        response = Api(secret).post(f"cases/{number}/actions/{action}", body)
        assert response.status_code < 500, (action, fields, response.content.decode())
        assert response.status_code == 200 or response["Content-Type"] == "application/problem+json"

    run()


@FUZZ
@given(query=st.dictionaries(
    st.sampled_from(["state", "kind", "organisation", "due_before", "q", "order", "limit", "cursor"]),
    st.text(max_size=30) | ODD_TEXT,
    max_size=4,
))  # fmt: skip
def test_no_query_ends_in_an_error_of_ours(api: Calling, query: dict[str, str]) -> None:
    kept = {k: v for k, v in query.items() if not any("\ud800" <= c <= "\udfff" for c in v)}
    assert Api(_secret(api)).get("cases", **kept).status_code in (200, 422)
