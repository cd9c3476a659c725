"""Every figure of the report against plain SQL, for random cases."""

from __future__ import annotations

import io
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from django.db import connection

from jiesu.insight import reports, showing, workbook
from jiesu.insight.figures import Unit, figures
from jiesu.insight.hotspots.figures import SUPERVISION
from jiesu.insight.scope import Scope, regions_below
from jiesu.people.actors import SYSTEM

IN_2020 = "received_at >= '2020-01-01 00:00+08' AND received_at < '2021-01-01 00:00+08'"
TODAY = "date '2021-03-10'"
MISSED = f"(statutory AND (q.state = 'met_late' OR (q.state = 'open' AND q.due_on < {TODAY})))"
CASES = "(SELECT * FROM cases_case WHERE {where} AND received_at >= '2020-01-01 00:00+08' AND received_at < '2021-01-01 00:00+08') c"
RULES = {
    "acceptance_on_time_rate": "('complaint.acceptance')",
    "mediation_on_time_rate": "('complaint.mediation')",
    "termination_notice_on_time_rate": "('complaint.termination_notice')",
    "verification_on_time_rate": "('report.verification', 'lead.verification', 'lead.found_otherwise')",
    "informant_notice_on_time_rate": "('report.informant_notice')",
    "hotline_on_time_rate": "('service.hotline_12345')",
}


def sql(text: str, where: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(text.replace("{cases}", CASES.format(where=where)).replace("{where}", where))
        return cursor.fetchone()[0]


def days(kind: str, share: str) -> str:
    return f"""SELECT percentile_disc({share}) WITHIN GROUP (ORDER BY
                      date(c.closed_at AT TIME ZONE 'Asia/Shanghai') - date(c.received_at AT TIME ZONE 'Asia/Shanghai'))
                 FROM {{cases}} WHERE c.kind = '{kind}' AND c.closed_at IS NOT NULL"""


def recount(key: str, where: str) -> Any:
    """One figure anew, written down a second time."""
    late = f"EXISTS (SELECT 1 FROM cases_clock q WHERE q.case_id = c.id AND {MISSED})"
    if key in RULES:
        return sql(
            f"""SELECT round(count(*) FILTER (WHERE q.state = 'met')::numeric / nullif(count(*), 0), 4)
                  FROM {{cases}} JOIN cases_clock q ON q.case_id = c.id
                 WHERE q.rule IN {RULES[key]}
                   AND (q.state IN ('met', 'met_late') OR (q.state = 'open' AND q.due_on < {TODAY}))""",
            where,
        )
    complaints = "{cases} WHERE c.kind = 'complaint'"
    settled = "(c.outcome = 'terminated' AND c.facts ? 'settled_on')"
    plain = {
        "contacts": f"""SELECT count(*) FROM intake_contact t JOIN places_organisation o ON o.id = t.registered_by_id
                         LEFT JOIN cases_case k ON k.contact_id = t.id
                        WHERE t.{IN_2020.replace(' AND received_at', ' AND t.received_at')}
                          AND {where.replace('county', 'coalesce(k.county, o.county)').replace('city', 'coalesce(k.city, o.city)')}""",
        "complaints": f"SELECT count(*) FROM {complaints}",
        "reports": "SELECT count(*) FROM {cases} WHERE c.kind = 'report'",
        "consultations": "SELECT count(*) FROM {cases} WHERE c.kind = 'consultation'",
        "others": "SELECT count(*) FROM {cases} WHERE c.kind = 'other'",
        "complaints_accepted": f"SELECT count(*) FROM {complaints} AND EXISTS (SELECT 1 FROM cases_event e WHERE e.case_id = c.id AND e.type = 'accept')",
        "complaints_refused": f"SELECT count(*) FROM {complaints} AND EXISTS (SELECT 1 FROM cases_event e WHERE e.case_id = c.id AND e.type = 'refuse')",
        "complaints_terminated": f"SELECT count(*) FROM {complaints} AND EXISTS (SELECT 1 FROM cases_event e WHERE e.case_id = c.id AND e.type = 'terminate')",
        "complaints_withdrawn": f"""SELECT count(*) FROM {complaints} AND EXISTS (SELECT 1 FROM cases_event e WHERE e.case_id = c.id AND e.type = 'withdraw')
                                     AND NOT EXISTS (SELECT 1 FROM cases_event e WHERE e.case_id = c.id AND e.type = 'accept')""",
        "days_to_close_median": days("complaint", "0.5"),
        "days_to_close_p90": days("complaint", "0.9"),
        "days_to_close_reports_median": days("report", "0.5"),
        "days_to_close_reports_p90": days("report", "0.9"),
        "complaints_closed": f"SELECT count(*) FROM {complaints} AND c.state = 'closed'",
        "complaints_open": f"SELECT count(*) FROM {complaints} AND c.state <> 'closed'",
        "on_time_rate": f"""SELECT round(count(*) FILTER (WHERE c.state = 'closed' AND NOT {late})::numeric
                                 / nullif(count(*) FILTER (WHERE c.state = 'closed' OR {late}), 0), 4) FROM {complaints}""",
        "mediation_success_rate": f"""SELECT round(count(*) FILTER (WHERE c.outcome = 'agreed' OR {settled})::numeric
                                 / nullif(count(*) FILTER (WHERE c.outcome IN ('agreed', 'terminated')), 0), 4) FROM {complaints}""",
        "mediations_agreed": f"SELECT count(*) FROM {complaints} AND c.outcome = 'agreed'",
        "mediations_settled": f"SELECT count(*) FROM {complaints} AND {settled}",
        "claimed_yuan": f"SELECT coalesce(sum(c.amount), 0) / 100 FROM {complaints}",
        "recovered_yuan": "SELECT coalesce(sum((e.data->'in'->>'recovered')::bigint), 0) / 100 FROM {cases} JOIN cases_event e ON e.case_id = c.id",
        "reports_filed": "SELECT count(*) FROM {cases} WHERE c.outcome = 'filed'",
        "reports_declined": "SELECT count(*) FROM {cases} WHERE c.outcome = 'declined'",
        "rated": "SELECT count(*) FROM {cases} JOIN cases_event e ON e.case_id = c.id AND e.type = 'rate'",
        "satisfied_rate": """SELECT round(count(*) FILTER (WHERE (e.data->'in'->>'stars')::int >= 4)::numeric / nullif(count(*), 0), 4)
                               FROM {cases} JOIN cases_event e ON e.case_id = c.id AND e.type = 'rate'""",
        # Of these there are none here; they have a test of their own.
        **{figure.key: "SELECT NULL" if figure.unit == Unit.RATE else "SELECT 0" for figure in SUPERVISION},
    }  # fmt: skip
    return sql(plain[key].replace("%", "%%"), where)


@pytest.mark.parametrize(
    ("region", "where"), [("430900", "city = '430900'"), ("430903", "county = '430903'")]
)
def test_every_figure_agrees(random_cases: datetime, region: str, where: str) -> None:
    report = reports.make(Scope.year(region, 2020, random_cases), actor=SYSTEM)
    for measured in report.figures:
        again = recount(measured.figure.key, where)
        if isinstance(measured.value, Decimal):
            again = Decimal(again) if again is not None else None
        assert measured.value == again, measured.figure.key
    assert {m.figure.key for m in report.figures} == {f.key for f in figures()}
    # The sample has what makes the rates worth asking for.
    if region == "430900":
        assert Decimal("0.7") < (report.value("on_time_rate") or 0) < 1
        assert report.value("complaints_open")
        assert report.value("complaints_withdrawn")


def test_parts_add_up(random_cases: datetime) -> None:
    report = reports.make(Scope.year("430900", 2020, random_cases), actor=SYSTEM)
    contacts = report.value("contacts")
    for key in ("contacts_by_channel", "contacts_by_kind"):
        assert sum(row.values[-1] or 0 for row in report.table(key).rows) == contacts
    assert sum(sum(m.kinds.values()) for m in report.course) == contacts
    assert sum(r.values[0].value or 0 for r in report.regions) == contacts
    for region in report.regions:
        own = reports.make(Scope.year(region.code, 2020, random_cases), actor=SYSTEM)
        assert [m.value for m in region.values] == [own.value(m.figure.key) for m in region.values]


def test_json_table_and_excel_say_the_same(random_cases: datetime) -> None:
    report = reports.make(Scope.year("430900", 2020, random_cases), actor=SYSTEM)
    plain = json.loads(json.dumps(reports.as_json(report)))
    assert plain["contacts"] == report.value("contacts")
    assert plain["recovered_yuan"] == float(report.value("recovered_yuan") or 0)
    assert plain["formulas"]["mediation_success_rate"]["formula"]
    text = showing.text(report)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook.workbook(report)))
    assert len(book.sheet_names) == 3 + sum(bool(t.rows) for t in report.tables)
    sheet = {row[0]: row[1] for row in book.get_sheet_by_index(0).to_python()}
    for measured in report.figures:
        assert showing.shown(measured) in text
        if measured.value is not None:
            assert sheet[str(measured.figure.label)] == pytest.approx(float(measured.value))


def test_a_province_lists_each_of_its_cities_once(random_cases: datetime) -> None:
    report = reports.make(Scope.year("430000", 2020, random_cases), actor=SYSTEM)
    assert [r.code for r in report.regions] == ["430900"]
    assert report.regions[0].values[0].value == report.value("contacts")
    codes = [code for code, _name in regions_below("430000")]
    assert len(codes) == len(set(codes)) == 14
