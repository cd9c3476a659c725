"""Creating through the API, the import through the second door, and one action."""

from __future__ import annotations

import json
import random
import threading
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

from jiesu.cases.act import act
from jiesu.config.private_database import PrivateServer
from jiesu.places.queries import by_key
from tools.bench import words
from tools.bench.doors import call, post, token, web
from tools.bench.measuring import Figure, Floor, figure, measure
from tools.bench.people import actor

CREATE = Floor(rate=100)
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
    """Creating one after the other through WSGI, without a network."""
    # Never the same shops again: a database kept between runs would know them.
    chance = random.Random()
    headers = token("calltaker")

    def create(_n: int) -> None:
        call("POST", PATH, headers=keyed(headers), body=json.dumps(contact(chance)).encode(), expect=201)

    return measure(
        "create through the API, in process", create, times=times, warm=20, floor=CREATE, rate=True
    )


def over_http(private: PrivateServer, name: str, *, times: int, connections: int = 2) -> Figure:
    """Creating over HTTP: one web process, so many clients that wait for each answer."""
    headers = token("calltaker")
    spent: list[float] = []

    def client(seed: int, port: int, count: int, kept: list[float]) -> None:
        chance = random.Random(f"{seed} {time.time_ns()}")
        connection = HTTPConnection("127.0.0.1", port)
        for _n in range(count):
            start = time.perf_counter()
            post(connection, PATH, contact(chance), keyed(headers))
            kept.append((time.perf_counter() - start) * 1000)
        connection.close()

    with web(private, name) as port:
        client(99, port, 30, [])
        begun = time.perf_counter()
        threads = [
            threading.Thread(target=client, args=(seed, port, times // connections, spent))
            for seed in range(connections)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = time.perf_counter() - begun
    return figure(
        f"create through the API over HTTP, {connections} clients, 1 web process",
        spent, queries=None, floor=CREATE, rate=len(spent) / taken,
    )  # fmt: skip


def accepting(*, times: int) -> Figure:
    """Accepting a complaint through the API: one action with its clock, its notice and its event."""
    warm = 5
    cases = _routed(times + warm)
    headers = token("handler")

    def accept(n: int) -> None:
        number, version = cases[n]
        body = json.dumps({"version": version}).encode()
        call("POST", f"/api/v1/cases/{number}/actions/accept", headers=keyed(headers), body=body)

    return measure("accept a complaint through the API", accept, times=times, warm=warm, rate=True)


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
