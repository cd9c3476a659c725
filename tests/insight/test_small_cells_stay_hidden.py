"""Whoever reads everything that is published cannot work out a small cell: another table would look the same."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from jiesu.insight.suppression import Cell, KnownTo, Total, hidden

THRESHOLD = 5
small = st.one_of(st.integers(0, 6), st.integers(0, 60))


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[Cell, int], list[Total]]:
    """Given: a province with cities and counties, their contacts by channel, and all sums between them."""
    kinds = [f"k{n}" for n in range(draw(st.integers(1, 3)))]
    values: dict[Cell, int] = {}
    sums: list[Total] = []

    def region(name: str, below: list[str]) -> None:
        for kind in kinds:
            if below:
                values[name, kind] = sum(values[b, kind] for b in below)
                sums.append(Total((name, kind), tuple((b, kind) for b in below)))
            else:
                values[name, kind] = draw(small)
        values[name, "all"] = sum(values[name, k] for k in kinds)
        sums.append(Total((name, "all"), tuple((name, k) for k in kinds)))
        if below:
            sums.append(Total((name, "all"), tuple((b, "all") for b in below)))

    cities = [f"c{n}" for n in range(draw(st.integers(1, 3)))]
    for city in cities:
        counties = [f"{city}{n}" for n in range(draw(st.integers(0, 3)))]
        for county in counties:
            region(county, [])
        region(city, counties)
    region("p", cities)
    return values, sums


class Reader:
    """Somebody who knows what is shown, every sum, and how the hiding works."""

    def __init__(self, values: dict[Cell, int], sums: list[Total], unknown: frozenset[Cell]) -> None:
        self.rows: list[tuple[list[tuple[Cell, int]], int]] = []
        for each in sums:
            signed = [(each.total, -1), *((c, 1) for c in each.parts)]
            known = each.beside + sum(sign * values[c] for c, sign in signed if c not in unknown)
            open_cells = [(c, sign) for c, sign in signed if c in unknown]
            if open_cells:
                self.rows.append((open_cells, -known))
        self.most = sum(values.values()) + 100

    def narrowed(self, bounds: dict[Cell, tuple[int, int]]) -> dict[Cell, tuple[int, int]] | None:
        """Bounds that all sums allow; None where there is no solution."""
        bounds = dict(bounds)
        changed = True
        while changed:
            changed = False
            for row, goal in self.rows:
                for cell, sign in row:
                    low = high = goal
                    for other, factor in row:
                        if other != cell:
                            a, b = bounds[other]
                            low -= factor * (b if factor > 0 else a)
                            high -= factor * (a if factor > 0 else b)
                    if sign < 0:
                        low, high = -high, -low
                    was = bounds[cell]
                    now = (max(low, was[0]), min(high, was[1]))
                    if now[0] > now[1]:
                        return None
                    if now != was:
                        bounds[cell] = now
                        changed = True
        return bounds

    def solvable(self, bounds: dict[Cell, tuple[int, int]]) -> bool:
        """Whether some whole numbers from one up fit all that is shown."""
        found = self.narrowed(bounds)
        if found is None:
            return False
        free = [c for c, (a, b) in found.items() if a < b]
        if not free:
            return True
        cell = min(free, key=lambda c: found[c][1] - found[c][0])
        low, high = found[cell]
        return any(self.solvable({**found, cell: (v, v)}) for v in self._tried(low, high))

    @staticmethod
    def _tried(low: int, high: int) -> Iterator[int]:
        yield from dict.fromkeys([low, (low + high) // 2, high, *range(low, min(high, low + 8) + 1)])


@settings(max_examples=300, deadline=None)
@given(tables())
def test_no_small_cell_can_be_worked_out(table: tuple[dict[Cell, int], list[Total]]) -> None:
    values, sums = table
    unknown = hidden(values, sums, threshold=THRESHOLD)
    assert {c for c, v in values.items() if 0 < v < THRESHOLD} <= unknown
    reader = Reader(values, sums, unknown)
    every = dict.fromkeys(unknown, (1, reader.most))
    for cell in unknown:
        if values[cell] < THRESHOLD:
            others = [v for v in range(1, 2 * THRESHOLD) if v != values[cell]]
            assert any(reader.solvable({**every, cell: (v, v)}) for v in others), (cell, values[cell])


def knowing(values: dict[Cell, int]) -> KnownTo:
    """Those of a county know its cells, those of a city also its counties'; and whatever consists of their own alone."""
    regions = sorted({str(cell[0]) for cell in values} - {"p"})  # type: ignore[index]

    def known_to(cell: Cell) -> list[str]:
        region, kind = cell  # type: ignore[misc]
        above = "" if region == "p" else region
        whole = (r for r in regions if r.startswith(above) and values[r, kind] == values[cell])
        return [*(r for r in regions if region.startswith(r)), *whole]

    return known_to


def test_a_county_does_not_learn_of_its_neighbour_by_taking_off_its_own() -> None:
    """Two small counties, or a small one and the one that is hidden for its sake: each knows itself."""
    sums = [Total(("c0", "k"), (("c00", "k"), ("c01", "k"), ("c02", "k")))]
    for numbers in ((4, 4, 40), (3, 20, 40)):
        values: dict[Cell, int] = {("c0", "k"): sum(numbers)}
        values |= {(f"c0{n}", "k"): number for n, number in enumerate(numbers)}
        assert len(hidden(values, sums, threshold=THRESHOLD)) == 2
        unknown = hidden(values, sums, threshold=THRESHOLD, known_to=knowing(values))
        assert unknown == set(values) - {("c0", "k")}


@settings(max_examples=300, deadline=None)
@given(tables())
def test_no_small_cell_can_be_worked_out_by_whoever_knows_a_region_of_their_own(
    table: tuple[dict[Cell, int], list[Total]],
) -> None:
    values, sums = table
    known_to = knowing(values)
    unknown = hidden(values, sums, threshold=THRESHOLD, known_to=known_to)
    for own in sorted({reader for cell in values for reader in known_to(cell)}):
        left = frozenset(cell for cell in unknown if own not in known_to(cell))
        reader = Reader(values, sums, left)
        every = dict.fromkeys(left, (1, reader.most))
        for cell in left:
            if values[cell] < THRESHOLD:
                others = [v for v in range(1, 2 * THRESHOLD) if v != values[cell]]
                assert any(reader.solvable({**every, cell: (v, v)}) for v in others), (own, cell)


@settings(max_examples=100, deadline=None)
@given(tables())
def test_large_tables_are_not_emptied(table: tuple[dict[Cell, int], list[Total]]) -> None:
    values, sums = table
    values = {c: v * 100 for c, v in values.items()}
    assert hidden(values, sums, threshold=THRESHOLD, known_to=knowing(values)) == frozenset()
