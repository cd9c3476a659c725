"""Gives every test run, and each worker of it, a folder of its own before Django reads its settings.

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
import hypothesis
import pytest

from jiesu.cases import keys
from jiesu.config import private_database

# A slow machine is no fault of the code: speed is told by the bench alone.
hypothesis.settings.register_profile("anywhere", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("anywhere")

#: Name of this worker of pytest-xdist; empty in the process that starts them, and without them.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _begin() -> Path:
    # What the person at the keyboard has set for her own installation must not reach a test.
    for name in [name for name in os.environ if name.startswith("JIESU_")]:
        del os.environ[name]
    run = Path(tempfile.mkdtemp(prefix="jiesu-test-"))
    atexit.register(shutil.rmtree, run, ignore_errors=True)
    os.environ["JIESU_HOME"] = str(run / "home")
    return run


def _begin_worker() -> Path:
    """A home of its own: copies of one database give out the same case numbers, and their files have the same names."""
    run = Path(os.environ["JIESU_HOME"]).parent
    os.environ["JIESU_HOME"] = str(run / WORKER)
    # What the template was seeded with is sealed with one ring; what a test does to the ring stays with its worker.
    shutil.copytree(run / "keys", run / WORKER / "keys")
    return run


RUN = _begin_worker() if WORKER else _begin()
os.environ["DJANGO_SETTINGS_MODULE"] = "jiesu.config.settings"
# Before any other conftest.py or test module, which read models as they are imported.
django.setup()

SERVER = private_database.PrivateServer(
    folder=RUN / "server" / "postgresql",
    secrets_file=RUN / "server" / "postgresql.json",
    throwaway=True,
)


def pytest_configure(config: pytest.Config) -> None:
    """Make what all workers share: the server, which must outlive each of them, and the ring they begin with."""
    if not WORKER and config.getoption("numprocesses", None):
        SERVER.start()
        shutil.copytree(keys.ensure_ring().parent, RUN / "keys")
        # A worker that inherited it would read the settings before it has its home.
        del os.environ["DJANGO_SETTINGS_MODULE"]


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
