"""The report page: figures within rights, tables beside charts, downloads on record."""

from __future__ import annotations

import io
import json
import re

import pytest
import python_calamine
from django.test import Client
from django.utils import timezone

from jiesu.config.examples.load import load
from jiesu.insight.tallies import keeping
from jiesu.people.models import AccessLog, Staff
from tests.cases.conftest import moment

pytestmark = pytest.mark.django_db


def client(username: str) -> Client:
    found = Client()
    found.force_login(Staff.objects.get(username=username), "jiesu.people.authentication.StaffBackend")
    return found


@pytest.fixture
def examples(db: None) -> None:
    load(now=moment("2026-09-01T08:00"))
    keeping.refresh_all(now=timezone.now())


def test_a_supervisor_reads_city_and_counties(examples: None) -> None:
    answer = client("supervisor").get("/desk/report/?region=430900&year=2026")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "来件总数" in text
    assert "计算公式" in text
    # A chart is never the only way to read a figure, and nothing on the page is inline script.
    option = json.loads(re.search(r'id="chart-course" type="application/json">(.*?)</script>', text).group(1))  # type: ignore[union-attr]
    drawn = sum(sum(s["data"]) for s in option["series"] if s["type"] == "bar")
    book = client("supervisor").get("/desk/report/?region=430900&year=2026&format=json").json()
    assert drawn == book["contacts"] > 100
    assert client("supervisor").get("/desk/report/?region=430902&year=2026").status_code == 200


def test_a_head_reads_the_own_county_only(examples: None) -> None:
    head = client("head")
    assert head.get("/desk/report/").status_code == 200
    for region in ("430903", "430900", "430000"):
        refused = head.get(f"/desk/report/?region={region}&year=2026")
        assert refused.status_code == 422
        assert "您只能查看" in refused.content.decode()
        assert "stat-value" not in refused.content.decode()


@pytest.mark.parametrize("username", ["handler", "calltaker", "council", "admin", "mediator"])
def test_others_read_no_figures(db: None, username: str) -> None:
    assert client(username).get("/desk/report/").status_code == 403


@pytest.mark.parametrize(
    "query", ["year=abc", "year=99999", "year=1900", "region=999999", "region='--", "year=２０２０"]
)
def test_a_bad_question_gets_a_clear_answer(db: None, query: str) -> None:
    answer = client("supervisor").get(f"/desk/report/?{query}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-08-20&until=2026-08-01", "开始日期 2026-08-20 晚于结束日期 2026-08-01"),
        ("since=2026-08-20", "请把起、止两个日期都填上"),
        ("until=2026-08-20", "请把起、止两个日期都填上"),
    ],
)
@pytest.mark.parametrize("page", ["", "ranking/", "industries/"])
def test_days_that_make_no_period_are_named_and_stay_typed(
    db: None, page: str, query: str, words: str
) -> None:
    answer = client("supervisor").get(f"/desk/report/{page}?region=430902&period=2025&{query}")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    for day in re.findall(r"2026-08-\d\d", query):
        assert f'value="{day}"' in text
    assert 'value="430902" selected' in text
    assert 'value="2025" selected' in text


def test_days_of_ones_own_stand_in_the_choice_of_periods(db: None) -> None:
    text = client("supervisor").get("/desk/report/?since=2026-08-01&until=2026-08-20").content.decode()
    assert 'value="2026-08-01..2026-08-20" selected' in text
    # Whoever then chooses another period means that one: the days are cleared.
    assert re.search(r'<select id="report-period"[^>]*data-clears="report-since report-until"', text)


def test_more_than_a_year_is_not_compared_with_days_of_its_own(examples: None) -> None:
    book = client("supervisor").get("/desk/report/?period=2024-01-01..2026-08-31&format=json").json()
    assert book["contacts"] > 100
    assert book["year_before"]["contacts"] is None
    assert all(moment["year_before"] == 0 for moment in book["course"])


def test_excel_says_of_rates_by_how_many_points_they_changed(examples: None) -> None:
    def sheets(period: str) -> list[list[object]]:
        content = client("supervisor").get(f"/desk/report/?period={period}&format=xlsx").content
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return book.get_sheet_by_name("主要数据").to_python() + book.get_sheet_by_name("来件变化").to_python()

    rows = {row[0]: row for row in sheets("2026") if row}
    # What cannot be compared is not nothing.
    assert rows["来件总数"][2] == "—"
    assert rows["8月"][5] == "—"
    assert rows["投诉按期办结率"][3] == "—"


def test_excel_is_downloaded_and_on_record(examples: None) -> None:
    answer = client("supervisor").get("/desk/report/?region=430900&year=2026&format=xlsx")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names[0] == "主要数据"
    last = AccessLog.objects.latest("at")
    assert (last.act, last.detail["report"]) == ("export", "430900")


def test_the_page_costs_the_same_at_every_size(examples: None, django_assert_max_num_queries: object) -> None:
    supervisor = client("supervisor")
    supervisor.get("/desk/report/?year=2026")
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        supervisor.get("/desk/report/?year=2026")
