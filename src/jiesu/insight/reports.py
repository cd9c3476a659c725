"""The first report: a region's year in figures, as values that every face shows the same way."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jiesu.cases.kinds import Channel, Kind
from jiesu.insight.counting import Tally, gather
from jiesu.insight.figures import BY_COUNTY, BY_KEY, FIGURES, Figure, Unit, Value
from jiesu.insight.scope import Code, InsightError, Scope, may_read, region_name
from jiesu.people.actors import Actor
from jiesu.places.models import Division

#: Kinds of contacts in the order of the tables.
KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.CONSULTATION, Kind.OTHER)


@dataclass(frozen=True)
class Measured:
    """A figure with its value."""

    figure: Figure
    value: Value


@dataclass(frozen=True)
class CountyRow:
    """The figures of one county."""

    code: str
    name: str
    values: tuple[Measured, ...]


@dataclass(frozen=True)
class Report:
    """A report: the figures, contacts by channel and kind, contacts by month, figures by county."""

    scope: Scope
    region_name: str
    figures: tuple[Measured, ...]
    counties: tuple[CountyRow, ...]
    channels: dict[str, dict[str, int]]
    months: dict[int, dict[str, int]]

    def value(self, key: str) -> Value:
        """The value of one figure; None where the reader may not see it."""
        return next((m.value for m in self.figures if m.figure.key == key), None)


def make(scope: Scope, *, actor: Actor) -> Report:
    """Makes the report.

    Args:
        actor: who reads; figures outside the own line of command are refused.

    Raises:
        InsightError: ``unknown_region``, ``not_permitted``.
    """
    name = region_name(scope.region)
    if not may_read(actor, scope.region):
        raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
    shown = tuple(f for f in FIGURES if actor.system or actor.has(*f.readers))
    tally = gather(scope)
    return Report(
        scope=scope,
        region_name=name,
        figures=tuple(Measured(f, f.of(tally.total)) for f in shown),
        counties=_counties(tally, shown),
        channels=_channels(tally),
        months={
            m: {k: tally.months[m][f"contacts.{k}"] for k in KINDS}
            if m in tally.months
            else dict.fromkeys(KINDS, 0)
            for m in range(1, 13)
        },
    )


def _counties(tally: Tally, shown: tuple[Figure, ...]) -> tuple[CountyRow, ...]:
    names = dict(Division.objects.filter(code__in=tally.counties).values_list("code", "name"))
    columns = [BY_KEY[k] for k in BY_COUNTY if BY_KEY[k] in shown]
    return tuple(
        CountyRow(
            code,
            names.get(code, code or _("市本级")),
            tuple(Measured(f, f.of(counts)) for f in columns),
        )
        for code, counts in sorted(tally.counties.items(), key=lambda item: (not item[0], item[0]))
    )


def _channels(tally: Tally) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for channel in Channel.values:
        row = {str(k): tally.channels.get((channel, k), 0) for k in KINDS}
        if any(row.values()):
            found[channel] = row
    return found


def plain(value: Value, unit: Unit) -> Any:
    """A value for JSON: whole numbers stay, rates and yuan become numbers with their places.

    >>> plain(Decimal("0.9850"), Unit.RATE), plain(Decimal("11151700"), Unit.YUAN), plain(None, Unit.RATE)
    (0.985, 11151700.0, None)
    """
    return float(value) if isinstance(value, Decimal) else value


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON: each figure by its key, then the tables, then how each figure is computed."""
    scope = report.scope
    return {
        "region": scope.region,
        "region_name": report.region_name,
        "since": scope.since.isoformat(),
        "until": scope.until.isoformat(),
        "as_of": scope.now.isoformat(),
        **{m.figure.key: plain(m.value, m.figure.unit) for m in report.figures},
        "contacts_by_channel": report.channels,
        "contacts_by_month": {str(m): row for m, row in report.months.items()},
        "by_county": [
            {
                "code": row.code,
                "name": row.name,
                **{m.figure.key: plain(m.value, m.figure.unit) for m in row.values},
            }
            for row in report.counties
        ],
        "formulas": {
            m.figure.key: {
                "label": str(m.figure.label),
                "formula": str(m.figure.formula),
                "source": str(m.figure.source),
                "unit": str(m.figure.unit),
            }
            for m in report.figures
        },
    }
