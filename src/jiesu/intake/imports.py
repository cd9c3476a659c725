"""Importing a spreadsheet: checked row by row, written through ``bulk``, begun again without doubles."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext

from jiesu.cases import bulk, jobs, keys
from jiesu.cases.kinds import Channel, Kind
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.opening import Opening, make_number
from jiesu.intake.actions import SuggestKind
from jiesu.intake.checking import Checked, check
from jiesu.intake.forms import ContactForm, FormError, read
from jiesu.intake.histories import contact_row
from jiesu.intake.import_models import ImportedRow, ImportRun
from jiesu.intake.models import Contact
from jiesu.intake.opening import parties
from jiesu.intake.spreadsheet import (
    Code,
    Format,
    Head,
    Row,
    Sheet,
    SheetError,
    format_named,
    opened,
    returned,
    word,
)
from jiesu.law.calendar import Calendar
from jiesu.people import calendar
from jiesu.people.actors import Actor
from jiesu.places.models import Organisation

BATCH = 500
#: So many refused rows are kept by number; whoever has more corrects the sheet as a whole.
MOST_PROBLEMS = 5_000
#: A run that nobody has touched for so long has lost its process.
STALLED = timedelta(minutes=2)
_LOCK = 0x6A69_6573_696D_7000


@dataclass(frozen=True)
class Problem:
    """What is wrong with one row: the column's field, a stable code, and words that say what to enter."""

    row: int
    field: str
    code: str
    message: str


@dataclass(frozen=True)
class Ready:
    """A row that can be taken in."""

    row: int
    form: ContactForm
    checked: Checked
    title: str


def receive(
    *, path: Path, name: str, format: str, actor: Actor, registered_by: Organisation, at: datetime,
    dry_run: bool = False, channel: str = "",
) -> ImportRun:  # fmt: skip
    """Takes a file in for importing: read once to see that it can be, then kept sealed until it is done.

    Args:
        format: key of a format; empty: recognised by its columns.
        registered_by: the organisation that registers its rows.
        channel: instead of the format's own.

    Raises:
        SheetError: the file cannot be imported as a whole.
    """
    with opened(path, format_named(format) if format else None) as sheet:
        count, unknown, layout = sheet.count, list(sheet.head.unknown), sheet.layout
    content = path.read_bytes()
    key = keys.new_data_key()
    with transaction.atomic():
        run = ImportRun.objects.create(
            name=name[-160:],
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            format=layout.key,
            channel=channel or layout.channel,
            dry_run=dry_run,
            registered_by=registered_by,
            staff_id=actor.staff_id,
            created_at=at,
            touched_at=at,
            rows=count,
            unread_columns=unknown,
            wrapped_key=keys.wrap(key),
        )
        target = _kept(run)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.touch(mode=0o600)
        target.write_bytes(keys.encrypt_bytes(key, content))
    return run


def _kept(run: ImportRun) -> Path:
    return Path(settings.JIESU.home) / "imports" / f"{run.pk}.sealed"


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
        with _plain_file(run) as path, opened(path, format_named(run.format)) as sheet:
            _Import(run, sheet, suggest_kind, now, progress).all()
        run.status = ImportRun.Status.DONE
    except SheetError as error:
        run.status, run.error = ImportRun.Status.FAILED, error.message[:200]
    finally:
        _release(run.pk)
    run.finished_at = run.touched_at = now()
    run.save()
    if run.status == ImportRun.Status.FAILED or not run.refused:
        forget_file(run)
    return run


def _alone(run: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK + run])
        return bool(cursor.fetchone()[0])


def _release(run: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK + run])


class _plain_file:  # noqa: N801 - a context by its word
    """The file as it came in, for as long as it is read."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.path = _kept(run).with_suffix(".plain")

    def __enter__(self) -> Path:
        if self.run.wrapped_key is None or not _kept(self.run).is_file():
            raise SheetError(Code.UNREADABLE)
        content = keys.decrypt_bytes(keys.unwrap(self.run.wrapped_key), _kept(self.run).read_bytes())
        self.path.touch(mode=0o600)
        self.path.write_bytes(content)
        return self.path

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)


def forget_file(run: ImportRun) -> None:
    """Removes the file; what was imported of it stays."""
    _kept(run).unlink(missing_ok=True)


def owed(at: datetime) -> list[int]:
    """Runs that wait or whose process has gone."""
    open_runs = ImportRun.objects.filter(status__in=(ImportRun.Status.WAITING, ImportRun.Status.RUNNING))
    return list(open_runs.filter(touched_at__lt=at - STALLED).order_by("pk").values_list("pk", flat=True))


def refused_sheet(run: ImportRun) -> bytes:
    """The refused rows of a run as a sheet to correct and import again.

    Raises:
        SheetError: the file is no longer there.
    """
    told: dict[int, list[str]] = {}
    for problem in run.problems:
        told.setdefault(problem["row"], []).append(problem["message"])
    with _plain_file(run) as path, opened(path, format_named(run.format)) as sheet:
        rows = ((row, "；".join(told[row.number])) for row in sheet.rows() if row.number in told)
        return returned(sheet.head.names, rows)


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

    def all(self) -> None:
        """Every batch, from the first row: what an interrupted pass has written is counted, not written again."""
        run = self.run
        run.status = ImportRun.Status.RUNNING
        run.read = run.written = run.known = run.refused = 0
        run.problems = []
        rows = self.sheet.rows()
        while batch := list(islice(rows, BATCH)):
            self._batch(batch)
            run.read += len(batch)
            run.touched_at = self.now()
            run.save()
            if self.progress is not None:
                self.progress(run)

    def _batch(self, batch: list[Row]) -> None:
        at = self.now()
        ready: list[Ready] = []
        for row in batch:
            made = prepare(row, self.sheet.head, self.layout, self.run.channel, at, self.calendar)
            if isinstance(made, Ready):
                ready.append(made)
            else:
                self._refuse(made)
        fresh = self._fresh(ready)
        if self.run.dry_run:
            self.run.written += len(fresh)
            return
        for problem in self._write(fresh, at):
            self._refuse([problem])

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

    def _write(self, fresh: list[Ready], at: datetime) -> Iterator[Problem]:
        if not fresh:
            return
        contacts = bulk.reserve_ids(Contact, len(fresh))
        serials = bulk.reserve_serials(len(fresh))
        histories = [
            self._history(one, at, contact, serial)
            for one, contact, serial in zip(fresh, contacts, serials, strict=True)
        ]
        written = bulk.write(histories, batch=BATCH, before=self._not_meanwhile, after=_hurry)
        self.run.written += len(written.numbers)
        self.run.known += len(histories) - len(written.numbers) - len(written.refused)
        for refused in written.refused:
            yield Problem(refused.row, "", str(refused.error.code), refused.error.message)

    def _not_meanwhile(self, chunk: list[bulk.History]) -> list[bulk.History]:
        """Inside the writing transaction: the same file by another run, the same number at the desk."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(self.run.sha256[:15], 16)])
        rows = [h.row for h in chunk]
        taken = set(
            ImportedRow.objects.filter(source=self.run.sha256, row__in=rows).values_list("row", flat=True)
        )
        there = _known({(h.opening.channel, h.opening.external_number) for h in chunk})
        return [
            h
            for h in chunk
            if h.row not in taken and (h.opening.channel, h.opening.external_number) not in there
        ]

    def _history(self, one: Ready, at: datetime, contact: int, serial: int) -> bulk.History:
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
            parties=parties(form, kind, business_id=None),
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


def _hurry(written: bulk.Written) -> None:
    """New work, not history: suggestions are wanted soon; what is lost of these jobs a sweep finds."""
    jobs.queue_each("suggest", ({"case": str(number)} for _row, number in written.numbers))


def prepare(
    row: Row, head: Head, layout: Format, channel: str, at: datetime, days: Calendar
) -> Ready | list[Problem]:
    """A row as a checked form, or what is wrong with it."""
    values = head.values(row)
    title = values.pop("title", "")
    body: dict[str, Any] = {"channel": channel, "kind": "auto"}
    person: dict[str, str] = {}
    respondent: dict[str, str] = {}
    for name, text in values.items():
        group, _dot, inner = name.partition(".")
        if group == "person":
            person[inner] = text
        elif group == "respondent":
            respondent[inner] = text
        else:
            body[name] = text
    body["kind"] = word("kinds", body["kind"])
    body["channel"] = word("channels", body["channel"])
    if not body.get("text"):
        body["text"] = title
    elif title and not body["text"].startswith(title):
        # The line above a message belongs to what was said.
        body["text"] = f"{title}\n{body['text']}"
    _dates(body, layout, at, days)
    body["informant" if body["kind"] == "report" else "complainant"] = person
    body["respondent"] = respondent
    try:
        form = read(body)
    except FormError as error:
        return [Problem(row.number, f, p.code, f"“{f}”：{p.message}") for f, p in error.problems.items()]
    # A row of another system's portal was submitted there: its day of receipt is what the sheet says.
    checked = check(dataclasses.replace(form, channel=Channel.IMPORT), strict=False, at=at)
    checked = dataclasses.replace(checked, form=dataclasses.replace(checked.form, channel=form.channel))
    if form.channel not in Channel.values:
        message = gettext("没有这种来件渠道。")
        return [Problem(row.number, "channel", "channel_unknown", f"{_column(head, 'channel')}{message}")]
    if checked.problems:
        return [
            Problem(row.number, path, p.code, f"{_column(head, path)}{p.message}")
            for path, p in checked.problems.items()
        ]
    return Ready(row.number, checked.form, checked, title)


def _column(head: Head, path: str) -> str:
    name = path.replace("complainant.", "person.").replace("informant.", "person.")
    place = head.places.get(name)
    return f"“{head.names[place]}”：" if place is not None else ""


def _dates(body: dict[str, Any], layout: Format, at: datetime, days: Calendar) -> None:
    if layout.handover:
        body.pop("received_on", None)
    elif body.get("received_on"):
        body["received_reason"] = "批量导入"
    if not body.get("service_due") and layout.service_days:
        day = at.astimezone(SHANGHAI).date()
        left = layout.service_days
        while left:
            day += timedelta(days=1)
            left -= days.is_working_day(day)
        body["service_due"] = day.isoformat()
