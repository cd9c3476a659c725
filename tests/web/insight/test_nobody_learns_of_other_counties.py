"""Whoever has no right to a county learns nothing of its small cells: by no door, and by no difference of what is shown."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jiesu.insight import opendata, rankings
from jiesu.insight.figures import breakdowns, figures
from jiesu.insight.periods import Span
from jiesu.insight.scope import Scope
from jiesu.insight.suppression import hidden
from jiesu.insight.tallies import keeping
from jiesu.places.models import Organisation
from jiesu.places.queries import by_key
from tests.insight.conftest import random_cases  # noqa: F401
from tests.insight.test_small_cells_stay_hidden import THRESHOLD, Reader
from tests.web.insight.test_report_page import client

pytestmark = pytest.mark.django_db
OWN, OTHER, CITY, PROVINCE = "430902", "430903", "430900", "430000"
PERIODS = ("2020", "2020Q1", "2020-02", "2020W30", "2020-02-03..2020-02-03", "2019-12-31..2021-01-01")


@pytest.fixture
def counted(random_cases: datetime) -> None:  # noqa: F811
    keeping.refresh_all(now=timezone.now())


def doors() -> Iterator[str]:
    """Every page and file that shows figures or what is behind them."""
    yield from (f"/desk/report/?format={kind}" for kind in ("", "json", "xlsx", "pdf"))
    yield from (f"/desk/report/open/?format={kind}" for kind in ("csv", "json", "pdf"))
    yield "/desk/report/ranking/?"
    yield "/desk/report/industries/?"
    yield from (f"/desk/report/cases/{f.key}/?" for f in figures() if f.cases)
    for table in breakdowns():
        for column in (c for c in table.columns if c.cases):
            yield f"/desk/report/cases/{table.key}/?column={column.key}&row=hotline"


@pytest.mark.parametrize("region", [OTHER, CITY, PROVINCE])
def test_every_door_of_another_region_is_closed(counted: None, region: str) -> None:
    head = client("head")
    chance = random.Random(region)
    for door in doors():
        period = chance.choice(PERIODS)
        for more in ("", "&own=1"):
            answer = head.get(f"{door}&region={region}&period={period}{more}")
            assert answer.status_code == 422, door
            assert "data-row" not in re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.S)


def test_another_bureau_within_the_own_region_is_none(counted: None) -> None:
    head, other = client("head"), by_key(f"{OTHER}-bureau").pk
    asked = f"region={OWN}&period=2020&organisation={other}"
    for kind in ("", "json", "xlsx", "pdf"):
        assert head.get(f"/desk/report/?{asked}&format={kind}").status_code == 422
    for door in doors():
        if "/cases/" in door:
            answer = head.get(f"{door}&{asked}")
            assert answer.status_code == 422
            assert re.search(r"统计 [1-9]", answer.content.decode()) is None


def test_a_county_reads_of_others_only_its_own_rank(counted: None) -> None:
    head = client("head")
    names = set(
        Organisation.objects.filter(city=CITY, type="bureau")
        .exclude(county__in=["", OWN])
        .values_list("short_name", flat=True)
    )
    for period in PERIODS:
        text = head.get(f"/desk/report/ranking/?region={OWN}&period={period}").content.decode()
        assert not any(name.removesuffix("市场监管局") in text for name in names)
        assert "本辖区合计" not in text


@pytest.mark.parametrize("period", ["2020W30", "2020-02-03..2020-02-05", "2019-12-31..2021-01-01"])
def test_days_put_together_at_will_tell_no_rank(counted: None, period: str) -> None:
    text = client("head").get(f"/desk/report/ranking/?region={OWN}&period={period}").content.decode()
    assert re.search(r"\d+ / \d", text) is None


def test_a_rank_among_two_is_not_said() -> None:
    """One of three counties has no complaints: of the other two one would learn what the other's figure is."""
    (rated,) = (f for f in figures() if f.key == "on_time_rate")
    counts = {
        code: Counter({"complaint.on_time": n, "complaint.late": 1}) for code, n in ((OWN, 5), (OTHER, 9))
    }
    counts["430981"] = Counter()
    codes = [OWN, OTHER, "430981"]

    def ranked(seen: list[str]) -> rankings.Ranking:
        named = [(code, code) for code in seen]
        return rankings._ranking(rated, counts, codes, named, None, [], 0, Span.YEAR)

    assert (ranked([OWN]).places[0].rank, ranked([OWN]).of) == (None, 0)
    assert [p.rank for p in ranked(codes).places] == [1, 2, None]


def files_of(reader: Client, region: str) -> dict[tuple[str, str, str], str]:
    """What both files of a region say; the same in each."""
    asked = f"/desk/report/open/?region={region}&period=2020"
    sheet = csv.DictReader(io.StringIO(reader.get(f"{asked}&format=csv").content.decode("utf-8-sig")))
    found = {(r["region"], r["table"], r["code"]): r["value"] for r in sheet}
    told = json.loads(reader.get(f"{asked}&format=json").content)
    for row in told["data"]:
        value = found[row["region"], row["table"], row["code"]]
        assert (row["value"] is None) == (value == "")
        assert row["value"] is None or float(row["value"]) == float(value)
    return found


def test_all_files_together_give_no_small_cell_away(counted: None) -> None:
    # Given: somebody who collects every file of the city and all its counties.
    supervisor = client("supervisor")
    collected: dict[tuple[str, str, str], str] = {}
    for region in (CITY, OWN, OTHER, "430921", "430922", "430923", "430971", "430972", "430981"):
        for key, value in files_of(supervisor, region).items():
            assert collected.setdefault(key, value) == value, "no two files differ"
    # Then: every number of pieces that is shown is large or nothing.
    pieces = {k: v for k, v in collected.items() if k[1] != "figures" and v}
    assert all(float(v) == 0 or float(v) >= THRESHOLD for v in pieces.values())
    # And: knowing every sum, they cannot narrow a small cell down to one number.
    tree = opendata._tree(PROVINCE, Scope.year(CITY, 2020, timezone.now()))
    values, sums = opendata._cells(tree, threshold=THRESHOLD)
    unknown = hidden(values, sums, threshold=THRESHOLD)
    here = [s for s in sums if {s.total, *s.parts} & unknown]
    reader = Reader(dict(values), here, unknown)
    bounds = reader.narrowed(dict.fromkeys(unknown, (1, reader.most)))
    assert bounds is not None
    small = [cell for cell in unknown if 0 < values[cell] < THRESHOLD]
    assert len(small) > 50
    assert [cell for cell in small if bounds[cell][0] == bounds[cell][1]] == []


def test_nobody_takes_their_own_numbers_off_the_published_sums(counted: None) -> None:
    """Whoever reads the report of their own county in full, and every published file, learns no small cell of others."""
    tree = opendata._tree(PROVINCE, Scope.year(CITY, 2020, timezone.now()))
    values, sums = opendata._cells(tree, threshold=THRESHOLD)
    unshown = opendata._unshown(tree, threshold=THRESHOLD)
    (city,) = (each for each in tree.below if each.code == CITY)
    for own in (county.code for county in city.below if county.code.isdigit()):
        unknown = frozenset(c for c in unshown if c[0] != own)  # type: ignore[index]
        here = [s for s in sums if {s.total, *s.parts} & unknown]
        reader = Reader(dict(values), here, unknown)
        bounds = reader.narrowed(dict.fromkeys(unknown, (1, reader.most)))
        assert bounds is not None
        # Where a sum consists of their own alone it tells of nobody else.
        foreign = [c for c in unknown if values[c] != values[own, c[1]]]  # type: ignore[index]
        small = [c for c in foreign if 0 < values[c] < THRESHOLD]
        assert len(small) > 50
        assert [c for c in small if bounds[c][0] == bounds[c][1]] == []


def test_what_a_county_sees_of_itself_says_nothing_of_the_city(counted: None) -> None:
    """Own report and own open data beside each other hold no number of another region."""
    book: dict[str, Any] = client("head").get(f"/desk/report/?region={OWN}&period=2020&format=json").json()
    assert {book["region"]} | {row["code"] for row in book["by_region"]} == {OWN}
    regions = {key[0] for key in files_of(client("head"), OWN)}
    assert regions == {OWN}
