"""Regions side by side within rights, published means on record, open data of finished years."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jiesu.insight import opendata
from jiesu.insight.models import PublishedMean
from jiesu.insight.rankings import side_by_side
from jiesu.insight.scope import Scope, regions_below, regions_of
from jiesu.insight.tallies import keeping
from jiesu.insight.tallies.models import Tally
from jiesu.people.actors import SYSTEM
from jiesu.people.models import AccessLog
from jiesu.people.roles import Role
from tests.insight.conftest import random_cases  # noqa: F401
from tests.web.insight.test_report_page import client
from tests.web.wall.conftest import person

pytestmark = pytest.mark.django_db
YIYANG_2020 = "region=430900&period=2020"


@pytest.fixture
def counted(random_cases: datetime) -> None:  # noqa: F811
    keeping.refresh_all(now=timezone.now())


def test_a_city_sees_its_counties_side_by_side_and_enters_a_national_mean(counted: None) -> None:
    supervisor = client("supervisor")
    text = supervisor.get(f"/desk/report/ranking/?{YIYANG_2020}").content.decode()
    assert "赫山区" in text
    assert "1 / 8" in text
    given = {
        "figure": "on_time_rate",
        "period": "2020",
        "label": "全国",
        "value": "97.30%",
        "source": "市场监管总局 2021 年通报",
    }
    assert supervisor.post(f"/desk/report/ranking/?{YIYANG_2020}", given).status_code == 303
    text = supervisor.get(f"/desk/report/ranking/?{YIYANG_2020}").content.decode()
    assert "97.30%" in text
    assert "市场监管总局 2021 年通报" in text
    last = AccessLog.objects.latest("at")
    assert (last.act, last.detail["mean"]) == ("setting", "on_time_rate")


@pytest.mark.parametrize("value", ["", "abc", "NaN", "101", "-1"])
def test_a_mean_that_cannot_be_is_refused(db: None, value: str) -> None:
    given = {"figure": "on_time_rate", "period": "2020", "label": "全国", "value": value, "source": "通报"}
    client("supervisor").post(f"/desk/report/ranking/?{YIYANG_2020}", given)
    assert not PublishedMean.objects.exists()


def test_a_refused_mean_keeps_what_was_typed_beside_the_reason(counted: None) -> None:
    given = {
        "figure": "mediation_success_rate",
        "period": "2020",
        "label": "全省",
        "value": "98.5分",
        "source": "省局通报",
    }
    answer = client("supervisor").post(f"/desk/report/ranking/?{YIYANG_2020}", given)
    assert answer.status_code == 422
    form = answer.content.decode().split("录入已公布的平均值")[1]
    assert "数值请填数字" in form
    assert 'value="mediation_success_rate" selected' in form
    assert all(f'value="{given[name]}"' in form for name in ("label", "value", "source", "period"))
    assert not PublishedMean.objects.exists()
    # Where there is no form to stand in, the reason is told all the same.
    answer = client("legal").post(f"/desk/report/ranking/?{YIYANG_2020}", given)
    assert answer.status_code == 422
    assert "只有部门负责人和督办员可以录入" in answer.content.decode()


def test_a_mean_is_shown_as_it_was_published(counted: None) -> None:
    given = {"period": "2020", "label": "全国", "source": "总局公报"}
    supervisor, page = client("supervisor"), f"/desk/report/ranking/?{YIYANG_2020}"
    supervisor.post(page, {**given, "figure": "days_to_close_median", "value": "7.5"})
    assert "7.5 天" in supervisor.get(page).content.decode()
    # More places than are shown would be rounded, up to the hundred that nobody published.
    supervisor.post(page, {**given, "figure": "on_time_rate", "value": "99.999"})
    assert not PublishedMean.objects.filter(figure="on_time_rate").exists()


def test_a_county_does_not_replace_what_the_city_has_entered(counted: None) -> None:
    given = {"figure": "on_time_rate", "period": "2020", "label": "全国", "source": "总局公报"}
    page = "/desk/report/ranking/?period=2020"

    def entered(username: str, value: str) -> str:
        client(username).post(page, {**given, "value": value})
        return str(PublishedMean.objects.get(figure="on_time_rate").value)

    assert entered("head", "90") == "0.9000"
    assert entered("supervisor", "97.5") == "0.9750"
    assert entered("head", "99") == "0.9750"
    assert entered("head.heshan", "99") == "0.9750"
    assert entered("supervisor", "98.5") == "0.9850"


def test_a_county_sees_where_it_stands_and_nothing_of_the_others(counted: None) -> None:
    text = client("head").get("/desk/report/ranking/?region=430902&period=2020").content.decode()
    assert "资阳区" in text
    assert "/ 8" in text
    for other in ("赫山区", "沅江市", "本辖区合计"):
        assert other not in text


def test_cities_and_all_counties_of_a_province_stand_side_by_side(counted: None) -> None:
    scope = Scope.year("430000", 2020, timezone.now())

    def ranked(level: str) -> set[str]:
        found = side_by_side(scope, actor=SYSTEM, level=level)
        return {p.code for r in found if r.figure.key == "on_time_rate" for p in r.places}

    assert len(ranked("city")) == 14
    assert {"430902", "430981", "430102"} <= ranked("county")
    assert ranked("") == ranked("nothing") == ranked("city")


def test_a_hundred_counties_without_a_number_are_not_read_out_under_each_figure(counted: None) -> None:
    person("supervisor.hunan", "430000-bureau", Role.SUPERVISOR)
    reader = client("supervisor.hunan")
    folded = r"<summary>\d+ 个辖区没有数据</summary>"
    counties = reader.get("/desk/report/ranking/?region=430000&period=2020&level=county").content.decode()
    assert re.search(folded, counties)
    assert "没有数据：" not in counties
    cities = reader.get("/desk/report/ranking/?region=430000&period=2020&level=city").content.decode()
    assert not re.search(folded, cities)
    assert "没有数据：长沙市" in cities


def test_a_city_learns_its_own_rank_among_cities_alone(counted: None) -> None:
    # Given: three cities have the figure.
    for city in ("430100", "430600"):
        counts = {"complaint.on_time": 3, "complaint.late": 1}
        Tally.objects.create(unit=city, grain="year", since=date(2020, 1, 1), counts=counts)
    text = client("supervisor").get(f"/desk/report/ranking/?{YIYANG_2020}&level=city").content.decode()
    assert " / 3" in text
    assert 'value="city" selected' in text
    places = re.findall(r'<tr><th scope="row">(.*?)</th>', text)
    assert set(places) == {"益阳市"}
    assert "本辖区合计" not in text


def read(answer: Client) -> dict[tuple[str, str, str], tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))  # type: ignore[attr-defined]
    return {(r["region"], r["table"], r["code"]): (r["value"], r["hidden"]) for r in rows}


def test_files_of_city_and_county_say_the_same_and_hide_small_numbers(counted: None) -> None:
    supervisor = client("supervisor")
    city = read(supervisor.get(f"/desk/report/open/?{YIYANG_2020}&format=csv"))
    assert any(hidden == "1" for _v, hidden in city.values())
    whole = {k: v for k, v in city.items() if k[1] != "figures"}
    assert all(v == "" or v == "0" or int(v) >= 5 for v, _h in whole.values())
    for county in ("430902", "430903", "430981"):
        own = read(supervisor.get(f"/desk/report/open/?region={county}&period=2020&format=csv"))
        assert own
        assert own == {k: v for k, v in city.items() if k[0] == county}
    last = AccessLog.objects.latest("at")
    assert last.detail["open_data"] == "430981"


def test_open_data_are_read_at_once_for_the_whole_province(
    counted: None, django_assert_max_num_queries: Any
) -> None:
    levels = regions_of("430000")
    assert len(levels) == 15
    assert all(found == regions_below(above) for above, found in levels.items())
    scope = Scope.year("430900", 2020, timezone.now())
    with django_assert_max_num_queries(8):
        assert opendata.publish(scope, threshold=5)


def test_a_figure_is_hidden_with_the_counts_it_is_made_of(counted: None) -> None:
    scope = Scope.year("430900", 2020, timezone.now())
    data = opendata.publish(scope, threshold=5)
    shown = {(d.region, d.code): d for d in data if d.table == "figures"}
    for (region, code), datum in shown.items():
        if datum.hidden:
            assert datum.value is None, (region, code)
    # Not everything is lost even in a table where most cells are small.
    assert any(d.value for d in data if d.region == "430900")
    everything = opendata.publish(scope, threshold=2)
    assert sum(d.hidden for d in everything) < sum(d.hidden for d in data)


@pytest.mark.parametrize("query", ["period=2020-03", "period=2026", "period=2020&organisation=1"])
def test_only_finished_years_are_published(db: None, query: str) -> None:
    assert client("supervisor").get(f"/desk/report/open/?region=430900&{query}").status_code == 422


def test_the_cases_behind_a_figure_are_listed_within_rights(counted: None) -> None:
    text = client("supervisor").get(f"/desk/report/cases/complaints_refused/?{YIYANG_2020}").content.decode()
    assert "data-rows" in text
    assert client("head").get(f"/desk/report/cases/complaints_refused/?{YIYANG_2020}").status_code == 422
    assert client("supervisor").get(f"/desk/report/cases/nothing/?{YIYANG_2020}").status_code == 404


def test_the_report_is_printed_as_a_pdf(counted: None) -> None:
    answer = client("supervisor").get(f"/desk/report/?{YIYANG_2020}&format=pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    public = client("supervisor").get(f"/desk/report/open/?{YIYANG_2020}&format=pdf")
    assert public.content.startswith(b"%PDF")
    assert "open-430900-2020.pdf" in public["Content-Disposition"]
    assert AccessLog.objects.latest("at").detail["format"] == "pdf"
