"""A report reads a handful of tallies, whatever there is behind them: its cost does not grow with the cases."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiesu.insight import reports
from jiesu.insight.scope import Scope
from jiesu.people.actors import SYSTEM

ROWS_OF_CASES = ("cases_case", "cases_clock", "cases_event", "intake_contact", "businesses_business")


def read_by(scope: Scope) -> tuple[int, int]:
    """How many statements a report sends, and how many rows of tallies these give."""
    reports.make(scope, actor=SYSTEM)
    with CaptureQueriesContext(connection) as sent:
        reports.make(scope, actor=SYSTEM)
    statements = [q["sql"] for q in sent.captured_queries]
    assert not [s for s in statements if any(table in s for table in ROWS_OF_CASES)]
    rows = 0
    for statement in statements:
        if "FROM insight_tally" in statement or "FROM insight_cell" in statement:
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + statement)
                plan = cursor.fetchone()[0]
            plan = json.loads(plan) if isinstance(plan, str) else plan
            rows += int(plan[0]["Plan"]["Actual Rows"])
    return len(statements), rows


@pytest.mark.parametrize(
    ("region", "period", "most"),
    [
        # A province and its fourteen cities, this year, the year before, and the months of both.
        ("430000", "2020", 1 + 14 + 1 + 24),
        ("430000", "2020Q2", 3 * 15 + 3 + 6),
        ("430900", "2020", 1 + 8 + 1 + 24),
        ("430903", "2020-03", 1 + 1 + 31 + 31),
        ("430000", "2019-12-31..2021-01-01", 3 * 15 + 3 + 15 + 15),
    ],
)
def test_a_report_reads_no_case_and_few_tallies(
    random_cases: datetime, region: str, period: str, most: int
) -> None:
    statements, rows = read_by(Scope.of(region, period, random_cases))
    assert statements <= 12
    assert 0 < rows <= most
