"""How fast the machine is at this moment: what others do to it is seen here, and not always in its load."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from statistics import median

from tools.bench import FOLDER

PAGE = b"\0" * 8192


@dataclass(frozen=True)
class Moment:
    """The machine between two parts.

    Args:
        load: average of the last minute.
        loop: milliseconds of a fixed piece of Python, the median of several.
        sync: milliseconds until a page of the database is on the disk.
    """

    load: float
    loop: float
    sync: float


def now() -> Moment:
    """Takes about a quarter of a second."""
    return Moment(os.getloadavg()[0], median(_loop() for _n in range(9)), median(_syncs(25)))


def _loop() -> float:
    begun = time.perf_counter()
    total = 0
    for n in range(200_000):
        total += n % 7
    return (time.perf_counter() - begun) * 1000


def _syncs(count: int) -> list[float]:
    spent: list[float] = []
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=FOLDER) as file:
        for _n in range(count):
            begun = time.perf_counter()
            file.write(PAGE)
            file.flush()
            os.fsync(file.fileno())
            spent.append((time.perf_counter() - begun) * 1000)
    return spent
