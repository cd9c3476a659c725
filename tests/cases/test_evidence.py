"""What happened can be proven: the chain holds, the replay gives the row, and the database refuses changes."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from jiesu.cases.models import Case, Event
from jiesu.cases.verify import anchor, anchors_folder, check_anchor, verify_case
from tests.cases.conftest import Teller, moment

pytestmark = pytest.mark.django_db


def test_a_case_that_was_worked_on_verifies(assigned: Teller) -> None:
    told = assigned()
    told.act("handler", "accept")
    told.prove()
    assert verify_case(told.case) == []


def test_the_application_cannot_change_or_remove_an_event(assigned: Teller) -> None:
    told = assigned()
    for statement in ("UPDATE cases_event SET type = 'x'", "DELETE FROM cases_event", "TRUNCATE cases_event"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Event.objects.filter(case_id=told.number).count() == 3


def test_a_changed_column_is_found(assigned: Teller) -> None:
    told = assigned()
    Case.objects.filter(pk=told.number).update(state="accepted")
    assert {f.code for f in verify_case(told.case)} == {"column_differs"}


def test_a_cut_tail_is_found_by_the_anchor(assigned: Teller) -> None:
    # given a manifest signed when the case stood at version 3
    told = assigned()
    anchor_row = anchor(at=moment("2026-11-02T23:00"))
    path = anchors_folder() / anchor_row.file
    assert check_anchor(path) == ()
    # when somebody with other rights sets the case back
    Case.objects.filter(pk=told.number).update(version=1)
    # then the manifest shows it
    assert [f.code for f in check_anchor(path)] == ["tail_cut"]
