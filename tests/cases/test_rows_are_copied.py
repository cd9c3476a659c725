"""What is copied in binary is read as it was: every kind of column, and what none can hold."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DataError, transaction
from django.db.models import DecimalField

from jiesu.cases import copying
from jiesu.cases.copying import copy_rows
from jiesu.cases.kinds import NationalStatus
from jiesu.cases.models import Case, Clock
from jiesu.making import like
from jiesu.places.queries import by_key
from tests.cases.conftest import moment

pytestmark = pytest.mark.django_db


def case(**values: object) -> Case:
    return Case(
        **{
            "id": 430900260000000001,
            "kind": "complaint",
            "state": "registered",
            "channel": "hotline",
            "registered_by": by_key("430900-centre"),
            "received_at": moment("1999-12-31T23:59"),
            "registered_at": datetime(2026, 11, 2, 1, 2, 3, 456789, tzinfo=UTC),
            "head": bytes(range(32)),
            "facts": {"市": ["\\", '"', None, -1]},
            **values,
        }
    )


def test_a_row_is_read_as_it_was_copied() -> None:
    row = case(amount=-(2**62), title="a\tb\n\\N", national_status=NationalStatus.TO_ENTER, anonymous=True)
    clock = Clock(
        case_id=row.pk, seq=2**31 - 1, rule="r", started_at=row.received_at, due_on=date(1999, 12, 31), state="open",
        calendar_version="v", extensions=2**15 - 1,
    )  # fmt: skip
    copy_rows([row])
    copy_rows([clock])
    for model, written in ((Case, row), (Clock, clock)):
        read = model._default_manager.values().get()
        stored = {k: bytes(v) if isinstance(v, memoryview) else v for k, v in read.items()}
        assert stored == {name: getattr(written, name) for name in stored}


@pytest.mark.parametrize(
    "values",
    [
        {"amount": 2**63},
        {"failed": 2**15},
        {"failed": 2**16 + 1},
        {"version": 2**32 + 1},
        {"title": "\x00"},
        {"subject": "x" * 21},
    ],
)
def test_what_a_column_cannot_hold_is_an_error_of_the_data(values: dict[str, object]) -> None:
    with pytest.raises(DataError), transaction.atomic():
        copy_rows([case(**values)])
    assert not Case.objects.exists()


def test_a_column_of_which_nobody_has_said_how_it_goes_is_not_guessed() -> None:
    with pytest.raises(LookupError):
        copying._sent(DecimalField())


def test_a_row_like_another_differs_in_what_is_named_alone() -> None:
    one = case()
    other = like(one, id=2, title="另一件")
    assert (other.pk, other.title, other.kind, one.title) == (2, "另一件", "complaint", "")
    assert other._state is not one._state
