"""The official forms with their elements: which decision issues which form, under which article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation
from jiesu.law.source import citation, names, rows


@dataclass(frozen=True, slots=True)
class Form:
    """One official form. `elements` in printed order; `numbered` forms carry a document number
    per bureau, form and year; `issued_with` are the actions that need it. `copies` is how many are
    made, `marks` what is put on the paper by hand (key and words), where the form says so."""

    key: str
    title: str
    elements: tuple[str, ...]
    notes: tuple[str, ...]
    numbered: bool
    issued_with: tuple[str, ...]
    citation: Citation
    copies: int | None = None
    marks: tuple[tuple[str, str], ...] = ()


def forms(*, on: date) -> tuple[Form, ...]:
    """The forms in force on a day: the ten of order 121 from 2026-04-15, none before."""
    return tuple(f for f in _all() if f.citation.in_force(on=on))


def form(key: str, *, on: date) -> Form:
    """One form by its number; raises `unknown_form`, `not_in_force`.

    >>> form("6", on=date(2026, 5, 1)).title
    '投诉不予受理决定书'
    """
    found = next((f for f in _all() if f.key == key), None)
    if found is None:
        raise LawError(Code.UNKNOWN_FORM, form=key)
    if not found.citation.in_force(on=on):
        raise LawError(Code.NOT_IN_FORCE, what=f"文书式样{key}", on=on, why="")
    return found


def form_for(action: str, *, on: date) -> Form | None:
    """The form that an action issues on a day, or None.

    >>> form_for("terminate", on=date(2026, 4, 14)) is None
    True
    """
    return next((f for f in forms(on=on) if action in f.issued_with), None)


@cache
def _all() -> tuple[Form, ...]:
    return tuple(
        Form(
            key=row["key"],
            title=row["title"],
            elements=names(row["elements"]),
            notes=names(row["notes"]),
            numbered=row["numbered"],
            issued_with=names(row["issued_with"]),
            citation=citation(row),
            copies=row.get("copies"),
            marks=tuple(row.get("marks", {}).items()),
        )
        for row in rows(folder="forms", list_name="forms")
    )
