"""Lists by words: one statement looks in one place after the other, until there are enough rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jiesu.cases.conditions import BY_CLOCK, COLUMNS, Condition, both, first_of


@dataclass(frozen=True, slots=True)
class Look:
    """Rows of a list by words, and where they are looked for.

    Of common words there are enough among the first rows of the list, which are looked through in the list's own order
    without the index of words. Else the index names cases: of the newest months first where the list begins with
    them, at last all.

    Args:
        walks: the list before the words and whatever else is asked; each walks the index of its own.
        asked: what is asked of each of its rows: rights, filters, words.
        named: statements that each give the numbers of cases that hold the words, none twice. All but the last leave
            out cases that stand behind those which they give.
        rest: what is asked of a case that has been named.
        share: so large a part of all rows is expected to hold the words.
        shared: two walks may give the same row.
    """

    walks: Sequence[Condition]
    asked: Condition
    named: Sequence[Condition]
    rest: Condition
    share: float
    shared: bool = False

    def worth(self, enough: int) -> bool:
        """Whether so many can be expected among the rows that are looked through."""
        surely = 1 if len(self.named) == 1 else SURELY
        return bool(self.walks) and self.share * LOOKED_THROUGH >= surely * enough


#: So many rows of a list are looked through for words before the index is asked. A look at one takes a few
#: microseconds: the whole look less than the index needs for the thousands of cases that hold a common word.
LOOKED_THROUGH = 3000
#: So many times what is wanted must be expected among them, where the index gives the newest months as soon.
SURELY = 3
_HEAD = """
ahead AS MATERIALIZED (
    SELECT {keys}, ({asked}) AS fits FROM ({walks}) cases_case ORDER BY {order}
), hits AS MATERIALIZED (
    SELECT {keys} FROM ahead WHERE fits ORDER BY {order} LIMIT {enough:d}
), looked AS MATERIALIZED (
    SELECT CASE WHEN (SELECT count(*) FROM hits) >= {enough:d} THEN TRUE
        ELSE (SELECT count(*) FROM ahead) < {rows:d} END AS done
)"""
_OF_HEAD = "SELECT {columns} FROM cases_case WHERE (SELECT done FROM looked) AND id = ANY (ARRAY(SELECT id FROM hits))"
_STAGE = """
stage{number:d} AS MATERIALIZED ({rows}),
tried{number:d} AS MATERIALIZED (SELECT {before} OR (SELECT count(*) FROM stage{number:d}) >= {enough:d} AS done)"""
_OF_STAGE = "SELECT {columns} FROM stage{number:d} WHERE (SELECT done FROM tried{number:d})"
#: Each case named is looked up by itself, whatever the planner expects of them, and no more than are wanted.
_COUNTED = """
(SELECT {columns} FROM (SELECT case_id FROM ({named}) n OFFSET 0) named
CROSS JOIN LATERAL (SELECT {columns} FROM cases_case WHERE id = named.case_id AND ({rest}) OFFSET 0) found
WHERE {wanting} LIMIT {most:d})"""


def looked(look: Look, columns: str, most: int, *, order: str = BY_CLOCK) -> Condition:
    """The first rows of a list by words, as a statement.

    Args:
        columns: the columns wanted; those of the order among them.
        most: so many rows at most.
    """
    found = _Places(columns)
    if look.worth(most):
        found.head(look, most, order)
    *newest, everything = look.named
    for named in newest:
        found.stage(_of_named(look, named, found.wanting, columns, most, order), most)
    return found.else_by(_of_named(look, everything, found.wanting, columns, most, order))


def counted(look: Look, columns: str, most: int, *, enough: int, order: str = BY_CLOCK) -> Condition:
    """Any rows of a list by words, to be counted: as many as there are, but ``most``.

    Args:
        enough: with so many found at the head of the list no more are looked for.
        order: of the list, whose head is looked through.
    """
    found = _Places(columns)
    if look.worth(enough):
        found.head(look, enough, order)
    named = look.named[-1]
    text = _COUNTED.format(
        columns=columns, named=named.sql, rest=look.rest.sql, wanting=found.wanting.sql, most=most
    )
    return found.else_by(Condition(text, (*named.values, *look.rest.values)))


def _of_named(
    look: Look, named: Condition, wanting: Condition, columns: str, most: int, order: str
) -> Condition:
    holding = Condition(f"id = ANY (ARRAY({named.sql}))", named.values)
    return first_of([both(wanting, holding, look.rest)], columns, most, order=order)


class _Places:
    """The places of a statement, each looked in where those before gave too little."""

    def __init__(self, columns: str) -> None:
        self.columns = columns
        #: Whether what has been found so far is not enough; PostgreSQL asks it before it begins with a place.
        self.wanting = Condition("TRUE")
        self._done = "FALSE"
        self._tables: list[str] = []
        self._rows: list[str] = []
        self._values: list[Any] = []

    def head(self, look: Look, enough: int, order: str) -> None:
        """Looks through the first rows of the list: they are all of it, or hold enough, or do not help."""
        keys = ", ".join(part.split()[0] for part in order.split(", "))
        if look.shared and len(look.walks) > 1:
            walks = _once(look.walks, keys, order)
        else:
            walks = first_of(look.walks, COLUMNS, LOOKED_THROUGH, order=order)
        table = _HEAD.format(
            keys=keys, asked=look.asked.sql, walks=walks.sql, order=order, enough=enough, rows=LOOKED_THROUGH
        )
        self._add(table, _OF_HEAD.format(columns=self.columns), (*look.asked.values, *walks.values))
        self._done_when("(SELECT done FROM looked)")

    def stage(self, rows: Condition, enough: int) -> None:
        """Takes the rows of a statement if there are enough of them."""
        number = len(self._tables)
        table = _STAGE.format(number=number, rows=rows.sql, before=self._done, enough=enough)
        self._add(table, _OF_STAGE.format(columns=self.columns, number=number), rows.values)
        self._done_when(f"(SELECT done FROM tried{number:d})")  # noqa: S608 - our own name

    def else_by(self, rows: Condition) -> Condition:
        """The whole statement: what the places gave, else the rows of a last one."""
        if not self._tables:
            return rows
        text = f"(WITH {', '.join(self._tables)} {' UNION ALL '.join([*self._rows, rows.sql])})"
        return Condition(text, (*self._values, *rows.values))

    def _add(self, table: str, rows: str, values: Sequence[Any]) -> None:
        self._tables.append(table)
        self._rows.append(rows)
        self._values += values

    def _done_when(self, done: str) -> None:
        self._done, self.wanting = done, Condition(f"NOT {done}")


def _once(walks: Sequence[Condition], keys: str, order: str) -> Condition:
    """The first rows of all walks, each once: the same row twice stands one behind the other."""
    merged = first_of(walks, COLUMNS, LOOKED_THROUGH, order=order, apart=True)
    return Condition(
        f"SELECT DISTINCT ON ({keys}) * FROM {merged.sql} walked ORDER BY {order} LIMIT {LOOKED_THROUGH:d}",  # noqa: S608
        merged.values,
    )
