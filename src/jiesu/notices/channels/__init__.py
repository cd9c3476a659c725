"""Channels that carry a notice out of the house: screen, text message, e-mail, WeCom robot, and the log."""

from jiesu.notices.channels.model import (
    Channel,
    ChannelCode,
    ChannelError,
    OutMessage,
    Receipt,
    Status,
    next_try,
)
from jiesu.notices.channels.registry import automatic, channel

__all__ = [
    "Channel",
    "ChannelCode",
    "ChannelError",
    "OutMessage",
    "Receipt",
    "Status",
    "automatic",
    "channel",
    "next_try",
]
