"""Grounds that a decision must name, with stable meanings for guards and the exact words for notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation
from jiesu.law.source import citation, names, rows

# What callers ask for, and the list in the data that answers it.
SETS = {
    "complaint.refusal": "refusal",
    "complaint.termination": "termination",
    "complaint.factors": "factors",
    "complaint.remedies": "remedies",
    "report.filing": "filing",
    "report.not_filing": "not_filing",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One item of a list in an article.

    `key` is unique for one wording ("121.16.3"), `code` is its place in the list ("refusal.3"),
    `meaning` is the same across instruments ("not_consumer"). `needs` names what a decision on
    this ground must carry.
    """

    key: str
    code: str
    meaning: str
    item: int
    text: str
    needs: tuple[str, ...]
    citation: Citation

    @property
    def instrument(self) -> str:
        """Key of the instrument."""
        return self.citation.instrument.key

    @property
    def article(self) -> str:
        """Article with paragraph and item."""
        return self.citation.article


def grounds(name: str, *, on: date) -> tuple[Ground, ...]:
    """The items of one list in force on a day, in the order of the article.

    `name`: one of `SETS`. Raises `unknown_ground`, `not_in_force`. Articles: order 20 arts. 15, 21;
    order 121 arts. 16, 17, 23; Consumer Protection Law art. 39; Penalty Procedure arts. 19, 20.

    >>> len(grounds("complaint.refusal", on=date(2026, 4, 14))), len(grounds("complaint.refusal", on=date(2026, 4, 15)))
    (6, 7)
    """
    found = tuple(g for g in all_grounds(name) if g.citation.in_force(on=on))
    if not found:
        raise LawError(Code.NOT_IN_FORCE, what=name, on=on, why="")
    return found


def ground(key: str, *, on: date | None = None) -> Ground:
    """One item by its unique key, or by its code ("refusal.3") or "complaint.refusal:meaning" on a day.

    Raises `unknown_ground`, and `not_in_force` if the item was not in force `on` that day.

    >>> ground("121.16.6").meaning, ground("refusal.6", on=date(2025, 1, 1)).meaning
    ('identity', 'other_law')
    """
    matches = [g for name in SETS for g in all_grounds(name) if key in (g.key, g.code, f"{name}:{g.meaning}")]
    if not matches or (on is None and len(matches) > 1):
        raise LawError(Code.UNKNOWN_GROUND, ground=key)
    standing = [g for g in matches if on is None or g.citation.in_force(on=on)]
    if not standing:
        raise LawError(Code.NOT_IN_FORCE, what=key, on=on, why="")
    return standing[0]


def factors(*, on: date) -> tuple[Ground, ...]:
    """The factors of order 121 art. 17; none before 2026-04-15. No score refuses anybody."""
    return tuple(g for g in all_grounds("complaint.factors") if g.citation.in_force(on=on))


def remedies(*, on: date) -> tuple[Ground, ...]:
    """The five ways of Consumer Protection Law art. 39, told with refusals and terminations."""
    return grounds("complaint.remedies", on=on)


def filing_conditions(*, on: date) -> tuple[Ground, ...]:
    """The conditions of Penalty Procedure art. 19; a case is filed if all are met."""
    return grounds("report.filing", on=on)


def not_filing_grounds(*, on: date) -> tuple[Ground, ...]:
    """The grounds of Penalty Procedure art. 20 on which a case may be left unfiled."""
    return grounds("report.not_filing", on=on)


@cache
def all_grounds(name: str) -> tuple[Ground, ...]:
    """Every wording of one list, whatever the day; raises `unknown_ground`."""
    if name not in SETS:
        raise LawError(Code.UNKNOWN_GROUND, ground=name)
    prefix = {"factors": "factor", "remedies": "remedy"}.get(SETS[name], SETS[name])
    found = []
    for list_name in (SETS[name], "filing"):
        for row in rows(folder="grounds", list_name=list_name):
            if row["code"].rsplit(".", 1)[0] == prefix:
                found.append(
                    Ground(
                        key=row["key"],
                        code=row["code"],
                        meaning=row["meaning"],
                        item=row["item"],
                        text=row["quote"],
                        needs=names(row.get("needs")),
                        citation=citation(row),
                    )
                )
        if found:
            break
    return tuple(found)
