"""Importing a spreadsheet: checked row by row, written through ``bulk``, begun again without doubles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection

from jiesu.cases import indexing
from jiesu.intake import sheets
from jiesu.intake.actions import SuggestKind
from jiesu.intake.helping import Batch, Helpers
from jiesu.intake.import_models import ImportRun
from jiesu.intake.spreadsheet import Row, SheetError
from jiesu.intake.taking import Number, Outcome, Taking, number_of

#: Rows of one transaction: what is asked for each batch counts for less, and nobody waits for what an import writes.
BATCH = 1500
#: Sheets of fewer rows are done before a second process has begun.
WORTH_HELPING = 5_000
#: So many refused rows are kept by number; whoever has more corrects the sheet as a whole.
MOST_PROBLEMS = 5_000
#: A run that nobody has touched for so long has lost its process.
STALLED = timedelta(minutes=2)
#: Columns that each batch moves.
MOVING = ("status", "read", "written", "known", "refused", "touched_at")
_RUN = 0x6A69_6573_696D_7000
#: Spaces of the locks of a file: for whoever reads it, and for those that may still write rows of it.
_READING, _WRITING = 0x6A69_6501, 0x6A69_6502


def carry_out(
    run_id: int,
    *,
    suggest_kind: SuggestKind | None,
    now: Callable[[], datetime],
    progress: Callable[[ImportRun], None] | None = None,
    processes: int = 1,
) -> ImportRun:
    """Imports a file that was received, from where it stopped. Two processes at once do not meet: one waits outside.

    Args:
        suggest_kind: suggests the kind of rows that name none; a person confirms it.
        progress: told after each batch.
        processes: how many write at once where a sheet is long; more than one need a committed run and a function
            for ``suggest_kind`` that stands at the top of its module.
    """
    run = ImportRun.objects.select_related("registered_by").get(pk=run_id)
    if run.status in (ImportRun.Status.DONE, ImportRun.Status.FAILED):
        return run
    with _alone(run) as alone:
        if not alone:
            return run
        try:
            _Import(run, suggest_kind, now, progress).all(processes if run.rows >= WORTH_HELPING else 1)
            run.status = ImportRun.Status.DONE
        except SheetError as error:
            run.status, run.error = ImportRun.Status.FAILED, error.message[:200]
    run.finished_at = run.touched_at = now()
    run.save()
    if run.written and not run.dry_run:
        indexing.hurry()
    if run.status == ImportRun.Status.FAILED or not run.refused:
        sheets.forget(run)
    return run


@contextmanager
def _alone(run: ImportRun) -> Iterator[bool]:
    """Holds a run and its file; False where another process has the run. Another run of the same file is waited for,
    and so are helpers that a killed process has left with a batch of it.
    """
    if not _ask("SELECT pg_try_advisory_lock(%s)", _RUN + run.pk):
        yield False
        return
    key = _half_key(run)
    try:
        _ask("SELECT pg_advisory_lock(%s, %s)", _READING, key)
        _ask("SELECT pg_advisory_lock(%s, %s)", _WRITING, key)
        _ask("SELECT pg_advisory_unlock(%s, %s)", _WRITING, key)
        yield True
    finally:
        _ask("SELECT pg_advisory_unlock(%s, %s)", _READING, key)
        _ask("SELECT pg_advisory_unlock(%s)", _RUN + run.pk)


def _half_key(run: ImportRun) -> int:
    return int.from_bytes(bytes.fromhex(run.sha256[:8]), "big", signed=True)


def _ask(question: str, *values: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return bool(cursor.fetchone()[0])


def most_processes() -> int:
    """As many as there are processors for this process."""
    return len(os.sched_getaffinity(0))


def owed(at: datetime) -> list[int]:
    """Runs that wait or whose process has gone."""
    open_runs = ImportRun.objects.filter(status__in=(ImportRun.Status.WAITING, ImportRun.Status.RUNNING))
    return list(open_runs.filter(touched_at__lt=at - STALLED).order_by("pk").values_list("pk", flat=True))


def helper(run: int, suggest_kind: SuggestKind | None) -> Callable[[list[Row], datetime], Outcome]:
    """What a helper does with a batch. The lock that it shares goes with its connection."""
    own = ImportRun.objects.select_related("registered_by").get(pk=run)
    _ask("SELECT pg_advisory_lock_shared(%s, %s) IS NULL", _WRITING, _half_key(own))
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
