"""A figure that stopped early hides nothing: kinds it has not met keep their tab, and no total is less than the page."""

from __future__ import annotations

from django.http import QueryDict

from jiesu.cases.counting import Tally
from jiesu.cases.kinds import Kind
from jiesu.cases.worklists import Filters
from jiesu.web.desk.queue import tabs

FOUND = {"all": 100, **{f"kind_{kind.value}": 0 for kind in Kind}, "kind_complaint": 100}


def counts(tally: Tally, filters: Filters) -> dict[str, str | None]:
    return {tab["key"]: tab["count"] for tab in tabs(tally, QueryDict("q=退款"), filters)}


def test_a_kind_that_counting_has_not_met_keeps_its_tab_without_a_number() -> None:
    shown = counts(Tally(FOUND, capped=True), Filters(text="退款"))
    assert shown == {"1": "100+", "2": "100+", "3": None, "4": None, "5": None, "6": None}


def test_where_all_is_counted_kinds_without_rows_have_no_tab() -> None:
    assert counts(Tally(FOUND, capped=False), Filters(text="退款")) == {"1": "100", "2": "100"}


def test_no_total_is_less_than_the_rows_of_the_page() -> None:
    assert Tally(FOUND, capped=True).words("kind_report", least=50) == "50+"
    assert Tally(FOUND, capped=False).words("kind_report") == "0"
