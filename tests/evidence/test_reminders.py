"""Who is reminded of a clock, and when: the handler before, the head when it is late, the superior after that."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from jiesu.cases.models import Clock, Reminder
from jiesu.cases.reminders import remind, words_of
from jiesu.people.models import LeaveCover, RoleAssignment, Setting, Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import Story, Teller, moment

pytestmark = pytest.mark.django_db

#: Registered on Monday 2026-11-02: the seven working days of acceptance end on Wednesday 2026-11-11.
DUE = date(2026, 11, 11)


@pytest.fixture
def case(assigned: Teller) -> Story:
    told = assigned("complaint", "2026-11-02T09:00")
    assert Clock.objects.get(case_id=told.number, rule="complaint.acceptance").due_on == DUE
    return told


def given(told: Story, stage: str | None = None) -> set[str]:
    """Login names of those reminded."""
    rows = Reminder.objects.filter(case_id=told.number)
    if stage:
        rows = rows.filter(stage=stage)
    return set(Staff.objects.filter(pk__in=rows.values("recipient_id")).values_list("username", flat=True))


def stages(told: Story) -> list[str]:
    return list(
        Reminder.objects.filter(case_id=told.number).order_by("pk").values_list("stage", flat=True).distinct()
    )


def test_the_stages_follow_one_another_up_the_line(case: Story) -> None:
    for at, stage, people in (
        ("2026-11-05T09:00", None, set()),
        ("2026-11-06T09:00", "before_3", {"handler"}),
        ("2026-11-10T09:00", "before_1", {"handler"}),
        ("2026-11-11T09:00", "today", {"handler", "officehead"}),
        ("2026-11-12T00:00", "late", {"handler", "officehead", "head", "head.acting"}),
        ("2026-11-13T00:00", "escalated_1", {"handler", "officehead", "head", "head.acting", "supervisor"}),
        ("2026-11-17T00:00", "escalated_3", {"handler", "officehead", "head", "head.acting", "supervisor"}),
    ):
        before = Reminder.objects.count()
        remind(moment(at))
        if stage is None:
            assert Reminder.objects.count() == before
        else:
            assert given(case, stage) == people, (at, stage)


def test_a_week_end_after_the_last_day_is_late_already(assigned: Teller) -> None:
    # given a clock that ends on a Friday
    told = assigned("complaint", "2026-11-04T09:00")
    assert Clock.objects.get(case_id=told.number, rule="complaint.acceptance").due_on == date(2026, 11, 13)
    remind(moment("2026-11-14T09:00"))
    assert "head" in given(told, "late")
    # the superior waits for a full working day
    remind(moment("2026-11-16T09:00"))
    assert given(told, "escalated_1") == set()
    remind(moment("2026-11-17T09:00"))
    assert "supervisor" in given(told, "escalated_1")


def test_running_it_again_writes_nothing(case: Story) -> None:
    assert remind(moment("2026-11-11T09:00")) > 0
    rows = list(Reminder.objects.values_list("pk", "at"))
    for minute in range(3):
        assert remind(moment("2026-11-11T09:00") + timedelta(minutes=minute)) == 0
    assert list(Reminder.objects.values_list("pk", "at")) == rows


def test_a_clock_whose_day_moves_is_reminded_of_anew(case: Story) -> None:
    remind(moment("2026-11-11T09:00"))
    Clock.objects.filter(case_id=case.number).update(due_on=DUE + timedelta(days=1))
    assert remind(moment("2026-11-12T09:00")) > 0
    assert (
        Reminder.objects.filter(case_id=case.number, stage="today").values("due_on").distinct().count() == 2
    )


def test_a_clock_that_is_met_suspended_or_void_reminds_nobody(case: Story) -> None:
    for state in ("met", "met_late", "suspended", "void"):
        Clock.objects.filter(case_id=case.number).update(state=state)
        assert remind(moment("2026-11-13T09:00")) == 0


def test_the_deputy_is_reminded_while_the_handler_is_away(case: Story) -> None:
    deputy = Staff.objects.get(username="mediator")
    LeaveCover.objects.create(
        absent=Staff.objects.get(username="handler"),
        deputy=deputy,
        since=date(2026, 11, 10),
        until=date(2026, 11, 10),
    )
    remind(moment("2026-11-06T09:00"))
    assert given(case, "before_3") == {"handler"}
    remind(moment("2026-11-10T09:00"))
    assert given(case, "before_1") == {"handler", "mediator"}
    remind(moment("2026-11-11T09:00"))
    assert "mediator" not in given(case, "today")


def test_the_deputy_of_an_absent_head_too(case: Story) -> None:
    LeaveCover.objects.create(
        absent=Staff.objects.get(username="head"),
        deputy=Staff.objects.get(username="officehead"),
        since=date(2026, 11, 12),
        until=date(2026, 11, 20),
    )
    remind(moment("2026-11-12T09:00"))
    assert {"head", "officehead"} <= given(case, "late")


def test_a_case_without_handler_or_with_one_who_left_is_the_office_head_s(case: Story, story: Teller) -> None:
    Staff.objects.filter(username="handler").update(is_active=False)
    remind(moment("2026-11-10T09:00"))
    assert given(case) == {"officehead"}
    # a case still at the centre belongs to its dispatchers
    waiting = story("complaint", "2026-11-02T09:00", service_due="2026-11-11", channel="12345")
    remind(moment("2026-11-10T09:00"))
    assert given(waiting) == {"dispatcher"}


def test_the_centre_s_own_clock_is_not_the_handler_s(assigned: Teller) -> None:
    told = assigned("consultation", "2026-11-02T09:00", service_due="2026-11-11", channel="12345")
    clock = Clock.objects.get(case_id=told.number, rule="service.hotline_12345")
    assert clock.holder_id == by_key("430900-centre").pk
    remind(moment("2026-11-10T09:00"))
    people = set(
        Staff.objects.filter(
            pk__in=Reminder.objects.filter(case_id=told.number, clock_seq=clock.seq).values("recipient_id")
        ).values_list("username", flat=True)
    )
    assert people == {"dispatcher"}


def test_roles_of_another_day_count_for_nothing(case: Story) -> None:
    RoleAssignment.objects.filter(staff__username="head").update(valid_to=date(2026, 11, 11))
    remind(moment("2026-11-12T09:00"))
    assert "head" not in given(case, "late")


def test_a_bureau_may_be_reminded_earlier(case: Story) -> None:
    one, two = Staff.objects.order_by("pk")[:2]
    Setting.objects.create(
        key="reminder.before",
        organisation=by_key("430902-bureau"),
        value=[5, 1],
        valid_from=date(2026, 11, 1),
        proposed_by=one,
        proposed_at=moment("2026-11-01T09:00"),
        confirmed_by=two,
        confirmed_at=moment("2026-11-01T09:00"),
    )
    remind(moment("2026-11-04T09:00"))
    assert given(case, "before_5") == {"handler"}


def test_queries_do_not_grow_with_the_clocks(
    assigned: Teller, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(2):
        assigned()
    with django_assert_max_num_queries(12):
        remind(moment("2026-11-10T09:00"))
    for _ in range(4):
        assigned()
    with django_assert_max_num_queries(12):
        assert remind(moment("2026-11-10T09:00")) == 4


def test_stages_have_names_and_numbers(case: Story) -> None:
    for at in ("2026-11-06T09:00", "2026-11-11T09:00", "2026-11-12T09:00", "2026-11-17T09:00"):
        remind(moment(at))
    assert {words_of(s) for s in stages(case)} == {("before", 3), ("today", 0), ("late", 0), ("escalated", 3)}
