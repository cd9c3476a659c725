"""E-mail through Django's mail."""

from __future__ import annotations

import hashlib
import smtplib
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.utils import timezone

from jiesu.notices.channels.model import ChannelCode, ChannelError, OutMessage, Receipt, Status

_SECURITY = ("starttls", "ssl", "none")
_TEMPORARY = range(400, 500)
_SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpChannel:
    """Sends the whole notice as plain text.

    Settings: host, port, sender, security (starttls, ssl, none), user, password, timeout in seconds. A server's
    acceptance is no proof that the person got it.
    """

    host: str
    sender: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20
    backend: str = "django.core.mail.backends.smtp.EmailBackend"
    name: str = "email"

    def __post_init__(self) -> None:
        if self.security not in _SECURITY:
            raise self._error(ChannelCode.NOT_CONFIGURED, why="security 可选 " + "、".join(_SECURITY))
        if "@" not in parseaddr(self.sender)[1]:
            raise self._error(ChannelCode.NOT_CONFIGURED, why="sender 应为电子邮箱")

    def send(self, message: OutMessage) -> Receipt:
        """Sends one message; raises ChannelError."""
        try:
            validate_email(message.address)
        except ValidationError:
            raise self._error(ChannelCode.BAD_ADDRESS) from None
        reference = self._message_id(message)
        mail = EmailMessage(
            subject=" ".join(message.subject.split()),
            body=message.body,
            from_email=self.sender,
            to=[message.address],
            # The same name however often it is tried, so that the recipient's server can drop a second copy.
            headers={"Message-ID": reference, "Auto-Submitted": "auto-generated"},
        )
        try:
            mail.connection = get_connection(
                self.backend,
                host=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.security == "starttls",
                use_ssl=self.security == "ssl",
                timeout=self.timeout,
            )
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _words in error.recipients.values()), default=550)
            raise self._answer(code, ChannelCode.BAD_ADDRESS) from None
        except smtplib.SMTPAuthenticationError:
            raise self._error(ChannelCode.NOT_CONFIGURED, why="用户名或者密码不对") from None
        except smtplib.SMTPResponseException as error:
            raise self._answer(error.smtp_code, ChannelCode.REFUSED) from None
        except (OSError, smtplib.SMTPException):
            raise self._error(ChannelCode.UNREACHABLE, retry_after=_SOON) from None
        return Receipt(channel=self.name, status=Status.ACCEPTED, reference=reference, at=timezone.now())

    def _message_id(self, message: OutMessage) -> str:
        digest = hashlib.sha256(f"{message.key}\n{message.address}".encode()).hexdigest()[:32]
        return f"<{digest}@{parseaddr(self.sender)[1].rpartition('@')[2]}>"

    def _answer(self, smtp_code: int, final: ChannelCode) -> ChannelError:
        if smtp_code in _TEMPORARY:
            return self._error(ChannelCode.THROTTLED, retry_after=_SOON)
        return self._error(final, why=f"SMTP {smtp_code}")

    def _error(
        self, code: ChannelCode, *, why: str = "", retry_after: timedelta | None = None
    ) -> ChannelError:
        return ChannelError(code, channel=self.name, why=why, retry_after=retry_after)
