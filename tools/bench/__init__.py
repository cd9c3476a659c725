"""``make bench``: measures Jiesu on a private PostgreSQL of its own and writes ``docs/benchmarks.md``.

As in tests, the folder is named before Django reads its settings: nothing of an installation is touched.

- ``BENCH``: nothing for 10,000 and 1,000,000 cases, ``full`` for 10,000,000 too, ``small`` to see that it runs.
- ``BENCH_FOLDER``: keep databases there between runs, migrated when the schema changes; else a temporary one.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django

for _name in [name for name in os.environ if name.startswith("JIESU_")]:
    del os.environ[_name]

KEPT = "BENCH_FOLDER" in os.environ
FOLDER = (
    Path(os.environ["BENCH_FOLDER"]).absolute() if KEPT else Path(tempfile.mkdtemp(prefix="jiesu-bench-"))
)
if not KEPT:
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ["JIESU_HOME"] = str(FOLDER / "home")
os.environ["DJANGO_SETTINGS_MODULE"] = "jiesu.config.settings"
django.setup()
