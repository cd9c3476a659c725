"""Every worker of a test run has a home of its own: nothing that one writes is found by another."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = """
import os
from pathlib import Path
import pytest
from django.conf import settings
from jiesu.cases import keys
from jiesu.cases.files import store

@pytest.mark.parametrize("n", range(4))
def test_one(n):
    home = Path(settings.JIESU.home)
    worker = os.environ["PYTEST_XDIST_WORKER"]
    number = 430902260000000001
    assert str(home) == os.environ["JIESU_HOME"] and home.name == worker
    # nobody else's file under the same number
    assert not store().exists(number, 1) or store().get(number, 1) == worker.encode()
    store().put(number, 1, worker.encode())
    with open(os.environ["PROBE_OUT"], "a") as out:
        out.write(f"{worker} {home} {keys.ring().audit.hex()}\\n")
"""


@pytest.mark.slow
def test_workers_share_no_folder_and_begin_with_one_ring(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    probe, out = tmp_path / "test_probe.py", tmp_path / "out"
    probe.write_text(PROBE)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JIESU_", "PYTEST_", "DJANGO_"))}
    # given two workers that write the same file of the same case
    options = ["-q", "-n", "2", "--dist", "each", "-p", "conftest"]
    places = ["-c", str(root / "pyproject.toml"), "--rootdir", str(root), "--confcutdir", str(root)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *places, str(probe)],
        cwd=root,
        env={**environment, "PROBE_OUT": str(out), "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    # then each did so in a home of its own, with keys that open what the template holds
    lines = {tuple(line.split()) for line in out.read_text().splitlines()}
    assert len({home for _worker, home, _audit in lines}) == len({worker for worker, *_ in lines}) == 2
    assert len({audit for *_, audit in lines}) == 1
