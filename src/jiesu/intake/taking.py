"""From rows of a sheet to cases: a batch at a time, in whatever process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DataError
from django.utils.translation import gettext

from jiesu import statements
from jiesu.businesses.linking import link_many
from jiesu.cases import bulk, jobs
from jiesu.cases.opening import make_number
from jiesu.intake import claims
from jiesu.intake.histories import contact_row
from jiesu.intake.import_models import ImportedRow, ImportRun
from jiesu.intake.models import Contact
from jiesu.intake.opening import named_business, opening_of, parties
from jiesu.intake.rows import Preparing, Problem, Ready
from jiesu.intake.spreadsheet import Head, Row, format_named, word
from jiesu.intake.suggesting import SuggestKind, kind_of
from jiesu.making import made
from jiesu.people import calendar
from jiesu.people.actors import Actor
from jiesu.statements import LISTED, listed

#: Cases for which one job suggests.
CHUNK = 50

Number = tuple[str, str]


@dataclass
class Outcome:
    """What became of a batch of rows. ``unused`` are numbers on the other platform that its refused rows named."""

    read: int = 0
    written: int = 0
    known: int = 0
    refused: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    unused: list[Number] = field(default_factory=list)


class Taking:
    """Takes rows of one run in. What it needs besides them is read once.

    Args:
        suggest_kind: suggests the kind of rows that name none; a person confirms it.
    """

    def __init__(self, run: ImportRun, head: Head, suggest_kind: SuggestKind | None) -> None:
        self.run = run
        self.head = head
        self.preparing = Preparing(head, format_named(run.format), run.channel, calendar.current())
        self.suggest_kind = suggest_kind
        self.desk = bulk.Desk(words_later=True)
        self.actor = Actor(
            staff_id=run.staff_id,
            organisation_id=run.registered_by_id,
            system=run.staff_id is None,
            name="批量导入",
        )

    def take(self, rows: Sequence[Row], at: datetime, seen: set[Number] | frozenset[Number]) -> Outcome:
        """Takes in the rows that can be and have not been: what an interrupted pass has written is only counted.

        Args:
            at: when they are registered.
            seen: numbers on the other platform that have come in with rows before these.
        """
        self.done = Outcome(read=len(rows))
        with bulk.no_collection():
            fresh = self._fresh(self._ready(rows, at), seen)
            if self.run.dry_run:
                self.done.written += len(fresh)
            elif fresh:
                self._write(fresh, at)
        return self.done

    def _write(self, fresh: list[Ready], at: datetime) -> None:
        """Writes rows together. Where the database cannot hold one of them, the others come in without it: nobody
        could correct a sheet of which nothing is said.
        """
        try:
            self._write_all(fresh, at)
        except DataError:
            if len(fresh) == 1:
                self._turn_down(
                    fresh[0], "not_storable", gettext("这一行有系统存不下的内容，请核对各列后再导入。")
                )
                return
            half = len(fresh) // 2
            self._write(fresh[:half], at)
            self._write(fresh[half:], at)

    def _write_all(self, fresh: list[Ready], at: datetime) -> None:
        self.by_row = {one.row: one for one in fresh}
        histories = self._histories(fresh, at)
        bulk.write(histories, batch=len(fresh), before=self._not_meanwhile, after=self._note, desk=self.desk)

    def _ready(self, rows: Sequence[Row], at: datetime) -> list[Ready]:
        ready: list[Ready] = []
        for row in rows:
            made = self.preparing.prepare(row, at)
            if isinstance(made, Ready):
                ready.append(made)
            else:
                self._refuse(made)
                if number := number_of(row, self.head, self.run.channel):
                    self.done.unused.append(number)
        return ready

    def _refuse(self, problems: list[Problem]) -> None:
        self.done.refused += 1
        self.done.problems.extend(vars(p) for p in problems)

    def _turn_down(self, one: Ready, code: str, message: str) -> None:
        """Refuses a row that was found right: its number has not come in."""
        self._refuse([Problem(one.row, "", code, message)])
        if one.form.external_number:
            self.done.unused.append((one.form.channel, one.form.external_number))

    def _fresh(self, ready: list[Ready], before: set[Number] | frozenset[Number]) -> list[Ready]:
        """Rows that have not come in before: not in this file, not under their number on the other platform."""
        rows = [r.row for r in ready]
        taken: dict[int, int | None] = dict(statements.fetch(_TAKEN, [self.run.sha256, listed(rows)]))
        there = _known({(r.form.channel, r.form.external_number) for r in ready})
        seen: set[Number] = set()
        fresh: list[Ready] = []
        for one in ready:
            number = (one.form.channel, one.form.external_number)
            if one.row in taken and taken[one.row] == self.run.pk:
                self.done.written += 1
            elif one.row in taken:
                self.done.known += 1
            elif number in seen or number in before:
                # Mostly the same once more; but where somebody mistyped a number it is another matter, and would be lost.
                self.done.known += 1
                message = gettext(
                    "外部编号与本表前面的行相同，没有重复登记；若是另一件，请改正编号后再导入。"
                )
                self.done.problems.append(vars(Problem(one.row, "external_number", "number_again", message)))
            elif number in there:
                self.done.known += 1
            else:
                fresh.append(one)
            if number[1]:
                seen.add(number)
        return fresh

    def _histories(self, fresh: list[Ready], at: datetime) -> Iterator[bulk.History]:
        """Histories with their numbers, contacts and businesses; what is looked up is looked up for all of them."""
        contacts = bulk.reserve_ids(Contact, len(fresh))
        serials = bulk.reserve_serials(len(fresh))
        businesses = link_many((named_business(one.form) for one in fresh), at=at)
        for one, contact, serial, business in zip(fresh, contacts, serials, businesses, strict=True):
            yield self._history(one, at, contact, serial, business)

    def _not_meanwhile(self, batch: list[bulk.History]) -> list[bulk.History]:
        """Inside the writing transaction: the same number came in at the desk since we looked, or with another
        organisation's sheet, whose batch is waited for where it is just being written.
        """
        numbers = {(h.opening.channel, h.opening.external_number) for h in batch}
        claims.claim(numbers, at=batch[0].at)
        there = _known(numbers)
        kept = [h for h in batch if (h.opening.channel, h.opening.external_number) not in there]
        self.dropped = len(batch) - len(kept)
        return kept

    def _note(self, written: bulk.Written) -> None:
        """Inside the same transaction: what became of the rows, and jobs that suggest for the new cases.

        It is new work, not history: suggestions are wanted soon, but behind what people wait for. What is lost of these
        jobs a sweep finds.
        """
        self.done.known += self.dropped
        self.done.written += len(written.numbers)
        for refused in written.refused:
            self._turn_down(self.by_row[refused.row], str(refused.error.code), refused.error.message)
        numbers = [str(number) for _row, number in written.numbers]
        chunks = ({"cases": numbers[n : n + CHUNK]} for n in range(0, len(numbers), CHUNK))
        jobs.queue_each("suggest_each", chunks, priority=jobs.IN_THE_BACKGROUND)

    def _history(
        self, one: Ready, at: datetime, contact: int, serial: int, business: int | None
    ) -> bulk.History:
        form, checked = one.form, one.checked
        division = self.run.registered_by.division_code[:6]
        number = make_number(division, at, serial)
        kind, confirmed, mixed = kind_of(form, checked.amount, self.suggest_kind)
        opening = opening_of(
            checked,
            kind=kind,
            confirmed=confirmed,
            mixed=mixed,
            registered_by=self.run.registered_by_id,
            division=division,
            contact=contact,
            business=business,
            number=number,
            parties=parties(form, kind, business_id=business),
            title=one.title,
        )
        details = {k: v for k, v in form.plain().items() if k != "text"}
        row = contact_row(
            opening, pk=contact, cases=[number], at=at, staff_id=self.run.staff_id, kind=form.kind, line=form.line,
            details=details,
        )  # fmt: skip
        mark = made(
            ImportedRow,
            source=self.run.sha256,
            row=one.row,
            run_id=self.run.pk,
            contact_id=contact,
            case_id=number,
        )
        return bulk.History(opening=opening, actor=self.actor, at=at, beside=(row, mark), row=one.row)


def number_of(row: Row, head: Head, channel: str) -> Number | None:
    """The channel and number under which a row came in on the other platform, as it stands there."""
    number = head.value(row, "external_number").strip()
    return (word("channels", head.value(row, "channel") or channel), number) if number else None


_TAKEN = f"SELECT row, run_id FROM intake_importedrow WHERE source = %s AND row = ANY({LISTED}::int[])"  # noqa: S608 - a constant of ours
_THERE = f"""
SELECT channel, external_number FROM intake_contact WHERE external_number <> '' AND external_number = ANY({LISTED})
"""  # noqa: S608 - a constant of ours


def _known(numbers: set[Number]) -> set[Number]:
    """Which of these (channel, number on the other platform) have come in before."""
    wanted = {number for _channel, number in numbers if number}
    return numbers & {(row[0], row[1]) for row in statements.fetch(_THERE, [listed(wanted)])}
