"""Importing a spreadsheet: checked row by row, written through ``bulk``, begun again without doubles."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from operator import itemgetter

from django.db.models import Q

from jiesu.cases import indexing, jobs
from jiesu.intake import locks, sheets, stopping
from jiesu.intake.helping import Batch, HelperLost, Helpers
from jiesu.intake.import_models import ImportRun
from jiesu.intake.locks import Lock, ask, hold, let_go
from jiesu.intake.spreadsheet import Row, SheetError
from jiesu.intake.suggesting import SuggestKind
from jiesu.intake.taking import Number, Outcome, Taking, number_of

_logger = logging.getLogger(__name__)
#: Rows of one transaction: what is asked for each batch counts for less, and nobody waits for what an import writes.
BATCH = 1500
#: Sheets of fewer rows are done before a second process has begun.
WORTH_HELPING = 5_000
#: So many refused rows are kept by number; whoever has more corrects the sheet as a whole.
MOST_PROBLEMS = 5_000
#: A run that nobody has touched for so long has lost its process.
STALLED = timedelta(minutes=2)
#: Seconds until a command asks again whether it is its turn.
TURN = 1.0
OVER = (ImportRun.Status.DONE, ImportRun.Status.FAILED)
#: Nobody takes these up: they are over, or wait for a person.
ENDED = (*OVER, ImportRun.Status.STOPPED)
#: Columns that each batch moves.
MOVING = ("status", "read", "written", "known", "refused", "touched_at")


def carry_out(
    run_id: int,
    *,
    suggest_kind: SuggestKind | None,
    now: Callable[[], datetime],
    progress: Callable[[ImportRun], None] | None = None,
    processes: int = 1,
) -> ImportRun:
    """Imports a file that was received, from where it stopped.

    One organisation's sheets come in one after another, and so does one file: what a sheet names may stand in another
    that is not written yet. A run whose turn it is not is given back as it is; the one before it queues it.

    Args:
        suggest_kind: suggests the kind of rows that name none; a person confirms it.
        progress: told after each batch.
        processes: how many write at once where a sheet is long; more than one need a committed run and a function
            for ``suggest_kind`` that stands at the top of its module.

    Raises:
        Exception: what nobody foresaw, once the run says that it stopped (``stopping``).
    """
    run = ImportRun.objects.select_related("registered_by").get(pk=run_id)
    with _alone(run) as alone:
        # Whoever had the run before may have ended it since it was read.
        run.refresh_from_db()
        if not alone or run.status in ENDED:
            return run
        try:
            sheets.read_in(run)
            helped = processes > 1 and run.rows >= WORTH_HELPING
            if not (helped and _with_helpers(_Import(run, suggest_kind, now, progress), processes)):
                _Import(run, suggest_kind, now, progress).all(1)
            run.status = ImportRun.Status.DONE
            stopping.clear(run)
        except SheetError as error:
            run.status, run.error = ImportRun.Status.FAILED, error.message[:200]
            stopping.clear(run)
        except Exception as error:
            stopping.note(run, error, at=now())
            raise
        run.problems.sort(key=itemgetter("row"))
        run.finished_at = run.touched_at = now()
        run.save()
        if run.written and not run.dry_run:
            indexing.hurry()
        if run.status == ImportRun.Status.FAILED or not run.problems:
            sheets.forget(run)
    for waiting in _behind(run):
        jobs.queue("import_file", run=waiting)
    return run


def _with_helpers(work: _Import, processes: int) -> bool:
    """Whether helpers have done it all. Where one was killed, for want of memory mostly, whoever holds the run does the
    rest alone: rows that are written are only counted.
    """
    try:
        work.all(processes)
    except HelperLost:
        _logger.exception("import %s goes on without helpers", work.run.pk)
        return False
    return True


def carry_out_in_turn(
    run_id: int,
    *,
    suggest_kind: SuggestKind | None,
    now: Callable[[], datetime],
    progress: Callable[[ImportRun], None] | None = None,
    processes: int = 1,
) -> ImportRun:
    """As ``carry_out``, for a command that stays until the run is over, whichever process brings it there."""
    while True:
        run = carry_out(run_id, suggest_kind=suggest_kind, now=now, progress=progress, processes=processes)
        if run.status in ENDED:
            return run
        time.sleep(TURN)


@contextmanager
def _alone(run: ImportRun) -> Iterator[bool]:
    """Holds a run, its file and its organisation's imports; False where another process has one of them, or where
    helpers that a killed process has left still write. A check alone holds nothing but its run.

    Nobody waits here: the worker has few places, and the locks of the database are waited for ten seconds at most.
    """
    held: list[Lock] = []
    try:
        yield all(hold(lock, held) for lock in _locks(run)) and not _written_by_others(run)
    finally:
        let_go(held)


def _locks(run: ImportRun) -> Iterator[Lock]:
    yield locks.of_run(run.pk)
    if not run.dry_run:
        yield from _of_others(run)


def _of_others(run: ImportRun) -> tuple[Lock, Lock]:
    """The locks that a run shares with others."""
    file = int.from_bytes(bytes.fromhex(run.sha256[:8]), "big", signed=True)
    return (locks.FILE, file), (locks.ORGANISATION, run.registered_by_id & 0x7FFF_FFFF)


def _writing(run: ImportRun) -> Iterator[Lock]:
    """What helpers share while they live: one lock for the file, one for the organisation."""
    for space, key in _of_others(run):
        yield locks.WRITING, key ^ space


def _written_by_others(run: ImportRun) -> bool:
    held: list[Lock] = []
    free = all(hold(lock, held) for lock in _writing(run))
    let_go(held)
    return not free


def _behind(run: ImportRun) -> list[int]:
    """Runs that have waited for this one."""
    if run.dry_run:
        return []
    others = Q(registered_by_id=run.registered_by_id) | Q(sha256=run.sha256)
    waiting = ImportRun.objects.filter(others, status=ImportRun.Status.WAITING, dry_run=False)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def most_processes() -> int:
    """As many as there are processors for this process."""
    return len(os.sched_getaffinity(0))


def owed(at: datetime) -> list[int]:
    """Runs that wait or whose process has gone."""
    open_runs = ImportRun.objects.filter(status__in=(ImportRun.Status.WAITING, ImportRun.Status.RUNNING))
    return list(open_runs.filter(touched_at__lt=at - STALLED).order_by("pk").values_list("pk", flat=True))


def helper(run: int, suggest_kind: SuggestKind | None) -> Callable[[list[Row], datetime], Outcome]:
    """What a helper does with a batch. The locks that it shares go with its connection."""
    own = ImportRun.objects.select_related("registered_by").get(pk=run)
    for lock in _writing(own):
        ask("SELECT pg_advisory_lock_shared(%s, %s) IS NULL", *lock)
    work = Taking(own, sheets.Kept(own).head, suggest_kind)
    return lambda rows, at: work.take(rows, at, frozenset())


class _Import:
    """One pass over the rows of a sheet."""

    def __init__(
        self,
        run: ImportRun,
        suggest_kind: SuggestKind | None,
        now: Callable[[], datetime],
        progress: Callable[[ImportRun], None] | None,
    ) -> None:
        self.run = run
        self.sheet = sheets.Kept(run)
        self.suggest_kind = suggest_kind
        self.now = now
        self.progress = progress
        #: Numbers on the other platform that rows have named, and the rows that name one again.
        self.seen: set[Number] = set()
        self.again: set[int] = set()

    def all(self, processes: int) -> None:
        """Every batch, from the first row: what an interrupted pass has written is counted, not written again."""
        run = self.run
        run.status = ImportRun.Status.RUNNING
        run.read = run.written = run.known = run.refused = 0
        run.problems = []
        run.save()
        if processes > 1:
            errand = {"do": f"{__name__}.helper", "run": run.pk, "suggest_kind": self.suggest_kind}
            with Helpers(processes, errand) as helpers:
                self._add_up(helpers.work(self._batches(self._once())))
        own = Taking(run, self.sheet.head, self.suggest_kind)
        if processes <= 1:
            self._add_up(own.take(rows, at, frozenset()) for rows, at in self._batches(self._once()))
        self._add_up(self._repeated(own))

    def _once(self) -> Iterator[Row]:
        """The rows whose number has not come before in this file: they may be written in any order."""
        for row in self.sheet.rows():
            number = number_of(row, self.sheet.head, self.run.channel)
            if number in self.seen:
                self.again.add(row.number)
                continue
            if number is not None:
                self.seen.add(number)
            yield row

    def _repeated(self, own: Taking) -> Iterator[Outcome]:
        """The other rows, one batch after another: known, unless the rows before them were refused."""
        if not self.again:
            return
        left = (row for row in self.sheet.rows() if row.number in self.again)
        for rows, at in self._batches(left):
            outcome = own.take(rows, at, self.seen)
            self.seen.update(filter(None, (number_of(r, self.sheet.head, self.run.channel) for r in rows)))
            yield outcome

    def _batches(self, rows: Iterator[Row]) -> Iterator[Batch]:
        while batch := list(islice(rows, BATCH)):
            yield batch, self.now()

    def _add_up(self, outcomes: Iterable[Outcome]) -> None:
        """Adds what became of each batch to the run, which tells how far it is."""
        run = self.run
        for outcome in outcomes:
            run.read += outcome.read
            run.written += outcome.written
            run.known += outcome.known
            run.refused += outcome.refused
            run.problems.extend(outcome.problems[: max(0, MOST_PROBLEMS - len(run.problems))])
            self.seen.difference_update(outcome.unused)
            run.touched_at = self.now()
            run.save(update_fields=(*MOVING, "problems") if outcome.problems else MOVING)
            if self.progress is not None:
                self.progress(run)
