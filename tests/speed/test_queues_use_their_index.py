"""Every list is read from the small index of its own level, whatever the archive holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from jiesu.cases.counting import badges, tallies
from jiesu.cases.finding import Search, newest
from jiesu.cases.models import Case
from jiesu.cases.worklists import Filters, page, scope_named
from tests.speed.conftest import person

pytestmark = pytest.mark.slow

QUEUES = {
    ("handler", "mine"): {"case_open_assignee"},
    ("officehead", "office"): {"case_open_office"},
    ("dispatcher.ziyang", "centre"): {"case_open_centre", "case_open_unrouted"},
    ("head", "bureau"): {"case_open_organisation"},
    ("supervisor", "below"): {"case_open_city"},
    ("auditor", "line"): {"case_open_city"},
}
#: Failed notices stand above a queue, and are few.
BESIDE = {"case_failed_notice"}


def sent_by(work: Callable[[], object]) -> tuple[str, Any]:
    """The one statement that a read sends, with its values."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        sent.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        work()
    (found,) = sent
    return found


def explained(statement: str, values: Any = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return "\n".join(row[0] for row in cursor.fetchall())


def plan_of(work: Callable[[], object], *, analyse: bool = False) -> str:
    """The plan of the one statement that a read sends."""
    statement, values = sent_by(work)
    return explained(f"EXPLAIN {'(ANALYZE)' if analyse else ''} {statement}", values)


def plan_without_values(work: Callable[[], object]) -> str:
    """The plan that PostgreSQL keeps for a prepared statement, whatever its values will be."""
    statement, _values = sent_by(work)
    places = count(1)
    return explained(f"EXPLAIN (GENERIC_PLAN) {re.sub('%s', lambda _: f'${next(places)}', statement)}")


def indexes(plan: str) -> set[str]:
    """The indexes of cases that a plan reads."""
    return set(re.findall(r"(?:using|on) (case_\w+|cases_case_pkey)", plan))


@pytest.mark.parametrize(("username", "key"), QUEUES)
def test_each_queue_reads_its_own_partial_index(username: str, key: str, city: str) -> None:
    now, who = timezone.now(), person(username)
    scope = scope_named(who, key)
    assert scope is not None
    assert scope.key == key
    own = QUEUES[username, key]
    shown = plan_of(lambda: page(who, scope, Filters(), now=now))
    assert indexes(shown) == own | BESIDE, shown
    counted = plan_of(lambda: tallies(who, scope, Filters(), now=now))
    assert indexes(counted) == own, counted
    narrowed = plan_of(lambda: tallies(who, scope, Filters(), Filters(state="routed"), now=now))
    assert indexes(narrowed) == own, narrowed
    for plan in (shown, counted, narrowed):
        assert "Seq Scan on cases_case" not in plan
        assert "BitmapOr" not in plan
    assert page(who, scope, Filters(), now=now).items


@pytest.mark.parametrize(("username", "key"), QUEUES)
def test_a_plan_made_for_any_values_reads_the_same_index(username: str, key: str, city: str) -> None:
    now, who = timezone.now(), person(username)
    scope = scope_named(who, key)
    own = QUEUES[username, key]
    shown = plan_without_values(lambda: page(who, scope, Filters(), now=now))
    assert indexes(shown) == own | BESIDE, shown
    counted = plan_without_values(lambda: tallies(who, scope, Filters(), now=now))
    assert indexes(counted) == own, counted
    # and the next page too
    first = page(who, scope, Filters(), now=now, size=5)
    assert first.after
    following = plan_without_values(lambda: page(who, scope, Filters(), now=now, after=first.after))
    assert indexes(following) == own, following


@pytest.mark.parametrize(
    ("username", "key", "index"),
    [("head", "bureau", "case_organisation_registered"), ("supervisor", "below", "case_city_registered")],
)
def test_a_plan_made_for_any_values_walks_the_archive_the_newest_first(
    username: str, key: str, index: str, city: str
) -> None:
    now, closed, who = timezone.now(), Filters(closed=True), person(username)
    scope = scope_named(who, key)
    first = page(who, scope, closed, now=now, size=5)
    assert first.after
    for work in (
        lambda: page(who, scope, closed, now=now),
        lambda: page(who, scope, closed, now=now, after=first.after),
        lambda: tallies(who, scope, closed, now=now),
    ):
        plan = plan_without_values(work)
        assert indexes(plan) == {index}, plan


def test_a_page_far_down_is_sought_in_the_same_index(city: str) -> None:
    now, who = timezone.now(), person("supervisor")
    scope = scope_named(who, "below")
    first = page(who, scope, Filters(), now=now)
    assert first.after
    plan = plan_of(lambda: page(who, scope, Filters(), now=now, after=first.after), analyse=True)
    assert indexes(plan) == {"case_open_city"}
    # The place is part of the search in the index and not a filter behind it.
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "due_at" in condition
    second = page(who, scope, Filters(), now=now, after=first.after)
    assert not {i.case.pk for i in first.items} & {i.case.pk for i in second.items}


def test_pages_one_after_the_other_are_the_whole_queue(city: str) -> None:
    now, who = timezone.now(), person("head")
    scope = scope_named(who, "bureau")
    found: list[int] = []
    after = ""
    while True:
        part = page(who, scope, Filters(), now=now, after=after, size=7)
        found += [i.case.pk for i in part.items]
        after = part.after
        if not after:
            break
    rows = Case.objects.filter(organisation_id=who.authority_id, closed_at=None).order_by("due_at", "id")
    assert found == list(rows.values_list("pk", flat=True))


def test_cases_whose_clocks_end_in_the_same_second_come_once_each(city: str) -> None:
    # given clocks of hours, which end at any instant, some within one second
    now, who = timezone.now(), person("head")
    scope = scope_named(who, "bureau")
    rows = Case.objects.filter(organisation_id=who.authority_id, closed_at=None)
    some = sorted(rows.values_list("pk", flat=True)[:9])
    second = now.replace(microsecond=500_000)
    for place, number in enumerate(some):
        Case.objects.filter(pk=number).update(due_at=second + timedelta(microseconds=place // 3))
    # when a page ends among them
    found: list[int] = []
    after = ""
    for _page in range(rows.count()):
        part = page(who, scope, Filters(), now=now, after=after, size=2)
        found += [i.case.pk for i in part.items]
        after = part.after
        if not after:
            break
    # then each comes once
    assert found == list(rows.order_by("due_at", "id").values_list("pk", flat=True))


def test_a_month_of_a_queue_is_found_in_the_index_of_its_level(city: str) -> None:
    now, who = timezone.now(), person("supervisor")
    scope = scope_named(who, "below")
    month = Filters(since=(now - timedelta(days=20)).date(), until=(now - timedelta(days=10)).date())
    plan = plan_of(lambda: page(who, scope, month, now=now), analyse=True)
    assert indexes(plan) == {"case_open_city"}
    # Rows of other months are passed over in the index and never looked at.
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "registered_at" in condition


def test_whoever_routes_nothing_looks_through_no_unrouted_work(city: str) -> None:
    # given cases that wait at the city's centre, which stands in no county
    waiting = Case.objects.filter(closed_at=None).order_by("pk").values("pk")[:50]
    Case.objects.filter(pk__in=waiting).update(organisation=None, county="", state="registered")
    # when somebody asks for the figures beside the navigation
    who = person("supervisor")
    plan = plan_of(lambda: badges(who), analyse=True)
    # then none of them is read
    part = plan[plan.index("on cases_case") :]
    assert "Rows Removed by Filter" not in part, plan
    assert badges(who).unrouted == 0


def test_closed_cases_too_are_walked_the_newest_first(city: str) -> None:
    now, who = timezone.now(), person("supervisor")
    scope = scope_named(who, "below")
    wanted = Filters(closed=True, since=(now - timedelta(days=15)).date())
    first = page(who, scope, wanted, now=now)
    assert first.after
    second = page(who, scope, wanted, now=now, after=first.after)
    assert second.items
    listed = [i.case.pk for part in (first, second) for i in part.items]
    rows = Case.objects.filter(city="430900").exclude(organisation_id=who.authority_id)
    in_order = rows.order_by("-registered_at", "-id").values_list("pk", flat=True)
    assert listed == list(in_order[: len(listed)])
    for work in (
        lambda: page(who, scope, wanted, now=now, after=first.after),
        lambda: tallies(who, scope, wanted, now=now),
    ):
        plan = plan_of(work)
        assert indexes(plan) == {"case_city_registered"}, plan


@pytest.mark.parametrize(
    ("username", "index"),
    [
        ("handler", "case_organisation_registered"),
        ("head", "case_organisation_registered"),
        ("supervisor", "case_city_registered"),
    ],
)
def test_lists_newest_first_walk_an_index_and_read_no_whole_table(
    username: str, index: str, city: str
) -> None:
    who = person(username)
    plan = plan_of(lambda: newest(who, Search(), lambda cases: cases, size=51))
    assert index in indexes(plan)
    assert "Seq Scan on cases_case" not in plan
    assert any(case.closed_at for case in newest(who, Search(), lambda cases: cases, size=51))


def test_there_are_many_more_closed_cases_than_a_queue_reads(city: str) -> None:
    assert Case.objects.count() >= 24_000
    assert Case.objects.filter(closed_at=None).count() < 2_500
