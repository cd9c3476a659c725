"""A worker is killed in the middle of an import, contacts come in beside it: every row and every number once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.cases import indexing
from jiesu.cases.models import Case, ComplaintWords, Event
from jiesu.cases.verify import verify_all
from jiesu.config.private_database import PrivateServer
from jiesu.intake import imports, sheets
from jiesu.intake.forms import read
from jiesu.intake.import_models import ImportedRow, ImportRun
from jiesu.intake.models import Contact
from jiesu.intake.registering import register
from jiesu.people.actors import SYSTEM, citizen
from jiesu.places.queries import by_key
from tests.conftest import database_urls
from tests.intake.given import COMPLAINT

ROWS = 600
#: In small batches, so that there is time to kill it between two of them.
WORKER = """
import django, sys
django.setup()
from django.utils import timezone
from jiesu.intake import imports
imports.BATCH = 20
imports.WORTH_HELPING = 1
imports.carry_out(int(sys.argv[1]), suggest_kind=None, now=timezone.now, processes=int(sys.argv[2]))
"""


def handed_in(folder: Path, rows: int = ROWS) -> ImportRun:
    """A sheet of complaints, each under its number at the hotline."""
    path = folder / "表.csv"
    lines = ["工单编号,类型,内容,被投诉单位,被投诉单位地址"]
    lines += [
        f"H{n},投诉,第{n}件：买到过期牛奶，店家不退款,店{n % 50},益阳市资阳区{n % 50}号" for n in range(rows)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return sheets.receive(
        path=path, name=path.name, format="", channel="12345", actor=SYSTEM,
        registered_by=by_key("430900-centre"), at=timezone.now(),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 3])
def test_a_killed_import_goes_on_and_every_row_is_there_once(
    own_database: str, server: PrivateServer, tmp_path: Path, processes: int
) -> None:
    # given an import under way in a process of its own
    run = handed_in(tmp_path)
    environment = {
        **os.environ, **database_urls(server, own_database), "DJANGO_SETTINGS_MODULE": "jiesu.config.settings",
    }  # fmt: skip
    killed = []
    for reached in (60, 250):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(run.pk), str(processes)], env=environment
        )
        end = time.monotonic() + 60
        # when it is killed without a word, twice
        while process.poll() is None and ImportedRow.objects.count() < reached and time.monotonic() < end:
            time.sleep(0.005)
        process.kill()
        process.wait()
        killed.append(ImportedRow.objects.count())
    assert 0 < killed[0] < killed[1] < ROWS
    # and the sweep finds it once it has been still for a while
    assert imports.owed(timezone.now() + imports.STALLED * 2) == [run.pk]
    done = _carried_out(run.pk)
    # then the rest is done and nothing twice: rows, contacts, cases, numbers, suggestions asked for
    assert (done.status, done.read, done.written, done.known, done.refused) == ("done", ROWS, ROWS, 0, 0)
    assert Case.objects.count() == Contact.objects.count() == ImportedRow.objects.count() == ROWS
    assert Case.objects.values("external_number").distinct().count() == ROWS
    assert Event.objects.filter(type="register").count() == ROWS
    jobs = ProcrastinateJob.objects.filter(task_name="jiesu.suggest_each")
    asked = Counter(int(number) for job in jobs for number in job.args["cases"])
    assert asked == Counter(Case.objects.values_list("pk", flat=True))
    assert verify_all().findings == ()
    assert not list((Path(settings.JIESU.home) / "imports").glob("*"))
    # and no words were lost: every case is found by them once they have been entered
    assert indexing.enter() == ROWS
    assert ComplaintWords.objects.filter(words__isnull=False).count() == ROWS
    assert verify_all().findings == ()


@pytest.mark.slow
def test_an_import_whose_helper_is_killed_goes_on_at_once(
    own_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given an import with helpers
    run = handed_in(tmp_path)
    monkeypatch.setattr(imports, "BATCH", 20)
    monkeypatch.setattr(imports, "WORTH_HELPING", 1)
    killed: list[int] = []

    def kill(_run: ImportRun) -> None:
        if not killed:
            command = ["pgrep", "-P", str(os.getpid()), "-f", "intake.helping"]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            killed.append(int(told.split()[0]))
            os.kill(killed[0], signal.SIGKILL)

    # when the system kills one of them
    done = imports.carry_out(run.pk, suggest_kind=None, now=timezone.now, progress=kill, processes=2)
    # then whoever reads does the rest, and every row is there once
    assert killed
    assert (done.status, done.read, done.written, done.known, done.refused) == ("done", ROWS, ROWS, 0, 0)
    assert Case.objects.count() == Contact.objects.count() == ImportedRow.objects.count() == ROWS


def _carried_out(run: int) -> ImportRun:
    """The lock of a killed process goes with its connection, which the database may notice a moment later."""
    end = time.monotonic() + 20
    while True:
        done = imports.carry_out(run, suggest_kind=None, now=timezone.now)
        if done.status == ImportRun.Status.DONE or time.monotonic() > end:
            return done
        time.sleep(0.1)


@pytest.mark.slow
def test_an_import_beside_live_intake_gives_every_case_a_number_of_its_own(
    own_database: str, tmp_path: Path
) -> None:
    # given a sheet, and citizens who lodge complaints while it is read
    run = handed_in(tmp_path, rows=300)
    lodged = 40

    def apart(deed: Any) -> Any:
        try:
            return deed()
        finally:
            connection.close()

    def lodge() -> list[int]:
        form = read(COMPLAINT)
        return [
            register(form=form, actor=citizen("complainant"), at=timezone.now(), key=None).cases[0].number
            for _ in range(lodged)
        ]

    def imported() -> ImportRun:
        return imports.carry_out(run.pk, suggest_kind=None, now=timezone.now)

    # when both go on at once
    with ThreadPoolExecutor(3) as pool:
        first, second, sheet = pool.map(apart, (lodge, lodge, imported))
    # then no number was given twice, and each case is whole
    numbers = [*first, *second]
    assert len(set(numbers)) == 2 * lodged
    assert (sheet.status, sheet.written) == ("done", 300)
    assert Case.objects.count() == Contact.objects.count() == 300 + 2 * lodged
    serials = Counter(number % 10**10 for number in Case.objects.values_list("pk", flat=True))
    assert set(serials.values()) == {1}
    assert set(numbers) <= set(Case.objects.values_list("pk", flat=True))
    assert verify_all().findings == ()
