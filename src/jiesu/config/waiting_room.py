"""Answers 503 on Jiesu's port while the web process starts or restarts."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time

_PAGE = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<meta name="viewport" content="width=device-width"><title>接诉 正在启动</title></head>
<body><main><h1>正在启动，请稍候</h1><p>页面会自动刷新。您已提交的内容不会丢失。</p>
<p lang="en">Starting. This page reloads by itself.</p></main></body></html>
""".encode()
_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html; charset=utf-8\r\nRetry-After: 2\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: "
    + str(len(_PAGE)).encode()
    + b"\r\n\r\n"
    + _PAGE
)
_PATIENCE = 0.2
"""Seconds for one request: the supervisor has other things to look after."""


class PortInUseError(OSError):
    """Somebody else listens on the address."""


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def check_free(host: str, port: int) -> None:
    """Make sure that nobody listens there.

    Granian shares its port with whoever asks for that too, so two installations would split the requests unseen.

    :raises PortInUseError: somebody does.
    """
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUseError(error.errno, error.strerror) from error


class WaitingRoom:
    """Holds the port, together with granian, until the pages can be served."""

    def __init__(self, *, host: str, port: int) -> None:
        self.address = (host, port)
        self._listener: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """Whether it answers at the moment."""
        return self._listener is not None

    def open(self) -> None:
        """Begin to answer."""
        if self._listener is not None:
            return
        listener = socket.socket(_family(self.address[0]))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            listener.bind(self.address)
            listener.listen(64)
        except OSError:
            # Without it a browser is refused for some seconds, which is no reason to stop.
            listener.close()
            return
        listener.setblocking(False)
        self._listener = listener

    def close(self) -> None:
        """Leave the port to the web process, after answering who already waits."""
        if self._listener is not None:
            self.serve(0)
            self._listener.close()
            self._listener = None

    def serve(self, seconds: float) -> None:
        """Answer whoever comes within ``seconds``; just wait when closed."""
        if self._listener is None:
            time.sleep(seconds)
            return
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while selector.select(max(0.0, end - time.monotonic())):
                with contextlib.suppress(OSError):
                    self._answer()
                if time.monotonic() >= end + _PATIENCE:
                    break

    def _answer(self) -> None:
        assert self._listener is not None
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(_PATIENCE)
            with contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(_ANSWER)
                connection.shutdown(socket.SHUT_WR)
