"""Processes that do the batches of one piece of work beside one another, each on a database connection of its own.

A helper knows nothing but its pipe until Django stands. It ends with its pipe: when whoever gives the batches is killed, the
one under work is still written or rolled back, and the helper goes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from queue import SimpleQueue
from threading import Event, Thread
from traceback import format_exc
from typing import Any

import django
from django.db import connections
from django.utils.module_loading import import_string

#: Batches given to a helper at a time, so that it finds the next one when it has done the first.
AHEAD = 2
#: Helpers give way to the processes for which people wait.
NICENESS = 5
START = "import sys; from jiesu.intake.helping import serve; serve(int(sys.argv[1]))"


#: What a helper's function is called with.
Batch = tuple[Any, ...]


class HelperLost(RuntimeError):
    """A helper has ended before its work was done, or its work has failed."""


class Helpers:
    """Some processes that do batches.

    Args:
        count: how many.
        errand: what each of them is told first, see ``serve``.
    """

    def __init__(self, count: int, errand: dict[str, Any]) -> None:
        self._count, self._errand = count, errand
        self._pipes: list[Connection[Any, Any]] = []
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Helpers:
        for _n in range(self._count):
            ours, theirs = Pipe()
            end = theirs.fileno()
            # Not by ``multiprocessing``, which would run the main module of this process once more.
            process = subprocess.Popen([sys.executable, "-c", START, str(end)], pass_fds=[end])  # noqa: S603
            theirs.close()
            ours.send((connections["default"].settings_dict, self._errand))
            self._pipes.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.wait()

    def work(self, batches: Iterable[Batch]) -> Iterator[Any]:
        """Gives every batch to whoever is free; gives what became of them in the order in which they were done.

        Raises:
            HelperLost: a helper was killed, or has met an error, whose account it holds.
        """
        waiting = iter(batches)
        busy: dict[Connection[Any, Any], int] = {}
        for pipe in self._pipes * AHEAD:
            self._give(pipe, waiting, busy)
        while busy:
            for pipe in [p for p in wait(list(busy)) if isinstance(p, Connection)]:
                try:
                    outcome = pipe.recv()
                except (EOFError, ConnectionResetError):
                    raise HelperLost from None
                if isinstance(outcome, HelperLost):
                    raise outcome
                busy[pipe] -= 1
                self._give(pipe, waiting, busy)
                if not busy[pipe]:
                    del busy[pipe]
                yield outcome

    @staticmethod
    def _give(
        pipe: Connection[Any, Any], waiting: Iterator[Batch], busy: dict[Connection[Any, Any], int]
    ) -> None:
        if (batch := next(waiting, None)) is not None:
            try:
                pipe.send(batch)
            except (BrokenPipeError, ConnectionResetError):
                raise HelperLost from None
            busy[pipe] = busy.get(pipe, 0) + 1


def serve(end: int) -> None:
    """The life of a helper: an errand, then batches until its pipe ends.

    The errand names ``do`` by its dotted name: called with the rest of the errand, it gives what does a batch.
    """
    # Whoever interrupts the command interrupts it in the process that reads.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICENESS)
    django.setup()
    with Connection(end) as pipe, suppress(BrokenPipeError, ConnectionResetError):
        received: SimpleQueue[Any] = SimpleQueue()
        over = Event()
        Thread(target=_receive, args=(pipe, received, over), daemon=True).start()
        if (first := received.get()) is None:
            return
        database, errand = first
        connections.settings["default"].update(database)
        do = import_string(errand.pop("do"))(**errand)
        while (batch := received.get()) is not None and not over.is_set():
            try:
                outcome = do(*batch)
            except Exception:
                # As text: not every error can be sent as it is.
                outcome = HelperLost(format_exc())
            pipe.send(outcome)


def _receive(pipe: Connection[Any, Any], received: SimpleQueue[Any], over: Event) -> None:
    """Takes what comes off the pipe at once, and None when it ends: then nobody wants what has not been begun.

    Whoever gives the batches may send a long one while a long answer goes the other way: each would wait for the other
    to read.
    """
    with suppress(EOFError, ConnectionResetError):
        while True:
            received.put(pipe.recv())
    over.set()
    received.put(None)
