"""Lists page by keyset: every row once, whatever ties there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from jiesu.cases.models import Case
from tests.web.api.conftest import Api, Calling, problem

pytestmark = pytest.mark.django_db


def walk(api: Api, **query: Any) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = api.get("cases", **query, **({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.content.decode()
        body = page.json()
        found += [row["number"] for row in body["items"]]
        cursor = body["next"]
        if not cursor:
            return found


@pytest.mark.parametrize("order", ["registered", "due"])
@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_pages_give_every_row_once_with_ties_and_without_dates(
    api: Calling, registered: Callable[..., dict[str, Any]], order: str, limit: int
) -> None:
    # given rows of one instant, of one due day, and without any
    numbers = [int(registered()["number"]) for _ in range(7)]
    same = datetime(2026, 11, 2, 1, 0, 0, 123456, tzinfo=UTC)
    Case.objects.filter(pk__in=numbers[:4]).update(registered_at=same, due_at=same)
    Case.objects.filter(pk__in=numbers[4:6]).update(due_at=None)

    # when they are paged
    found = walk(api("calltaker"), order=order, limit=limit)

    # then each comes once, in order
    assert sorted(found) == sorted(map(str, numbers))
    rows = {str(c.pk): c for c in Case.objects.all()}
    if order == "due":
        far = datetime.max.replace(tzinfo=UTC)
        keys = [(rows[n].due_at or far, int(n)) for n in found]
        assert keys == sorted(keys)
    else:
        times = [(rows[n].registered_at, int(n)) for n in found]
        assert times == sorted(times, reverse=True)


def test_filters(
    api: Calling, registered: Callable[..., dict[str, Any]], assigned: Callable[..., str]
) -> None:
    here = assigned()
    waiting = registered()["number"]
    report = registered("report")["number"]
    reader = api("dispatcher")

    def numbers(**query: Any) -> set[str]:
        return {r["number"] for r in reader.get("cases", **query).json()["items"]}

    assert numbers(state="routed") == {here}
    assert numbers(state=["routed", "registered"], kind="complaint") == {here, waiting}
    assert numbers(kind="report") == {report}
    assert numbers(organisation="430902-bureau") == {here}
    assert numbers(organisation="430903-bureau") == numbers(organisation="nothing") == set()
    assert numbers(q=waiting) == {waiting}
    assert numbers(q="电饭煲") == {here, waiting}
    assert numbers(q="没有这个词") == set()
    due = Case.objects.get(pk=int(here)).due_at
    assert due is not None
    last = (timezone.localtime(due) - timedelta(seconds=1)).date()
    assert here not in numbers(due_before=last.isoformat())
    assert here in numbers(due_before=(last + timedelta(days=1)).isoformat())


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "9" * 5000}, "limit"),
        ({"limit": "١"}, "cursor"),
        ({"state": "flying"}, "state.0"),
        ({"kind": "x"}, "kind.0"),
        ({"due_before": "0001-01-01"}, "due_before"),
        ({"due_before": "9999-12-31"}, "due_before"),
        ({"due_before": "soon"}, "due_before"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "WyJkdWUiLG51bGwsIjEiXQ"}, "cursor"),
        ({"q": "字"}, "q"),
        ({"q": "a\x00b"}, "q"),
        ({"order": "id"}, "order"),
    ],
)
def test_bad_queries_name_the_parameter(api: Calling, query: dict[str, Any], field: str) -> None:
    response = api("calltaker").get("cases", **query)
    if query == {"limit": "١"}:
        assert response.status_code in (200, 422)
        return
    assert field in problem(response, 422, "fields_invalid")["errors"]


def test_list_takes_as_many_queries_for_many_rows_as_for_few(
    api: Calling,
    registered: Callable[..., dict[str, Any]],
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    calltaker = api("calltaker")
    registered()
    with django_assert_max_num_queries(10) as few:
        calltaker.get("cases")
    most = len(few)
    for _ in range(6):
        registered()
    with django_assert_max_num_queries(most):
        assert len(calltaker.get("cases").json()["items"]) == 7


def test_closed_cases_are_listed_by_state(api: Calling, registered: Callable[..., dict[str, Any]]) -> None:
    number = registered("consultation")["number"]
    Case.objects.filter(pk=int(number)).update(state="closed", closed_at=timezone.now())
    [row] = api("calltaker").get("cases", state="closed").json()["items"]
    assert row["closed_at"] is not None
    assert date.fromisoformat(row["registered_at"][:10])
