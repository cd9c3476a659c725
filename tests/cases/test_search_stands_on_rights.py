"""Words find every case that the reader may read, and no other, wherever it has gone since."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from jiesu.cases.finding import found_by, newest, search_for, searched
from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.cases.search import follow, marks, sort_in
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.people.visibility import Part
from jiesu.places.queries import by_key
from tests.cases.conftest import Teller

pytestmark = pytest.mark.django_db

WORD = "电饭煲"


def everyone(at: datetime) -> list[Actor]:
    """Every demonstration account as who it is."""
    return [actor_for(s, at) for s in Staff.objects.select_related("organisation__parent__parent")]


def kept_marks(number: int) -> set[str]:
    """The marks that stand beside the words of a complaint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tsvector_to_array(words) FROM cases_complaintwords WHERE case_id = %s", [number]
        )
        (found,) = cursor.fetchone()
    return {token for token in found if token.startswith("@")}


@pytest.mark.rule("R-09")
def test_everybody_finds_exactly_what_they_may_read(story: Teller, assigned: Teller) -> None:
    waiting, complaint, report = story(), assigned(), assigned("report")
    moved = assigned()
    moved.act("handler", "return_to_centre", cause="wrong_place", reason="在赫山区", competent="赫山区局")
    told = (waiting, complaint, report, moved)
    for actor in everyone(report.at):
        may_read = set(visible(actor, Part.CONTENT).values_list("pk", flat=True))
        assert may_read <= {t.number for t in told}
        assert set(searched(actor, WORD).values_list("pk", flat=True)) == may_read, actor
        found = newest(actor, search_for(WORD), lambda rows: rows, size=50)
        assert {case.pk for case in found} == may_read, actor
        narrowed = found_by(actor, search_for(WORD).among(only_open=True, kinds=["complaint"]))
        complaints = set(visible(actor, Part.CONTENT).filter(kind="complaint").values_list("pk", flat=True))
        assert set(narrowed.values_list("pk", flat=True)) == complaints, actor


@pytest.mark.rule("R-09")
def test_the_marks_follow_a_case_to_whoever_holds_it(story: Teller) -> None:
    told = story()
    assert kept_marks(told.number) == marks(Case.objects.get(pk=told.number))
    told.act("dispatcher", "route", organisation=by_key("430902-bureau").pk, office=None)
    case = Case.objects.get(pk=told.number)
    assert f"@o{case.organisation_id}" in kept_marks(told.number)
    assert kept_marks(told.number) == marks(case)


def registered(number: int, days: int) -> None:
    """Lets a case have been registered so many days ago, with its marks."""
    case = Case.objects.get(pk=number)
    before = marks(case)
    case.registered_at = timezone.now() - timedelta(days=days)
    follow(case, case.kind, before)
    case.save()


def test_old_cases_are_found_behind_new_ones(assigned: Teller) -> None:
    ages = (1500, 3, 400, 0, 70)
    told = [assigned() for _age in ages]
    for each, days in zip(told, ages, strict=True):
        registered(each.number, days)
    head = told[0].who("head")
    in_order = [each.number for _age, each in sorted(zip(ages, told, strict=True), key=lambda pair: pair[0])]
    for size in (1, 2, 3, 4, 5, 50):
        found = newest(head, search_for(WORD), lambda rows: rows, size=size)
        assert [case.pk for case in found] == in_order[:size], size


def test_new_words_are_found_while_they_wait_and_after_the_worker_has_sorted_them_in(story: Teller) -> None:
    # given new words that wait in their list
    number = story().number
    dispatcher = actor_for(Staff.objects.get(username="dispatcher"), story().at)
    assert searched(dispatcher, WORD).filter(pk=number).exists()
    # when the worker sorts in, as the application and not as the owner of the index
    assert sort_in() > 0
    # then nothing waits any more, and what was found is found
    assert sort_in() == 0
    assert searched(dispatcher, WORD).filter(pk=number).exists()
