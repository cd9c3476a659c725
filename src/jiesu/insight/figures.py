"""What a figure and a breakdown are, and the register of them. A part of the product declares its own by registering:

>>> from jiesu.insight.catalogue import DECLARED
>>> {f.key for f in DECLARED} <= {f.key for f in figures()}
True
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiesu.cases.kinds import Kind
from jiesu.insight.scope import READERS, Scope
from jiesu.insight.tallies.keeping import Counts

Label = str | Promise
Value = int | Decimal | None

#: Kinds of contacts in the order of the tables; and of cases.
KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.CONSULTATION, Kind.OTHER)
CASE_KINDS = (*KINDS, Kind.LEAD)


class Unit(StrEnum):
    """How a value reads: pieces, per cent with two places, yuan with two places, days."""

    COUNT = "count"
    RATE = "rate"
    YUAN = "yuan"
    DAYS = "days"


class Group(StrEnum):
    """Where a figure stands in the report."""

    INTAKE = "intake"
    HANDLING = "handling"
    PERIODS = "periods"
    MEDIATION = "mediation"
    REPORTS = "reports"
    SUPERVISION = "supervision"


GROUPS: dict[str, Label] = {
    Group.INTAKE: _("来件"),
    Group.HANDLING: _("投诉办理"),
    Group.PERIODS: _("期限"),
    Group.MEDIATION: _("调解和挽回损失"),
    Group.REPORTS: _("举报核查和评价"),
    Group.SUPERVISION: _("督办和消费警示"),
}
#: Whole sources, as they are named beside the figures.
CONTACTS: Label = _("来件登记（每件来件计一次）")
CASES: Label = _("案件（以承办机关计，按收到之日归入期间）")
CLOCKS: Label = _("期限（已作废、暂停计时和尚未届满的不计）")


@dataclass(frozen=True)
class Figure:
    """A figure.

    Args:
        key: stable name in JSON and API.
        label: what people call it.
        unit, group: how it reads, and where it stands.
        formula: how it is computed, in words, shown with the value.
        source: the rows that it counts.
        of: its value from counts; a rate is a fraction, yuan are yuan; None where there is nothing to divide by.
        cases: the condition on the cases behind it, if it counts cases.
        listed: how many these are, where the figure itself is not their number; ``listing`` says which they are.
        readers: roles that may read it, each within the own line of command.
        published: whether open data give it out; what they do, they hide where it is small.
        better: 1 where more is better, -1 where less is, 0 where neither; only the first two are ranked.
    """

    key: str
    label: Label
    unit: Unit
    group: Group
    formula: Label
    source: Label
    of: Callable[[Counts], Value]
    cases: Callable[[Scope], Q] | None = None
    readers: frozenset[str] = READERS
    better: int = 0
    listed: Callable[[Counts], int] | None = None
    listing: Label = ""
    published: bool = True


@dataclass(frozen=True)
class Column:
    """A column of a breakdown: its value for one code, and the condition on the cases that it counts."""

    key: str
    label: Label
    of: Callable[[Counts, str], Value]
    unit: Unit = Unit.COUNT
    cases: Callable[[Scope, str], Q] | None = None


@dataclass(frozen=True)
class Breakdown:
    """Counts divided by something: a table with one row for each code.

    Args:
        key: stable name in JSON.
        label: heading; ``dimension`` heads the first column.
        names: names of the counts before the bar; their codes make the rows.
        columns: what is shown of each code; rows are sorted by the last column of pieces.
        words: what people call a code; ``names_of`` says the same of many at once, where each would ask the database.
        whole: the key of the figure whose pieces these are, where they add up to it.
        chart: whether it is drawn.
    """

    key: str
    label: Label
    dimension: Label
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    words: Callable[[str], str]
    formula: Label
    source: Label
    whole: str = ""
    chart: bool = False
    readers: frozenset[str] = READERS
    names_of: Callable[[Collection[str]], Mapping[str, str]] | None = None

    def called(self, codes: Collection[str]) -> Mapping[str, str]:
        """What people call the codes."""
        return self.names_of(codes) if self.names_of else {code: self.words(code) for code in codes}


_figures: dict[str, Figure] = {}
_breakdowns: dict[str, Breakdown] = {}


def register(*declared: Figure | Breakdown) -> None:
    """Adds figures and breakdowns to every report, page, file and document.

    Raises:
        ValueError: a key is declared twice.
    """
    for each in declared:
        there: dict[str, Figure] | dict[str, Breakdown] = (
            _figures if isinstance(each, Figure) else _breakdowns
        )
        if each.key in there:
            raise ValueError(f"declared twice: {each.key}")
        there[each.key] = each  # type: ignore[assignment]


def figures() -> tuple[Figure, ...]:
    """All figures, as they were declared."""
    return tuple(_figures.values())


def published_figures() -> tuple[Figure, ...]:
    """Those that open data give out."""
    return tuple(f for f in figures() if f.published)


def figure(key: str) -> Figure | None:
    """One figure."""
    return _figures.get(key)


def breakdown(key: str) -> Breakdown | None:
    """One breakdown."""
    return _breakdowns.get(key)


def breakdowns() -> tuple[Breakdown, ...]:
    """All breakdowns, as they were declared."""
    return tuple(_breakdowns.values())


def rate(part: int, whole: int) -> Decimal | None:
    """A fraction with four places; None without anything to divide by.

    >>> rate(985, 1000), rate(0, 0)
    (Decimal('0.9850'), None)
    """
    if not whole:
        return None
    # Rounded down where rounding up would hide the one that was late: 99.999 % is not all.
    value = (Decimal(part) / whole).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    return min(value, Decimal("0.9999")) if part < whole else value


def codes(counts: Counts, name: str) -> list[str]:
    """What a count is divided by.

    >>> codes(Counts({"complaint.subject|food": 2, "complaint.cases": 3}), "complaint.subject")
    ['food']
    """
    return [key[len(name) + 1 :] for key in counts if key.startswith(f"{name}|")]


def quantile(counts: Counts, name: str, share: float) -> int | None:
    """The smallest whole number that at least a share of all reach, from a histogram.

    >>> quantile(Counts({"complaint.days|3": 1, "complaint.days|40": 1}), "complaint.days", 0.5)
    3
    """
    bars = sorted((int(code), counts[f"{name}|{code}"]) for code in codes(counts, name))
    whole = sum(count for _days, count in bars)
    reached = 0
    for days, count in bars:
        reached += count
        if reached >= share * whole:
            return days
    return None
