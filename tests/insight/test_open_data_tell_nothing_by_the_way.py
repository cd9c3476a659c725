"""Open data: a number that is hidden is not said by another that means nearly the same, nor by a sum of few."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from jiesu.insight import edition, opendata, paper, reports
from jiesu.insight.opendata import Datum, _Region
from jiesu.insight.scope import Scope
from jiesu.insight.suppression import hidden
from jiesu.insight.tallies.keeping import Counts
from jiesu.people.actors import SYSTEM

THRESHOLD = 5
LARGE = {
    "contacts": 1000, "contacts.kind|complaint": 400, "contacts.kind|report": 300,
    "contacts.kind|consultation": 200, "contacts.kind|other": 100,
    "complaint.cases": 400, "report.cases": 300, "consultation.cases": 200, "other.cases": 100,
    "complaint.closed": 400, "complaint.on_time": 400, "complaint.accepted": 400,
    "complaint.outcome|agreed": 300, "complaint.outcome|terminated": 100, "complaint.settled": 50,
    "complaint.claims": 350, "complaint.recoveries": 330, "complaint.claimed": 9_000_00, "complaint.recovered": 7_000_00,
    "report.closed": 300, "report.outcome|filed": 100, "report.outcome|declined": 200,
}  # fmt: skip


def published(**changes: int) -> dict[str, Datum]:
    """The figures of a county, one of four that are large but for what is said."""
    counties = [Counter(LARGE | (changes if n == 0 else {})) for n in range(4)]
    city = sum(counties, Counter())
    below = tuple(_Region(f"4309{n:02d}", str(n), counts) for n, counts in enumerate(counties))
    tree = _Region("430000", "省", Counts(city), (_Region("430900", "市", Counts(city), below),))
    unshown = hidden(*opendata._cells(tree, threshold=THRESHOLD), threshold=THRESHOLD)
    return {d.code: d for d in opendata._data(below[0], unshown) if d.table == "figures"}


def test_large_numbers_are_all_shown() -> None:
    assert not any(d.hidden for d in published().values() if d.value)


@pytest.mark.parametrize("without_a_case", [0, 2])
def test_cases_of_a_kind_do_not_tell_the_contacts_of_it(without_a_case: int) -> None:
    """Others are all contacts less the other kinds: of these one is hidden, so its cases are hidden too."""
    rare = {"contacts": 903 + without_a_case, "contacts.kind|other": 3, "other.cases": 3}
    data = published(**rare, **{"contacts.kind|consultation": 200 + without_a_case})
    assert data["others"].hidden
    told = sum(not data[key].hidden for key in ("complaints", "reports", "consultations"))
    assert data["contacts"].hidden or told < 3


def test_reports_filed_do_not_tell_the_few_declined() -> None:
    data = published(**{"report.outcome|filed": 297, "report.outcome|declined": 3})
    assert data["reports_declined"].hidden
    assert data["reports"].hidden or data["reports_filed"].hidden


@pytest.mark.parametrize(("count", "key"), [("claims", "claimed_yuan"), ("recoveries", "recovered_yuan")])
def test_a_sum_of_few_complaints_is_hidden(count: str, key: str) -> None:
    assert published(**{f"complaint.{count}": 1})[key].hidden
    assert not published(**{f"complaint.{count}": THRESHOLD})[key].hidden


def test_the_edition_for_the_public_holds_the_numbers_of_open_data_alone(random_cases: datetime) -> None:
    scope = Scope.year("430900", 2020, random_cases)
    whole = reports.make(scope, actor=SYSTEM)
    data = {(d.region, d.table, d.code): d for d in opendata.publish(scope, threshold=THRESHOLD)}
    made = edition.published(whole, threshold=THRESHOLD)
    for m in made.figures:
        assert m.value == data["430900", "figures", m.figure.key].value
    for region in made.regions:
        for m in region.values:
            assert m.value == data[region.code or "430900*", "figures", m.figure.key].value
    assert made.course == ()
    tables = {t.breakdown.key: {row.code: row.values for row in t.rows} for t in made.tables}
    assert set(tables) == opendata.PUBLISHED | {"contacts_by_month"}
    told = [value for rows in tables.values() for (value,) in rows.values()]
    assert None in told
    assert not any(0 < (value or 0) < THRESHOLD for value in told)
    for key, rows in tables.items():
        assert all(
            not values[0] or values[0] == data["430900", key, code].value for code, values in rows.items()
        )
    # And: the months add up to all contacts, so that the chart is one of the records.
    months = [row.values[0] for t in made.tables if t.breakdown.key == "contacts_by_month" for row in t.rows]
    assert len(months) == 12
    assert None in months or sum(int(n or 0) for n in months) == whole.value("contacts")
    assert paper.open_pdf(whole, threshold=THRESHOLD).startswith(b"%PDF")
