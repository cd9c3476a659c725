"""Times of one thing done many times, and the statements it sent."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Figure:
    """What was measured.

    Args:
        p50, p95: milliseconds.
        queries: most statements that one of them sent; None where they are sent by another process.
        times: how often it was done.
        floor: what the design asks for, in words; empty where it asks for nothing.
        met: whether that is reached.
    """

    name: str
    p50: float
    p95: float
    queries: int | None
    times: int
    rate: float | None = None
    floor: str = ""
    met: bool | None = None

    def line(self) -> str:
        """The figure in one line for the terminal."""
        rate = f"  {self.rate:,.0f}/s" if self.rate else ""
        statements = f"  {self.queries} statements" if self.queries is not None else ""
        verdict = "" if self.met is None else ("  ok" if self.met else f"  BELOW FLOOR ({self.floor})")
        return f"{self.name:<52} p50 {self.p50:8.1f} ms  p95 {self.p95:8.1f} ms{statements}{rate}{verdict}"


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


@dataclass(frozen=True)
class Floor:
    """What must be reached; None asks for nothing."""

    queries: int | None = None
    p95: float | None = None
    rate: float | None = None

    def words(self) -> str:
        parts = [f"≤ {self.queries} queries"] if self.queries is not None else []
        parts += [f"p95 < {self.p95:.0f} ms"] if self.p95 is not None else []
        parts += [f"≥ {self.rate:.0f}/s"] if self.rate is not None else []
        return ", ".join(parts)

    def met(self, *, queries: int | None, p95: float, rate: float | None) -> bool | None:
        if not self.words():
            return None
        return (
            (self.queries is None or queries is None or queries <= self.queries)
            and (self.p95 is None or p95 < self.p95)
            and (self.rate is None or rate is None or rate >= self.rate)
        )


def measure(
    name: str,
    work: Callable[[int], object],
    *,
    times: int,
    warm: int = 5,
    floor: Floor = Floor(),
    rate: bool = False,
) -> Figure:
    """Does something ``warm + times`` times, each with another number, and tells how long it took.

    Args:
        rate: also as so many a second, one after the other.
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
    return figure(
        name, spent, queries=most, floor=floor, rate=times / (time.perf_counter() - begun) if rate else None
    )


def figure(
    name: str, spent: list[float], *, queries: int | None, floor: Floor = Floor(), rate: float | None = None
) -> Figure:
    """A figure from single times in milliseconds."""
    p95 = percentile(spent, 0.95)
    return Figure(
        name=name,
        p50=percentile(spent, 0.5),
        p95=p95,
        queries=queries,
        times=len(spent),
        rate=rate,
        floor=floor.words(),
        met=floor.met(queries=queries, p95=p95, rate=rate),
    )
