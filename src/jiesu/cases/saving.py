"""A draft's rows into their tables, in the transaction of the action that made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from jiesu.cases import jobs, search
from jiesu.cases.draft import Draft, clock_values
from jiesu.cases.inserting import insert_rows
from jiesu.cases.marking import counted, marks
from jiesu.cases.models import Clock, Message
from jiesu.people.ground import Ground


def save(draft: Draft, standing_on: Ground) -> None:
    """Writes a draft of a stored case: its row, its new children, its changed clocks, its jobs."""
    case = draft.case
    kind, words, before = case.kind, search.marks(case), counted(case)
    draft.project()
    place = standing_on.place(draft.state.organisation or draft.state.registered_by)
    for column, code in place.line.items():
        setattr(case, column, code)
    search.follow(case, kind, words)
    case.save()
    insert_rows([*_children(draft), *marks((before, counted(case)))])
    for seq, clock in sorted(draft.clocks_changed.items()):
        Clock.objects.filter(case_id=case.pk, seq=seq).update(**clock_values(clock))
    for model, seq, values in draft.changes:
        model._default_manager.filter(case_id=case.pk, seq=seq).update(**values)
    _queue_jobs(draft)


def insert(draft: Draft, *, words: list[str], beside: Sequence[Model] = ()) -> None:
    """Writes a draft of a new case.

    Args:
        words: tokens under which it is found.
        beside: rows of other tables that belong to it.
    """
    found = search.row(draft.case, words)
    insert_rows([*beside, draft.case, *_children(draft), found, *marks([counted(draft.case)])])
    _queue_jobs(draft)


def _children(draft: Draft) -> list[Any]:
    return [*draft.events, *draft.clock_rows(), *draft.added]


def _queue_jobs(draft: Draft) -> None:
    number = str(draft.case.pk)
    for name in dict.fromkeys(draft.jobs):
        jobs.queue(name, case=number)
    if any(isinstance(row, Message) for row in draft.added):
        jobs.queue("send_messages", case=number)
