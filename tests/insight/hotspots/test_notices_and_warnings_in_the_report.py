"""The report counts supervision notices and consumer warnings, as a recount in plain SQL does, for those who may know."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import python_calamine
from django.db import connection
from django.test import Client

from jiesu.cases.models import TallyMark
from jiesu.insight import behind, opendata, paper, reports, workbook
from jiesu.insight.edition import published
from jiesu.insight.hotspots import following_up, notices, queries, warnings
from jiesu.insight.hotspots.figures import SUPERVISION
from jiesu.insight.hotspots.following_up import Seen
from jiesu.insight.hotspots.models import NoticeAddress
from jiesu.insight.reports import Report
from jiesu.insight.scope import InsightError, Scope
from jiesu.insight.tallies import keeping
from jiesu.insight.tallies.checking import differences
from jiesu.insight.tallies.models import Cell, Tally
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.insight.hotspots.conftest import ANSWER, DAY, NOW, Town, only
from tests.insight.hotspots.test_deeds_and_warnings import TEXT, TITLE

LATER = NOW + timedelta(days=1)
LATE = NOW + timedelta(days=6)
AGAIN = DAY + timedelta(days=4)
YEAR_AFTER = NOW + timedelta(days=365)
KEYS = [figure.key for figure in SUPERVISION]
OF_NOTICES = KEYS[:-1]
CITY = "430900"


@pytest.fixture
def sent(sent: Town) -> Town:
    """All that came in is counted: what follows is so little that a reader counts it on the way."""
    keeping.refresh_all(now=NOW)
    return sent


def report(region: str = CITY, period: str = "2026", at: datetime = LATE, actor: Any = SYSTEM) -> Report:
    return reports.make(Scope.of(region, period, at), actor=actor)


def counted(**asked: Any) -> list[Any]:
    made = report(**asked)
    return [made.value(key) for key in KEYS]


def recount(where: str, since: date, until: date, today: date) -> list[Any]:
    """The same anew, written down a second time: bureaus by the ``where`` of their place, days both included."""
    within = "BETWEEN %(since)s AND %(until)s"
    own = f"SELECT id FROM places_organisation WHERE {where}"
    sent = f"""insight_supervisionnotice n WHERE n.organisation_id IN ({own})
               AND (n.at AT TIME ZONE 'Asia/Shanghai')::date {within}"""
    parts = f"insight_noticeaddress a WHERE a.notice_id IN (SELECT n.id FROM {sent})"
    on_time = (
        "(a.answered_at IS NOT NULL AND (a.answered_at AT TIME ZONE 'Asia/Shanghai')::date <= a.answer_by)"
    )
    asked = f"""SELECT (SELECT count(*) FROM {sent}),
                       (SELECT count(*) FROM {parts}),
                       (SELECT count(*) FROM {parts} AND a.state = 'accepted'),
                       (SELECT count(*) FROM {parts} AND a.state = 'withdrawn'),
                       (SELECT round(count(*) FILTER (WHERE {on_time})::numeric / nullif(count(*), 0), 4) FROM {parts}
                           AND a.state <> 'withdrawn' AND (a.answered_at IS NOT NULL OR a.answer_by < %(today)s)),
                       (SELECT count(*) FROM insight_consumerwarning w WHERE w.organisation_id IN ({own})
                           AND w.state IN ('published', 'withdrawn')
                           AND (w.decided_at AT TIME ZONE 'Asia/Shanghai')::date {within})"""
    with connection.cursor() as cursor:
        cursor.execute(asked, {"since": since, "until": until, "today": today})
        return list(cursor.fetchone())


def seen(county: str) -> list[Seen]:
    row = NoticeAddress.objects.get(organisation=by_key(f"{county}-bureau"))
    return [Seen(address=row.pk, step=following_up.last_step(row))]


def answered(town: Town, username: str, at: datetime) -> None:
    notices.answer(notice=only().pk, text=ANSWER, actor=town.actor(username), at=at)


def warned(town: Town, *, at: datetime = LATER, approve: bool = True) -> int:
    head = town.actor("head")
    spot = queries.listing(head, at=NOW)[0].key
    row = warnings.propose(spot=spot, title=TITLE, text=TEXT, actor=head, at=NOW)
    warnings.decide(
        warning=row.pk, approve=approve, reason="内容不实", actor=town.actor("head.acting"), at=at
    )
    return row.pk


def test_notices_and_warnings_agree_with_a_recount_in_every_region_and_period(sent: Town) -> None:
    # given: one bureau answered in time and was accepted, the other's day has passed; a warning stands, one was refused
    answered(sent, "head", LATER)
    following_up.accept(notice=only().pk, seen=seen("430902"), actor=sent.actor("supervisor"), at=LATER)
    withdrawn = warned(sent)
    warned(sent, approve=False)
    warnings.withdraw(warning=withdrawn, reason="事情已经解决", actor=sent.actor("head.acting"), at=LATER)
    # then the city's notice counts once and its two parts each, the county's warning also after it was withdrawn
    assert counted() == [1, 2, 1, 0, Decimal("0.5000"), 1]
    places = {
        "430000": "province = '430000'",
        CITY: "city = '430900'",
        "430902": "county = '430902'",
        "430903": "county = '430903'",
    }
    periods = {"2026": (date(2026, 1, 1), date(2026, 12, 31)), "2026-09": (date(2026, 9, 1), date(2026, 9, 30)),
               "2026-08": (date(2026, 8, 1), date(2026, 8, 31)),
               "2026-09-20..2026-09-20": (date(2026, 9, 20), date(2026, 9, 20)),
               "2026-09-21..2026-09-25": (date(2026, 9, 21), date(2026, 9, 25))}  # fmt: skip
    for region, where in places.items():
        for period, (since, until) in periods.items():
            again = recount(where, since, until, keeping.day_of(LATE))
            assert counted(region=region, period=period) == again, (region, period)
    # A bureau that was asked has sent nothing: what became of the others' parts is not among its numbers.
    assert counted(region="430903") == [0, 0, 0, 0, None, 0]
    assert not list(differences())


def test_each_deed_is_in_the_report_at_once(sent: Town) -> None:
    supervisor, whole = sent.actor("supervisor"), {"where": "city = '430900'", "since": date(2026, 1, 1)}

    def agrees(at: datetime, wanted: list[Any]) -> None:
        assert counted(at=at) == wanted
        assert recount(**whole, until=date(2026, 12, 31), today=keeping.day_of(at)) == wanted  # type: ignore[arg-type]

    agrees(NOW, [1, 2, 0, 0, None, 0])
    answered(sent, "head", LATER)
    agrees(LATER, [1, 2, 0, 0, Decimal(1), 0])
    following_up.send_back(
        notice=only().pk, seen=seen("430902"), reason="请补充分店情况。", answer_by=AGAIN, actor=supervisor, at=LATER
    )  # fmt: skip
    agrees(LATER, [1, 2, 0, 0, None, 0])
    following_up.remind(notice=only().pk, seen=seen("430903"), words="", actor=supervisor, at=LATER)
    following_up.withdraw(
        notice=only().pk, seen=seen("430903"), reason="已经另行处理", actor=supervisor, at=LATER
    )
    agrees(LATER, [1, 2, 0, 1, None, 0])
    # The first day has passed, the new one has not; and then it has, without anybody doing anything.
    agrees(LATE, [1, 2, 0, 1, None, 0])
    agrees(LATE + timedelta(days=5), [1, 2, 0, 1, Decimal(0), 0])
    warned(sent)
    agrees(LATE + timedelta(days=5), [1, 2, 0, 1, Decimal(0), 1])
    assert not list(differences())


def test_who_may_not_read_the_notices_of_the_bureau_gets_no_figure_of_them(sent: Town) -> None:
    for username, gets in (("supervisor", KEYS), ("legal", KEYS[-1:])):
        actor = sent.actor(username)
        region = actor.county or actor.city
        made = report(region=region, actor=actor)
        assert [key for key in KEYS if key in made.by_key] == gets, username
        plain = reports.as_json(made)
        assert [key for key in KEYS if key in plain] == gets
        assert [key for key in KEYS if key in plain["formulas"]] == gets
    # The city's row stands for nothing but its notice: whoever does not read of it does not learn that it is there.
    assert "" not in [row.code for row in made.regions]
    with pytest.raises(InsightError):
        report(region=CITY, actor=sent.actor("head"))
    assert all(behind.of_figure(key) is None for key in KEYS)


def test_page_and_files_say_the_same(sent: Town) -> None:
    answered(sent, "head", LATER)
    made = report(at=LATER)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook.workbook(made)))
    sheet = {row[0]: row[1:] for row in book.get_sheet_by_index(0).to_python()}
    for figure in SUPERVISION:
        assert sheet[str(figure.label)][0] == float(made.value(figure.key) or 0)
        assert sheet[str(figure.label)][3:5] == [str(figure.formula), str(figure.source)]
    group = paper._told(made, "", "")["groups"][-1]
    assert group["label"] == "督办和消费警示"
    assert [row[1] for row in group["rows"][1:]] == ["1", "2", "0", "0", "100.00%", "0"]
    client = Client()
    client.force_login(Staff.objects.get(username="supervisor"), "jiesu.people.authentication.StaffBackend")
    text = client.get(f"/desk/report/?region={CITY}&period=2026").content.decode()
    assert all(str(figure.label) in text and str(figure.formula) in text for figure in SUPERVISION)


def test_open_data_say_nothing_of_notices_and_warnings(sent: Town) -> None:
    warned(sent)
    scope = Scope.of(CITY, "2026", YEAR_AFTER)
    keeping.refresh_all(now=YEAR_AFTER)
    data = opendata.publish(scope, threshold=5)
    assert "contacts" in {d.code for d in data}
    assert not {d.code for d in data} & set(KEYS)
    assert not [key for key in KEYS if key in opendata.as_json(data, scope=scope, threshold=5).decode()]
    edition = published(report(at=YEAR_AFTER), threshold=5)
    assert not set(KEYS) & set(edition.by_key)
    assert "督办和消费警示" not in [g["label"] for g in paper._told(edition, "", "")["groups"]]


def test_what_was_sent_before_it_was_counted_is_counted_by_the_next_sweep(sent: Town) -> None:
    # given notices and warnings of which no tally knows
    warned(sent)
    for table in (TallyMark, Cell, Tally):
        table.objects.all().delete()
    # when the migration has marked them
    with connection.cursor() as cursor:
        cursor.execute(import_module("jiesu.insight.migrations.0009_count_notices").MARK)
    keeping.refresh_all(now=LATER)
    # then they are in the report
    assert counted(at=LATER) == [1, 2, 0, 0, None, 1]
