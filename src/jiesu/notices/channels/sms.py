"""Text messages through a signed HTTP gateway of any maker: the names of its answer's fields are settings."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.utils import timezone

from jiesu.notices.channels.http import check_url, post_json
from jiesu.notices.channels.model import ChannelCode, ChannelError, OutMessage, Receipt, Status

_MOBILE = re.compile(r"^(?:\+?86)?(1[3-9]\d{9})$")
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsHttpChannel:
    """Posts ``{"phone", "text", "reference"}`` as JSON.

    Settings: url, key_id, secret; sign (the 【】 name before the text); digest (sha256 or sm3); timeout in seconds;
    ok_field and ok_value (what a taken message looks like), reference_field, delivered_field (true if the gateway
    waits for the handset's own receipt).

    Headers: ``X-Key-Id``, ``X-Timestamp`` (seconds), ``X-Nonce``, ``Idempotency-Key`` and ``X-Signature``: hex HMAC with
    the secret over method, path, time stamp, nonce and the body's digest, each on a line.
    """

    url: str
    key_id: str
    secret: str = field(repr=False)
    sign: str = ""
    digest: str = "sha256"
    timeout: float = 10
    ok_field: str = "code"
    ok_value: str = "0"
    reference_field: str = "id"
    delivered_field: str = ""
    name: str = "sms"

    def __post_init__(self) -> None:
        check_url(self.url, channel=self.name)
        if not self.key_id or not self.secret:
            raise ChannelError(ChannelCode.NOT_CONFIGURED, channel=self.name, why="缺少 key_id 或者 secret")
        if self.digest not in ("sha256", "sm3") or self.digest not in hashlib.algorithms_available:
            raise ChannelError(ChannelCode.NOT_CONFIGURED, channel=self.name, why="digest 可选 sha256、sm3")

    def send(self, message: OutMessage) -> Receipt:
        """Sends one message; raises ChannelError."""
        mobile = _MOBILE.match(re.sub(r"[\s-]", "", message.address))
        if mobile is None:
            raise ChannelError(ChannelCode.BAD_ADDRESS, channel=self.name)
        text = (
            f"【{self.sign}】{message.short or message.body}" if self.sign else message.short or message.body
        )
        if len(text) > _LONGEST:
            raise ChannelError(ChannelCode.TOO_LONG, channel=self.name)
        body = json.dumps(
            {"phone": mobile[1], "text": text, "reference": message.key}, ensure_ascii=False
        ).encode()
        answer = post_json(
            self.url,
            body=body,
            headers=self._headers(body, key=message.key),
            timeout=self.timeout,
            channel=self.name,
            repeatable=True,
        ).content
        said = str(answer.get(self.ok_field))
        if said != self.ok_value:
            raise ChannelError(ChannelCode.REFUSED, channel=self.name, why=f"{self.ok_field}={said[:40]}")
        delivered = bool(self.delivered_field) and answer.get(self.delivered_field) is True
        return Receipt(
            channel=self.name,
            status=Status.DELIVERED if delivered else Status.ACCEPTED,
            reference=str(answer.get(self.reference_field, ""))[:120],
            at=timezone.now(),
        )

    def _headers(self, body: bytes, *, key: str) -> dict[str, str]:
        stamp, nonce = str(int(time.time())), secrets.token_hex(8)
        path = urlsplit(self.url).path or "/"
        signed = "\n".join(("POST", path, stamp, nonce, hashlib.new(self.digest, body).hexdigest()))
        return {
            "X-Key-Id": self.key_id,
            "X-Timestamp": stamp,
            "X-Nonce": nonce,
            "Idempotency-Key": key,
            "X-Signature": hmac.new(self.secret.encode(), signed.encode(), self.digest).hexdigest(),
        }
