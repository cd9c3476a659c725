"""Given: the demonstration people with tokens, and contacts as the call centre sends them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.people.tokens import Scope, issue_token
from jiesu.places.queries import by_key


@dataclass
class Api:
    """Speaks JSON with one token, or none."""

    secret: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def _headers(self, key: str | None = None, **more: str) -> dict[str, str]:
        headers = dict(more)
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        if key is not None:
            headers["Idempotency-Key"] = key
        return headers

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", query, headers=self._headers())

    def post(self, path: str, body: Any, *, key: str | None = None) -> HttpResponse:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.client.post(
            f"/api/v1/{path}", content, content_type="application/json", headers=self._headers(key)
        )

    def upload(self, path: str, data: dict[str, Any], *, key: str | None = None) -> HttpResponse:
        return self.client.post(f"/api/v1/{path}", data, headers=self._headers(key))

    def act(self, number: str, name: str, /, *, key: str | None = None, **fields: Any) -> HttpResponse:
        """Reads the version, then acts; as a client does."""
        if "version" not in fields:
            fields["version"] = self.get(f"cases/{number}").json()["version"]
        return self.post(f"cases/{number}/actions/{name}", fields, key=key)


def token_for(username: str, *scopes: str) -> str:
    staff = Staff.objects.get(username=username)
    return issue_token(
        staff=staff, name="test", at=timezone.now(), scopes=scopes or Scope.values, actor=SYSTEM
    ).secret


Calling = Callable[..., Api]


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


@pytest.fixture
def api(db: None) -> Calling:
    """The interface as somebody; without a name, as a citizen."""

    def calling(username: str = "", *scopes: str) -> Api:
        return Api(token_for(username, *scopes) if username else "")

    return calling


def contact(kind: str = "complaint", **changes: Any) -> dict[str, Any]:
    """A whole contact as the hotline sends it."""
    person = {"name": "张小明", "phone": "13812345678", "address": "益阳市资阳区大码头街道1号"}
    body: dict[str, Any] = {
        "kind": kind,
        "channel": "hotline",
        "text": "前天在该超市买的电饭煲用了一天就坏了，要求退货被拒绝。",
        "respondent": {"name": "资阳区好再来超市", "address": "湖南省益阳市资阳区金花湖路1号"},
    }
    if kind == "report":
        body |= {"text": "该店货架上的牛奶已过保质期三天仍在销售。", "informant": person}
    else:
        body |= {"demand": "退还货款299元", "amount": "299.00", "complainant": person}
    return body | changes


@pytest.fixture
def registered(api: Calling) -> Callable[..., dict[str, Any]]:
    """One case registered by the city's call-taker through the interface."""

    def make(kind: str = "complaint", **changes: Any) -> dict[str, Any]:
        response = api("calltaker").post("contacts", contact(kind, **changes))
        assert response.status_code == 201, response.content.decode()
        case: dict[str, Any] = response.json()["cases"][0]
        return case

    return make


@pytest.fixture
def assigned(api: Calling, registered: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """Number of a case that its handler in Ziyang works on."""

    def make(kind: str = "complaint", **changes: Any) -> str:
        number: str = registered(kind, **changes)["number"]
        sent = api("dispatcher").act(number, "route", organisation=by_key("430902-bureau").pk)
        assert sent.status_code == 200, sent.content.decode()
        given = api("head").act(
            number,
            "assign",
            office=by_key("430902005-office").pk,
            staff=Staff.objects.get(username="handler").pk,
        )
        assert given.status_code == 200, given.content.decode()
        return number

    return make


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document, checked for its form."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["type"].endswith(code)
    assert body["title"]
    assert body["detail"]
    return body
