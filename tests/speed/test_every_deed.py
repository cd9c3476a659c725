"""Every form that is sent and every change through the interface sends as many statements for many rows as for few.

Each deed is done twice and undone again, so that all find the same world; the second time is counted.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jiesu.cases.models import Case, Party, Suggestion
from jiesu.insight.hotspots import deeds, queries, warnings
from jiesu.insight.hotspots.models import ConsumerWarning, NoticeAddress, NoticeStep
from tests.speed.conftest import person
from tests.speed.test_every_page import (
    FEW,
    MANY,
    NOT_READ,
    Names,
    World,
    case,
    notice,
    proposal,
    run,
    sheet,
    spot,
    visitor,
)
from tests.speed.test_query_counts import BODY
from tests.web.portal.given import ANSWERS

pytestmark = pytest.mark.django_db

Given = dict[str, Any]
TYPED: Given = {
    "channel": "hotline", "kind": "complaint", "text": BODY["text"], "demand": "退款并赔偿",
    "person__name": "王小花", "person__phone": "13812345678", "respondent__name": "好又多超市",
    "respondent__address": "益阳市资阳区大码头街道20号",
}  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@dataclass(frozen=True)
class Deed:
    """Something that is sent.

    Args:
        who: name of the account; empty for a citizen.
        most: statements at most.
        given: what is sent.
        args: what the address needs.
        status: the answer; another one is none.
        before: what has to be there first; it is undone with the rest.
    """

    who: str
    most: int
    given: Given | Callable[[World], Given] | None = None
    args: Names = lambda _world: {}
    status: int = 303
    before: Callable[[World], None] = lambda _world: None


def of_case(**more: Any) -> Names:
    return lambda world: {"number": world.number, **more}


def suggested(world: World) -> None:
    Suggestion.objects.create(case_id=world.number, seq=900, topic="subject", value="food", confidence=80)


def party(world: World) -> int:
    return Party.objects.filter(case_id=world.number).order_by("seq").values_list("seq", flat=True)[0]


def ticked(world: World) -> Given:
    found = queries.one(person("head"), world.spot, at=timezone.now())
    return {
        "case": [str(c.pk) for c in queries.cases_of(person("head"), found)[:1]],
        "confirmed": "1",
        "reason": "不同的事",
    }


def taken_out(world: World) -> None:
    numbers = [int(n) for n in ticked(world)["case"]]
    deeds.take_out(spot=world.spot, cases=numbers, reason="不同的事", actor=person("head"), at=timezone.now())


def warned(world: World) -> None:
    warnings.propose(spot=world.spot, title="办卡要看清", text="预付卡消费请保存合同和付款凭据。", actor=person("head.acting"), at=timezone.now())  # fmt: skip


def warning(_world: World) -> dict[str, Any]:
    return {"pk": ConsumerWarning.objects.order_by("-pk").values_list("pk", flat=True)[0]}


def open_part(world: World) -> Given:
    address = NoticeAddress.objects.filter(notice=world.notice).order_by("pk")[0]
    last = (
        NoticeStep.objects.filter(address=address).order_by("-pk").values_list("pk", flat=True).first() or 0
    )
    return {"part": f"{address.pk}:{last}", "words": "请尽快答复"}


def several(_world: World) -> Given:
    rows = (
        Case.objects.filter(closed_at=None)
        .exclude(organisation=None)
        .order_by("pk")
        .values_list("pk", flat=True)[:2]
    )
    return {"case": [str(pk) for pk in rows], "confirmed": "1", "note": "请尽快办理"}


def version(world: World) -> Given:
    return {"version": Case.objects.values_list("version", flat=True).get(pk=world.number)}


DEEDS: dict[str, list[Deed]] = {
    "set_language": [Deed("handler", 2, {"language": "en"}, status=302)],
    "account_logout": [Deed("handler", 10, status=302)],
    "desk:register": [Deed("dispatcher.ziyang", 8, TYPED, status=200)],
    "desk:register-suggest": [Deed("dispatcher.ziyang", 4, TYPED, status=200)],
    "desk:register-person": [Deed("dispatcher.ziyang", 3, TYPED, status=200)],
    "desk:callers": [Deed("dispatcher.ziyang", 6, TYPED, status=200)],
    "desk:readback": [Deed("dispatcher.ziyang", 3, TYPED, status=200)],
    "desk:reminders-read": [Deed("handler", 4, {})],
    "desk:act": [Deed("handler", 25, args=of_case(action="accept"))],
    "desk:preview": [Deed("handler", 18, args=of_case(action="accept"), status=200)],
    "desk:reveal": [Deed("handler", 7, args=lambda w: {"number": w.number, "seq": party(w)}, status=200)],
    "desk:suggestion": [Deed("handler", 14, {"taken": "1"}, of_case(seq=900), before=suggested)],
    "desk:proposal": [Deed("head", 15, {"decision": "reject", "words": "请补充依据"}, proposal)],
    "desk:bulk": [Deed("supervisor", 30, several, lambda _w: {"action": "urge"}, status=200)],
    "exports:remove": [Deed("handler", 6, args=sheet)],
    "imports:resume": [Deed("dispatcher.ziyang", 9, args=lambda w: {**run(w), "deed": "continue"}, status=409)],
    "hotspots:deed": [
        Deed("head", 30, {"title": "健身会所关门"}, lambda w: {**spot(w), "deed": "rename"}),
        Deed("head", 30, {"reason": "已经处理"}, lambda w: {**spot(w), "deed": "dismiss"}),
    ],
    "hotspots:correct": [Deed("head", 60, ticked, lambda w: {**spot(w), "way": "take_out"})],
    "hotspots:put_back": [Deed("head", 50, args=spot, before=taken_out)],
    "hotspots:warn": [Deed("head", 28, {"title": "办卡要看清", "text": "预付卡消费请保存合同和付款凭据。"}, spot)],
    "hotspots:warning": [Deed("head", 6, {"decision": "approve"}, warning, before=warned)],
    "hotspots:follow_up": [Deed("supervisor", 8, open_part, lambda w: {**notice(w), "deed": "remind"})],
    "insight:ranking": [Deed("supervisor", 8, {"figure": "on_time_rate", "period": "2025", "label": "全国", "value": "98.5",
                                                "source": "公报"})],
    "api:create_contact": [Deed("dispatcher.ziyang", 6, BODY, status=201)],
    "api:act_on_case": [Deed("handler", 25, version, of_case(action="accept"), status=200)],
    "api:add_files": [Deed("handler", 16, lambda _w: {"files": SimpleUploadedFile("a.pdf", PDF, "application/pdf"),
                                                      "description": "票据"}, case, status=200)],
    "api:reveal_parties": [Deed("handler", 8, lambda w: {"parties": [party(w)], "reason": "电话联系"}, case, status=200)],
    "portal:complain": [Deed("", 8, {**ANSWERS, "screen": "9"}, status=302)],
    "portal:follow": [Deed("", 3, lambda w: {"number": str(w.number), "code": w.code}, status=302)],
    "portal:go_on": [Deed("", 12, args=lambda w: {"token": w.follow}, status=302)],
    "portal:leave": [Deed("", 3, args=lambda w: {"token": w.follow}, status=302)],
    "portal:deed": [Deed("", 12, {"note": "请尽快办理"}, lambda w: {"token": w.follow, "action": "urge"}, status=302)],
}  # fmt: skip


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    cache.clear()
    return World(monkeypatch)


def sent(name: str, deed: Deed, world: World) -> int:
    """The statements of a deed, done the second time; nothing of it stays."""
    count = 0
    for _time in range(2):
        cache.clear()
        with transaction.atomic():
            client, headers = visitor(deed.who, name)
            if "portal" in name:
                world.follow = _opened(client, world)
            deed.before(world)
            given = deed.given(world) if callable(deed.given) else deed.given or {}
            url = reverse(name, kwargs=deed.args(world))
            more: dict[str, Any] = {}
            if name.startswith("api:"):
                headers["Idempotency-Key"] = uuid.uuid4().hex
                if name != "api:add_files":
                    more["content_type"] = "application/json"
            with CaptureQueriesContext(connection) as seen:
                answer = client.post(url, given, headers=headers, **more)
            assert answer.status_code == deed.status, (name, answer.content.decode())
            count = sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in seen.captured_queries)
            transaction.set_rollback(True)
    return count


def _opened(client: Client, world: World) -> str:
    answer = client.post("/follow/", {"number": str(world.number), "code": world.code})
    return answer["Location"].rstrip("/").rsplit("/", 1)[1]


def test_whatever_is_only_sent_is_listed_here() -> None:
    assert set(DEEDS) >= NOT_READ["a post alone"]


def test_no_deed_sends_more_statements_for_more_rows(world: World) -> None:
    every = {f"{name} {n}": (name, deed) for name, found in DEEDS.items() for n, deed in enumerate(found)}
    world.grow(FEW)
    few = {key: sent(name, deed, world) for key, (name, deed) in every.items()}
    world.grow(MANY - FEW)
    many = {key: sent(name, deed, world) for key, (name, deed) in every.items()}
    assert {key: (few[key], after) for key, after in many.items() if after > few[key]} == {}
    assert {key: after for key, after in many.items() if after > every[key][1].most} == {}
