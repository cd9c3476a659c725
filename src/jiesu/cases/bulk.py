"""The second door: whole histories of new cases, run through the same steps as ``act`` and copied in.

For imports and demonstration years. Nothing is sent and no job is queued: a notice that its history leaves unproven
counts as sent elsewhere and waits for its proof. Rights are not asked; who calls this answers for the histories.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Model
from psycopg.errors import DeadlockDetected

from jiesu.cases import keys, search
from jiesu.cases.act import actor_kind, enrich, options_for
from jiesu.cases.alike import NewCase, Stamp, likeness
from jiesu.cases.compose import Sources, compose_from
from jiesu.cases.copying import copy_rows, copy_words
from jiesu.cases.draft import Draft, Rendered
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle.table import Context
from jiesu.cases.marking import counted, day_of, marks
from jiesu.cases.models import Case, Link, Message, WordsOwed
from jiesu.cases.numbering import give_back, take_series
from jiesu.cases.opening import Opening, make_number, open_draft, placed, words_of
from jiesu.cases.telling import NoticeDraft
from jiesu.making import made
from jiesu.people import ground
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.models import Organisation
from jiesu.places.queries import authority

#: Cases copied in one transaction: large enough for COPY, small enough that nobody waits long for a document number.
BATCH = 500
#: A batch that met another one in the dark over document numbers is run again so often.
TRIES = 5


@dataclass(frozen=True)
class Step:
    """One action of a history.

    Args:
        action: name of a row in the kind's life-cycle table.
        data: cleaned fields (JSON values), or a function of the state that gives them (which notice, which session).
        actor: who acted.
        at: when (aware).
    """

    action: str
    data: Data | Callable[[CaseState], Data]
    actor: Actor
    at: datetime


Series = tuple[int, str, int]
Steps = Sequence[Step] | Callable[[Draft], Iterable[Step]]


@dataclass(frozen=True)
class History:
    """A case from its opening on.

    Args:
        opening: what it starts with; ``number`` may be given (``reserve_numbers``) so that others can refer to it.
        actor, at: who registered it, and when.
        steps: what followed, or a function that tells it step by step and may look at the draft in between.
        beside: rows of other tables that belong to it (its contact), with their primary keys.
        words: text under which the case is found; by default facts, demand and respondent.
        data_key: the case's key; fresh by default.
        row: the caller's own reference, given back with the outcome.
    """

    opening: Opening
    actor: Actor
    at: datetime
    steps: Steps = ()
    beside: tuple[Model, ...] = ()
    words: str = ""
    data_key: bytes | None = None
    row: int = 0


@dataclass(frozen=True)
class Refused:
    """A history that the law, the table or a form forbids; nothing of it is stored."""

    row: int
    error: ActionError


@dataclass
class Written:
    """What became of the histories: numbers by the caller's reference, and those refused."""

    numbers: list[tuple[int, int]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def add(self, other: Written) -> None:
        self.numbers.extend(other.numbers)
        self.refused.extend(other.refused)


def write(
    histories: Iterable[History],
    *,
    batch: int = BATCH,
    before: Callable[[list[History]], list[History]] | None = None,
    after: Callable[[Written], None] | None = None,
    bodies: bool = True,
    desk: Desk | None = None,
) -> Written:
    """Writes new cases with their histories, in batches with a transaction each.

    Args:
        histories: may be a generator; only one batch is held in memory.
        batch: cases in one transaction.
        before: called inside a batch's transaction with its histories; gives those to write. Who can be interrupted
            and begun again drops here what an earlier run has written.
        after: called inside the same transaction with what the batch wrote; for notes of progress.
        bodies: False stores notices by title, number and addressee only. For figures of past years, where making
            the words of every letter costs most of the time.
        desk: of whoever writes in many calls; what it stands on is then read once for all of them.

    Returns:
        Numbers of the cases written and what was refused. A refused history leaves nothing behind.
    """
    desk = desk or Desk(bodies=bodies)
    total = Written()
    waiting = iter(histories)
    while True:
        with no_collection(), keys.batch():
            chunk = list(islice(waiting, batch))
            if not chunk:
                return total
            total.add(_persist(desk, chunk, before, after))


@contextmanager
def no_collection() -> Iterator[None]:
    """A batch makes a hundred thousand values that all live until its end: looking through them costs a sixth."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def reserve_numbers(division: str, at: datetime, count: int) -> list[int]:
    """Numbers for cases that refer to one another before they are written."""
    return [make_number(division, at, serial) for serial in reserve_serials(count)]


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Primary keys from a table's own sequence, for rows that go beside a history."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', column, count],
        )
        return [row[0] for row in cursor.fetchall()]


def reserve_serials(count: int) -> list[int]:
    """The next values of the one sequence of case numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('cases_number') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def _persist(
    desk: Desk,
    chunk: list[History],
    before: Callable[[list[History]], list[History]] | None,
    after: Callable[[Written], None] | None,
) -> Written:
    alone = not connection.in_atomic_block
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                kept = before(chunk) if before else chunk
                written = desk.write(kept)
                if after:
                    after(written)
                return written
        except OperationalError as error:
            if not alone or attempt == TRIES or not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise AssertionError("unreachable")


class Desk:
    """What a batch needs besides its histories, read once: organisations, names, settings, calendar, numbers.

    Args:
        bodies: see ``write``.
        words_later: leaves the words under which cases are found to a job (``cases.indexing``). They are then taken
            from facts, demand and respondent.
    """

    def __init__(self, *, bodies: bool = True, words_later: bool = False) -> None:
        self.bodies = bodies
        self.words_later = words_later
        self.ground = ground.current()
        self.organisations = _organisations()
        self.bureaus: dict[int, Organisation] = {}
        self.names: dict[int, str | None] = {}
        self.taken: dict[Series, int] = {}
        self.used: dict[Series, int] = {}
        self.serials: list[int] = []
        #: Of one batch; None where its like cannot be stamped.
        self.stamps: dict[Hashable, Stamp | None] = {}
        self.sources = Sources(bureau=self._bureau, staff=self._staff, number=self._number)

    def write(self, histories: list[History]) -> Written:
        """Runs one batch and copies its rows; inside the caller's transaction."""
        written = Written()
        # Numbers are taken anew: what another transaction gave out meanwhile must be seen.
        self.taken, self.used = {}, {}
        self.stamps = {}
        opened: list[tuple[History, NewCase]] = []
        for history in histories:
            used = dict(self.used)
            try:
                new = self._open(history)
            except ActionError as error:
                # The numbers of its documents go to the next one.
                self.used = used
                written.refused.append(Refused(history.row, error))
                continue
            opened.append((history, new))
            written.numbers.append((history.row, new.case.id))
        give_back({key: self.taken[key] + count for key, count in self.used.items()})
        self._copy(opened)
        return written

    def _open(self, history: History) -> NewCase:
        """One history as rows. Where it is no more than an opening, it is stamped like the one before that began alike.

        Raises:
            ActionError: a step is refused.
        """
        opening = history.opening
        if history.steps or opening.links:
            return self._run(history)[0]
        key = history.actor, likeness(opening, day_of(opening.received_at), history.at)
        stamp = self.stamps.get(key)
        if stamp is not None:
            number = opening.number or make_number(opening.division, history.at, self._serial())
            return stamp.press(opening, number, history.data_key or keys.new_data_key())
        new, draft = self._run(history)
        self.stamps[key] = Stamp.of(draft, opening)
        return new

    def _run(self, history: History) -> tuple[NewCase, Draft]:
        """One history, step by step."""
        opening = history.opening
        holder = self.organisations[opening.organisation or opening.registered_by]
        opening = placed(opening, self.ground)
        draft = open_draft(
            opening,
            self._context(history.actor, history.at, holder, opening.received_at),
            actor_kind=actor_kind(history.actor),
            compose=self._compose,
            serial=self._serial,
            data_key=history.data_key,
        )
        steps = history.steps(draft) if callable(history.steps) else history.steps
        for each in steps:
            self._take(draft, each)
        # The opening has put itself into the case's row.
        if len(draft.events) > 1:
            draft.project()
        holder = self.organisations[draft.state.organisation or draft.state.registered_by]
        for column, code in self.ground.place(holder.pk).line.items():
            setattr(draft.case, column, code)
        _settle(draft)
        return NewCase(draft.case, draft.rows()), draft

    def _take(self, draft: Draft, each: Step) -> None:
        state = draft.state
        holder = self.organisations[state.organisation or state.registered_by]
        ctx = self._context(each.actor, each.at, holder, state.received_at)
        data = each.data(state) if callable(each.data) else each.data
        waiting = [(each.action, data)]
        while waiting:
            action, fields = waiting.pop(0)
            fields = enrich(draft, action, fields, ctx, serial=self._serial)
            done = draft.apply(action, fields, ctx, actor_kind=actor_kind(each.actor), compose=self._compose)
            waiting = list(done.follow) + waiting

    def _context(self, actor: Actor, at: datetime, holder: Organisation, received: datetime) -> Context:
        return Context(
            at=at,
            actor=actor.staff_id,
            authority=actor.authority_id,
            party=actor.party,
            seq=0,
            calendar=self.ground.calendar,
            options=options_for(self.ground, holder.pk, received),
        )

    def _serial(self) -> int:
        if not self.serials:
            self.serials = reserve_serials(BATCH)[::-1]
        return self.serials.pop()

    def _compose(self, draft: Draft, notice: NoticeDraft, data: Data, ctx: Context) -> Rendered:
        return compose_from(self.sources, draft, notice, data, ctx, body=self.bodies)

    def _bureau(self, draft: Draft) -> tuple[Organisation, Organisation | None]:
        state = draft.state
        holder = self.organisations[state.organisation or state.registered_by]
        if holder.pk not in self.bureaus:
            self.bureaus[holder.pk] = authority(holder) or holder
        return self.bureaus[holder.pk], self.organisations[state.office] if state.office else None

    def _staff(self, pk: Any) -> str | None:
        if not pk:
            return None
        number = int(pk)
        if number not in self.names:
            self.names[number] = Staff.objects.filter(pk=number).values_list("name", flat=True).first()
        return self.names[number]

    def _number(self, organisation: int, form: str, year: int) -> int:
        key = (organisation, form, year)
        if key not in self.taken:
            self.taken[key] = take_series(*key)
        self.used[key] = self.used.get(key, 0) + 1
        return self.taken[key] + self.used[key]

    def _copy(self, opened: list[tuple[History, NewCase]]) -> None:
        if not opened:
            return
        by_model: dict[type[Model], list[Model]] = {}
        for history, new in opened:
            for row in (new.case, *new.rows, *history.beside):
                by_model.setdefault(type(row), []).append(row)
        _answer_links(by_model.get(Link, ()))
        for rows in by_model.values():
            copy_rows(rows)
        copy_rows(marks(counted(new.case) for _h, new in opened))
        if self.words_later:
            copy_rows([made(WordsOwed, case_id=new.case.id) for _h, new in opened])
        else:
            copy_words((new.case.pk, new.case.kind, _words(h, new.case)) for h, new in opened)


def _organisations() -> dict[int, Organisation]:
    """All organisations with their parents in memory: a province has a few thousand."""
    found = {o.pk: o for o in Organisation.objects.all()}
    for organisation in found.values():
        if organisation.parent_id is not None:
            organisation.parent = found[organisation.parent_id]
    return found


def _words(history: History, case: Case) -> list[str]:
    return [*words_of(history.opening, case, history.words), *search.marks(case)]


def _settle(draft: Draft) -> None:
    """Puts what later steps changed into the rows, and marks what would still be sent as sent elsewhere."""
    rows = {(type(row), row.seq): row for row in draft.added if hasattr(row, "seq")}
    for model, seq, values in draft.changes:
        for name, value in values.items():
            setattr(rows[model, seq], name, value)
    for row in draft.added:
        if isinstance(row, Message) and row.status == Message.Status.QUEUED:
            row.status = Message.Status.SENT
            row.sent_at = row.created_at
            row.next_try_at = None


def _answer_links(ties: Iterable[Any]) -> None:
    """A tie whose other side is in the same batch waits for nobody."""
    there = {(tie.case_id, tie.type, tie.other_id) for tie in ties if not tie.initiating}
    for tie in ties:
        if tie.pending and (tie.other_id, tie.type, tie.case_id) in there:
            tie.pending = False
