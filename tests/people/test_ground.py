"""What every action stands on is in memory, and every change of it is seen by the next action."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesu import statements
from jiesu.people import ground
from jiesu.people.entering import by_id
from jiesu.people.models import Setting, Staff
from jiesu.people.settings import in_force
from jiesu.places.models import Organisation
from jiesu.places.queries import by_key

pytestmark = pytest.mark.django_db

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)
DAY = date(2026, 9, 1)
KEY = "service.consultation_days"
LINE = ("430902005-office", "430902-bureau", "430900-bureau", "430000-bureau")


def put(days: int, *, where: str | None, valid_from: date, confirmed: bool = True) -> None:
    one, two = (
        Staff.objects.get_or_create(
            username=name, defaults={"name": name, "organisation": by_key("430900-bureau"), "created_at": AT}
        )[0]
        for name in ("one", "two")
    )
    Setting.objects.create(
        key=KEY,
        organisation=by_key(where) if where else None,
        value=days,
        valid_from=valid_from,
        proposed_by=one,
        proposed_at=AT,
        confirmed_by=two if confirmed else None,
        confirmed_at=AT if confirmed else None,
    )


def test_nothing_but_one_row_is_read_while_nothing_changes() -> None:
    ground.current()
    with CaptureQueriesContext(connection) as asked:
        ground.current().settings(by_key("430902-bureau").pk, AT)
    assert [q["sql"] for q in asked if "places_organisation" not in q["sql"]] == [
        "SELECT version FROM places_reference"
    ]


def test_an_organisation_that_moves_stands_elsewhere_at_once() -> None:
    office = by_key("430902005-office")
    assert ground.current().place(office.pk).county == "430902"
    Organisation.objects.filter(pk=office.pk).update(county="430903")
    assert ground.current().place(office.pk).county == "430903"


def test_a_change_that_was_rolled_back_is_not_remembered() -> None:
    office = by_key("430902005-office")
    with transaction.atomic():
        Organisation.objects.filter(pk=office.pk).update(county="430903")
        assert ground.current().place(office.pk).county == "430903"
        transaction.set_rollback(True)
    assert ground.current().place(office.pk).county == "430902"


def test_a_proposed_value_counts_from_its_confirmation() -> None:
    bureau = by_key("430902-bureau").pk
    put(9, where="430902-bureau", valid_from=DAY, confirmed=False)
    assert ground.current().settings(bureau, DAY)[KEY] != 9
    two = Staff.objects.get(username="two")
    Setting.objects.update(confirmed_by=two, confirmed_at=AT)
    assert ground.current().settings(bureau, DAY)[KEY] == 9
    assert ground.current().settings(bureau, DAY - timedelta(days=1))[KEY] != 9


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    values=st.lists(
        st.tuples(st.sampled_from((None, *LINE)), st.integers(1, 30), st.integers(-4, 4)), max_size=8
    ),
    asked=st.sampled_from((None, *LINE)),
    on=st.integers(-5, 5),
)
def test_settings_in_memory_are_those_that_the_database_gives(
    values: list[tuple[str | None, int, int]], asked: str | None, on: int
) -> None:
    with transaction.atomic():
        for where, days, later in values:
            put(days, where=where, valid_from=DAY + timedelta(days=later))
        organisation = by_key(asked) if asked else None
        day = DAY + timedelta(days=on)
        expected = in_force(organisation=organisation, at=day)
        found = ground.current().settings(organisation.pk if organisation else None, day)
        transaction.set_rollback(True)
    assert found == expected


def test_receipt_by_a_countys_desk_is_its_bureaus_and_by_a_citys_nobodys() -> None:
    county, office = by_key("430902-bureau").pk, by_key("430902005-office").pk
    assert ground.current().receiving_bureau(office) == county
    assert ground.current().receiving_bureau(by_key("430900-centre").pk) is None


def test_a_prepared_statement_fails_as_any_other_and_leaves_the_connection_whole() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.run(
            "INSERT INTO places_reference (version) VALUES (%s)", ["00000000-0000-0000-0000-000000000000"]
        )
    assert statements.fetch("SELECT %s::int + 1", [1]) == [(2,)]


def test_whoever_enters_sees_the_new_name_of_the_office_at_once() -> None:
    handler = Staff.objects.get(username="handler")
    entered = by_id(handler.pk, at=AT)
    assert entered is not None
    Organisation.objects.filter(pk=handler.organisation_id).update(name="大码头市场监督管理所")
    again = by_id(handler.pk, at=AT)
    assert again is not None
    assert again.organisation.name == "大码头市场监督管理所" != entered.organisation.name


def test_a_statement_sent_from_within_itself_gives_each_its_own_rows() -> None:
    def ask_again(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        done = execute(sql, params, many, context)
        if params == [1]:
            assert statements.fetch("SELECT %s::int + 1", [2]) == [(3,)]
        return done

    with connection.execute_wrapper(ask_again):
        assert statements.fetch("SELECT %s::int + 1", [1]) == [(2,)]


def test_a_connection_keeps_its_cursors_and_none_of_the_rows_they_have_read() -> None:
    for value in range(statements._MOST + 1):
        statements.fetch(f"SELECT %s::int + {value}", [1])
    kept = vars(connection.connection)[statements._KEPT]
    assert 0 < len(kept) <= statements._MOST
    assert {cursor.pgresult for cursor in kept.values()} == {None}
