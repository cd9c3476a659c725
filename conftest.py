"""Gives every test run a folder of its own before Django reads its settings, and with pytest-xdist its server.

pytest-django reads the settings before it loads any ``conftest.py`` when pytest's own options name them, so they are
named here, after ``JIESU_HOME``.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

from jiesu.config import private_database

WORKER = "PYTEST_XDIST_WORKER" in os.environ


def _begin() -> Path:
    # What the person at the keyboard has set for her own installation must not reach a test.
    for name in [name for name in os.environ if name.startswith("JIESU_")]:
        del os.environ[name]
    run = Path(tempfile.mkdtemp(prefix="jiesu-test-"))
    atexit.register(shutil.rmtree, run, ignore_errors=True)
    return run


if WORKER:
    RUN = Path(os.environ["JIESU_HOME"]).parent
else:
    RUN = _begin()
    os.environ["JIESU_HOME"] = str(RUN / "home")
os.environ["DJANGO_SETTINGS_MODULE"] = "jiesu.config.settings"
# Before any other conftest.py or test module, which read models as they are imported.
django.setup()

SERVER = private_database.PrivateServer(
    folder=RUN / "home" / "postgresql",
    secrets_file=RUN / "home" / "keys" / "postgresql.json",
    throwaway=True,
)


def pytest_configure(config: pytest.Config) -> None:
    """Start the one server of a run with workers: it must outlive each of them."""
    if not WORKER and config.getoption("numprocesses", None):
        SERVER.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server when the run ends, after the workers."""
    if not WORKER:
        SERVER.stop(immediate=True)


@pytest.fixture(scope="session")
def server() -> private_database.PrivateServer:
    """The private PostgreSQL of this run."""
    if WORKER:
        SERVER.adopt()
    elif SERVER.pid is None:
        SERVER.start()
    return SERVER
