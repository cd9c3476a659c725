"""A sweep is killed in the middle: whole chunks stay, the next sweep goes on, and the groups are those of one that ran through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection

from jiesu.config.private_database import PrivateServer
from jiesu.config.tether import tied
from jiesu.insight.hotspots import keeping, queries
from jiesu.insight.hotspots.models import Member, Progress, Single, Spot
from jiesu.people.actors import SYSTEM
from tests.conftest import database_urls
from tests.insight.hotspots.conftest import NOW, Town

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="kills a process as Linux does"),
]

#: One case a transaction, and a pause in each: long enough to be killed in the middle.
SLOW_SWEEP = """
import time
from datetime import datetime
import django
django.setup()
from jiesu.insight.hotspots import keeping
store, place = keeping.store, keeping._place
def slow(*given):
    found = place(*given)
    time.sleep(0.2)
    return found
keeping._place = slow
keeping.sweep(at=datetime.fromisoformat({at!r}), chunk=1)
"""


def groups() -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for case, spot in Member.objects.order_by("case_id").values_list("case_id", "spot_id"):
        found.setdefault(spot, []).append(case)
    return sorted(found.values())


def test_killed_and_gone_on(server: PrivateServer, own_database: str) -> None:
    town = Town()
    town.ordinary()
    town.burst(8)
    environment = {
        **os.environ,
        **database_urls(server, own_database),
        "DJANGO_SETTINGS_MODULE": "jiesu.config.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SWEEP.format(at=NOW.isoformat())], env=environment, preexec_fn=tied()
    )
    end = time.monotonic() + 60
    while Single.objects.count() + Member.objects.count() < 6:
        assert time.monotonic() < end, "the sweep placed nothing"
        assert process.poll() is None, "the sweep ended by itself"
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    placed = Single.objects.count() + Member.objects.count()
    assert 6 <= placed < 18
    # The server ends the dead process's transaction and its lock within moments.
    while not keeping.sweep(at=NOW):
        assert time.monotonic() < end, "the lock of the dead process stays"
        time.sleep(0.1)
    assert Single.objects.count() + Member.objects.count() == 18
    assert Spot.objects.filter(size=0).count() == 0
    assert sum(len(g) for g in groups()) == sum(Spot.objects.values_list("size", flat=True))
    after_the_kill = groups()
    for model in (Member, Spot, Single):
        model.objects.all().delete()
    Progress.objects.update(registered_until=None)
    assert keeping.sweep(at=NOW) == 18
    assert groups() == after_the_kill
    assert len(queries.listing(SYSTEM, at=NOW)) == 1
    connection.close()
