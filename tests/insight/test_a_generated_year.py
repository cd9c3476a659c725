"""Scene 9: the year in figures comes out of the records, to the last yuan."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from jiesu.cases.models import Case
from jiesu.cases.verify import verify_case
from jiesu.config.examples import year, year_plan
from jiesu.insight import reports
from jiesu.insight.scope import Scope
from jiesu.insight.tallies import keeping
from jiesu.people.actors import SYSTEM
from tests.cases.conftest import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-24T09:00")


def small(**changes: object) -> year_plan.Plan:
    """The plan of Yiyang's year, a fiftieth of its size."""
    (plan,) = year_plan.plans("430900", 2020)
    values = {**vars(plan), "contacts": 654, "complaints": 157, "recovered": 22_303_400, **changes}
    return year_plan.Plan(**values)  # type: ignore[arg-type]


def made(region: str) -> reports.Report:
    """The report of 2020, with everything counted."""
    keeping.refresh_all(now=NOW)
    return reports.make(Scope.year(region, 2020, NOW), actor=SYSTEM)


def test_the_published_figures_come_out() -> None:
    written = year.generate(small())
    assert written.refused == []
    report = made("430900")
    assert report.value("contacts") == 654
    assert report.value("complaints") == 157
    assert report.value("on_time_rate") == Decimal(1)
    assert report.value("recovered_yuan") == Decimal("223034.00")
    assert report.value("acceptance_on_time_rate") == Decimal(1)
    assert report.value("verification_on_time_rate") == Decimal(1)
    assert len(report.regions) == 8
    assert sum(row.values[-1] or 0 for row in report.table("contacts_by_channel").rows) == 654
    assert sum(sum(moment.kinds.values()) for moment in report.course) == 654
    assert not Case.objects.filter(closed_at=None).exists()
    for case in Case.objects.all()[:100]:
        assert verify_case(case) == []


def test_a_year_has_more_than_one_line_and_ground() -> None:
    written = year.generate(small(contacts=2400, complaints=900))
    assert written.refused == []
    report = made("430900")
    lines = {row.code for row in report.table("contacts_by_line").rows}
    assert {"12315", "12331", "12358", "12365"} <= lines
    for table in ("refusals_by_ground", "terminations_by_ground"):
        assert len([row for row in report.table(table).rows if row.values[0]]) > 1, table


def test_an_interrupted_year_goes_on_without_doubles() -> None:
    plan = small()

    class Cut(Exception):
        """The process ends."""

    def cut(done: int, whole: int) -> None:
        if done >= 500:
            raise Cut

    with pytest.raises(Cut):
        year.generate(plan, progress=cut)
    first = Case.objects.count()
    again = year.generate(plan)
    assert first + len(again.numbers) == 654
    assert made("430900").value("recovered_yuan") == Decimal("223034.00")


def test_a_year_with_delays_shows_them() -> None:
    year.generate(small(late=3))
    report = made("430900")
    assert report.value("on_time_rate") == Decimal("0.9809")
    assert report.value("acceptance_on_time_rate") != Decimal(1)


def test_every_process_draws_the_same_year() -> None:
    draw = (
        "import django; django.setup();"
        "from jiesu.config.examples import year, year_plan;"
        "import hashlib;"
        "plan, = year_plan.plans('430900', 2020);"
        "print(hashlib.sha256(repr(year._tales(plan)).encode()).hexdigest())"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", draw],
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "jiesu.config.settings"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1
