"""Times of one thing done many times, the statements it sent, the memory it took, and the floor beside it."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from tools.bench import floor


@dataclass(frozen=True)
class Goal:
    """What must be reached; None asks for nothing.

    Args:
        p50, p95: milliseconds; for ``share`` see ``bare``.
        rate: so many a second at least.
        bare: the bare statements may be so many times as fast.
    """

    queries: int | None = None
    p50: float | None = None
    p95: float | None = None
    rate: float | None = None
    bare: float | None = None

    def words(self) -> str:
        parts = [f"≤ {self.queries} queries"] if self.queries is not None else []
        parts += [f"p50 ≤ {self.p50:.0f} ms"] if self.p50 is not None else []
        parts += [f"p95 ≤ {self.p95:.0f} ms"] if self.p95 is not None else []
        parts += [f"≥ {self.rate:,.0f}/s"] if self.rate is not None else []
        parts += [f"≤ {self.bare} × bare"] if self.bare is not None else []
        return ", ".join(parts)


@dataclass(frozen=True)
class Figure:
    """What was measured.

    Args:
        name: what, in words.
        key: what the summary collects it by; empty for what stands in no summary.
        p50, p95: milliseconds.
        queries: most statements that one of them sent; None where they are sent by another process.
        times: how often it was done.
        rate: so many a second.
        memory: peak in MB: of the Python objects of one call, or of the process where ``name`` says so.
        bare: milliseconds of the floor, or None.
        note: what else is to be said.
    """

    name: str
    p50: float
    p95: float
    queries: int | None
    times: int
    key: str = ""
    rate: float | None = None
    memory: float | None = None
    bare: float | None = None
    goal: Goal = Goal()
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """So many times the floor."""
        return self.p50 / self.bare if self.bare else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        goal = self.goal
        checks = [
            (goal.queries, self.queries, False),
            (goal.p50, self.p50, False),
            (goal.p95, self.p95, False),
            (goal.rate, self.rate, True),
            (goal.bare, self.ratio, False),
        ]
        found = [
            value >= wanted if least else value <= wanted
            for wanted, value, least in checks
            if wanted is not None and value is not None
        ]
        return all(found) if found else None

    def line(self) -> str:
        """The figure in one line for the terminal."""
        rate = f"  {self.rate:,.0f}/s" if self.rate else ""
        statements = f"  {self.queries} statements" if self.queries is not None else ""
        above = f"  {self.ratio:.1f} × bare" if self.ratio else ""
        verdict = "" if self.met is None else ("  ok" if self.met else f"  MISSED ({self.goal.words()})")
        note = f"  [{self.note}]" if self.note else ""
        return f"{self.name:<52} p50 {self.p50:8.1f} ms  p95 {self.p95:8.1f} ms{statements}{rate}{above}{verdict}{note}"


@dataclass
class Statements:
    """Counts the statements that Django's connection sends."""

    count: int = 0
    texts: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        self.texts.append(str(sql))
        return execute(sql, params, many, context)


@contextmanager
def counted() -> Iterator[Statements]:
    """The statements sent while the block runs."""
    statements = Statements()
    with connection.execute_wrapper(statements):
        yield statements


def percentile(values: list[float], share: float) -> float:
    """A percentile by the nearest rank.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 0.5), percentile([1.0, 2.0, 3.0, 4.0], 0.95)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    rank = max(1, -(-int(share * 1000) * len(ordered) // 1000))
    return ordered[rank - 1]


def measure(
    name: str,
    work: Callable[[int], object],
    *,
    times: int,
    key: str = "",
    warm: int = 5,
    goal: Goal = Goal(),
    rate: bool = False,
    reads: bool = True,
) -> Figure:
    """Does something ``warm + times`` times, each with another number, and tells how long it took.

    Args:
        rate: also as so many a second, one after the other.
        reads: it writes nothing, so that its statements can be sent again as its floor and its memory be looked at.
    """
    for n in range(warm):
        work(n)
    spent: list[float] = []
    most = 0
    gc.collect()
    # As the web process does once it has loaded everything.
    gc.freeze()
    begun = time.perf_counter()
    for n in range(warm, warm + times):
        with counted() as statements:
            start = time.perf_counter()
            work(n)
            spent.append((time.perf_counter() - start) * 1000)
        most = max(most, statements.count)
    taken = time.perf_counter() - begun
    bare = floor.reading(floor.record(lambda: work(0)), times=max(5, times // 4)) if reads else []
    return figure(
        name, spent, key=key, queries=most, goal=goal, rate=times / taken if rate else None,
        memory=peak(lambda: work(0)) if reads else None, bare=percentile(bare, 0.5) if bare else None,
    )  # fmt: skip


def peak(work: Callable[[], object]) -> float:
    """Peak in MB of the Python objects that something makes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def figure(name: str, spent: list[float], *, queries: int | None = None, **more: Any) -> Figure:
    """A figure from single times in milliseconds."""
    return Figure(
        name=name,
        p50=percentile(spent, 0.5),
        p95=percentile(spent, 0.95),
        queries=queries,
        times=len(spent),
        **more,
    )
