"""Every number of a report that counts cases opens a list that holds just as many."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesu.cases.models import Case
from jiesu.insight import behind, reports
from jiesu.insight.behind import Asked, Behind
from jiesu.insight.figures import CLOCKS, CONTACTS, Group, Unit, figure
from jiesu.insight.scope import InsightError, Scope
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM, Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key

CENTRE, COUNTY = "430900", "430903"
AS_IT_COMES = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
scopes = st.tuples(
    st.sampled_from(["430000", CENTRE, COUNTY, "430981"]),
    st.sampled_from(["2020", "2020Q1", "2020-02", "2020W30", "2020-03-05..2020-08-20", "2021"]),
)


@pytest.fixture(autouse=True)
def _all_in_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(behind, "MOST", 100_000)


def contacts_without_a_case(scope: Scope) -> int:
    """Contacts of the period from which no case came."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM intake_contact t WHERE t.received_at >= %s AND t.received_at < %s"
            " AND NOT EXISTS (SELECT FROM cases_case c WHERE c.contact_id = t.id AND c.id = t.cases[1])",
            [scope.begins, scope.ends],
        )
        return int(cursor.fetchone()[0])


def clocks_in(asked: Asked, scope: Scope, states: str, rule: str) -> int:
    """The clocks of the listed cases, counted a second time."""
    numbers = list(Case.objects.filter(behind.counted(asked, scope)).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM cases_clock q WHERE q.case_id = ANY(%s) AND q.rule = %s AND ({states})",
            [numbers, rule],
        )
        return int(cursor.fetchone()[0])


def assert_same(asked: Asked, scope: Scope, value: int, column: str = "", code: str = "") -> Behind:
    found = behind.read(asked, scope, actor=SYSTEM)
    assert found.number == value
    if asked.declared.source == CLOCKS and column:
        late = f"q.state = 'open' AND q.due_on < '{scope.today}'"
        states = {
            "met": "q.state = 'met'",
            "missed": f"q.state = 'met_late' OR ({late})",
            "running": f"q.state = 'open' AND NOT ({late})",
        }[column]
        assert clocks_in(asked, scope, states, code) == value
        assert 0 < found.seen <= value
    elif asked.declared.source == CONTACTS:
        assert found.without == contacts_without_a_case(scope) == 0
        assert found.seen == value
    elif asked.declared.source != CLOCKS:
        assert found.seen == value
    return found


@AS_IT_COMES
@given(where=scopes, chance=st.randoms(use_true_random=False))
def test_random_rows_of_every_breakdown_hold_as_many_cases_as_they_say(
    random_cases: datetime, where: tuple[str, str], chance: random.Random
) -> None:
    scope = Scope.of(*where, random_cases)
    report = reports.make(scope, actor=SYSTEM)
    for table in report.tables:
        if not table.rows:
            continue
        row = chance.choice(table.rows)
        for column, value in zip(table.columns, row.values, strict=True):
            if column.unit != Unit.COUNT or not value:
                continue
            asked = behind.of_cell(table.breakdown.key, column.key, row.code)
            assert asked is not None, "every column of pieces opens its cases"
            assert_same(asked, scope, int(value), column.key, row.code)


@AS_IT_COMES
@given(where=scopes)
def test_every_figure_opens_the_cases_it_names(random_cases: datetime, where: tuple[str, str]) -> None:
    scope = Scope.of(*where, random_cases)
    for measured in reports.make(scope, actor=SYSTEM).figures:
        asked = behind.of_figure(measured.figure.key)
        if measured.figure.group == Group.SUPERVISION:
            assert asked is None, "notices and warnings are no cases"
            continue
        assert asked is not None
        found = behind.read(asked, scope, actor=SYSTEM)
        if measured.figure.unit == Unit.COUNT:
            assert_same(asked, scope, int(measured.value or 0))
        elif found.number is not None and asked.declared.source != CLOCKS:
            assert found.seen == found.number, measured.figure.key
        else:
            assert found.number is None or found.seen <= found.number
        assert measured.figure.unit == Unit.COUNT or asked.listing


def test_regions_and_the_own_level_add_up_to_the_whole(random_cases: datetime) -> None:
    # Given: a case in the hands of the city itself.
    case = Case.objects.filter(county=COUNTY, kind="complaint", received_at__year=2020).first()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(county="")
    whole = Scope.year(CENTRE, 2020, random_cases)
    asked = behind.of_figure("complaints")
    assert asked is not None
    report = reports.make(whole, actor=SYSTEM)
    parts = [
        behind.read(
            asked, replace(whole, region=r.code) if r.code else replace(whole, own=True), actor=SYSTEM
        )
        for r in report.regions
    ]
    own = behind.read(asked, replace(whole, own=True), actor=SYSTEM)
    assert [i.case.pk for i in own.items] == [case.pk]
    listed = sum(p.seen for p in parts) + (own.seen if all(r.code for r in report.regions) else 0)
    assert listed == behind.read(asked, whole, actor=SYSTEM).seen


@pytest.mark.parametrize("key", ["430903-bureau", "430900-bureau"])
def test_an_organisations_own_numbers_open_its_own_cases(random_cases: datetime, key: str) -> None:
    organisation = by_key(key)
    scope = replace(
        Scope.of(organisation.division_code, "2020Q1", random_cases), organisation=organisation.pk
    )
    report = reports.make(scope, actor=SYSTEM)
    asked = behind.of_figure("complaints")
    assert asked is not None
    assert_same(asked, scope, int(report.value("complaints") or 0))
    for row in report.table("complaints_by_subject").rows:
        cell = behind.of_cell("complaints_by_subject", "count", row.code)
        assert cell is not None
        assert_same(cell, scope, int(row.values[0] or 0))


def reader(username: str, at: datetime) -> Actor:
    return actor_for(Staff.objects.get(username=username), at)


@pytest.mark.parametrize("key", ["contacts_by_channel", "complaints_by_subject", "clocks"])
def test_nobody_opens_the_cells_of_a_county_that_is_not_theirs(random_cases: datetime, key: str) -> None:
    column = "met" if key == "clocks" else "count"
    asked = behind.of_cell(key, column, "hotline")
    assert asked is not None
    head = reader("head", random_cases)
    for region in ("430000", CENTRE, COUNTY):
        with pytest.raises(InsightError):
            behind.read(asked, Scope.year(region, 2020, random_cases), actor=head)
        with pytest.raises(InsightError):
            behind.read(asked, replace(Scope.year(region, 2020, random_cases), own=True), actor=head)


def test_the_list_holds_only_what_the_reader_may_see(random_cases: datetime) -> None:
    legal = reader("legal", random_cases)
    asked = behind.of_figure("complaints")
    assert asked is not None
    scope = Scope.year(legal.county or legal.city, 2020, random_cases)
    found = behind.read(asked, scope, actor=legal)
    assert found.seen <= int(found.number or 0)
    assert all(item.case.organisation_id == legal.authority_id for item in found.items)


def test_a_number_without_cases_opens_nothing() -> None:
    assert behind.of_cell("clocks", "rate", "complaint.acceptance") is None
    assert behind.of_cell("clocks", "nothing", "x") is None
    assert behind.of_cell("nothing", "count", "x") is None
    assert behind.of_figure("nothing") is None
    assert figure("nothing") is None


def test_pages_one_after_the_other_are_the_whole_list(
    random_cases: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "PAGE", 7)
    asked = behind.of_figure("complaints_refused")
    assert asked is not None
    scope = Scope.year(CENTRE, 2020, random_cases)
    listed: list[int] = []
    after = ""
    while True:
        page = behind.read(asked, scope, actor=SYSTEM, after=after)
        listed += [item.case.pk for item in page.items]
        assert page.seen == page.number
        after = page.following
        if not after:
            break
    rows = Case.objects.filter(behind.counted(asked, scope)).order_by("-received_at", "-pk")
    assert listed == list(rows.values_list("pk", flat=True))
    assert len(listed) == page.number
    assert behind.read(asked, scope, actor=SYSTEM, after="nonsense").items[0].case.pk == listed[0]
