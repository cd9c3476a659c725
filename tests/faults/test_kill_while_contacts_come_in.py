"""A thousand contacts come in while web, worker and database are killed: each is taken in once, and none is lost.

The clients do what the interface asks of them: they repeat a post under its Idempotency-Key until it is answered.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, Queue
from typing import Any

import psycopg
import pytest

from jiesu.config.database import logins_file, read_logins
from tests.config.test_up import Installation, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux processes"),
]

CONTACTS = 1000
CLIENTS = 4
#: Answers after which something is killed, and what: each part alone, then web and database at once.
KILLS = (
    (150, ("jiesu.config.serve",)),
    (350, ("jiesu.config.worker",)),
    (550, ("bin/postgres",)),
    (800, ("jiesu.config.serve", "bin/postgres")),
)
#: Seconds; a machine that does nothing else needs a fifth of it.
PATIENCE = 300.0


@dataclass
class Traffic:
    """Clients that post until they are answered."""

    port: int
    token: str
    waiting: Queue[int] = field(default_factory=Queue)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    posts: int = 0
    refused: list[tuple[int, int, str]] = field(default_factory=list)
    end: float = 0.0

    def run(self) -> list[threading.Thread]:
        for n in range(CONTACTS):
            self.waiting.put(n)
        self.end = time.monotonic() + PATIENCE
        threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        return threads

    def _client(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while time.monotonic() < self.end:
            try:
                number = self.waiting.get_nowait()
            except Empty:
                return
            while number not in self.answers and time.monotonic() < self.end:
                if not self._post(connection, number):
                    connection.close()
                    time.sleep(0.1)

    def _post(self, connection: http.client.HTTPConnection, number: int) -> bool:
        self.posts += 1
        try:
            connection.request("POST", "/api/v1/contacts", body(number), self.headers(number))
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            return False
        if response.status == 201:
            self.answers[number] = json.loads(content)
            return True
        # The house is being put in order again, or another try of the same post is still running.
        if response.status not in (409, 429, 500, 502, 503, 504):
            self.refused.append((number, response.status, content.decode("utf-8", "replace")[:300]))
            self.answers[number] = {}
        return False

    def headers(self, number: int) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"fault-{number}",
        }


def body(number: int) -> str:
    return json.dumps(
        {
            "kind": "complaint",
            "channel": "hotline",
            "text": f"第{number}号：在该超市购买的电饭煲使用一天即损坏，要求退货被拒绝。",
            "demand": "退还货款",
            "amount": "299.00",
            "complainant": {"name": "张小明", "phone": "13812345678", "address": "益阳市大码头1号"},
            "respondent": {"name": "资阳区好再来超市", "address": "益阳市资阳区金花湖路1号"},
        }
    )


def kill(up: Installation, modules: tuple[str, ...]) -> None:
    for module in modules:
        if pid := up.child(module):
            os.kill(pid, signal.SIGKILL)


def rows(up: Installation, question: str) -> list[tuple[Any, ...]]:
    logins = read_logins(logins_file(up.home))
    assert logins is not None
    with psycopg.connect(**logins.app.conninfo()) as connection:
        return connection.execute(question).fetchall()  # type: ignore[arg-type]


def known(up: Installation, table: str) -> set[int]:
    return {n for (n,) in rows(up, f"SELECT id FROM {table}")}


def test_each_contact_once_none_lost_and_every_chain_whole(installation: Installation) -> None:
    up = installation
    up.start()
    wait_until(lambda: up.status("/readyz") == 200, seconds=30)
    token = up.run("token", "calltaker").stdout.strip()
    # The demonstration has cases of its own.
    cases_before, contacts_before = known(up, "cases_case"), known(up, "intake_contact")
    traffic = Traffic(int(up.environment["JIESU_PORT"]), token)

    # when a thousand contacts come in and the parts are killed one after another
    threads = traffic.run()
    for after, modules in KILLS:
        while len(traffic.answers) < after and time.monotonic() < traffic.end:
            time.sleep(0.01)
        kill(up, modules)
    for thread in threads:
        thread.join()

    # then every one was answered in the end, after some repetitions
    assert traffic.refused == []
    assert len(traffic.answers) == CONTACTS, up.output()[-2000:]
    assert traffic.posts > CONTACTS
    wait_until(lambda: up.status("/readyz") == 200, seconds=30)

    # there is exactly one contact and one case per key, and it is the one that was answered
    numbers = {int(a["cases"][0]["number"]) for a in traffic.answers.values()}
    contacts = {int(a["contact"]) for a in traffic.answers.values()}
    assert len(numbers) == len(contacts) == CONTACTS
    assert known(up, "cases_case") - cases_before == numbers
    assert known(up, "intake_contact") - contacts_before == contacts
    kept = "SELECT count(*) FROM cases_answeredkey WHERE key LIKE 'fault-%' AND response IS NOT NULL"
    assert rows(up, kept) == [(CONTACTS,)]
    # a late repetition gets the same answer
    for number in (0, 149, 150, 351, 551, 801, 999):
        connection = http.client.HTTPConnection("127.0.0.1", traffic.port, timeout=10)
        connection.request("POST", "/api/v1/contacts", body(number), traffic.headers(number))
        assert json.loads(connection.getresponse().read()) == traffic.answers[number]
        connection.close()

    # every chain holds, and no part of any case is missing
    checked = up.run("verify", "--json")
    report = json.loads(checked.stdout)
    assert (checked.returncode, report["findings"]) == (0, [])
    assert report["cases"] == CONTACTS + len(cases_before)
    assert up.stop() == 0
    assert up.everything() == []
