"""Pages and lists send as many statements for sixty rows as for five, and no more than the design allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiesu.cases.act import act
from jiesu.cases.models import Case
from jiesu.intake.forms import read
from jiesu.intake.registering import RegisteredCase, register
from jiesu.people.actors import SYSTEM, citizen
from jiesu.people.models import Staff
from jiesu.people.tokens import issue_token
from jiesu.places.queries import by_key
from tests.speed.conftest import SignIn, person

pytestmark = pytest.mark.django_db

FEW, MANY = 5, 60
BODY = {
    "kind": "complaint",
    "channel": "hotline",
    "text": "在该超市买到过期牛奶，店家拒绝退款。",
    "demand": "退款并赔偿",
    "amount": "35",
    "complainant": {"name": "王小花", "phone": "13812345678", "address": "益阳市资阳区大码头街道12号"},
    "respondent": {"name": "好又多超市", "address": "益阳市资阳区大码头街道20号"},
}


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


@pytest.fixture
def token(db: None) -> Callable[[str], dict[str, str]]:
    def issue(username: str) -> dict[str, str]:
        staff = Staff.objects.get(username=username)
        issued = issue_token(staff=staff, name="speed", at=timezone.now(), actor=SYSTEM)
        return {"Authorization": f"Bearer {issued.secret}"}

    return issue


def assigned(count: int) -> list[RegisteredCase]:
    """So many complaints in the hands of the demonstration's handler."""
    caller, dispatcher, handler = person("dispatcher.ziyang"), person("dispatcher.ziyang"), person("handler")
    found = []
    for _n in range(count):
        at = timezone.now()
        case = register(form=read(BODY), actor=caller, at=at, key=None).cases[0]
        office = by_key("430902005-office")
        act(
            case.number,
            "route",
            {"organisation": office.parent_id, "office": office.pk},
            actor=dispatcher,
            at=at,
        )
        act(case.number, "assign", {"staff": handler.staff_id}, actor=dispatcher, at=at)
        found.append(case)
    return found


def statements(client: Client, url: str, headers: dict[str, str] | None = None) -> int:
    """Statements of the second request: the first fills what a process keeps."""
    assert client.get(url, headers=headers).status_code == 200
    with CaptureQueriesContext(connection) as sent:
        assert client.get(url, headers=headers).status_code == 200
    # Savepoints are there only because the test itself is a transaction.
    return sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in sent.captured_queries)


def test_queue_pages(sign_in: SignIn) -> None:
    clients = {
        ("handler", "mine"): sign_in("handler"),
        ("officehead", "office"): sign_in("officehead"),
        ("head", "bureau"): sign_in("head"),
        ("supervisor", "below"): sign_in("supervisor"),
    }
    assigned(FEW)
    few = {k: statements(c, f"/desk/queue/?scope={k[1]}") for k, c in clients.items()}
    assigned(MANY - FEW)
    many = {k: statements(c, f"/desk/queue/?scope={k[1]}") for k, c in clients.items()}
    assert few == many
    # One more each minute, when the session is renewed.
    assert max(many.values()) <= 5


def test_case_page(sign_in: SignIn) -> None:
    case = assigned(1)[0]
    client, handler = sign_in("handler"), person("handler")
    url = f"/desk/cases/{case.number}/"

    def talk(count: int) -> None:
        for n in range(count):
            act(case.number, "send_message", {"body": f"留言 {n}"}, actor=handler, at=timezone.now())

    talk(FEW)
    few = statements(client, url)
    talk(MANY - FEW)
    assert statements(client, url) == few
    assert few <= 15


def test_lists_and_cases_of_the_interface(client: Client, token: Callable[[str], dict[str, str]]) -> None:
    handler, head = token("handler"), token("head")
    lists = (
        "/api/v1/cases",
        "/api/v1/cases?order=due",
        "/api/v1/cases?q=过期牛奶",
        "/api/v1/cases?state=routed",
    )
    cases = assigned(FEW)
    few = [statements(client, url, who) for url in lists for who in (handler, head)]
    one = statements(client, f"/api/v1/cases/{cases[0].number}", handler)
    assigned(MANY - FEW)
    many = [statements(client, url, who) for url in lists for who in (handler, head)]
    # A search that finds enough in the newest months looks no further back: fewer statements, never more.
    assert all(after <= before for after, before in zip(many, few, strict=True))
    assert max(few) <= 6
    # Two more than the page at the desk: the interface gives the choices of every field of every action at once.
    assert one <= 17


def test_acting_through_the_interface(client: Client, token: Callable[[str], dict[str, str]]) -> None:
    who = token("handler")

    def accept(number: int, version: int) -> int:
        with CaptureQueriesContext(connection) as sent:
            done = client.post(
                f"/api/v1/cases/{number}/actions/accept",
                {"version": version},
                content_type="application/json",
                headers={**who, "Idempotency-Key": str(number)},
            )
        assert done.status_code == 200
        return sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in sent.captured_queries)

    def versions(cases: list[RegisteredCase]) -> dict[int, int]:
        numbers = [case.number for case in cases]
        return dict(Case.objects.filter(pk__in=numbers).values_list("pk", "version"))

    few = [accept(number, version) for number, version in versions(assigned(FEW)).items()]
    many = [accept(number, version) for number, version in versions(assigned(MANY - FEW)).items()]
    # The first renews the token's last use and fills what a process keeps.
    assert {*few[1:], *many} == {8}


def test_following_a_case(client: Client) -> None:
    case = register(
        form=read({**BODY, "channel": "portal"}), actor=citizen("complainant"), at=timezone.now(), key=None
    ).cases[0]
    answer = client.post("/follow/", {"number": str(case.number), "code": case.query_code})
    assert answer.status_code == 302
    who = citizen("complainant")

    def talk(count: int) -> None:
        for n in range(count):
            act(case.number, "send_message", {"body": f"留言 {n}"}, actor=who, at=timezone.now())

    talk(FEW)
    few = statements(client, answer["Location"])
    talk(MANY - FEW)
    assert statements(client, answer["Location"]) == few
    assert few <= 12
