"""Messages go out at least once, wait for a gateway that is down, and are proven by its receipt alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from jiesu.cases import sending, tasks
from jiesu.cases.models import Case, Event, Message, Party
from jiesu.cases.opening import PartyInput
from jiesu.cases.sending import delivered, owed, send, send_owed
from jiesu.cases.verify import verify_case
from jiesu.config.private_database import PrivateServer
from jiesu.notices.channels import wecom
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from tests.cases.conftest import Story, Teller, assigned, moment, story
from tests.conftest import database_urls

AT = moment("2026-11-02T10:00")
PHONE = "13812345678"
#: What the robot says when it has no time.
BUSY = -1


class Gateway(ThreadingHTTPServer):
    """A text message gateway on this machine: remembers what came, answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.status = 200
        self.answer: dict[str, Any] = {"code": 0, "id": "G-1"}
        #: Answers that come first, one each.
        self.answers: list[dict[str, Any]] = []
        self.hold = threading.Event()
        self.hold.set()

    @property
    def keys(self) -> list[str]:
        return [key for key, _body in self.seen]

    def channel(self, **options: Any) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.server_address[1]}/send"
        return {
            "adapter": "sms_http",
            "url": url,
            "key_id": "jiesu",
            "secret": "s3cret",
            "timeout": 2,
            **options,
        }


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.headers["Idempotency-Key"] or "", body))
        self.server.hold.wait(20)
        self.send_response(self.server.status)
        self.end_headers()
        answer = self.server.answers.pop(0) if self.server.answers else self.server.answer
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def gateway(settings: LazySettings) -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.JIESU_CHANNELS = {"sms": server.channel(delivered_field="delivered")}
    try:
        yield server
    finally:
        server.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


def accepted(assigned: Teller, **changes: Any) -> Story:
    """An accepted complaint: its complainant and respondent must be told."""
    told = assigned("complaint", "2026-11-02T09:00", **changes)
    told.act("handler", "accept", "2026-11-02T09:30")
    return told


def notice(told: Story, role: str = "complainant") -> Message:
    return Message.objects.filter(case_id=told.number, to_role=role, form="5").get()


def events(told: Story, type_: str = "notify") -> list[Event]:
    return list(Event.objects.filter(case_id=told.number, type=type_).order_by("seq"))


@pytest.mark.django_db
class TestOneProcess:
    """What one worker does with its gateway."""

    def test_a_message_taken_by_the_gateway_is_sent_and_proves_nothing(
        self, assigned: Teller, gateway: Gateway
    ) -> None:
        told = accepted(assigned)
        assert send_owed(at=AT) > 0
        row = notice(told)
        assert (row.status, row.channel, row.proof, row.proof_reference) == ("sent", "sms", "", "G-1")
        assert row.address_masked != PHONE
        assert PHONE in {body["phone"] for _key, body in gateway.seen}
        assert f"{told.number}-{row.seq}" in gateway.keys
        assert events(told) == []
        assert told.case.unproven > 0
        # nothing is owed any more, and the clock still runs
        assert owed(AT) == []

    def test_the_handset_s_receipt_is_recorded_by_the_system_and_meets_the_clock(
        self, assigned: Teller, gateway: Gateway
    ) -> None:
        told = accepted(assigned)
        gateway.answer = {"code": 0, "id": "G-7", "delivered": True}
        send_owed(at=AT)
        row = notice(told)
        assert (row.status, row.proof, row.proof_reference) == ("proven", "gateway_receipt", "G-7")
        recorded = [e for e in events(told) if e.data["in"]["message"] == row.seq]
        assert [(e.actor_kind, e.data["in"]["result"], e.data["in"]["proof"]) for e in recorded] == [
            ("system", "delivered", "gateway_receipt")
        ]
        assert told.case.facts["notices"][str(row.seq)]["proven_on"] == "2026-11-02"
        assert verify_case(told.case) == []
        assert owed(AT) == []

    def test_a_receipt_that_comes_later_is_recorded_once(self, assigned: Teller, gateway: Gateway) -> None:
        told = accepted(assigned)
        send_owed(at=AT)
        row = notice(told)
        later = AT + timedelta(hours=1)
        assert not delivered(told.number, row.seq, reference="another", at=later)
        assert delivered(told.number, row.seq, reference="G-1", at=later)
        assert not delivered(told.number, row.seq, reference="G-1", at=later)
        assert notice(told).status == "proven"
        assert len([e for e in events(told) if e.data["in"]["message"] == row.seq]) == 1

    def test_a_receipt_whose_recording_was_interrupted_is_recorded_and_not_sent_again(
        self, assigned: Teller, gateway: Gateway
    ) -> None:
        told = accepted(assigned)
        row = notice(told)
        # given a process that died after the gateway's receipt and before the case knew of it
        Message.objects.filter(case_id=told.number, seq=row.seq).update(
            channel="sms", sent_at=AT, proof="gateway_receipt", proof_reference="G-3", next_try_at=AT
        )
        send(told.number, row.seq, at=AT + timedelta(minutes=1))
        assert gateway.seen == []
        assert notice(told).status == "proven"

    def test_a_gateway_that_is_down_is_tried_again_later_and_asked_once_a_sweep(
        self, assigned: Teller, gateway: Gateway
    ) -> None:
        told = [accepted(assigned) for _ in range(3)]
        gateway.status = 503
        send_owed(at=AT)
        assert len(gateway.seen) == 1
        rows = Message.objects.filter(form="5", to_role="complainant")
        assert {r.status for r in rows} == {"queued"}
        assert all(r.next_try_at and r.next_try_at > AT for r in rows)
        # only the one that was tried has lost a try
        assert sorted(Message.objects.filter(tries__gt=0).values_list("tries", flat=True)) == [1]
        gateway.status = 200
        send_owed(at=AT + timedelta(hours=1))
        assert {notice(t).status for t in told} == {"sent"}

    def test_a_long_message_broken_off_goes_on_with_the_part_that_is_missing(
        self, assigned: Teller, gateway: Gateway, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # given a channel that cuts what is long into parts, and is busy after the first
        told = accepted(assigned)
        row = notice(told)
        url = gateway.channel()["url"]
        settings.JIESU_CHANNELS = {"sms": {"adapter": "wecom_robot", "url": url}}
        monkeypatch.setitem(wecom.LIMITS, "text", 200)
        gateway.answers = [{"errcode": 0}, {"errcode": BUSY}]
        gateway.answer = {"errcode": 0}
        send(told.number, row.seq, at=AT)
        assert (notice(told).status, notice(told).sent_parts) == ("queued", 1)
        # when the sweep comes again
        at = notice(told).next_try_at
        assert at is not None
        send(told.number, row.seq, at=at)
        # then nobody reads the first part twice
        parts = [body["text"]["content"].split("\n")[0] for _key, body in gateway.seen]
        count = len(parts) - 1
        assert count > 2
        assert parts == [f"（{n}/{count}）" for n in (1, 2, *range(2, count + 1))]
        assert notice(told).status == "sent"

    def test_another_channel_begins_a_broken_message_anew(
        self, assigned: Teller, gateway: Gateway, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = accepted(assigned)
        row = notice(told)
        # given two parts that went out by one channel
        Message.objects.filter(case_id=told.number, seq=row.seq).update(channel="email", sent_parts=2)
        settings.JIESU_CHANNELS = {"sms": {"adapter": "wecom_robot", "url": gateway.channel()["url"]}}
        monkeypatch.setitem(wecom.LIMITS, "text", 200)
        gateway.answer = {"errcode": 0}
        # when the message goes by another
        send(told.number, row.seq, at=AT)
        assert gateway.seen[0][1]["text"]["content"].startswith("（1/")

    def test_a_refusal_is_a_failed_attempt_in_the_case(self, assigned: Teller, gateway: Gateway) -> None:
        told = accepted(assigned)
        gateway.answer = {"code": 13}
        send_owed(at=AT)
        row = notice(told)
        assert (row.status, row.next_try_at) == ("failed", None)
        recorded = [e for e in events(told) if e.data["in"]["message"] == row.seq]
        assert [e.data["in"]["result"] for e in recorded] == ["failed"]
        assert told.case.facts["notices"][str(row.seq)]["failed"] == 1
        assert verify_case(told.case) == []
        # a person can still tell and prove it
        told.prove(at="2026-11-02T11:00")
        assert notice(told).status == "proven"

    def test_a_gateway_that_never_comes_back_ends_as_failed(self, assigned: Teller, gateway: Gateway) -> None:
        told = accepted(assigned)
        row = notice(told)
        gateway.status = 503
        at = AT
        for _ in range(12):
            send(told.number, row.seq, at=at)
            current = notice(told)
            if current.next_try_at is None:
                break
            at = current.next_try_at
        assert notice(told).status == "failed"
        # about a day has passed by then
        assert timedelta(hours=12) < at - AT < timedelta(days=3)

    def test_whom_no_machine_reaches_is_told_by_hand(self, assigned: Teller, gateway: Gateway) -> None:
        parties = (
            PartyInput(role="complainant", name="张小明", phone="07371112222", address="益阳市大码头1号"),
            PartyInput(role="respondent", name="好再来超市", address="益阳市资阳区金花湖路1号"),
        )
        told = accepted(assigned, parties=parties)
        send_owed(at=AT)
        assert {m.status for m in Message.objects.filter(case_id=told.number)} == {"by_hand"}
        assert gateway.seen == []

    def test_without_a_gateway_the_follow_page_carries_the_message(self, assigned: Teller) -> None:
        told = accepted(assigned, query_code="ABCDEFGHJK")
        send_owed(at=AT)
        row = notice(told)
        assert (row.status, row.channel, row.proof) == ("sent", "internet", "")
        assert told.case.unproven > 0

    def test_a_message_that_cannot_be_read_holds_nobody_up(self, assigned: Teller, gateway: Gateway) -> None:
        broken, fine = accepted(assigned), accepted(assigned)
        Case.objects.filter(pk=broken.number).update(wrapped_key=b"\xf0" + b"0" * 44)
        send_owed(at=AT)
        row = notice(broken)
        # it waits for the key ring to be mended and has lost no try
        assert (row.status, row.tries) == ("queued", 0)
        assert row.next_try_at == AT + sending.REPAIR or (row.next_try_at and row.next_try_at > AT)
        assert notice(fine).status == "sent"

    def test_wrong_settings_lose_no_message(self, assigned: Teller, settings: LazySettings) -> None:
        told = accepted(assigned)
        settings.JIESU_CHANNELS = {"sms": {"adapter": "sms_http", "url": "ftp://nowhere"}}
        send_owed(at=AT)
        assert (notice(told).status, notice(told).tries) == ("queued", 0)

    def test_a_word_without_duty_fails_quietly(self, assigned: Teller, gateway: Gateway) -> None:
        told = assigned()
        told.act("handler", "send_message", "2026-11-02T09:45", body="请补充小票。")
        word = Message.objects.get(case_id=told.number, form="message")
        Message.objects.filter(case_id=told.number, seq=word.seq).update(
            party_seq=Party.objects.filter(case_id=told.number, role="complainant").get().seq
        )
        gateway.answer = {"code": 13}
        send(told.number, word.seq, at=AT)
        assert Message.objects.get(case_id=told.number, form="message").status == "failed"
        assert events(told) == []

    def test_a_case_s_own_job_finds_its_messages_behind_any_number_of_others(
        self, assigned: Teller, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = accepted(assigned), accepted(assigned)
        monkeypatch.setattr(sending, "BATCH", 1)
        Message.objects.update(next_try_at=timezone.now() - timedelta(days=1))
        tasks.send_messages(str(second.number))
        assert first.number not in {int(k.split("-")[0]) for k in gateway.keys}
        assert second.number in {int(k.split("-")[0]) for k in gateway.keys}


SENDER = """
import django, json, os, sys
from datetime import datetime
django.setup()
from django.conf import settings
settings.JIESU_CHANNELS = json.loads(sys.argv[1])
from jiesu.cases.sending import send_owed
send_owed(at=datetime.fromisoformat(sys.argv[2]))
"""


@pytest.mark.slow
def test_a_process_killed_between_sending_and_noting_sends_again_under_the_same_key(
    own_database: str, server: PrivateServer, gateway: Gateway, settings: LazySettings
) -> None:
    # given an accepted complaint, committed
    def who(username: str, at: str = "2026-11-02T09:00") -> Actor:
        return actor_for(
            Staff.objects.select_related("organisation__parent__parent").get(username=username), moment(at)
        )

    told = accepted(assigned.__wrapped__(story.__wrapped__(who)))  # type: ignore[attr-defined]
    seqs = [seq for _case, seq in owed(AT)]
    environment = {
        **os.environ, **database_urls(server, own_database), "DJANGO_SETTINGS_MODULE": "jiesu.config.settings",
    }  # fmt: skip
    # when the process is killed while the gateway, which has taken the message, is about to answer
    gateway.hold.clear()
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER, json.dumps({"sms": gateway.channel(timeout=15)}), AT.isoformat()],
        env=environment,
    )
    end = time.monotonic() + 20
    while not gateway.seen and time.monotonic() < end:
        time.sleep(0.02)
    assert len(gateway.seen) == 1
    process.kill()
    process.wait()
    # then the row is free at once, still owed, and the next sweep sends it under the same key
    gateway.hold.set()
    _until(lambda: bool(Message.objects.filter(case_id=told.number, status="queued").count() == len(seqs)))
    _until(lambda: send_owed(at=AT) > 0)
    assert gateway.keys[0] in gateway.keys[1:]
    assert len(set(gateway.keys)) == len(
        {m.seq for m in Message.objects.filter(status="sent", channel="sms")}
    )
    assert not Message.objects.filter(status="queued").exists()


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
