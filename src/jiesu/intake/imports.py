"""Importing a spreadsheet: checked row by row, written through ``bulk``, begun again without doubles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection

from jiesu.businesses.linking import link_many
from jiesu.cases import bulk, jobs
from jiesu.cases.kinds import Kind
from jiesu.cases.opening import Opening, make_number
from jiesu.intake import sheets
from jiesu.intake.actions import SuggestKind
from jiesu.intake.forms import ContactForm
from jiesu.intake.histories import contact_row
from jiesu.intake.import_models import ImportedRow, ImportRun
from jiesu.intake.models import Contact
from jiesu.intake.opening import named_business, parties
from jiesu.intake.rows import Problem, Ready, prepare
from jiesu.intake.spreadsheet import Row, Sheet, SheetError, format_named, opened
from jiesu.people import calendar
from jiesu.people.actors import Actor

BATCH = 500
#: Cases for which one job suggests.
CHUNK = 50
#: So many refused rows are kept by number; whoever has more corrects the sheet as a whole.
MOST_PROBLEMS = 5_000
#: A run that nobody has touched for so long has lost its process.
STALLED = timedelta(minutes=2)
_LOCK = 0x6A69_6573_696D_7000


def carry_out(
    run_id: int,
    *,
    suggest_kind: SuggestKind | None,
    now: Callable[[], datetime],
    progress: Callable[[ImportRun], None] | None = None,
) -> ImportRun:
    """Imports a file that was received, from where it stopped. Two processes at once do not meet: one waits outside.

    Args:
        suggest_kind: suggests the kind of rows that name none; a person confirms it.
        progress: told after each batch.
    """
    run = ImportRun.objects.select_related("registered_by").get(pk=run_id)
    if run.status in (ImportRun.Status.DONE, ImportRun.Status.FAILED) or not _alone(run.pk):
        return run
    try:
        with sheets.plain(run) as path, opened(path, format_named(run.format)) as sheet:
            _Import(run, sheet, suggest_kind, now, progress).all()
        run.status = ImportRun.Status.DONE
    except SheetError as error:
        run.status, run.error = ImportRun.Status.FAILED, error.message[:200]
    finally:
        _release(run.pk)
    run.finished_at = run.touched_at = now()
    run.save()
    if run.status == ImportRun.Status.FAILED or not run.refused:
        sheets.forget(run)
    return run


def _alone(run: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK + run])
        return bool(cursor.fetchone()[0])


def _release(run: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK + run])


def owed(at: datetime) -> list[int]:
    """Runs that wait or whose process has gone."""
    open_runs = ImportRun.objects.filter(status__in=(ImportRun.Status.WAITING, ImportRun.Status.RUNNING))
    return list(open_runs.filter(touched_at__lt=at - STALLED).order_by("pk").values_list("pk", flat=True))


class _Import:
    """One pass over the rows of a sheet."""

    def __init__(
        self,
        run: ImportRun,
        sheet: Sheet,
        suggest_kind: SuggestKind | None,
        now: Callable[[], datetime],
        progress: Callable[[ImportRun], None] | None,
    ) -> None:
        self.run = run
        self.sheet = sheet
        self.layout = format_named(run.format)
        self.suggest_kind = suggest_kind
        self.now = now
        self.progress = progress
        self.calendar = calendar.current()
        self.actor = Actor(
            staff_id=run.staff_id,
            organisation_id=run.registered_by_id,
            system=run.staff_id is None,
            name="批量导入",
        )
        self.seen: set[tuple[str, str]] = set()
        self.dropped = 0

    def all(self) -> None:
        """Every batch, from the first row: what an interrupted pass has written is counted, not written again."""
        run = self.run
        run.status = ImportRun.Status.RUNNING
        run.read = run.written = run.known = run.refused = 0
        run.problems = []
        bulk.write(self._histories(), batch=BATCH, before=self._not_meanwhile, after=self._note)

    def _histories(self) -> Iterator[bulk.History]:
        """The rows that can be taken in and have not been, batch by batch as they are read."""
        rows = self.sheet.rows()
        while batch := list(islice(rows, BATCH)):
            at = self.now()
            fresh = self._fresh(self._ready(batch, at))
            if self.run.dry_run:
                self.run.written += len(fresh)
            elif fresh:
                yield from self._made(fresh, at)
            self.run.read += len(batch)
            self.run.touched_at = self.now()
            self.run.save()
            if self.progress is not None:
                self.progress(self.run)

    def _ready(self, batch: list[Row], at: datetime) -> list[Ready]:
        ready: list[Ready] = []
        for row in batch:
            made = prepare(row, self.sheet.head, self.layout, self.run.channel, at, self.calendar)
            if isinstance(made, Ready):
                ready.append(made)
            else:
                self._refuse(made)
        return ready

    def _refuse(self, problems: list[Problem]) -> None:
        self.run.refused += 1
        if len(self.run.problems) < MOST_PROBLEMS:
            self.run.problems.extend(vars(p) for p in problems)

    def _fresh(self, ready: list[Ready]) -> list[Ready]:
        """Rows that have not come in before: not in this file, not under their number on the other platform."""
        rows = [r.row for r in ready]
        taken = dict(
            ImportedRow.objects.filter(source=self.run.sha256, row__in=rows).values_list("row", "run_id")
        )
        there = _known({(r.form.channel, r.form.external_number) for r in ready})
        fresh: list[Ready] = []
        for one in ready:
            number = (one.form.channel, one.form.external_number)
            if one.row in taken and taken[one.row] == self.run.pk:
                self.run.written += 1
            elif one.row in taken or number in there or number in self.seen:
                self.run.known += 1
            else:
                fresh.append(one)
            if number[1]:
                self.seen.add(number)
        return fresh

    def _made(self, fresh: list[Ready], at: datetime) -> Iterator[bulk.History]:
        """Histories with their numbers, contacts and businesses; what is looked up is looked up for all of them."""
        contacts = bulk.reserve_ids(Contact, len(fresh))
        serials = bulk.reserve_serials(len(fresh))
        businesses = link_many((named_business(one.form) for one in fresh), at=at)
        for one, contact, serial, business in zip(fresh, contacts, serials, businesses, strict=True):
            yield self._history(one, at, contact, serial, business)

    def _not_meanwhile(self, chunk: list[bulk.History]) -> list[bulk.History]:
        """Inside the writing transaction: the same file by another run, the same number at the desk."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(self.run.sha256[:15], 16)])
        rows = [h.row for h in chunk]
        taken = set(
            ImportedRow.objects.filter(source=self.run.sha256, row__in=rows).values_list("row", flat=True)
        )
        there = _known({(h.opening.channel, h.opening.external_number) for h in chunk})
        kept = [
            h
            for h in chunk
            if h.row not in taken and (h.opening.channel, h.opening.external_number) not in there
        ]
        self.dropped = len(chunk) - len(kept)
        return kept

    def _note(self, written: bulk.Written) -> None:
        """Inside the same transaction: what became of the rows, and jobs that suggest for the new cases.

        It is new work, not history: suggestions are wanted soon, but behind what people wait for. What is lost of these
        jobs a sweep finds.
        """
        self.run.known += self.dropped
        self.run.written += len(written.numbers)
        for refused in written.refused:
            self._refuse([Problem(refused.row, "", str(refused.error.code), refused.error.message)])
        numbers = [str(number) for _row, number in written.numbers]
        chunks = ({"cases": numbers[n : n + CHUNK]} for n in range(0, len(numbers), CHUNK))
        jobs.queue_each("suggest_each", chunks, priority=jobs.IN_THE_BACKGROUND)

    def _history(
        self, one: Ready, at: datetime, contact: int, serial: int, business: int | None
    ) -> bulk.History:
        form, checked = one.form, one.checked
        division = self.run.registered_by.division_code[:6]
        number = make_number(division, at, serial)
        kind, confirmed, mixed = self._kind(form, checked.amount)
        opening = Opening(
            kind=kind,
            channel=form.channel,
            registered_by=self.run.registered_by_id,
            division=division,
            received_at=checked.received_at,
            parties=parties(form, kind, business_id=business),
            text=form.text,
            demand=form.demand,
            occurred_on=form.occurred_on,
            amount=checked.amount,
            subject=form.subject,
            title=one.title,
            contact_id=contact,
            anonymous=form.anonymous,
            confirmed=confirmed,
            incomplete=checked.incomplete,
            mixed=mixed,
            external_number=form.external_number,
            service_due=form.service_due,
            number=number,
            business_id=business,
        )
        details = {k: v for k, v in form.plain().items() if k != "text"}
        row = contact_row(
            opening, pk=contact, cases=[number], at=at, staff_id=self.run.staff_id, kind=form.kind, line=form.line,
            details=details,
        )  # fmt: skip
        mark = ImportedRow(
            source=self.run.sha256, row=one.row, run_id=self.run.pk, contact_id=contact, case_id=number
        )
        return bulk.History(opening=opening, actor=self.actor, at=at, beside=(row, mark), row=one.row)

    def _kind(self, form: ContactForm, amount: int | None) -> tuple[str, bool, str]:
        """Kind, whether somebody has said so, and whether the letter looks mixed."""
        found = None
        if self.suggest_kind is not None and form.text:
            respondent = form.respondent.name or None
            found = self.suggest_kind(
                form.text, demand=form.demand or None, amount=amount, respondent=respondent
            )
        mixed = "suggested" if found is not None and found.mixed else ""
        if form.kind != "auto":
            return form.kind, True, mixed
        return (found.value if found is not None else Kind.COMPLAINT.value), False, mixed


def _known(numbers: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these (channel, number on the other platform) have come in before."""
    wanted = {number for _channel, number in numbers if number}
    rows = Contact.objects.filter(external_number__in=wanted).values_list("channel", "external_number")
    return numbers & set(rows)
