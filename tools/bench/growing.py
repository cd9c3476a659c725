"""How much slower a queue page is in a larger database: both are asked in turn, so that a slow minute of the host meets both."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from jiesu.config.private_database import PrivateServer
from tools.bench import ground
from tools.bench.building import database
from tools.bench.doors import call, signed_in
from tools.bench.reading import QUEUES

ROUNDS = 7
#: PostgreSQL plans a prepared statement for its values five times, then once for all.
WARM = 8


@dataclass(frozen=True)
class Growth:
    """A page of two databases.

    Args:
        before, after: milliseconds of the smaller and the larger one, the medians of all rounds.
        times: the larger one by the smaller one, the median of the rounds.
    """

    name: str
    before: float
    after: float
    times: float

    def line(self) -> str:
        return f"{self.name:<52} {self.before:8.1f} ms  {self.after:8.1f} ms  {self.times:.2f} times"


def growth(private: PrivateServer, before: int, after: int, *, times: int) -> list[Growth]:
    """The queue page of each level in two databases.

    Args:
        times: how often each page is asked for in a round.
    """
    rounds = [[_pages(private, size, times) for size in (before, after)] for _n in range(ROUNDS)]
    found = []
    for _username, _scope, name in QUEUES:
        small, large = [each[0][name] for each in rounds], [each[1][name] for each in rounds]
        ratios = [b / a for a, b in zip(small, large, strict=True)]
        found.append(Growth(name, median(small), median(large), median(ratios)))
    return found


def _pages(private: PrivateServer, size: int, times: int) -> dict[str, float]:
    """Milliseconds of each page in one database, the median."""
    found = {}
    with ground.using(private, database(size)):
        for username, scope, name in QUEUES:
            headers, address = signed_in(username), f"/desk/queue/?scope={scope}"
            spent = []
            for _n in range(WARM + times):
                begun = time.perf_counter()
                call("GET", address, headers=headers)
                spent.append((time.perf_counter() - begun) * 1000)
            found[name] = median(spent[WARM:])
    return found
