"""Creating through the API, and one action."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from jiesu.cases import search
from jiesu.cases.act import act
from jiesu.places.queries import by_key
from tools.bench import floor, words
from tools.bench.doors import call, token
from tools.bench.measuring import Figure, Goal, measure, percentile
from tools.bench.people import actor

CREATE = 200
PATH = "/api/v1/contacts"


def contact(chance: random.Random) -> dict[str, Any]:
    """A complaint as a call-taker's program sends it."""
    goods, brand = chance.choice(words.GOODS), words.brand(chance)
    return {
        "kind": "complaint",
        "channel": "hotline",
        "text": words.message(chance, goods, brand),
        "demand": chance.choice(words.CLAIMS),
        "amount": str(chance.randint(9, 9000)),
        "occurred_on": "2026-10-31",
        "complainant": {
            "name": words.name(chance),
            "phone": words.phone(chance),
            "address": f"益阳市资阳区{chance.choice(words.STREETS)}{chance.randint(1, 99)}号",
        },
        "respondent": {
            "name": words.shop(chance, "资阳区"),
            "address": f"益阳市资阳区{chance.choice(words.STREETS)}{chance.randint(1, 99)}号",
        },
        "consent_commission": True,
    }


def keyed(headers: dict[str, str]) -> dict[str, str]:
    return {**headers, "Idempotency-Key": str(uuid4())}


def in_process(*, times: int) -> Figure:
    """Creating one after the other through WSGI, without a network; the goal is two fifths of the bare rate."""
    search.sort_in()  # as the worker does each minute
    # Never the same shops again: a database kept between runs would know them.
    chance = random.Random()
    headers = token("calltaker")

    def create(_n: int) -> None:
        call("POST", PATH, headers=keyed(headers), body=json.dumps(contact(chance)).encode(), expect=201)

    made = measure(
        "create through the API, in process", create, times=times, warm=20, key="create",
        goal=Goal(rate=CREATE, bare=2.5), rate=True, reads=False,
    )  # fmt: skip
    return replace(made, bare=percentile(floor.writing(acts(max(20, times // 4))), 0.5))


def acts(count: int) -> list[list[floor.Statement]]:
    """What so many creations send, each rolled back so that its rows can be written bare.

    No two of them name the same shop: bare, each would write it.
    """
    headers = token("calltaker")
    chance = random.Random()
    shops: set[tuple[str, str]] = set()

    def create() -> None:
        given = contact(chance)
        while (shop := (given["respondent"]["name"], given["respondent"]["address"])) in shops:
            given = contact(chance)
        shops.add(shop)
        call("POST", PATH, headers=keyed(headers), body=json.dumps(given).encode(), expect=201)

    return [floor.record(create, undo=True) for _n in range(count)]


def accepting(*, times: int) -> Figure:
    """Accepting a complaint through the API: one action with its clock, its notice and its event."""
    warm, undone = 5, max(10, times // 4)
    cases = iter(_routed(times + warm + undone))
    headers = token("handler")

    def accept(_n: int = 0) -> None:
        number, version = next(cases)
        body = json.dumps({"version": version}).encode()
        call("POST", f"/api/v1/cases/{number}/actions/accept", headers=keyed(headers), body=body)

    made = measure(
        "accept a complaint through the API",
        accept,
        times=times,
        warm=warm,
        key="act",
        goal=Goal(queries=10, p50=15),
        rate=True,
        reads=False,
    )
    bare = floor.writing([floor.record(accept, undo=True) for _n in range(undone)])
    return replace(made, bare=percentile(bare, 0.5))


def _routed(count: int) -> list[tuple[int, int]]:
    """So many new complaints in the hands of the demonstration's handler: (number, version)."""
    chance = random.Random(2)
    headers = token("calltaker")
    at = datetime.now(UTC)
    dispatcher, head, handler = actor("dispatcher", at), actor("head", at), actor("handler", at)
    office = by_key("430902005-office")
    found = []
    for _n in range(count):
        answer = call(
            "POST", PATH, headers=keyed(headers), body=json.dumps(contact(chance)).encode(), expect=201
        )
        number = int(json.loads(answer)["cases"][0]["number"])
        at = datetime.now(UTC)
        act(number, "route", {"organisation": office.parent_id, "office": office.pk}, actor=dispatcher, at=at)
        done = act(number, "assign", {"staff": handler.staff_id}, actor=head, at=at)
        found.append((number, done.case.version))
    return found
