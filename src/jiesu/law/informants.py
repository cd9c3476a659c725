"""When an informant must be told, by subject: statutory duties apart from courtesy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.law.model import Citation, Status
from jiesu.law.source import citation, names, rows

ANY_SUBJECT = "any"


@dataclass(frozen=True, slots=True)
class InformantDuty:
    """One duty to tell. `rule` is the clock it opens, None for an item of the checklist."""

    key: str
    subject: str
    told: str
    to: tuple[str, ...]
    when: str
    rule: str | None
    citation: Citation


def informant_duties(*, subject: str, on: date, second_hand: bool = True) -> tuple[InformantDuty, ...]:
    """The duties for a subject ("food", "advertising", "unfair_competition", …) on a day.

    Empty means: no duty in law; any answer is courtesy. `second_hand=False` (setting
    `informant.second_hand_duties`) leaves out what nobody has read in full. Order 121 art. 36,
    order 20 art. 31, Food Safety Law art. 115.

    >>> [d.key for d in informant_duties(subject="lifts", on=date(2026, 4, 14))]
    ['order20.filing']
    >>> informant_duties(subject="lifts", on=date(2026, 4, 15))
    ()
    """
    return tuple(
        duty
        for duty in _all()
        if duty.subject in (subject, ANY_SUBJECT)
        and duty.citation.in_force(on=on)
        and (second_hand or duty.citation.status is Status.READ_IN_FULL)
    )


@cache
def _all() -> tuple[InformantDuty, ...]:
    return tuple(
        InformantDuty(
            key=row["key"],
            subject=row["subject"],
            told=row["told"],
            to=names(row["to"]),
            when=row["when"],
            rule=row.get("rule"),
            citation=citation(row),
        )
        for row in rows(folder="informants", list_name="duties")
    )
