"""Which channel is carried by which adapter, as the installation sets it.

``settings.JIESU_CHANNELS`` (a dict) goes first, then the file ``channels.yaml`` in ``JIESU_HOME`` (mode 0600, it holds
secrets); without either, messages stay on the follow page and the others are only logged::

    sms:   {adapter: sms_http, url: https://…, key_id: …, secret: …, sign: 资阳市监}
    email: {adapter: smtp, host: …, sender: 12315@…, user: …, password: …}
    wecom: {adapter: wecom_robot, url: https://…}
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from jiesu.notices.channels.local import LogChannel, ScreenChannel
from jiesu.notices.channels.mail import SmtpChannel
from jiesu.notices.channels.model import Channel, ChannelCode, ChannelError
from jiesu.notices.channels.sms import SmsHttpChannel
from jiesu.notices.channels.wecom import WecomRobotChannel

FILE = "channels.yaml"
ADAPTERS: Mapping[str, Callable[..., Channel]] = {
    "log": LogChannel,
    "screen": ScreenChannel,
    "smtp": SmtpChannel,
    "sms_http": SmsHttpChannel,
    "wecom_robot": WecomRobotChannel,
}
#: Letters, calls and visits are people's work; they have no entry.
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "internet": {"adapter": "screen"},
    "sms": {"adapter": "log"},
    "email": {"adapter": "log"},
    "wecom": {"adapter": "log"},
}


def automatic() -> tuple[str, ...]:
    """Keys of the channels that carry a message by themselves; one that is only logged is not among them, so that
    nobody takes a line in the log for a notice sent."""
    return tuple(name for name, row in _configured().items() if row.get("adapter") != "log")


def channel(name: str) -> Channel:
    """The channel under a key ("internet", "sms", "email", "wecom").

    Raises:
        ChannelError: ``unknown_channel`` ("letter", "phone" and "in_person" are people's work), ``not_configured``.
    """
    row = _configured().get(name)
    if row is None:
        raise ChannelError(ChannelCode.UNKNOWN_CHANNEL, channel=name)
    options = dict(row)
    adapter = ADAPTERS.get(str(options.pop("adapter", "")))
    if adapter is None:
        raise ChannelError(
            ChannelCode.NOT_CONFIGURED, channel=name, why="adapter 可选 " + "、".join(ADAPTERS)
        )
    try:
        return adapter(name=name, **options)
    except TypeError:
        raise ChannelError(ChannelCode.NOT_CONFIGURED, channel=name, why="设置项有缺少或者多余") from None


def _configured() -> Mapping[str, Mapping[str, Any]]:
    given = getattr(settings, "JIESU_CHANNELS", None)
    if given is None:
        process = getattr(settings, "JIESU", None)
        given = _file(process.home / FILE) if process is not None else {}
    return {**DEFAULTS, **given}


def _file(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return {}
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ChannelError(ChannelCode.NOT_CONFIGURED, channel=FILE, why="文件含密钥，权限应为 0600")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError):
        content = None
    if not isinstance(content, dict) or not all(isinstance(row, dict) for row in content.values()):
        raise ChannelError(ChannelCode.NOT_CONFIGURED, channel=FILE, why="不是渠道名到设置的对照表")
    return content
