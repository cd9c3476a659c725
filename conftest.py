"""Gives every test run a folder of its own before Django reads its settings.

pytest-django reads the settings before it loads any ``conftest.py`` when pytest's own options name them, so they are
named here, after ``JIESU_HOME``.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest



def _begin() -> Path:
    # What the person at the keyboard has set for her own installation must not reach a test.
    for name in [name for name in os.environ if name.startswith("JIESU_")]:
        del os.environ[name]
    # Readable by nobody else, but passable: the database server does not run as root.
    run = Path(tempfile.mkdtemp(prefix="jiesu-test-"))
    run.chmod(0o711)
    return run


if "PYTEST_XDIST_WORKER" in os.environ:
    RUN = Path(os.environ["JIESU_HOME"]).parent
else:
    RUN = _begin()
    os.environ["JIESU_HOME"] = str(RUN / "home")
os.environ["DJANGO_SETTINGS_MODULE"] = "jiesu.config.settings"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder when the run ends, after the workers."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(RUN, ignore_errors=True)
