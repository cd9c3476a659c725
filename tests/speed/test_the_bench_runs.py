"""The bench itself: it grows a database, measures a page, a creation and a sweep with their floors, and says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_bench_grows_a_database_and_measures_beside_bare_sql(tmp_path: Path) -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-m",
            "tools.bench",
            "--cases",
            "40,200",
            "--times",
            "4",
            "--only",
            "case,sweep,create",
        ],
        cwd=ROOT,
        env={**os.environ, "BENCH": "small", "BENCH_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert "200 cases built" in told.stdout
    lines = [line for line in told.stdout.splitlines() if "× bare" in line]
    for what in ("case page", "reminder and escalation sweep", "create through the API, in process"):
        assert sum(line.startswith(what) for line in lines) >= 2, told.stdout
