"""Ways in: a WSGI call inside this process, and a web process of its own over HTTP."""

from __future__ import annotations

import io
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from socket import socket
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.wsgi import get_wsgi_application

from jiesu.config.private_database import PrivateServer
from jiesu.config.tether import tied
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.people.tokens import issue_token
from tools.bench.ground import environment

application = get_wsgi_application()


class Refused(RuntimeError):
    """An answer that is not what was measured."""


def call(method: str, path: str, *, headers: dict[str, str], body: bytes = b"", expect: int = 200) -> bytes:
    """One request through the WSGI application, all middleware included.

    Raises:
        Refused: another status than expected.
    """
    path, _mark, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    told: list[str] = []
    start: Any = lambda status, *_rest: told.append(status)  # noqa: E731
    with closing(application(environ, start)) as answer:
        content = b"".join(answer)
    if int(told[0][:3]) != expect:
        raise Refused(f"{method} {path}?{query}: {told[0]} {content[:600].decode(errors='replace')}")
    return content


def token(username: str) -> dict[str, str]:
    """Headers of a caller of the API."""
    issued = issue_token(
        staff=Staff.objects.get(username=username), name="bench", at=datetime.now(UTC), actor=SYSTEM
    )
    return {"Authorization": f"Bearer {issued.secret}", "Content-Type": "application/json"}


def signed_in(username: str) -> dict[str, str]:
    """Headers of somebody signed in at the desk."""
    staff = Staff.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "jiesu.people.authentication.StaffBackend"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session.create()
    return {"Cookie": f"sessionid={session.session_key}"}


@contextmanager
def web(private: PrivateServer, name: str, *, workers: int = 1) -> Iterator[tuple[int, int]]:
    """Web processes (granian, as ``jiesu up`` starts them) on one database; gives their port and the parent's id."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "jiesu.config.serve"],
        env={**environment(private, name), "JIESU_PORT": str(port), "JIESU_WEB_WORKERS": str(workers)},
        process_group=0,
        preexec_fn=tied(),
    )
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], timeout: float = 30) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise Refused("the web process does not answer")
