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
