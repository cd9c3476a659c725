"""Channels that stay in the house: the citizen's follow page, and the log for installations without a gateway."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.utils import timezone

from jiesu.notices.channels.model import OutMessage, Receipt, Status
from jiesu.notices.masking import mask_recipient

_log = logging.getLogger("jiesu.notices")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChannel:
    """Writes that a message would have gone out: key, length and masked address, never its words.

    Its receipt proves nothing: a person has to tell the addressee in another way.
    """

    name: str = "log"

    def send(self, message: OutMessage) -> Receipt:
        """Logs one message."""
        _log.info(
            "notice not sent: no gateway",
            extra={
                "channel": self.name,
                "key": message.key,
                "to": mask_recipient(message.address),
                "characters": len(message.body),
            },
        )
        return Receipt(channel=self.name, status=Status.LOGGED, reference="", at=timezone.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenChannel:
    """The message stays on the page that the query code opens; it is there at once. Proof is the person's own look."""

    name: str = "internet"

    def send(self, message: OutMessage) -> Receipt:
        """Nothing leaves the house."""
        return Receipt(channel=self.name, status=Status.SHOWN, reference=message.key, at=timezone.now())
