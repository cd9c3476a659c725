"""The robot of a WeCom (企业微信) group: staff are told there, never citizens."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from jiesu.notices.channels.http import check_url, post_json
from jiesu.notices.channels.model import ChannelCode, ChannelError, OutMessage, Receipt, Status

#: Longest content in bytes of UTF-8, by kind of message, as the robot's interface states.
LIMITS = {"markdown": 4096, "text": 2048}
#: The robot's codes that pass: too many messages in a minute; the system is busy.
_TOO_OFTEN = 45009
_BUSY = -1
_MOST_PARTS = 20
_HARMLESS = str.maketrans({"<": "＜", ">": "＞", "[": "［", "]": "］", "`": "｀"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomRobotChannel:
    """Posts to a group robot, in parts if the text is long.

    Settings: url (holds the robot's key: a secret), format (text or markdown), timeout in seconds. The robot knows no
    idempotency: where the answer stays away nothing is repeated.
    """

    url: str = field(repr=False)
    format: str = "text"
    timeout: float = 10
    name: str = "wecom"

    def __post_init__(self) -> None:
        check_url(self.url, channel=self.name)
        if self.format not in LIMITS:
            raise ChannelError(
                ChannelCode.NOT_CONFIGURED, channel=self.name, why="format 可选 text、markdown"
            )

    def send(self, message: OutMessage) -> Receipt:
        """Sends one message, from part ``sent_parts`` on; raises ChannelError with the parts that went out."""
        text = f"{message.subject}\n{message.body}" if message.subject else message.body
        if self.format == "markdown":
            # What a citizen wrote must not mention colleagues or draw links.
            text = text.translate(_HARMLESS)
        parts = split(text, limit=LIMITS[self.format])
        if len(parts) > _MOST_PARTS:
            raise ChannelError(ChannelCode.TOO_LONG, channel=self.name)
        for index in range(message.sent_parts, len(parts)):
            self._post(parts[index], sent=index)
        return Receipt(
            channel=self.name,
            status=Status.ACCEPTED,
            reference=message.key,
            at=timezone.now(),
            parts=len(parts),
        )

    def _post(self, content: str, *, sent: int) -> None:
        body = json.dumps({"msgtype": self.format, self.format: {"content": content}}, ensure_ascii=False)
        try:
            answer = post_json(
                self.url,
                body=body.encode(),
                headers={},
                timeout=self.timeout,
                channel=self.name,
                repeatable=False,
            ).content
        except ChannelError as error:
            error.sent_parts = sent
            raise
        code = answer.get("errcode")
        if code == 0:
            return
        if code == _TOO_OFTEN:
            raise ChannelError(
                ChannelCode.THROTTLED, channel=self.name, retry_after=timedelta(minutes=1), sent_parts=sent
            )
        if code == _BUSY:
            raise ChannelError(
                ChannelCode.UNREACHABLE, channel=self.name, retry_after=timedelta(minutes=1), sent_parts=sent
            )
        raise ChannelError(
            ChannelCode.REFUSED, channel=self.name, why=f"errcode={str(code)[:20]}", sent_parts=sent
        )


def split(text: str, *, limit: int) -> list[str]:
    """Parts of at most ``limit`` bytes of UTF-8, cut at line ends where possible and never inside a character.

    Several parts are counted: （1/3）.

    >>> split("短", limit=2048)
    ['短']
    >>> [len(p.encode()) <= 30 for p in split("投诉" * 20, limit=30)] == [True] * len(split("投诉" * 20, limit=30))
    True
    """
    if len(text.encode()) <= limit:
        return [text]
    room = limit - len("（99/99）\n".encode())
    pieces: list[str] = []
    rest = text
    while rest:
        head = rest.encode()[:room].decode(errors="ignore")
        if len(head) < len(rest):
            line_end = head.rfind("\n")
            # A line end in the first half would waste the part.
            if line_end > len(head) // 2:
                head = head[: line_end + 1]
        pieces.append(head.strip("\n"))
        rest = rest[len(head) :]
    return [f"（{i}/{len(pieces)}）\n{piece}" for i, piece in enumerate(pieces, 1)]
