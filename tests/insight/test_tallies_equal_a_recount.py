"""Tallies are what a recount in plain SQL gives: for any filter, after a killed worker, as cases move and days pass."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesu.cases.marking import counted, marks
from jiesu.cases.models import Case, Clock, TallyMark
from jiesu.config.examples import year, year_plan
from jiesu.config.private_database import PrivateServer
from jiesu.insight import reports, showing
from jiesu.insight.periods import Period
from jiesu.insight.scope import Scope
from jiesu.insight.tallies import keeping
from jiesu.insight.tallies.checking import differences
from jiesu.insight.tallies.models import Cell, Grain, Tally, TallyState
from jiesu.intake.actions import note_contact
from jiesu.intake.forms import ContactForm
from jiesu.intake.models import Outcome
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.places.models import Organisation
from tests.cases.conftest import moment
from tests.conftest import database_urls

NOW = moment("2026-11-24T09:00")
REGIONS = {
    "430000": "c.province = '430000'",
    "430900": "c.city = '430900'",
    "430903": "c.county = '430903'",
    "430981": "c.county = '430981'",
}
days = st.dates(date(2019, 12, 1), date(2021, 3, 10))
periods = st.one_of(
    st.sampled_from(["2020", "2020Q1", "2020Q4", "2020-02", "2020-07", "2021-01", "2020W07", "2020W53"]),
    st.tuples(days, days).map(lambda pair: f"{min(pair)}..{max(pair)}"),
)


def ask(sql: str, period: Period, where: str) -> Any:
    """One number or some rows from the cases themselves. {in}: received in the period, in the region."""
    inside = (
        f"({where} AND c.received_at >= '{period.since} 00:00+08'"
        f" AND c.received_at < '{period.until + timedelta(1)} 00:00+08')"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("{in}", inside))
        return cursor.fetchall()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(region=st.sampled_from(sorted(REGIONS)), key=periods)
def test_any_region_and_period_agree_with_plain_sql(random_cases: datetime, region: str, key: str) -> None:
    period, where = Period.parse(key), REGIONS[region]
    report = reports.make(Scope.of(region, key, random_cases), actor=SYSTEM)
    ((complaints, closed, recovered, claimed, refused),) = ask(
        """SELECT count(*), count(closed_at), coalesce(sum(recovered), 0), coalesce(sum(amount), 0),
                  count(*) FILTER (WHERE outcome = 'refused') FROM cases_case c WHERE kind = 'complaint' AND {in}""",
        period,
        where,
    )
    assert report.value("complaints") == complaints
    assert report.value("complaints_closed") == closed
    assert report.value("complaints_open") == complaints - closed
    assert report.value("recovered_yuan") == Decimal(recovered) / 100
    assert report.value("claimed_yuan") == Decimal(claimed) / 100
    assert report.value("complaints_refused") == refused
    ((median, p90),) = ask(
        """SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY d), percentile_disc(0.9) WITHIN GROUP (ORDER BY d)
             FROM (SELECT date(closed_at AT TIME ZONE 'Asia/Shanghai') - date(received_at AT TIME ZONE 'Asia/Shanghai') d
                     FROM cases_case c WHERE kind = 'complaint' AND closed_at IS NOT NULL AND {in}) x""",
        period,
        where,
    )
    assert (report.value("days_to_close_median"), report.value("days_to_close_p90")) == (median, p90)
    channels = ask(
        "SELECT t.channel, count(*) FROM intake_contact t JOIN cases_case c ON c.contact_id = t.id"
        " WHERE {in} GROUP BY 1",
        period,
        where,
    )
    assert {r.code: r.values[-1] for r in report.table("contacts_by_channel").rows if r.values[-1]} == dict(
        channels
    )
    subjects = ask(
        "SELECT subject, count(*) FROM cases_case c WHERE kind = 'complaint' AND {in} GROUP BY 1",
        period,
        where,
    )
    assert {r.code: r.values[0] for r in report.table("complaints_by_subject").rows if r.values[0]} == dict(
        subjects
    )
    grounds = ask(
        """SELECT e.data->'in'->>'ground', count(*) FROM cases_case c JOIN cases_event e ON e.case_id = c.id
            WHERE e.type = 'terminate' AND {in} GROUP BY 1""",
        period,
        where,
    )
    assert {r.code: r.values[0] for r in report.table("terminations_by_ground").rows if r.values[0]} == dict(
        grounds
    )
    clocks = ask(
        """SELECT rule, count(*) FILTER (WHERE q.state = 'met'),
                  count(*) FILTER (WHERE q.state = 'met_late' OR (q.state = 'open' AND q.due_on < '2021-03-10'))
             FROM cases_case c JOIN cases_clock q ON q.case_id = c.id
            WHERE q.state IN ('met', 'met_late', 'open') AND {in} GROUP BY 1""",
        period,
        where,
    )
    shown = {r.code: (r.values[3], r.values[2]) for r in report.table("clocks").rows if any(r.values)}
    assert shown == {rule: (met, missed) for rule, met, missed in clocks}
    assert sum(sum(m.kinds.values()) for m in report.course) == report.value("contacts")


def test_the_year_before_is_the_same_period(random_cases: datetime) -> None:
    now = reports.make(Scope.of("430900", "2021-01", random_cases), actor=SYSTEM)
    before = reports.make(Scope.of("430900", "2020-01", random_cases), actor=SYSTEM)
    assert [m.before for m in now.figures] == [m.value for m in before.figures]
    assert sum(m.before for m in now.course) == before.value("contacts")
    for table in now.tables:
        if table.breakdown.whole:
            assert sum(row.before or 0 for row in table.rows) == before.value(table.breakdown.whole)


@pytest.mark.parametrize(("running", "earlier"), [("2021", "2020-01-01..2020-03-10"), ("2021Q1", "2020-01-01..2020-03-10"),
                                                  ("2021-03", "2020-03-01..2020-03-10"), ("2021W10", "2020-03-02..2020-03-04")])  # fmt: skip
def test_a_period_that_still_runs_is_compared_with_as_many_days(
    random_cases: datetime, running: str, earlier: str
) -> None:
    now = reports.make(Scope.of("430900", running, random_cases), actor=SYSTEM)
    before = reports.make(Scope.of("430900", earlier, random_cases), actor=SYSTEM)
    assert {m.figure.key: m.before for m in now.figures if m.before} == {
        m.figure.key: m.value for m in before.figures if m.value
    }
    assert sum(m.before for m in now.course) == before.value("contacts")
    assert not before.value("contacts") or "上年同期算到 2020-03-" in showing.as_of(now)


def assert_equal_to_a_recount(today: date) -> None:
    """Then: no mark waits, the cells are what the rows say, and the sums what the cells say."""
    assert not TallyMark.objects.exists()
    assert TallyState.objects.get().today == today
    assert list(differences()) == []


def test_counting_again_changes_nothing(random_cases: datetime) -> None:
    before = list(
        Tally.objects.order_by("unit", "grain", "since").values_list("unit", "grain", "since", "counts")
    )
    TallyMark.objects.bulk_create(marks(counted(c) for c in Case.objects.all()))
    assert keeping.refresh_all(now=random_cases)
    after = Tally.objects.order_by("unit", "grain", "since").values_list("unit", "grain", "since", "counts")
    assert before == list(after)
    assert_equal_to_a_recount(random_cases.date())


def test_a_case_that_moves_is_taken_from_one_county_and_given_to_another(random_cases: datetime) -> None:
    scope = Scope.year("430903", 2020, random_cases)
    before = reports.make(scope, actor=SYSTEM).value("complaints")
    case = Case.objects.filter(county="430903", kind="complaint", received_at__year=2020).first()
    other = Organisation.objects.get(key="430981-bureau")
    assert case is not None
    held = counted(case)
    case.organisation, case.county = other, "430981"
    case.save()
    TallyMark.objects.bulk_create(marks([held, counted(case)]))
    assert reports.make(scope, actor=SYSTEM).value("complaints") == int(before or 0) - 1
    assert_equal_to_a_recount(random_cases.date())


def test_what_runs_out_overnight_is_late_next_morning(random_cases: datetime) -> None:
    running = Clock.objects.filter(state="open", due_on__gte=random_cases.date()).order_by("due_on").first()
    assert running is not None
    assert running.due_on is not None
    morning = datetime.combine(running.due_on + timedelta(1), random_cases.timetz())
    keeping.refresh_all(now=morning)
    assert_equal_to_a_recount(morning.date())
    # And back: whoever asks as of the evening before gets the evening before.
    keeping.refresh_all(now=random_cases)
    assert_equal_to_a_recount(random_cases.date())


def test_a_worker_killed_while_counting_loses_nothing(own_database: str, server: PrivateServer) -> None:
    (plan,) = year_plan.plans("430900", 2020)
    small = year_plan.Plan(**{**vars(plan), "contacts": 300, "complaints": 120, "recovered": 9_000_000})
    year.generate(small)
    waiting = TallyMark.objects.count()
    assert waiting
    count = (
        "import django; django.setup();"
        "from jiesu.insight.tallies import keeping; from django.utils import timezone;"
        "print('counting', flush=True);"
        "[keeping.refresh(now=timezone.now(), days=2) for _ in range(500)]"
    )
    environment = {
        **os.environ,
        **database_urls(server, own_database),
        "DJANGO_SETTINGS_MODULE": "jiesu.config.settings",
    }
    for pause in (0.15, 0.4):
        worker = subprocess.Popen(
            [sys.executable, "-c", count], env=environment, stdout=subprocess.PIPE, text=True
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "counting\n"
        time.sleep(pause)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    left = TallyMark.objects.count()
    assert 0 < left < waiting
    now = moment("2026-11-24T09:00")
    end = time.monotonic() + 10
    while TallyMark.objects.exists() and time.monotonic() < end:
        # The killed one's lock goes with its connection.
        keeping.refresh_all(now=now)
    assert_equal_to_a_recount(now.date())
    assert Tally.objects.get(unit="430900", grain=Grain.YEAR).counts["contacts"] == 300


@pytest.mark.django_db
def test_a_call_that_needs_no_case_counts_where_it_was_taken() -> None:
    keeping.refresh_all(now=NOW)
    staff = Staff.objects.get(username="calltaker")
    form = ContactForm(kind="consultation", channel="hotline", text="小票丢了还能投诉吗？", line="12315")
    note_contact(form=form, actor=actor_for(staff, NOW), at=NOW, outcome=Outcome.ANSWERED)
    assert TallyMark.objects.count() == 1
    report = reports.make(Scope.of("430900", "2026-11-24..2026-11-24", NOW), actor=SYSTEM)
    assert report.value("contacts") == 1
    assert [r.name for r in report.table("contacts_by_line").rows] == ["12315"]
    assert_equal_to_a_recount(date(2026, 11, 24))


def test_a_tally_that_was_tampered_with_is_found(random_cases: datetime) -> None:
    cell = Cell.objects.filter(county="430903").first()
    assert cell is not None
    cell.counts["contacts"] = 1000
    cell.save()
    found = {key[1] if len(key) == 5 else key[0] for key in differences()}
    assert found == {cell.holder_id, "430000", "430900", "430903", keeping.holder_unit(cell.holder_id)}


def test_tallies_agree_with_counts_written_a_second_time(random_cases: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT date(received_at AT TIME ZONE 'Asia/Shanghai'), organisation_id, kind, count(*), count(closed_at),
                      sum(recovered) FROM cases_case WHERE organisation_id IS NOT NULL GROUP BY 1, 2, 3"""
        )
        plain = cursor.fetchall()
    cells = {(c.day, c.holder_id): c.counts for c in Cell.objects.all()}
    for day, holder, kind, cases, closed, recovered in plain:
        counts = cells[day, holder]
        assert counts[f"{kind}.cases"] == cases
        assert counts.get(f"{kind}.closed", 0) == closed
        assert counts.get(f"{kind}.recovered", 0) == (recovered or 0)
