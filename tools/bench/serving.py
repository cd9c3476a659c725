"""Over HTTP, as ``jiesu up`` serves: granian's web processes, clients that wait for each answer."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from jiesu.cases import search
from jiesu.config.private_database import PrivateServer
from tools.bench import creating, floor
from tools.bench.doors import Refused, signed_in, token, web
from tools.bench.measuring import Figure, Goal, figure
from tools.bench.reading import QUEUES

CLIENTS = Path(__file__).with_name("clients.py")
PAGES = Goal(rate=150)
#: One request in so many only warms up.
WARM = 8


class Played(NamedTuple):
    """Times in milliseconds, answers a second, MB of the largest web process."""

    spent: list[float]
    rate: float
    memory: float


def pages(private: PrivateServer, name: str, *, times: int, workers: int = 2, clients: int = 8) -> Figure:
    """Queue pages of every level, in turn."""
    asked = [_raw("GET", f"/desk/queue/?scope={scope}", signed_in(who)) for who, scope, _what in QUEUES]
    # Each client begins with another page.
    turns = [list(islice(cycle(asked), n, n + times // clients)) for n in range(clients)]
    done = _play(private, name, turns, workers=workers, expect=200)
    return figure(
        f"queue pages over HTTP, {clients} clients, {workers} web processes", done.spent, key="http", rate=done.rate,
        memory=done.memory, goal=PAGES, note="memory: resident, of one web process",
    )  # fmt: skip


def creations(private: PrivateServer, name: str, *, times: int, workers: int) -> Figure:
    """Creating through the API: as many web processes, two clients for each."""
    search.sort_in()  # as the worker does each minute
    headers = token("calltaker")
    chance = random.Random()
    asked = [
        [
            _raw("POST", creating.PATH, creating.keyed(headers), json.dumps(creating.contact(chance)))
            for _m in range(times // (2 * workers))
        ]
        for _n in range(2 * workers)
    ]
    done = _play(private, name, asked, workers=workers, expect=201)
    bare = floor.writing_rate(creating.acts(max(20, times // 4)), connections=workers)
    return figure(
        f"create through the API over HTTP, {2 * workers} clients, {workers} web process{'es' if workers > 1 else ''}",
        done.spent, key=f"create {workers}", rate=done.rate, memory=done.memory,
        goal=Goal(rate=creating.CREATE * workers), note=f"bare {bare:,.0f}/s: {done.rate / bare:.0%} of it",
    )  # fmt: skip


def _raw(method: str, path: str, headers: dict[str, str], body: str = "") -> str:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    lines += [f"Content-Length: {len(body.encode())}"] if body else []
    return "\r\n".join([*lines, "", body])


def _play(private: PrivateServer, name: str, asked: list[list[str]], *, workers: int, expect: int) -> Played:
    with web(private, name, workers=workers) as (port, process):
        warm = len(asked[0]) // WARM + 1
        _clients(port, [own[:warm] for own in asked], expect)
        told = _clients(port, [own[warm:] for own in asked], expect)
        memory = max(
            (each.memory_info().rss for each in psutil.Process(process).children(recursive=True)), default=0
        )
    return Played(told["spent"], len(told["spent"]) / told["seconds"], memory / 2**20)


def _clients(port: int, asked: list[list[str]], expect: int) -> dict[str, Any]:
    given = json.dumps({"port": port, "requests": asked, "expect": expect})
    done = subprocess.run(
        [sys.executable, str(CLIENTS)], input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(done.stderr[-800:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found
