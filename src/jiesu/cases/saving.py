"""A draft's rows into their tables: of an action in its transaction, of new cases in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from jiesu.cases import search
from jiesu.cases.draft import Draft, clock_row
from jiesu.cases.inserting import insert_rows, rewriting
from jiesu.cases.jobs import Job, job
from jiesu.cases.marking import counted, marks
from jiesu.cases.models import Case, Clock, Message
from jiesu.people.ground import Ground
from jiesu.statements import Part


def save(draft: Draft, standing_on: Ground, *, parts: Sequence[Part] = ()) -> None:
    """Writes a draft of a stored case: its row, its new children, its changed clocks and its jobs in one statement.

    Args:
        parts: further statements that write.
    """
    case = draft.case
    kind, words, before = case.kind, search.marks(case), counted(case)
    draft.project()
    place = standing_on.place(draft.state.organisation or draft.state.registered_by)
    for column, code in place.line.items():
        setattr(case, column, code)
    search.follow(case, kind, words)
    changed = [rewriting(Case, case.pk, [case])]
    if draft.clocks_changed:
        rows = [clock_row(case.pk, clock) for clock in draft.clocks_changed.values()]
        changed.append(rewriting(Clock, case.pk, rows))
    insert_rows(
        [*_children(draft), *marks((before, counted(case)))],
        beside=[*changed, *parts],
        waiting=_jobs(draft),
    )
    for model, seq, values in draft.changes:
        model._default_manager.filter(case_id=case.pk, seq=seq).update(**values)


@dataclass(frozen=True)
class NewCase:
    """A case that is not stored yet, and the tokens under which it is found."""

    draft: Draft
    words: list[str]


def insert(
    cases: Sequence[NewCase],
    *,
    beside: Sequence[Model] = (),
    parts: Sequence[Part] = (),
    waiting: Sequence[Job] = (),
) -> None:
    """Writes new cases, in one statement.

    Args:
        beside: rows of other tables that belong to them.
        parts: further statements that write.
        waiting: jobs, besides those that the cases themselves ask for.
    """
    rows: list[Any] = [*beside, *marks(counted(new.draft.case) for new in cases)]
    for new in cases:
        rows += [new.draft.case, *_children(new.draft), search.row(new.draft.case, new.words)]
    asked = [job for new in cases for job in _jobs(new.draft)]
    insert_rows(rows, beside=parts, waiting=[*asked, *waiting])


def _children(draft: Draft) -> list[Any]:
    return [*draft.events, *draft.clock_rows(), *draft.added]


def _jobs(draft: Draft) -> list[Job]:
    names = dict.fromkeys(draft.jobs)
    if any(isinstance(row, Message) for row in draft.added):
        names["send_messages"] = None
    return [job(name, case=str(draft.case.pk)) for name in names]
