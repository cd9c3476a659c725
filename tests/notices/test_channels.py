"""What leaves the house: gateways played by servers on this machine."""

import hashlib
import hmac
import json
import logging
import socketserver
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiesu.notices.channels import ChannelCode, ChannelError, OutMessage, Status, automatic, channel, next_try
from jiesu.notices.channels.local import LogChannel, ScreenChannel
from jiesu.notices.channels.mail import SmtpChannel
from jiesu.notices.channels.sms import SmsHttpChannel
from jiesu.notices.channels.wecom import LIMITS, WecomRobotChannel, split

NOTICE = OutMessage(
    key="430902260000000123-17",
    address="138 0000 1234",
    subject="投诉受理决定书",
    body="张三：\n我局决定受理。",
    short="您的投诉我局决定受理。",
)


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), body))
        status, headers, answer = self.server.answers[
            min(len(self.server.seen), len(self.server.answers)) - 1
        ]
        if status is None:
            time.sleep(0.5)
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def log_message(self, *args):
        pass


@contextmanager
def gateway(*answers):
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    server.seen, server.answers = [], answers
    server.url = f"http://127.0.0.1:{server.server_port}/send?x=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sms(server, **options):
    return SmsHttpChannel(url=server.url, key_id="jiesu", secret="s3cret", sign="资阳市监", **options)


def robot(server, **options):
    return WecomRobotChannel(url=server.url, **options)


@pytest.mark.parametrize("digest", ["sha256", "sm3"])
def test_a_text_message_is_signed_and_named(digest):
    if digest not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SM3")
    with gateway((200, {}, {"code": 0, "id": "G-1"})) as server:
        receipt = sms(server, digest=digest).send(NOTICE)
    assert (receipt.status, receipt.reference, receipt.proof) == (Status.ACCEPTED, "G-1", "")
    _path, headers, body = server.seen[0]
    assert json.loads(body) == {
        "phone": "13800001234",
        "text": "【资阳市监】您的投诉我局决定受理。",
        "reference": NOTICE.key,
    }
    assert headers["Idempotency-Key"] == NOTICE.key
    signed = "\n".join(
        (
            "POST",
            urlsplit(server.url).path,
            headers["X-Timestamp"],
            headers["X-Nonce"],
            hashlib.new(digest, body).hexdigest(),
        )
    )
    assert headers["X-Signature"] == hmac.new(b"s3cret", signed.encode(), digest).hexdigest()


def test_only_the_handset_s_own_receipt_is_proof():
    with gateway((200, {}, {"code": 0, "id": "G-1", "arrived": True})) as server:
        assert sms(server).send(NOTICE).proof == ""
        receipt = sms(server, delivered_field="arrived").send(NOTICE)
    assert (receipt.status, receipt.proof) == (Status.DELIVERED, "gateway_receipt")


@pytest.mark.parametrize(
    ("answer", "code", "wait"),
    [
        ((200, {}, {"code": 7, "id": ""}), ChannelCode.REFUSED, None),
        ((200, {}, b"<html>"), ChannelCode.UNCLEAR, None),
        ((429, {"Retry-After": "120"}, {}), ChannelCode.THROTTLED, timedelta(seconds=120)),
        ((503, {}, {}), ChannelCode.UNREACHABLE, timedelta(minutes=1)),
        ((403, {}, {}), ChannelCode.REFUSED, None),
        ((302, {"Location": "http://127.0.0.1:9/"}, {}), ChannelCode.REFUSED, None),
        ((None, {}, {}), ChannelCode.UNCLEAR, timedelta(minutes=1)),
    ],
)
def test_what_a_gateway_says_becomes_a_code_and_advice(answer, code, wait):
    with gateway(answer) as server, pytest.raises(ChannelError) as caught:
        sms(server, timeout=0.2).send(NOTICE)
    assert (caught.value.code, caught.value.retry_after) == (code, wait)
    assert "127.0.0.1" not in str(caught.value)


def test_a_gateway_that_is_away_is_tried_again():
    with gateway((200, {}, {})) as server:
        away = sms(server)
    with pytest.raises(ChannelError) as caught:
        away.send(NOTICE)
    assert caught.value.code is ChannelCode.UNREACHABLE
    assert next_try(caught.value, tries=1) == timedelta(minutes=1)
    assert next_try(caught.value, tries=3) == timedelta(minutes=15)
    assert next_try(caught.value, tries=99) is None


@pytest.mark.parametrize("address", ["", "0737-4311111", "1380000123", "13800001234,13900001234"])
def test_only_a_mobile_number_gets_a_text_message(address):
    with gateway((200, {}, {"code": 0})) as server, pytest.raises(ChannelError) as caught:
        sms(server).send(OutMessage(key="k", subject="", body="正文", address=address))
    assert caught.value.code is ChannelCode.BAD_ADDRESS
    assert server.seen == []


def test_secrets_stay_out_of_representations():
    made = SmsHttpChannel(url="https://sms.example.cn/send", key_id="jiesu", secret="s3cret")
    assert "s3cret" not in repr(made)
    assert "key=abc" not in repr(WecomRobotChannel(url="https://qyapi.example.cn/send?key=abc"))
    assert "pass" not in repr(SmtpChannel(host="mail.example.cn", sender="a@b.cn", password="pass")).replace(
        "password", ""
    )


@pytest.mark.parametrize(
    "url", ["http://sms.example.cn/send", "ftp://127.0.0.1/", "file:///etc/passwd", "nothing"]
)
def test_gateways_are_reached_by_https_only(url):
    with pytest.raises(ChannelError) as caught:
        SmsHttpChannel(url=url, key_id="a", secret="b")
    assert caught.value.code is ChannelCode.NOT_CONFIGURED


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_robot_gets_long_messages_in_parts(form):
    long = OutMessage(key="k", subject="督办", body="\n".join(f"第{i}件：投诉即将到期。" for i in range(200)))
    with gateway((200, {}, {"errcode": 0, "errmsg": "ok"})) as server:
        receipt = robot(server, format=form).send(long)
    contents = [json.loads(body)[form]["content"] for _path, _headers, body in server.seen]
    assert receipt.parts == len(contents) > 1
    assert all(len(c.encode()) <= LIMITS[form] for c in contents)
    assert contents[0].startswith(f"（1/{len(contents)}）\n督办")
    assert all(f"第{i}件：" in "".join(contents) for i in range(200))


def test_a_robot_that_is_throttled_goes_on_where_it_stopped():
    long = OutMessage(key="k", subject="", body="投诉" * 1000)
    good = (200, {}, {"errcode": 0})
    with gateway(good, (200, {}, {"errcode": 45009}), good) as server:
        with pytest.raises(ChannelError) as caught:
            robot(server).send(long)
        assert caught.value.code is ChannelCode.THROTTLED
        assert caught.value.retry_after == timedelta(minutes=1)
        assert caught.value.sent_parts == 1
        robot(server).send(OutMessage(key="k", subject="", body=long.body, sent_parts=1))
    starts = [json.loads(body)["text"]["content"][:5] for _path, _headers, body in server.seen]
    assert starts == ["（1/3）", "（2/3）", "（2/3）", "（3/3）"]


@pytest.mark.parametrize(
    ("errcode", "code", "again"),
    [
        (93000, ChannelCode.REFUSED, False),
        (-1, ChannelCode.UNREACHABLE, True),
        (None, ChannelCode.REFUSED, False),
    ],
)
def test_a_robot_s_error_code_is_read(errcode, code, again):
    with gateway((200, {}, {"errcode": errcode})) as server, pytest.raises(ChannelError) as caught:
        robot(server).send(NOTICE)
    assert caught.value.code is code
    assert (caught.value.retry_after is not None) is again


def test_a_robot_that_does_not_answer_is_not_asked_twice():
    with gateway((None, {}, {})) as server, pytest.raises(ChannelError) as caught:
        robot(server, timeout=0.2).send(NOTICE)
    assert (caught.value.code, caught.value.retry_after) == (ChannelCode.UNCLEAR, None)


def test_words_of_a_citizen_mention_nobody_in_the_group():
    with gateway((200, {}, {"errcode": 0})) as server:
        robot(server, format="markdown").send(OutMessage(key="k", subject="", body="<@all>[点我](http://x)"))
    content = json.loads(server.seen[0][2])["markdown"]["content"]
    assert content == "＜@all＞［点我］(http://x)"


@given(st.text(min_size=1, max_size=400), st.integers(40, 200))
def test_no_part_is_too_long_and_nothing_but_line_ends_is_lost(text, limit):
    parts = split(text, limit=limit)
    assert all(len(p.encode()) <= limit for p in parts)
    words = "".join(parts if len(parts) == 1 else (p.split("\n", 1)[1] for p in parts))
    assert words.replace("\n", "") == text.replace("\n", "")


class MailServer(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        data = None
        for line in self.rfile:
            word = line.strip().upper()
            if data is not None:
                if line == b".\r\n":
                    self.server.mails.append(b"".join(data))
                    data = None
                    self.wfile.write(b"250 kept\r\n")
                else:
                    data.append(line)
            elif word.startswith(b"RCPT"):
                self.wfile.write(self.server.answer)
            elif word == b"DATA":
                data = []
                self.wfile.write(b"354 go on\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


@contextmanager
def mail_server(answer=b"250 fine\r\n"):
    with socketserver.TCPServer(("127.0.0.1", 0), MailServer) as server:
        server.mails, server.answer = [], answer
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def mail(port):
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return SmtpChannel(
        host="127.0.0.1", port=port, sender="资阳市监 <12315@example.cn>", security="none", backend=backend
    )


LETTER = OutMessage(
    key="k-1", subject="投诉受理决定书\nBcc: x@y.cn", body="我局决定受理。", address="zhang@example.cn"
)


def test_a_letter_goes_out_once_under_one_name():
    with mail_server() as server:
        sent = mail(server.server_address[1])
        first, second = sent.send(LETTER), sent.send(LETTER)
    assert (first.status, first.proof) == (Status.ACCEPTED, "")
    assert first.reference == second.reference
    assert f"Message-ID: {first.reference}".encode() in server.mails[0]
    assert b"\nBcc:" not in server.mails[0]


@pytest.mark.parametrize(
    ("answer", "code", "again"),
    [
        (b"550 nobody here\r\n", ChannelCode.BAD_ADDRESS, False),
        (b"450 later\r\n", ChannelCode.THROTTLED, True),
    ],
)
def test_a_mail_server_s_answer_is_read(answer, code, again):
    with mail_server(answer) as server, pytest.raises(ChannelError) as caught:
        mail(server.server_address[1]).send(LETTER)
    assert caught.value.code is code
    assert (caught.value.retry_after is not None) is again


def test_a_mail_server_that_is_away_is_tried_again():
    with mail_server() as server:
        port = server.server_address[1]
    with pytest.raises(ChannelError) as caught:
        mail(port).send(LETTER)
    assert caught.value.code is ChannelCode.UNREACHABLE
    assert caught.value.retry_after


def test_an_address_that_is_none_is_not_tried():
    with pytest.raises(ChannelError) as caught:
        mail(1).send(OutMessage(key="k", subject="", body="", address="a@b\nBcc: c@d.cn"))
    assert caught.value.code is ChannelCode.BAD_ADDRESS


def test_the_log_shows_neither_words_nor_address(caplog):
    with caplog.at_level(logging.INFO, logger="jiesu.notices"):
        receipt = LogChannel().send(
            OutMessage(key="k-1", subject="决定书", body="张三：不予受理", address="13800001234")
        )
    assert (receipt.status, receipt.proof) == (Status.LOGGED, "")
    written = " ".join(str(vars(r)) for r in caplog.records)
    assert "138****1234" in written
    assert "13800001234" not in written
    assert "张三" not in written


def test_the_follow_page_has_the_message_at_once():
    assert ScreenChannel().send(NOTICE).status is Status.SHOWN


def test_without_settings_nothing_leaves_the_house(settings, tmp_path):
    settings.JIESU_CHANNELS = {}
    assert automatic() == ("internet",)
    assert channel("internet").send(NOTICE).status is Status.SHOWN
    for name in ("sms", "email", "wecom"):
        assert channel(name).send(NOTICE).status is Status.LOGGED
        assert channel(name).name == name


@pytest.mark.parametrize("name", ["letter", "phone", "in_person", "fax"])
def test_people_s_work_is_no_channel(settings, name):
    settings.JIESU_CHANNELS = {}
    with pytest.raises(ChannelError) as caught:
        channel(name)
    assert caught.value.code is ChannelCode.UNKNOWN_CHANNEL


@pytest.mark.parametrize(
    "row",
    [
        {"adapter": "pigeon"},
        {"adapter": "sms_http", "url": "https://x.example.cn"},
        {"adapter": "smtp", "host": "h", "sender": "nobody"},
        {"adapter": "smtp", "host": "h", "sender": "a@b.cn", "security": "maybe"},
        {"adapter": "wecom_robot", "url": "https://x.example.cn", "format": "html"},
        {"adapter": "log", "colour": "red"},
    ],
)
def test_a_wrong_setting_names_its_channel(settings, row):
    settings.JIESU_CHANNELS = {"sms": row}
    with pytest.raises(ChannelError) as caught:
        channel("sms")
    assert caught.value.code is ChannelCode.NOT_CONFIGURED
    assert "sms" in str(caught.value)


def test_the_file_of_channels_is_read_if_only_the_owner_can(settings, tmp_path):
    class Here:
        home = tmp_path

    settings.JIESU_CHANNELS = None
    settings.JIESU = Here
    assert channel("sms").send(NOTICE).status is Status.LOGGED
    file = tmp_path / "channels.yaml"
    file.write_text(
        "sms: {adapter: sms_http, url: 'https://x.example.cn', key_id: a, secret: b}", encoding="utf-8"
    )
    file.chmod(0o644)
    with pytest.raises(ChannelError) as caught:
        channel("sms")
    assert "0600" in str(caught.value)
    file.chmod(0o600)
    assert set(automatic()) == {"internet", "sms"}
    assert isinstance(channel("sms"), SmsHttpChannel)
    file.write_text("- sms", encoding="utf-8")
    with pytest.raises(ChannelError) as caught:
        channel("sms")
    assert caught.value.code is ChannelCode.NOT_CONFIGURED
