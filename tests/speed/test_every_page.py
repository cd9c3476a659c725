"""Every page and every read of the interface sends as many statements for many rows as for few.

The addresses themselves are walked: a page that is added must be listed here, with who reads it and how much it may ask.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from jiesu.cases import exports
from jiesu.cases.act import act
from jiesu.cases.models import Case, Clock, Message, Proposal
from jiesu.cases.worklists import Filters, scope_named
from jiesu.insight.hotspots import keeping, notices, queries
from jiesu.intake.forms import read
from jiesu.intake.import_models import ImportRun
from jiesu.intake.registering import register
from jiesu.people.actors import SYSTEM, citizen
from jiesu.people.models import Staff
from jiesu.people.tokens import issue_token
from jiesu.places.queries import by_key
from jiesu.web.desk import workbook
from tests.insight.hotspots import conftest as hotspots
from tests.speed.conftest import person
from tests.speed.test_query_counts import BODY

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 15


class World:
    """What there is to look at, growing in every direction at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.patch = monkeypatch
        self.town: hotspots.Town | None = None
        self.code, self.follow = "", ""
        self.number = self._assigned(first=True)
        self.import_run = 0
        self.export_run = 0
        self.spot = self.notice = 0

    def _assigned(self, *, first: bool = False) -> int:
        at = timezone.now()
        dispatcher = person("dispatcher.ziyang")
        case = register(form=read(BODY), actor=dispatcher, at=at, key=None).cases[0]
        if first:
            self.code = case.query_code or ""
        office = by_key("430902005-office")
        self._act(case.number, "dispatcher.ziyang", "route", organisation=office.parent_id, office=office.pk)
        self._act(case.number, "officehead", "assign", staff=person("handler").staff_id)
        return case.number

    def _act(self, number: int, username: str, action: str, /, **data: Any) -> None:
        act(number, action, data, actor=person(username), at=timezone.now())

    def grow(self, count: int) -> None:
        for n in range(count):
            number = self._assigned()
            if n % 3 == 0:
                self._act(number, "handler", "propose", action="refuse", ground="121.16.2", reasons="已由消委会受理",
                          earlier="消委会 12 号", violation="0")  # fmt: skip
            register(form=read(BODY), actor=person("dispatcher.ziyang"), at=timezone.now(), key=None)
            self._act(self.number, "handler", "send_message", body=f"请补充材料 {n}")
            who = citizen("complainant")
            act(self.number, "send_message", {"body": f"已补充 {n}"}, actor=who, at=timezone.now())
        self._import(count)
        self._export(count)
        self._hot_spot(count)

    def _import(self, count: int) -> None:
        now, own = timezone.now(), person("dispatcher.ziyang")
        runs = ImportRun.objects.bulk_create(
            ImportRun(
                name=f"交办 {n}.csv", sha256="0" * 64, format="", channel="12345", status="done", rows=2, read=2,
                refused=1, registered_by_id=own.organisation_id, staff_id=own.staff_id, created_at=now,
                touched_at=now, finished_at=now, problems=[{"row": 2, "column": "类型", "code": "unknown", "message": "没有这种类型"}],
            )
            for n in range(count)
        )  # fmt: skip
        self.import_run = runs[0].pk

    def _export(self, count: int) -> None:
        who = person("handler")
        for n in range(count):
            filters = Filters(text=f"牛奶{n}")
            scope = scope_named(who, "mine")
            run = exports.begin(
                actor=who,
                scope=scope,
                filters=filters,
                words=f"牛奶{n}",
                language="zh-hans",
                at=timezone.now(),
            )
            self.export_run = run.pk
            exports.write_owed(write=workbook.write, now=timezone.now)

    def _hot_spot(self, count: int) -> None:
        now = timezone.now()
        self.patch.setattr(hotspots, "NOW", now - timedelta(minutes=1))
        if self.town is None:
            self.town = hotspots.Town()
            self.town.ordinary()
            self.town.burst(5)
        for begun in range(0, count, 6):
            self.town.burst(min(6, count - begun))
        keeping.sweep(at=now)
        self.spot = queries.listing(SYSTEM, at=now)[0].key
        self._notices(count)

    def _notices(self, count: int) -> None:
        now, routed = timezone.now(), Case.objects.exclude(organisation=None)
        for _n in range(count):
            notice = notices.issue(
                spot=self.spot, title="飞扬健身会所", note="请核查分店", answer_by=now.date(), cases=routed,
                key=uuid.uuid4().hex, actor=person("supervisor"), at=now,
            )  # fmt: skip
            assert notice is not None
            self.notice = notice.pk


Names = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Visit:
    """One way of looking at a page.

    Args:
        who: name of the account; empty for a citizen.
        most: statements at most.
        args: what the address needs.
        query: the rest of the address.
        status: other answers are no answer.
    """

    who: str
    most: int
    args: Names = field(default=lambda _world: {})
    query: str | Callable[[World], str] = ""
    status: int = 200


def case(world: World) -> dict[str, Any]:
    return {"number": world.number}


def with_seq(seq: int | Callable[[World], int]) -> Names:
    return lambda world: {"number": world.number, "seq": seq(world) if callable(seq) else seq}


def message(world: World) -> int:
    return Message.objects.filter(case_id=world.number).order_by("seq").values_list("seq", flat=True)[0]


def clock(world: World) -> int:
    return Clock.objects.filter(case_id=world.number).order_by("seq").values_list("seq", flat=True)[0]


def spot(world: World) -> dict[str, Any]:
    return {"pk": world.spot}


def notice(world: World) -> dict[str, Any]:
    return {"pk": world.notice}


def run(world: World) -> dict[str, Any]:
    return {"pk": world.import_run}


def sheet(world: World) -> dict[str, Any]:
    return {"pk": world.export_run}


def anybody(_world: World) -> dict[str, Any]:
    return {"pk": Staff.objects.get(username="handler").pk}


def proposal(_world: World) -> dict[str, Any]:
    case_id, seq = Proposal.objects.filter(status="pending").order_by("pk").values_list("case_id", "seq")[0]
    return {"number": case_id, "seq": seq}


VISITS: dict[str, list[Visit]] = {
    "account_login": [Visit("", 3)],
    "account_change_password": [Visit("handler", 8)],
    "mfa_index": [Visit("handler", 8)],
    "metrics": [Visit("", 20)],
    "desk:proposal": [Visit("head", 20, proposal)],
    "desk:home": [Visit("handler", 2, status=302)],
    "desk:queue": [
        Visit("handler", 5, query="?scope=mine"),
        Visit("officehead", 5, query="?scope=office"),
        Visit("dispatcher.ziyang", 5, query="?scope=centre"),
        Visit("head", 5, query="?scope=bureau&kind=complaint&state=routed"),
        Visit("supervisor", 5, query="?scope=below&due=week"),
        Visit("auditor", 5, query="?q=过期牛奶"),
    ],
    "desk:export": [Visit("handler", 6)],
    "desk:daylist": [Visit("handler", 8)],
    "desk:views": [Visit("handler", 4)],
    "desk:search": [Visit("handler", 8, query="?q=过期牛奶"), Visit("head", 8, query="?q=13812345678")],
    "desk:register": [Visit("dispatcher.ziyang", 6)],
    "desk:dispatch": [Visit("dispatcher.ziyang", 8)],
    "desk:approvals": [Visit("head", 10)],
    "desk:overview": [Visit("supervisor", 12), Visit("head", 12)],
    "desk:reminders": [Visit("handler", 7)],
    "desk:leave": [Visit("handler", 8)],
    "desk:platform": [Visit("handler", 8)],
    "desk:staff": [Visit("admin", 8)],
    "desk:person": [Visit("admin", 10, anybody)],
    "desk:settings": [Visit("admin", 10)],
    "desk:calendar": [Visit("admin", 8)],
    "desk:access": [Visit("auditor", 8)],
    "desk:account": [Visit("handler", 10)],
    "desk:case": [Visit("handler", 10, case), Visit("head", 10, case), Visit("supervisor", 10, case)],
    "desk:act": [Visit("handler", 8, lambda w: {"number": w.number, "action": "accept"})],
    "desk:clock": [Visit("handler", 6, with_seq(clock))],
    "desk:message": [Visit("handler", 6, with_seq(message))],
    "desk:respondent": [Visit("handler", 9, case)],
    "desk:bundle": [Visit("head", 33, case)],
    "desk:history": [Visit("auditor", 24, case)],
    "insight:report": [Visit("head", 16)],
    "insight:cases": [
        Visit("head", 20, lambda _world: {"key": "complaints"}),
        Visit("head", 20, lambda _world: {"key": "contacts_by_channel"}, query="?column=count&row=hotline"),
        Visit("supervisor", 20, lambda _world: {"key": "complaints"}, query="?region=430900&own=1"),
    ],
    "insight:industries": [Visit("head", 14)],
    "insight:ranking": [Visit("supervisor", 16)],
    "insight:open": [Visit("supervisor", 19, query="?region=430900&period=2025")],
    "imports:list": [Visit("dispatcher.ziyang", 6)],
    "imports:one": [Visit("dispatcher.ziyang", 6, run)],
    "imports:progress": [Visit("dispatcher.ziyang", 6, run)],
    "exports:list": [Visit("handler", 4)],
    "exports:progress": [Visit("handler", 3)],
    "exports:file": [Visit("handler", 4, sheet)],
    "hotspots:list": [Visit("supervisor", 20), Visit("head", 20)],
    "hotspots:year": [Visit("supervisor", 20)],
    "hotspots:warnings": [Visit("head", 12)],
    "hotspots:notices": [Visit("supervisor", 12), Visit("head", 12)],
    "hotspots:notice": [Visit("supervisor", 12, notice), Visit("head", 12, notice)],
    "hotspots:one": [Visit("head", 32, spot)],
    "hotspots:cases": [Visit("head", 15, spot)],
    "hotspots:supervise": [Visit("supervisor", 20, spot)],
    "hotspots:warn": [Visit("head", 14, spot)],
    "wall:wall": [Visit("supervisor", 20), Visit("head", 20)],
    "wall:snapshot": [Visit("supervisor", 20), Visit("head", 20, query="?region=430902")],
    "warnings:list": [Visit("", 3)],
    "api:openapi": [Visit("", 0)],
    "api:docs": [Visit("", 0)],
    "api:list_cases": [
        Visit("handler", 3),
        Visit("head", 3, query="?order=due&limit=5"),
        Visit("supervisor", 6, query="?q=过期牛奶"),
    ],
    "api:get_case": [Visit("handler", 18, case), Visit("head", 18, case)],
    "api:get_message": [Visit("handler", 8, with_seq(message))],
    "api:follow_case": [Visit("", 12, case, query=lambda w: f"?code={w.code}")],
    "api:law_due": [Visit("handler", 3, query="?rule=complaint.acceptance&start=2026-09-25")],
    "api:list_organisations": [Visit("handler", 3, query="?division=4309")],
    "portal:home": [Visit("", 1)],
    "portal:complain": [Visit("", 3)],
    "portal:report": [Visit("", 3)],
    "portal:ask": [Visit("", 3)],
    "portal:follow": [Visit("", 1)],
    "portal:case": [Visit("", 12, lambda w: {"token": w.follow})],
    "portal:guide": [Visit("", 3)],
    "portal:privacy": [Visit("", 1)],
    "portal:accessibility": [Visit("", 1)],
}
#: Addresses that are not read, and why.
NOT_READ = {
    "a post alone": {
        "set_language", "account_logout", "desk:register-suggest", "desk:register-person", "desk:callers",
        "desk:readback", "desk:reminders-read", "exports:remove", "desk:preview", "desk:reveal", "desk:suggestion", "hotspots:deed",
        "hotspots:correct", "hotspots:put_back", "hotspots:follow_up", "imports:resume",
        "api:create_contact", "api:act_on_case", "api:add_files", "api:reveal_parties", "portal:go_on",
        "portal:leave", "portal:deed", "desk:bulk", "hotspots:warning",
    },
    "signing in, which lists nothing": {
        "mfa_authenticate", "account_inactive",
        "account_reauthenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
        "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
    },
    "for machines that watch": {"healthz", "readyz"},
    "one form, one file or one text, whatever stands beside it": {
        "desk:file", "imports:refused", "api:get_file", "portal:notice", "portal:done",
    },
}  # fmt: skip


def addresses(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The names of all addresses; one without a name only answers that there is nothing."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (space, pattern.namespace)))
            yield from addresses(pattern, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{space}:{pattern.name}" if space else pattern.name


def test_every_address_is_listed_here() -> None:
    known = {name for name, visits in VISITS.items() if visits} | set().union(*NOT_READ.values())
    there = set(addresses(get_resolver()))
    assert there - known == set(), "new pages: say who reads them and how many statements they may send"
    assert known - there == set(), "these are gone"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    cache.clear()
    return World(monkeypatch)


def visitor(who: str, name: str) -> tuple[Client, dict[str, str]]:
    client = Client()
    if not who:
        return client, {}
    staff = Staff.objects.get(username=who)
    if name.startswith("api:"):
        issued = issue_token(staff=staff, name="speed", at=timezone.now(), actor=SYSTEM)
        return client, {"Authorization": f"Bearer {issued.secret}"}
    client.force_login(staff, backend="jiesu.people.authentication.StaffBackend")
    return client, {}


def count_all(world: World, visitors: dict[tuple[str, str], tuple[Client, dict[str, str]]]) -> dict[str, int]:
    """The statements of each visit, the second time: the first fills what a process keeps."""
    found: dict[str, int] = {}
    for name, visits in VISITS.items():
        for visit in visits:
            face = name if name.startswith(("api:", "portal:")) else "desk"
            key = (visit.who, face)
            if key not in visitors:
                visitors[key] = visitor(visit.who, name)
                if name == "portal:case":
                    answer = visitors[key][0].post(
                        "/follow/", {"number": str(world.number), "code": world.code}
                    )
                    world.follow = answer["Location"].rstrip("/").rsplit("/", 1)[1]
            client, headers = visitors[key]
            query = visit.query(world) if callable(visit.query) else visit.query
            url = reverse(name, kwargs=visit.args(world)) + query
            assert client.get(url, headers=headers).status_code == visit.status, (name, visit.who)
            with CaptureQueriesContext(connection) as sent:
                client.get(url, headers=headers)
            # Savepoints are there only because the test itself is a transaction.
            statements = [q["sql"] for q in sent.captured_queries]
            found[f"{name} {visit.who} {visit.query if isinstance(visit.query, str) else ''}".strip()] = sum(
                not s.startswith(("SAVEPOINT", "RELEASE")) for s in statements
            )
    return found


def test_no_page_sends_more_statements_for_more_rows(world: World) -> None:
    visitors: dict[tuple[str, str], tuple[Client, dict[str, str]]] = {}
    world.grow(FEW)
    few = count_all(world, visitors)
    world.grow(MANY - FEW)
    many = count_all(world, visitors)
    grown = {name: (few[name], after) for name, after in many.items() if after > few[name]}
    assert grown == {}
    most = {
        f"{name} {v.who} {v.query if isinstance(v.query, str) else ''}".strip(): v.most
        for name, visits in VISITS.items()
        for v in visits
    }
    assert {name: (count, most[name]) for name, count in many.items() if count > most[name]} == {}
