"""What every channel takes and gives: a message in, a receipt or a typed error out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(StrEnum):
    """What became of a message. Only ``DELIVERED`` comes with the gateway's own receipt; nothing else proves telling."""

    SHOWN = "shown"
    LOGGED = "logged"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"


class ChannelCode(StrEnum):
    """Stable codes of what went wrong."""

    UNKNOWN_CHANNEL = "unknown_channel"
    NOT_CONFIGURED = "not_configured"
    BAD_ADDRESS = "bad_address"
    TOO_LONG = "too_long"
    UNREACHABLE = "unreachable"
    THROTTLED = "throttled"
    REFUSED = "refused"
    UNCLEAR = "unclear"


_MESSAGES: Mapping[ChannelCode, Promise] = {
    ChannelCode.UNKNOWN_CHANNEL: _("没有这个自动发送渠道：%(channel)s。"),
    ChannelCode.NOT_CONFIGURED: _("渠道 %(channel)s 的设置不正确：%(why)s。"),
    ChannelCode.BAD_ADDRESS: _("渠道 %(channel)s 的收件号码或者地址不正确，请核对后改用其他方式告知。"),
    ChannelCode.TOO_LONG: _("内容超过渠道 %(channel)s 的长度。"),
    ChannelCode.UNREACHABLE: _("渠道 %(channel)s 暂时连不上，稍后自动重发。"),
    ChannelCode.THROTTLED: _("渠道 %(channel)s 限制发送频率，稍后自动重发。"),
    ChannelCode.REFUSED: _("渠道 %(channel)s 拒绝发送（%(why)s），请改用其他方式告知。"),
    ChannelCode.UNCLEAR: _("渠道 %(channel)s 没有给出明确结果，请核实对方是否收到。"),
}


class ChannelError(Exception):
    """A message that was not sent, or of which nobody knows.

    ``retry_after`` is when to try again at the earliest; None means that trying again will not help, or might send
    the message twice. ``sent_parts`` are parts that went out: give them back in ``OutMessage.sent_parts``.
    """

    def __init__(
        self,
        code: ChannelCode,
        *,
        channel: str,
        why: str = "",
        retry_after: timedelta | None = None,
        sent_parts: int = 0,
    ) -> None:
        self.code = code
        self.channel = channel
        self.why = why
        self.retry_after = retry_after
        self.sent_parts = sent_parts
        super().__init__(str(_MESSAGES[code]) % {"channel": channel, "why": why})


@dataclass(frozen=True, slots=True, kw_only=True)
class OutMessage:
    """A message to be sent.

    ``key`` names it once and for all ("430902260000000001-17"): gateways that know idempotency send it once however
    often it is tried. ``address`` is what the channel needs: mobile number, e-mail address; empty for screen and robot.
    ``body`` is the whole text, ``short`` what fits a text message.
    """

    key: str
    subject: str
    body: str
    short: str = ""
    address: str = ""
    sent_parts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that a channel took a message: who, what became of it, under which reference, when, in how many parts."""

    channel: str
    status: Status
    reference: str
    at: datetime
    parts: int = 1

    @property
    def proof(self) -> str:
        """Kind of proof that the case may record, or "" if this is none yet."""
        return "gateway_receipt" if self.status is Status.DELIVERED else ""


class Channel(Protocol):
    """A way out of the house."""

    @property
    def name(self) -> str:
        """Key under which the channel is configured."""

    def send(self, message: OutMessage) -> Receipt:
        """Sends one message; raises ChannelError."""


_STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))


def next_try(error: ChannelError, *, tries: int) -> timedelta | None:
    """How long to wait before the next try, or None to give up and tell a person.

    Args:
        error: the last error.
        tries: how often it has been tried, this time included (1, 2, …).

    >>> busy = ChannelError(ChannelCode.UNREACHABLE, channel="sms", retry_after=timedelta(seconds=10))
    >>> next_try(busy, tries=2)
    datetime.timedelta(seconds=300)
    >>> next_try(busy, tries=8) is None
    True
    """
    if error.retry_after is None or tries > len(_STEPS):
        return None
    return max(error.retry_after, _STEPS[max(tries, 1) - 1])
