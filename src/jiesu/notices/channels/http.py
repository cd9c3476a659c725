"""One JSON request to a gateway: no redirects, a time limit, a bounded answer, typed errors without secrets."""

from __future__ import annotations

import http.client
import ipaddress
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from jiesu.notices.channels.model import ChannelCode, ChannelError

_LARGEST_ANSWER = 64 * 1024
_SOON = timedelta(minutes=1)
_TOO_MANY = 429
_SERVER = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said: an HTTP status of success and a JSON object."""

    status: int
    content: Mapping[str, Any]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A gateway that moves is a gateway to be asked about: the signature was made for another address."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


# Without proxies from the environment: where messages with personal data go is said in one place.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def check_url(url: str, *, channel: str) -> None:
    """Refuses what is not https, unless it stays on this machine; raises ``not_configured``."""
    parts = urlsplit(url)
    local = parts.hostname == "localhost"
    with suppress(ValueError):
        local = local or ipaddress.ip_address(parts.hostname or "").is_loopback
    if not parts.hostname or parts.scheme not in {"http", "https"} or (parts.scheme == "http" and not local):
        raise ChannelError(ChannelCode.NOT_CONFIGURED, channel=channel, why="url 应为 https 地址")


def post_json(
    url: str, *, body: bytes, headers: Mapping[str, str], timeout: float, channel: str, repeatable: bool
) -> Answer:
    """Posts a JSON body.

    Args:
        repeatable: whether the gateway sends a repeated request once; if not, an unclear end is not tried again.

    Raises:
        ChannelError: ``unreachable``, ``throttled``, ``refused``, ``unclear``. Addresses and keys are in none of them.
    """
    request = urllib.request.Request(  # noqa: S310  (check_url allowed http and https only)
        url, data=body, headers={"Content-Type": "application/json; charset=utf-8", **headers}, method="POST"
    )
    try:
        with _OPENER.open(request, timeout=timeout) as response:
            return Answer(response.status, _object(response.read(_LARGEST_ANSWER), channel=channel))
    except urllib.error.HTTPError as error:
        with error:
            raise _status_error(error, channel=channel) from None
    except urllib.error.URLError as error:
        # No connection was made, so nothing was sent, unless the time ran out while waiting.
        if isinstance(error.reason, TimeoutError):
            raise _unclear(channel, repeatable) from None
        raise ChannelError(ChannelCode.UNREACHABLE, channel=channel, retry_after=_SOON) from None
    except (OSError, http.client.HTTPException):
        raise _unclear(channel, repeatable) from None


def _unclear(channel: str, repeatable: bool) -> ChannelError:
    return ChannelError(ChannelCode.UNCLEAR, channel=channel, retry_after=_SOON if repeatable else None)


def _status_error(error: urllib.error.HTTPError, *, channel: str) -> ChannelError:
    if error.code == _TOO_MANY:
        return ChannelError(ChannelCode.THROTTLED, channel=channel, retry_after=_retry_after(error))
    if error.code >= _SERVER:
        return ChannelError(ChannelCode.UNREACHABLE, channel=channel, retry_after=_retry_after(error))
    return ChannelError(ChannelCode.REFUSED, channel=channel, why=f"HTTP {error.code}")


def _retry_after(error: urllib.error.HTTPError) -> timedelta:
    seconds = error.headers.get("Retry-After", "")
    if seconds.isascii() and seconds.isdigit():
        return timedelta(seconds=min(int(seconds), 24 * 3600))
    return _SOON


def _object(raw: bytes, *, channel: str) -> Mapping[str, Any]:
    try:
        content = json.loads(raw)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ChannelError(ChannelCode.UNCLEAR, channel=channel)
    return content
