"""Small cells hidden in tables that are published, and others with them, so that none follows from the rest.

A table is a set of cells and of sums: a sum says that one cell is the total of others. Cells from 1 to below the threshold
are hidden. Where what is hidden in a sum could be worked out from what is shown, another cell of it is hidden as well,
until for each small cell there is another table, with another number in it, that would be published just the same.
Zeros are shown: they say that nothing happened.

Whoever reads the tables may know some cells beside them: a county knows its own numbers in full, and takes them off the sum
of all counties. For each such reader too there is another table with the same numbers in the cells they know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: So many steps are tried to find another table; where none is found, more is hidden.
_TRIES = 400
Cell = Hashable
Reader = Hashable
#: The readers who know a cell whether it is shown or not.
KnownTo = Callable[[Cell], Collection[Reader]]


@dataclass(frozen=True)
class Total:
    """A cell that is the sum of others; all of them are published together or hidden.

    Args:
        beside: what the total has besides its parts, as everybody knows.
    """

    total: Cell
    parts: tuple[Cell, ...]
    beside: int = 0


def nobody(_cell: Cell) -> Collection[Reader]:
    """Readers who know nothing but what is shown."""
    return ()


def hidden(
    values: Mapping[Cell, int], totals: Iterable[Total], *, threshold: int, known_to: KnownTo = nobody
) -> frozenset[Cell]:
    """The cells that must not be shown.

    Args:
        values: every cell that would be published.
        totals: the sums between them.
        threshold: the smallest number that may be shown, besides zero.
        known_to: who knows a cell in any case; each of them alone learns no small cell that they do not know.

    >>> sums = [Total("city", ("a", "b", "c"))]
    >>> sorted(hidden({"city": 62, "a": 2, "b": 20, "c": 40}, sums, threshold=5))
    ['a', 'b']
    >>> sorted(hidden({"city": 60, "a": 0, "b": 20, "c": 40}, sums, threshold=5))
    []
    >>> sorted(hidden({"city": 62, "a": 2, "b": 20, "c": 40}, sums, threshold=5, known_to=lambda cell: [cell]))
    ['a', 'b', 'c']
    """
    sums = [t for t in totals if t.parts]
    of: dict[Cell, list[Total]] = defaultdict(list)
    for each in sums:
        for cell in (each.total, *each.parts):
            of[cell].append(each)
    found = {cell for cell, value in values.items() if 0 < value < threshold}
    # Another table stays one however much more is hidden.
    safe = set[Cell]()
    while True:
        exposed = [s for s in sums if _exposed(s, values, found, threshold)]
        grown = {cell for s in exposed if (cell := _companion(s, values, found, threshold)) is not None}
        if not grown:
            shifts = _Shifts(sums, values, found, known_to)
            small = [c for c in sorted(found - safe, key=str) if values[c] < threshold]
            told = [(c, who) for c in small for who in shifts.told(c)]
            safe.update(set(small) - {c for c, _who in told})
            grown = {
                more for c, who in told for more in _beside(c, who, of, values, found, threshold, known_to)
            }
        if not grown:
            return frozenset(found)
        found |= grown


def _exposed(total: Total, values: Mapping[Cell, int], found: set[Cell], threshold: int) -> bool:
    """Whether the sum alone tells too much of a cell hidden in it."""
    parts = [c for c in total.parts if c in found]
    if total.total in found:
        # The total is among the unknown: it follows where every part is shown.
        return not parts
    if not parts:
        return False
    # All are known to be at least one: what is left to vary must be as wide as a small cell is kept vague.
    room = sum(values[c] for c in parts) - len(parts)
    return len(parts) == 1 or room < threshold


def _companion(
    total: Total,
    values: Mapping[Cell, int],
    found: set[Cell],
    threshold: int,
    known: Callable[[Cell], bool] = lambda _cell: False,
) -> Cell | None:
    """The cell to hide beside those of a sum: the smallest part that is large enough, else whatever is left. What the
    reader knows is no use to hide from them.
    """
    rest = [c for c in total.parts if c not in found and values[c] > 0 and not known(c)]
    if rest:
        return min(rest, key=lambda c: (values[c] < threshold, values[c], str(c)))
    whole = total.total
    return whole if whole not in found and values[whole] > 0 and not known(whole) else None


class _Shifts:
    """Looks for another table that would be published the same: a hidden cell one higher or lower, and whatever other
    hidden cells make up for it in every sum, none below one.
    """

    def __init__(
        self, sums: Sequence[Total], values: Mapping[Cell, int], found: set[Cell], known_to: KnownTo
    ) -> None:
        self.values = values
        self.known_to = known_to
        self.rows: list[list[tuple[Cell, int]]] = []
        self.member: dict[Cell, list[tuple[int, int]]] = defaultdict(list)
        for each in sums:
            row = [(c, -1 if c == each.total else 1) for c in (each.total, *each.parts) if c in found]
            for cell, sign in row:
                self.member[cell].append((len(self.rows), sign))
            self.rows.append(row)

    def told(self, cell: Cell) -> list[Reader | None]:
        """The readers to whom all that is shown tells the cell; None is everybody."""
        if not self._possible(cell, None):
            return [None]
        # That table is another one for everybody who knows none of the cells in which it differs.
        own = self.known_to(cell)
        concerned = {who for c in self.shift for who in self.known_to(c) if who not in own}
        return [who for who in sorted(concerned, key=str) if not self._possible(cell, who)]

    def _possible(self, cell: Cell, reader: Reader | None) -> bool:
        """Whether the cell may be another number, for all that is shown and the reader knows."""
        return any(self._from(cell, step, reader) for step in (1, -1) if self.values[cell] + step >= 1)

    def _from(self, cell: Cell, step: int, reader: Reader | None) -> bool:
        self.tries = _TRIES
        self.reader = reader
        self.shift: dict[Cell, int] = {}
        self.uneven: dict[int, int] = {}
        self._apply(cell, step)
        return self._settle()

    def _apply(self, cell: Cell, step: int) -> None:
        self.shift[cell] = step
        for row, sign in self.member[cell]:
            now = self.uneven.get(row, 0) + sign * step
            if now:
                self.uneven[row] = now
            else:
                del self.uneven[row]

    def _undo(self, cell: Cell) -> None:
        step = self.shift[cell]
        self._apply(cell, -step)
        del self.shift[cell]

    def _settle(self) -> bool:
        if not self.uneven:
            return True
        row, off = next(iter(self.uneven.items()))
        for cell, step in self._ways(row, off):
            self.tries -= 1
            if self.tries < 0:
                return False
            self._apply(cell, step)
            if self._settle():
                return True
            self._undo(cell)
        return False

    def _ways(self, row: int, off: int) -> list[tuple[Cell, int]]:
        """What evens out a sum, the best first: what evens out others as well, then the largest."""
        ways = [
            (cell, -off * sign)
            for cell, sign in self.rows[row]
            if cell not in self.shift and self.values[cell] - off * sign >= 1 and not self._known(cell)
        ]
        return sorted(ways, key=lambda way: (self._left(*way), -self.values[way[0]], str(way[0])))

    def _known(self, cell: Cell) -> bool:
        return self.reader is not None and self.reader in self.known_to(cell)

    def _left(self, cell: Cell, step: int) -> int:
        return sum(
            (abs(self.uneven.get(row, 0) + sign * step) > 0) - (row in self.uneven)
            for row, sign in self.member[cell]
        )


def _beside(
    cell: Cell,
    reader: Reader | None,
    of: Mapping[Cell, Sequence[Total]],
    values: Mapping[Cell, int],
    found: set[Cell],
    threshold: int,
    known_to: KnownTo,
) -> set[Cell]:
    """What else to hide for a cell that follows from the rest: in its own sums, else in those of the hidden cells there,
    and so on.
    """

    def known(other: Cell) -> bool:
        return reader is not None and reader in known_to(other)

    reached, near = set[Cell](), {cell}
    while near:
        here = list(dict.fromkeys(s for c in sorted(near, key=str) for s in of[c]))
        more = {c for s in here if (c := _companion(s, values, found, threshold, known)) is not None}
        if more:
            return more
        reached |= near
        near = {c for s in here for c in (s.total, *s.parts) if c in found and not known(c)} - reached
    return set()
