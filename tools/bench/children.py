"""Work in a process of its own, so that the peak of its memory is its own."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NamedTuple

from django.db import connections

from tools.bench.doors import Refused


class Done(NamedTuple):
    """What became of it: its result, seconds, and by how many MB the process grew at its peak."""

    result: int
    seconds: float
    memory: float


def apart(work: Callable[[], int]) -> Done:
    """Does something in a forked process.

    Raises:
        Refused: the process failed.
    """
    connections.close_all()
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_run, args=(work, theirs))
    process.start()
    theirs.close()
    try:
        return Done(*ours.recv())
    except EOFError:
        raise Refused("a process apart has failed; see above") from None
    finally:
        process.join()


def _run(work: Callable[[], int], told: Connection) -> None:
    before = _peak()
    begun = time.perf_counter()
    result = work()
    told.send((result, time.perf_counter() - begun, _peak() - before))
    connections.close_all()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
