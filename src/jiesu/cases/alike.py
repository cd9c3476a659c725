"""Cases that begin alike take their first step once.

What registering does to a case (its state, its clocks, the day of its queue) follows from its kind, its channel and its
desk, from the day on which it was received and from what is there; never from who writes or from what is written. Of the
cases of a batch that are alike in all this the first is opened as any case is. The others are stamped with what its step
gave, and have their own number, key, instants, words and hash.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple, Self

from django.db.models import Model

from jiesu.cases.chain import GENESIS, Blanks, hash_of
from jiesu.cases.draft import Draft
from jiesu.cases.facts import Data
from jiesu.cases.models import Case, Clock, Event
from jiesu.cases.opening import OWN_FIELDS, Opening, own
from jiesu.making import like

#: What cases that begin alike need not share: the tables ask at most whether it is there. Of an instant of receipt they ask
#: the day, of a party its role and whether it can be reached.
OWN = frozenset(
    {
        "amount",
        "business_id",
        "contact_id",
        "demand",
        "external_number",
        "number",
        "occurred_on",
        "parties",
        "query_code",
        "received_at",
        "text",
        "title",
    }
)
#: Whatever else an opening holds is shared, also what it will hold one day.
_shared: Callable[[Opening], tuple[Hashable, ...]] = attrgetter(
    *(f.name for f in fields(Opening) if f.name not in OWN)
)


class NewCase(NamedTuple):
    """A new case with all rows that belong to it."""

    case: Case
    rows: list[Model]


def likeness(opening: Opening, day: date, at: datetime) -> Hashable:
    """What a case must share with another one to be stamped like it, of those that one person registers.

    Args:
        day: of receipt, in Asia/Shanghai.
        at: when it is registered.
    """
    return (
        _shared(opening),
        day,
        at,
        opening.received_at == at,
        tuple([(p.role, p.reachable, p.represented_by) for p in opening.parties]),
        bool(opening.text),
        bool(opening.demand),
        bool(opening.occurred_on),
        opening.amount is None,
    )


@dataclass(frozen=True)
class Stamp:
    """What the first step gave to a case, without what is that case's own."""

    case: Case
    event: Event
    #: Data of the event, and the fields that each case enters into it.
    data: Blanks
    fields: Blanks
    #: Each with whether it runs from receipt.
    clocks: tuple[tuple[Clock, bool], ...]

    @classmethod
    def of(cls, draft: Draft, opening: Opening) -> Self | None:
        """The stamp of a case that has just been opened. None where its step has given more than can be stamped: notices,
        children, a period of hours, which ends at an instant and not with a day.
        """
        clocks = draft.clock_rows()
        mine = len(draft.parties) + len(draft.texts)
        if len(draft.events) > 1 or len(draft.added) > mine or any(c.due_at is not None for c in clocks):
            return None
        (event,) = draft.events
        given: Data = event.data["in"]
        return cls(
            case=draft.case,
            event=event,
            data=Blanks({k: v for k, v in event.data.items() if k != "in"}, ["in"]),
            fields=Blanks(
                {k: v for k, v in given.items() if k not in OWN_FIELDS},
                [k for k in given if k in OWN_FIELDS],
            ),
            clocks=tuple((clock, clock.started_at == opening.received_at) for clock in clocks),
        )

    def press(self, opening: Opening, number: int, key: bytes) -> NewCase:
        """Another case that begins like it."""
        mine = own(opening, number, key)
        data = self.data.filled({"in": self.fields.filled(mine.data)})
        event = like(self.event, case_id=number, data=data)
        event.hash = head = hash_of(event, previous=GENESIS)
        received = opening.received_at
        return NewCase(
            like(self.case, **mine.columns, head=head),
            [
                event,
                *(
                    like(
                        clock,
                        case_id=number,
                        received_at=received,
                        started_at=received if from_receipt else clock.started_at,
                    )
                    for clock, from_receipt in self.clocks
                ),
                *mine.rows,
            ],
        )
