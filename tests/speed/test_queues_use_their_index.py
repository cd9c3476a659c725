"""Every queue is read from the small index over open work of its own level, whatever the archive holds."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from jiesu.cases.finding import Search, newest
from jiesu.cases.models import Case
from jiesu.cases.worklists import ORDER, Filters, base, page, scope_named, shown
from tests.speed.conftest import person

pytestmark = pytest.mark.slow

QUEUES = {
    ("handler", "mine"): "case_open_assignee",
    ("officehead", "office"): "case_open_office",
    ("head", "bureau"): "case_open_organisation",
    ("supervisor", "below"): "case_open_city",
    ("auditor", "line"): "case_open_city",
}


def indexes(plan: str) -> set[str]:
    """The indexes of cases that a plan reads."""
    return set(re.findall(r"(?:using|on) (case_\w+|cases_case_pkey)", plan))


def test_each_queue_reads_its_own_partial_index(city: str) -> None:
    now = timezone.now()
    for (username, key), index in QUEUES.items():
        who = person(username)
        scope = scope_named(who, key)
        assert scope is not None
        assert scope.key == key
        rows = shown(base(who, scope, Filters(), now)).order_by(*ORDER)[:51]
        plan = rows.explain()
        assert indexes(plan) == {index}, f"{username}: {plan}"
        assert "Seq Scan on cases_case" not in plan
        assert list(rows)


def test_a_page_far_down_is_sought_in_the_same_index(city: str) -> None:
    now, who = timezone.now(), person("supervisor")
    scope = scope_named(who, "below")
    first = page(who, scope, Filters(), now=now)
    assert first.after
    last = first.items[-1].case
    rows = base(who, scope, Filters(), now).filter(due_at__gte=last.due_at).order_by(*ORDER)[:51]
    plan = rows.explain(analyze=True)
    assert "case_open_city" in indexes(plan)
    # The condition on the hour is part of the search in the index and not a filter behind it.
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert "due_at" in condition
    second = page(who, scope, Filters(), now=now, after=first.after)
    assert not {i.case.pk for i in first.items} & {i.case.pk for i in second.items}


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
    rows = newest(person(username), Search(), lambda cases: cases, size=51)
    plan = rows.explain()
    assert index in indexes(plan)
    assert "Seq Scan on cases_case" not in plan
    assert rows.filter(closed_at__isnull=False).exists()


def test_there_are_many_more_closed_cases_than_a_queue_reads(city: str) -> None:
    assert Case.objects.count() >= 24_000
    assert Case.objects.filter(closed_at=None).count() < 2_500
