"""Who must be told what: addressees and contents of every decision, per instrument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation
from jiesu.law.source import citation, names, rows


@dataclass(frozen=True, slots=True)
class Telling:
    """What one decision asks to tell. `rule` is the clock met when the last addressee is told with
    proof, `form` the official form, `citations` every instrument that asks for it."""

    decision: str
    to: tuple[str, ...]
    contents: tuple[str, ...]
    rule: str | None
    form: str | None
    written: bool
    notes: tuple[str, ...]
    citations: tuple[Citation, ...]


def telling(decision: str, *, on: date) -> Telling | None:
    """Addressees and contents of a decision on a day, joined over the instruments in force.

    None where no instrument then asked for it. Raises `unknown_decision`.

    >>> telling("refuse", on=date(2023, 1, 1)).contents
    ('decision', 'ground', 'articles')
    >>> telling("refuse", on=date(2025, 1, 1)).contents
    ('decision', 'ground', 'articles', 'reasons', 'remedies')
    """
    found = [part for part in _all() if part.decision == decision]
    if not found:
        raise LawError(Code.UNKNOWN_DECISION, decision=decision)
    parts = [part for part in found if part.citations[0].in_force(on=on)]
    if not parts:
        return None
    return Telling(
        decision=decision,
        to=tuple(dict.fromkeys(who for part in parts for who in part.to)),
        contents=tuple(dict.fromkeys(what for part in parts for what in part.contents)),
        rule=next((part.rule for part in parts if part.rule), None),
        form=next((part.form for part in parts if part.form), None),
        written=any(part.written for part in parts),
        notes=tuple(note for part in parts for note in part.notes),
        citations=tuple(part.citations[0] for part in parts),
    )


def decisions() -> tuple[str, ...]:
    """The keys of all decisions that must be told."""
    return tuple(dict.fromkeys(part.decision for part in _all()))


@cache
def _all() -> tuple[Telling, ...]:
    return tuple(
        Telling(
            decision=row["decision"],
            to=names(row["to"]),
            contents=names(row["contents"]),
            rule=row.get("rule"),
            form=row.get("form"),
            written=row.get("written", False),
            notes=names(row.get("note")),
            citations=(citation(row),),
        )
        for row in rows(folder="telling", list_name="telling")
    )
