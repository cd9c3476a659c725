"""Databases for tests: one template per run, one copy per worker, a copy of its own for a test that commits.

- ``@pytest.mark.django_db`` (or the fixture ``db``): the worker's copy, rolled back after the test. ``transaction=True``
  is not used: nothing is ever flushed.
- ``own_database``: a fresh copy that the test may commit to from as many connections and processes as it likes.
- ``live_url``: granian serving that copy. ``browser``: chromium.

The application's role is used throughout; ``server.connect("jiesu_owner", name=…)`` is the owner's door.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from jiesu.config import demonstration, first_start, static_files
from jiesu.config.private_database import PrivateServer
from jiesu.config.roles import create_database, grant
from jiesu.config.tether import tied

TEMPLATE = "jiesu_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
SEEDED_AT = datetime(2026, 9, 1, 0, 0, tzinfo=UTC)
_copies = itertools.count()


@contextmanager
def pointed_at(server: PrivateServer, name: str) -> Iterator[None]:
    """Let Django's two connections use one database of the test server."""
    before = {alias: dict(connections.settings[alias]) for alias in ("default", "owner")}
    logins = server.logins(name=name)
    for alias, login in (("default", logins.app), ("owner", logins.owner)):
        connections[alias].close()
        connections.settings[alias].update(login.settings())
    try:
        yield
    finally:
        for alias, kept in before.items():
            connections[alias].close()
            connections.settings[alias].update(kept)


def _copy(server: PrivateServer, name: str) -> None:
    with server.connect() as superuser:
        create_database(superuser, name, template=TEMPLATE)


def _drop(server: PrivateServer, name: str) -> None:
    with server.connect() as superuser:
        superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _build_template(server: PrivateServer) -> None:
    draft = f"{TEMPLATE}_draft"
    _drop(server, draft)
    with server.connect() as superuser:
        create_database(superuser, draft)
    with server.connect("jiesu_owner", name=draft) as owner:
        grant(owner)
    with pointed_at(server, draft):
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        first_start.reference()
        demonstration.load(now=SEEDED_AT)
    with server.connect(name=draft) as superuser:
        superuser.execute("VACUUM ANALYZE")
    with server.connect() as superuser:
        superuser.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (draft, TEMPLATE)))
        )


@pytest.fixture(scope="session")
def template(server: PrivateServer, django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> str:
    """Name of the migrated and seeded database that all others are copied from; the first worker builds it."""
    with (server.folder.parent / "template.lock").open("w") as file, django_db_blocker.unblock():
        fcntl.flock(file, fcntl.LOCK_EX)
        with server.connect() as superuser:
            there = superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
        if there is None:
            _build_template(server)
        static_files.collect()
    return TEMPLATE


@pytest.fixture(scope="session")
def django_db_setup(
    server: PrivateServer, template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Replace pytest-django's own making of databases: this worker's copy of the template."""
    name = f"jiesu_{WORKER}"
    _copy(server, name)
    with django_db_blocker.unblock(), pointed_at(server, name):
        django_db_blocker.block()
        yield
        django_db_blocker.restore()


@pytest.fixture
def own_database(
    request: pytest.FixtureRequest, server: PrivateServer, template: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A fresh copy of the template for one test that really commits; gives its name.

    Not together with ``db``: that would open a transaction in the worker's copy.
    """
    assert "db" not in request.fixturenames, "own_database and db exclude each other"
    name = f"jiesu_{WORKER}_own{next(_copies)}"
    _copy(server, name)
    _empty_home()
    with django_db_blocker.unblock(), pointed_at(server, name):
        try:
            yield name
        finally:
            connections.close_all()
            _drop(server, name)
            _empty_home()


def _empty_home() -> None:
    """A fresh copy of the database gives out the same case numbers again: no file of another test lies under them."""
    for name in ("files", "held", "imports", "exports", "anchors"):
        shutil.rmtree(Path(settings.JIESU.home) / name, ignore_errors=True)


def free_port() -> int:
    """Give a port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_urls(server: PrivateServer, name: str) -> dict[str, str]:
    """Give the environment that points another process at one database of the test server."""
    logins = server.logins(name=name)
    return {
        key: f"postgresql://{login.user}:{quote(login.password)}@/{login.name}?host={quote(login.host)}"
        for key, login in (("JIESU_DATABASE_URL", logins.owner), ("JIESU_APP_DATABASE_URL", logins.app))
    }


@pytest.fixture
def live_url(server: PrivateServer, own_database: str) -> Iterator[str]:
    """Address of a web process (granian) of its own that serves ``own_database``."""
    port = free_port()
    environment = {
        **os.environ,
        **database_urls(server, own_database),
        "JIESU_PORT": str(port),
    }
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "jiesu.config.serve"], env=environment, process_group=0, preexec_fn=tied()
    )
    try:
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], timeout: float = 30) -> None:
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        assert process.poll() is None, f"the web process ended with {process.returncode}"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within {timeout} s")


def _chromium() -> str | None:
    known = (Path("/usr/bin/chromium"), Path("/usr/bin/chromium-browser"))
    return next((str(path) for path in known if path.exists()), shutil.which("chromium"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium without a window; the test is skipped where there is none."""
    executable = _chromium()
    if executable is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@contextmanager
def _page(browser: Browser, *, width: int, height: int, base_url: str, phone: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        base_url=base_url,
        viewport={"width": width, "height": height},
        has_touch=phone,
        is_mobile=phone,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(10_000)
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture
def phone_page(browser: Browser, live_url: str) -> Iterator[Page]:
    """A page 390 px wide on ``live_url``."""
    with _page(browser, width=390, height=844, base_url=live_url, phone=True) as page:
        yield page


@pytest.fixture
def desk_page(browser: Browser, live_url: str) -> Iterator[Page]:
    """A page 1440 px wide on ``live_url``, with cookies of its own."""
    with _page(browser, width=1440, height=900, base_url=live_url) as page:
        yield page
