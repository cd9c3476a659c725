"""Open data: the figures of a finished year by region, with small cells hidden throughout the whole province at once.

Every region's file says the same of a region, so that no two files, and no file and the sums in it, give a small cell away.
A figure is shown where every count it is made of may be shown. Only whole years that are over are published: months
would have to be hidden against years, and a year that still runs would differ from file to file.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django.utils.translation import gettext as _

from jiesu.insight.figures import KINDS, Breakdown, Figure, Unit, Value, breakdowns, published_figures
from jiesu.insight.periods import Span
from jiesu.insight.reports import plain
from jiesu.insight.scope import Code, InsightError, Scope, region_name, regions_of
from jiesu.insight.suppression import Cell, KnownTo, Total, hidden
from jiesu.insight.tallies import reading
from jiesu.insight.tallies.keeping import Counts
from jiesu.insight.tallies.models import Grain

#: Breakdowns whose pieces are published; the others go by law, platform or line, where a cell may be one business.
PUBLISHED = frozenset(
    {"contacts_by_kind", "contacts_by_channel", "contacts_by_industry", "complaints_by_subject", "reports_by_subject",
     "refusals_by_ground", "terminations_by_ground"}
)  # fmt: skip
#: Contacts of a month of the year, published as a table of their own.
MONTH = "contacts.month"
#: What a count is made of, where that is counted too: (total, parts, what is left).
SPLITS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("complaint.cases", ("complaint.closed",), "open"),
    ("complaint.cases", ("complaint.accepted",), "not_accepted"),
    ("complaint.cases", ("complaint.outcome|agreed", "complaint.outcome|terminated", "complaint.outcome|refused",
                         "complaint.outcome|withdrawn"), "other_outcomes"),
    ("complaint.accepted", ("complaint.outcome|agreed", "complaint.outcome|terminated"), "accepted_undecided"),
    ("complaint.closed", ("complaint.on_time",), "closed_late"),
    ("complaint.outcome|terminated", ("complaint.settled",), "not_settled"),
    ("report.cases", ("report.outcome|filed", "report.outcome|declined"), "report_other_outcomes"),
    *((f"{kind}.rated", (f"{kind}.satisfied",), f"{kind}.not_satisfied")
      for kind in ("complaint", "report", "consultation", "other", "lead")),
)  # fmt: skip
#: Counted in two ways, contacts of a kind and its cases are nearly the same: whoever reads the one knows the other.
TWINS = tuple((f"contacts.kind|{kind.value}", f"{kind.value}.cases") for kind in KINDS)
#: Counts of money and days say as much as the pieces behind them: a sum of one is what somebody lost.
STANDS_FOR = {
    "complaint.days": ("complaint.closed",),
    "report.days": ("report.closed",),
    "complaint.claimed": ("complaint.claims",),
    "complaint.recovered": ("complaint.recoveries",),
}


class _Noting(Counts):
    """Counts that note which of them are read."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(counts)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> int:
        self.read.add(key)
        return self.get(key, 0)


@dataclass(frozen=True)
class Datum:
    """One published number; ``value`` is None where there is none, ``hidden`` where it may not be shown."""

    region: str
    region_name: str
    table: str
    code: str
    label: str
    unit: str
    value: Value
    hidden: bool


@dataclass(frozen=True)
class _Region:
    """A region or, without a code, what a region handles itself."""

    code: str
    name: str
    counts: Counts
    below: tuple[_Region, ...] = ()

    def every(self) -> Iterator[_Region]:
        yield self
        for each in self.below:
            yield from each.every()


def publish(scope: Scope, *, threshold: int) -> list[Datum]:
    """What is published of a region and of those one level below.

    Args:
        scope: a whole year that is over.
        threshold: the smallest number shown, besides zero.

    Raises:
        InsightError: ``bad_period``, ``unknown_region``.
    """
    if scope.period.span != Span.YEAR or not scope.over or scope.organisation:
        raise InsightError(Code.BAD_PERIOD, _("开放数据按辖区和已经结束的年份公布，请选择以前的年份。"))
    region_name(scope.region)
    tree = _tree(f"{scope.region[:2]}0000", scope)
    unshown = _unshown(tree, threshold=threshold)
    asked = next((r for r in tree.every() if r.code == scope.region), None)
    if asked is None:
        return []
    return [datum for r in (asked, *asked.below) for datum in _data(r, unshown)]


def _tree(code: str, scope: Scope) -> _Region:
    """The province with everything below it, and at each level what is left as its own."""
    levels = regions_of(code)
    units = [code, *(c for below in levels.values() for c, _n in below)]
    months = {(Grain.MONTH.value, since): f"{MONTH}|{since:%m}" for _w, since, _u in scope.period.parts()}
    counts = reading.totals(units, scope.since, scope.until)
    for (unit, piece), found in reading.by_piece(units, months).items():
        counts[unit][months[piece]] = found["contacts"]

    def region(unit: str, name: str) -> _Region:
        below = [region(c, n) for c, n in levels.get(unit, ())]
        if below:
            rest = Counts(counts[unit])
            for each in below:
                rest.subtract(each.counts)
            below.append(_Region(f"{unit}*", _("%(name)s本级") % {"name": name}, rest))
        return _Region(unit, name, counts[unit], tuple(below))

    return region(code, region_name(code))


def _channels(counts: Counts) -> Counts:
    found: Counts = Counter()
    for key, count in counts.items():
        if key.startswith("contacts.channel|"):
            found[key.rpartition("|")[0]] += count
    return found


def _cells(tree: _Region, *, threshold: int) -> tuple[Mapping[Cell, int], list[Total]]:
    """All cells of a province, and every sum between them: of regions and, in each region, of its pieces."""
    values: dict[tuple[str, str], int] = {}
    totals: list[Total] = []
    keys = sorted(_keys(tree))
    for each in tree.every():
        counts = each.counts + _channels(each.counts)
        for key in keys:
            values[each.code, key] = counts[key]
        for whole, names in _wholes(keys):
            totals.append(Total((each.code, whole), tuple((each.code, name) for name in names)))
        for total, parts, left in SPLITS:
            values[each.code, left] = counts[total] - sum(counts[p] for p in parts)
            for key in (total, *parts):
                values[each.code, key] = counts[key]
            totals.append(Total((each.code, total), tuple((each.code, k) for k in (*parts, left))))
        totals += _twins(each.code, values, threshold)
    every = {key for _code, key in values}
    for each in tree.every():
        if each.below:
            totals += [Total((each.code, k), tuple((r.code, k) for r in each.below)) for k in sorted(every)]
    return dict[Cell, int](values.items()), totals


def _unshown(tree: _Region, *, threshold: int) -> frozenset[Cell]:
    """The cells of a province that are published nowhere: whoever reads a region's own report takes its numbers off the
    sums in vain.
    """
    values, totals = _cells(tree, threshold=threshold)
    return hidden(values, totals, threshold=threshold, known_to=_knowing(tree, values))


def _knowing(tree: _Region, values: Mapping[Cell, int]) -> KnownTo:
    """Who knows a cell from their own report: the readers of its region and of the city above it. A sum in which nothing
    but their own is counted tells them of nobody else.
    """
    above: dict[str, tuple[str, ...]] = {}
    below: dict[str, list[str]] = {tree.code: []}
    for city in tree.below:
        counties = [each.code for each in city.below if each.code[-1] != "*"]
        reader = () if city.code[-1] == "*" else (city.code,)
        above |= {each.code: (each.code, *reader) for each in city.every()}
        above |= {city.code: reader, f"{city.code}*": reader}
        below[city.code] = counties
        below[tree.code] += [*reader, *counties]

    @cache
    def known_to(cell: tuple[str, str]) -> tuple[str, ...]:
        code, key = cell
        whole = (r for r in below.get(code, ()) if values[r, key] == values[cell])
        return (*above.get(code, ()), *whole)

    return cast(KnownTo, known_to)


def _twins(code: str, values: Mapping[tuple[str, str], int], threshold: int) -> Iterator[Total]:
    """Counts so near each other that one says what the other would hide."""
    for pair in TWINS:
        less, more = sorted(((code, key) for key in pair), key=lambda cell: values.get(cell, 0))
        if values.get(less, 0) and values[more] - values[less] < threshold:
            yield Total(more, (less,), beside=values[more] - values[less])


def _keys(tree: _Region) -> set[str]:
    """The counts that are published or that a published figure is made of."""
    found: set[str] = set()
    for figure in published_figures():
        found |= needs(figure, tree.counts)
    found |= {k for k in tree.counts if k.startswith(f"{MONTH}|")}
    for breakdown in breakdowns():
        if breakdown.key in PUBLISHED:
            found |= {k for k in tree.counts + _channels(tree.counts) if _piece_of(k, breakdown)}
    return found


def _piece_of(key: str, breakdown: Breakdown) -> bool:
    return any(key.startswith(f"{name}|") and "|" not in key[len(name) + 1 :] for name in breakdown.names)


def _wholes(keys: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    by_key = {"contacts": "contacts", "complaints": "complaint.cases", "reports": "report.cases",
              "complaints_refused": "complaint.outcome|refused",
              "complaints_terminated": "complaint.outcome|terminated"}  # fmt: skip
    yield "contacts", tuple(k for k in keys if k.startswith(f"{MONTH}|"))
    for breakdown in breakdowns():
        if breakdown.key in PUBLISHED:
            yield by_key[breakdown.whole], tuple(k for k in keys if _piece_of(k, breakdown))


def needs(figure: Figure, counts: Counts) -> set[str]:
    """The counts that a figure is made of, for all of which it must be allowed to be shown.

    >>> from jiesu.insight.catalogue import DECLARED
    >>> sorted(needs({f.key: f for f in DECLARED}["recovered_yuan"], Counter()))
    ['complaint.recoveries']
    """
    noting = _Noting(counts)
    figure.of(noting)
    found: set[str] = set()
    for key in noting.read:
        found.update(STANDS_FOR.get(key.partition("|")[0] if ".days|" in key else key, (key,)))
    return found or {"complaint.closed"}


def _data(region: _Region, unshown: frozenset[Cell]) -> Iterator[Datum]:
    name = region.name
    for figure in published_figures():
        closed = any((region.code, key) in unshown for key in needs(figure, region.counts))
        value = None if closed else figure.of(region.counts)
        yield Datum(region.code, name, "figures", figure.key, str(figure.label), figure.unit, value, closed)
    counts = region.counts + _channels(region.counts)
    for key in sorted(k for k in counts if k.startswith(f"{MONTH}|")):
        code, closed = key.partition("|")[2], (region.code, key) in unshown
        label = _("%(n)d月") % {"n": int(code)}
        yield Datum(region.code, name, "contacts_by_month", code, label, Unit.COUNT.value,
                    None if closed else counts[key], closed)  # fmt: skip
    for breakdown in breakdowns():
        if breakdown.key not in PUBLISHED:
            continue
        for key in sorted(k for k in counts if _piece_of(k, breakdown)):
            code = key.partition("|")[2]
            closed = (region.code, key) in unshown
            yield Datum(region.code, name, breakdown.key, code, breakdown.words(code), Unit.COUNT.value,
                        None if closed else counts[key], closed)  # fmt: skip


_HEAD = ("region", "region_name", "table", "code", "label", "unit", "value", "hidden")


def as_csv(data: Iterable[Datum]) -> bytes:
    """One row for each number, with a mark that Excel reads as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    for d in data:
        value = "" if d.value is None else d.value
        if isinstance(value, Decimal):
            value = format(value, "f")
        writer.writerow([d.region, d.region_name, d.table, d.code, d.label, d.unit, value, int(d.hidden)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_json(data: Iterable[Datum], *, scope: Scope, threshold: int) -> bytes:
    """The same numbers with their account."""
    told: dict[str, Any] = {
        "region": scope.region,
        "year": scope.since.year,
        "as_of": scope.now.isoformat(),
        "threshold": threshold,
        "formulas": {
            f.key: {"formula": str(f.formula), "source": str(f.source)} for f in published_figures()
        },
        "data": [
            {**{name: getattr(d, name) for name in _HEAD}, "value": plain(d.value, Unit(d.unit))}
            for d in data
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"
