"""A worker is killed while it writes a long list; two ask at once; one writes at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from jiesu.cases import exports
from jiesu.cases.models import ExportRun
from jiesu.cases.worklists import Filters, scope_named
from jiesu.config.private_database import PrivateServer
from jiesu.people.models import AccessLog
from jiesu.web.desk import workbook
from tests.conftest import database_urls
from tests.races import together
from tests.speed.conftest import fill, person

ROWS = 1200
#: Each row takes a while, so that there is time to kill it between two of them.
WORKER = """
import django, time
django.setup()
from django.utils import timezone
from jiesu.cases import exports
from jiesu.web.desk import workbook
exports.STEP = 10
def slowly(items, target, at):
    workbook.write((time.sleep(0.005) or item for item in items), target, at)
exports.write_owed(write=slowly, now=timezone.now)
"""


def asked(filters: Filters) -> ExportRun:
    who = person("handler")
    return exports.begin(
        actor=who, scope=scope_named(who, "office"), filters=filters, words="", language="zh-hans", at=timezone.now()
    )  # fmt: skip


def folder() -> Path:
    return Path(settings.JIESU.home) / "exports"


@pytest.mark.slow
def test_a_killed_export_begins_again_and_is_written_once(own_database: str, server: PrivateServer) -> None:
    fill(ROWS, counties=1)
    run = asked(Filters(closed=True))
    environment = {
        **os.environ, **database_urls(server, own_database), "DJANGO_SETTINGS_MODULE": "jiesu.config.settings",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        run.refresh_from_db()
        if run.rows >= 50:
            break
        time.sleep(0.01)
    # while it writes, nobody else does, and nobody waits for it
    assert run.status == "running"
    assert exports.write_owed(write=workbook.write, now=timezone.now) == 0
    # when it is killed without a word
    process.kill()
    process.wait()
    left = list(folder().iterdir())
    assert [path.name.startswith(f".{run.pk}.") for path in left] == [True]
    assert left[0].stat().st_mode & 0o077 == 0
    # then the next one begins again, once the database has noticed that the lock's connection is gone
    end = time.monotonic() + 20
    while not exports.write_owed(write=workbook.write, now=timezone.now) and time.monotonic() < end:
        time.sleep(0.1)
    run.refresh_from_db()
    assert (run.status, run.attempts, run.cut) == ("done", 2, False)
    assert run.rows == run.total > ROWS - 100
    assert [path.name for path in folder().iterdir()] == [f"{run.pk}.sealed"]
    assert AccessLog.objects.filter(act="export").count() == 1
    content = exports.fetch(run, actor=person("handler"), at=timezone.now())
    assert content[:2] == b"PK"


@pytest.mark.slow
def test_a_button_pressed_in_two_windows_at_once_asks_once(own_database: str) -> None:
    fill(3, counties=1)
    first, second = together(lambda: asked(Filters()), lambda: asked(Filters()))
    assert first.pk == second.pk
    assert ExportRun.objects.count() == 1
