"""Tables of a report as the page shows them: every number that counts cases opens the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.urls import get_script_prefix, reverse

from jiesu.insight import showing
from jiesu.insight.figures import KINDS, Figure, Unit, Value, figure
from jiesu.insight.periods import Period
from jiesu.insight.reports import Report, Table
from jiesu.insight.scope import Scope
from jiesu.web.insight.asking import address


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and where it leads."""

    text: str
    url: str = ""


def figure_url(key: str, scope: Scope, **more: str) -> str:
    """The cases behind a figure."""
    return f"{_behind(key, get_script_prefix())}?{address(scope, **more)}"


@lru_cache(maxsize=512)
def _behind(key: str, _prefix: str) -> str:
    return reverse("insight:cases", args=[key])


def cell_url(key: str, column: str, code: str, scope: Scope, **more: str) -> str:
    """The cases behind a cell of a breakdown."""
    return figure_url(key, scope, column=column, row=code, **more)


def breakdown_rows(table: Table, made: Report) -> list[list[Cell]]:
    """A breakdown with a head and, where its pieces add up, a sum."""
    plain = showing.table_rows(table, compared=made.compared)
    key = table.breakdown.key
    found = [[Cell(text) for text in row] for row in plain]
    for shown, row in zip(found[1:], table.rows, strict=False):
        for n, (column, value) in enumerate(zip(table.columns, row.values, strict=True), 1):
            if value and column.cases is not None:
                shown[n] = Cell(shown[n].text, cell_url(key, column.key, row.code, made.scope))
    whole = figure(table.breakdown.whole)
    if whole is not None and whole.cases is not None and len(found) > len(table.rows) + 1:
        place = len(table.columns)
        found[-1][place] = Cell(found[-1][place].text, figure_url(whole.key, made.scope))
    return found


def region_rows(made: Report) -> list[list[Cell]]:
    """The figures by region; a region's name opens its own report."""
    found = [[Cell(text) for text in row] for row in showing.region_rows(made)]
    here = reverse("insight:report")
    for shown, row in zip(found[1:], made.regions, strict=True):
        where = {"region": row.code} if row.code else {"own": "1"}
        if row.code:
            shown[0] = Cell(row.name, f"{here}?{address(made.scope, **where)}")
        for n, m in enumerate(row.values, 1):
            shown[n] = linked(m.value, m.figure, figure_url(m.figure.key, made.scope, **where))
    return found


def course_rows(made: Report) -> list[list[Cell]]:
    """Contacts over the period by kind; each number opens the cases of its stretch of days."""
    found = [[Cell(text) for text in row] for row in showing.course_rows(made)]
    ends = [*(m.since for m in made.course[1:]), None]
    for shown, moment, end in zip(found[1:], made.course, ends, strict=True):
        when = {"period": _period(moment.since, end, made.scope)}
        for n, kind in enumerate(KINDS, 1):
            if moment.kinds[kind]:
                url = cell_url("contacts_by_kind", "count", kind.value, made.scope, **when)
                shown[n] = Cell(shown[n].text, url)
    return found


def _period(since: date, following: date | None, scope: Scope) -> str:
    until = date.fromordinal(following.toordinal() - 1) if following else scope.until
    for key in (f"{since:%Y-%m}", f"{since}..{until}"):
        found = Period.parse(key)
        if (found.since, found.until) == (since, until):
            return found.key
    return scope.period.key


def linked(value: Value, figure: Figure, url: str) -> Cell:
    """A value that leads to its cases. A rate of nothing has them too: all that were late."""
    there = value is not None and (value or figure.unit == Unit.RATE) and figure.cases is not None
    return Cell(showing.words(value, figure.unit), url if there else "")
