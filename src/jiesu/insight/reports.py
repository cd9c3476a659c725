"""The report: a region's or an organisation's period in figures, beside the same period a year earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from jiesu.insight.catalogue import BY_REGION
from jiesu.insight.figures import KINDS, Breakdown, Column, Figure, Unit, Value, breakdowns, figure, figures
from jiesu.insight.scope import (
    Code,
    InsightError,
    Scope,
    may_read,
    organisation_of,
    region_name,
    regions_below,
)
from jiesu.insight.tallies import keeping, reading
from jiesu.insight.tallies.keeping import Counts, Standing
from jiesu.people.actors import Actor


@dataclass(frozen=True)
class Measured:
    """A figure with its value and that of the year before."""

    figure: Figure
    value: Value
    before: Value = None

    @property
    def change(self) -> Decimal | None:
        """Change against the year before: a fraction of it; of rates the difference. None without a comparison."""
        if self.value is None or self.before is None:
            return None
        if self.figure.unit == Unit.RATE:
            return Decimal(self.value) - Decimal(self.before)
        return (Decimal(self.value) - self.before) / self.before if self.before else None


@dataclass(frozen=True)
class RegionRow:
    """The figures of one region or organisation below; ``code`` is empty for what the region itself handles."""

    code: str
    name: str
    values: tuple[Measured, ...]


@dataclass(frozen=True)
class Row:
    """One code of a breakdown with the value of each column."""

    code: str
    name: str
    values: tuple[Value, ...]
    before: Value = None


@dataclass(frozen=True)
class Table:
    """A breakdown with its rows, the largest first."""

    breakdown: Breakdown
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.breakdown.columns


@dataclass(frozen=True)
class Moment:
    """Contacts of a part of the period by kind, and of the same part a year earlier."""

    label: str
    since: date
    kinds: dict[str, int]
    before: int


@dataclass(frozen=True)
class Report:
    """A report. ``standing`` says as of when its numbers are and how much waits to be counted."""

    scope: Scope
    name: str
    figures: tuple[Measured, ...]
    regions: tuple[RegionRow, ...]
    tables: tuple[Table, ...]
    course: tuple[Moment, ...]
    standing: Standing

    def value(self, key: str) -> Value:
        """The value of one figure; None where the reader may not see it."""
        found = self.by_key.get(key)
        return found.value if found else None

    @cached_property
    def by_key(self) -> dict[str, Measured]:
        return {m.figure.key: m for m in self.figures}

    @property
    def compared(self) -> bool:
        """Whether there is anything to compare with."""
        return any(m.before is not None for m in self.figures)

    @property
    def declared(self) -> list[Figure | Breakdown]:
        """All that is in it, for its formulas and sources."""
        return [*(m.figure for m in self.figures), *(t.breakdown for t in self.tables)]

    def table(self, key: str) -> Table:
        """One breakdown.

        Raises:
            KeyError: no such breakdown, or not for this reader.
        """
        return {t.breakdown.key: t for t in self.tables}[key]


def make(scope: Scope, *, actor: Actor) -> Report:
    """Makes the report from the tallies.

    Args:
        actor: who reads; figures outside the own line of command are refused.

    Raises:
        InsightError: ``unknown_region``, ``unknown_organisation``, ``not_permitted``.
    """
    name = _name(scope)
    if not may_read(actor, scope.region):
        raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
    standing = keeping.catch_up(scope.now)
    period = scope.period
    below = [] if scope.organisation else regions_below(scope.region)
    units = [scope.unit, *(code for code, _name in below)]
    now = reading.totals(units, period.since, period.until)
    earlier = scope.before
    before = Counts()
    if scope.comparable:
        before = reading.totals([scope.unit], earlier.since, earlier.until)[scope.unit]
    own = now[scope.unit]
    shown = [f for f in figures() if actor.system or actor.has(*f.readers)]
    return Report(
        scope=scope,
        name=name,
        figures=tuple(Measured(f, f.of(own), f.of(before) if before else None) for f in shown),
        regions=_regions(scope, below, now, shown),
        tables=tuple(table(b, own, before) for b in breakdowns() if actor.system or actor.has(*b.readers)),
        course=_course(scope),
        standing=standing,
    )


def _name(scope: Scope) -> str:
    organisation = organisation_of(scope)
    return organisation.name if organisation else region_name(scope.region)


def _regions(
    scope: Scope, below: Sequence[tuple[str, str]], counts: dict[str, Counts], shown: Sequence[Figure]
) -> tuple[RegionRow, ...]:
    columns = [f for key in BY_REGION if (f := figure(key)) is not None and f in shown]
    if not below:
        return ()
    rest = Counts(counts[scope.unit])
    for code, _name in below:
        rest.subtract(counts[code])
    # Days of which nothing is left would make a median of nothing.
    rest = +rest
    rows = [
        RegionRow(code, name, tuple(Measured(f, f.of(found)) for f in columns))
        for code, name, found in (*((c, n, counts[c]) for c, n in below), ("", _("本级"), rest))
    ]
    # A row of nothing would tell that something is counted there which this reader's columns do not show.
    return tuple(row for row in rows if any(m.value for m in row.values))


def table(breakdown: Breakdown, counts: Counts, before: Counts) -> Table:
    """The rows of a breakdown, with those of which there were some only the year before: its sum needs them too."""
    found = dict.fromkeys(
        key[len(name) + 1 :].partition("|")[0]
        for name in breakdown.names
        for key in (*counts, *before)
        if key.startswith(f"{name}|")
    )
    last = breakdown.columns[-1]
    called = breakdown.called(found)
    rows = [
        Row(
            code,
            called[code],
            tuple(c.of(counts, code) for c in breakdown.columns),
            last.of(before, code) if before else None,
        )
        for code in found
    ]
    return Table(breakdown, tuple(sorted(rows, key=lambda row: (-(row.values[-1] or 0), row.code))))


def _course(scope: Scope) -> tuple[Moment, ...]:
    """Contacts over the period, in the parts in which it is drawn."""
    parts = scope.period.parts()
    # What has not come yet is not compared; the part that runs is, up to the same day.
    last = scope.before.until
    earlier = [
        (w, since, min(until, last))
        for w, since, until in scope.period.before.parts()
        if since <= last and scope.comparable
    ]
    pieces = {n: reading.pieces(since, until) for n, (_l, since, until) in enumerate([*parts, *earlier])}
    counts = reading.by_piece([scope.unit], [p for found in pieces.values() for p in found])

    def added(n: int) -> Counts:
        total = Counts()
        for piece in pieces.get(n, ()):
            total.update(counts.get((scope.unit, piece), {}))
        return total

    found = []
    for n, (label, since, _until) in enumerate(parts):
        here = added(n)
        kinds = {kind.value: here[f"contacts.kind|{kind.value}"] for kind in KINDS}
        # A day of a leap year may have none a year earlier.
        same = len(parts) + n if n < len(earlier) else -1
        found.append(Moment(label, since, kinds, added(same)["contacts"]))
    return tuple(found)


def plain(value: Value, unit: Unit) -> Any:
    """A value for JSON: whole numbers stay, rates and yuan become numbers with their places.

    >>> plain(Decimal("0.9850"), Unit.RATE), plain(Decimal("11151700"), Unit.YUAN), plain(None, Unit.RATE)
    (0.985, 11151700.0, None)
    """
    return float(value) if isinstance(value, Decimal) else value


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON: each figure by its key, the year before, then the tables, then how each is computed."""
    scope, standing = report.scope, report.standing
    return {
        "region": scope.region,
        "region_name": report.name,
        "organisation": scope.organisation,
        "period": scope.period.key,
        "since": scope.since.isoformat(),
        "until": scope.until.isoformat(),
        "as_of": standing.as_of.isoformat() if standing.as_of else None,
        "waiting": standing.waiting,
        **{m.figure.key: plain(m.value, m.figure.unit) for m in report.figures},
        "year_before": {m.figure.key: plain(m.before, m.figure.unit) for m in report.figures},
        **{
            t.breakdown.key: [
                {
                    "code": row.code,
                    "name": row.name,
                    **{c.key: plain(v, c.unit) for c, v in zip(t.columns, row.values, strict=True)},
                }
                for row in t.rows
            ]
            for t in report.tables
        },
        "course": [
            {"since": m.since.isoformat(), "label": m.label, **m.kinds, "year_before": m.before}
            for m in report.course
        ],
        "by_region": [
            {
                "code": row.code,
                "name": row.name,
                **{m.figure.key: plain(m.value, m.figure.unit) for m in row.values},
            }
            for row in report.regions
        ],
        "formulas": {
            each.key: {"label": str(each.label), "formula": str(each.formula), "source": str(each.source)}
            for each in report.declared
        },
    }
