"""Contacts by the industry and the platform of whom they are about, with what is not entered in plain sight."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from jiesu.businesses.models import Business
from jiesu.cases.models import Case, TallyMark
from jiesu.insight import behind, industries, reports
from jiesu.insight.figures import breakdown
from jiesu.insight.scope import InsightError, Scope
from jiesu.insight.tallies import keeping
from jiesu.insight.tallies.checking import differences
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM
from jiesu.people.models import AccessLog, Staff
from tests.cases.conftest import moment

CITY = "430900"


def rows(report: reports.Report, key: str) -> dict[str, int]:
    return {r.code: int(r.values[-1] or 0) for r in report.table(key).rows}


def plain(column: str) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {column}, count(*) FROM intake_contact t
                  LEFT JOIN cases_case c ON c.id = t.cases[1] LEFT JOIN businesses_business b ON b.id = c.business_id
                 WHERE t.received_at >= '2020-01-01 00:00+08' AND t.received_at < '2021-01-01 00:00+08' GROUP BY 1"""
        )
        return dict(cursor.fetchall())


@pytest.fixture
def shops(random_cases: datetime) -> list[int]:
    """Given: a platform, a shop on it, an inn, and cases of 2020 about each."""
    platform = Business.objects.create(
        name="某某优选", kind="platform", name_key="某某优选", created_at=random_cases
    )
    shop = Business.objects.create(
        name="小店", kind="shop", platform=platform, name_key="小店", created_at=random_cases
    )
    inn = Business.objects.create(name="旅店", name_key="旅店", created_at=random_cases)
    found = [platform.pk, shop.pk, inn.pk]
    numbers = Case.objects.filter(received_at__year=2020, kind="complaint").values_list("pk", flat=True)[:12]
    for n, number in enumerate(numbers):
        Case.objects.filter(pk=number).update(business_id=found[n % 3])
    TallyMark.objects.bulk_create(
        TallyMark(day=day, holder_id=holder)
        for day, holder in {
            (keeping.day_of(c.received_at), c.organisation_id or c.registered_by_id)
            for c in Case.objects.filter(pk__in=list(numbers))
        }
    )
    keeping.refresh_all(now=random_cases)
    return found


def test_an_industry_that_is_entered_moves_the_contacts_and_goes_on_record(
    shops: list[int], random_cases: datetime
) -> None:
    scope = Scope.year(CITY, 2020, random_cases)
    before = rows(reports.make(scope, actor=SYSTEM), "contacts_by_industry")
    assert set(before) == {"-"}
    supervisor = actor_for(Staff.objects.get(username="supervisor"), random_cases)
    waiting = {u.business.pk: u.cases for u in industries.without(scope, actor=supervisor)}
    assert waiting[shops[2]] == 4
    industries.enter(business=shops[2], industry="H", actor=supervisor, at=random_cases)
    after = reports.make(scope, actor=SYSTEM)
    assert rows(after, "contacts_by_industry") == {"-": before["-"] - 4, "H": 4}
    assert rows(after, "contacts_by_industry") == plain("coalesce(nullif(b.industry, ''), '-')")
    assert sum(rows(after, "contacts_by_industry").values()) == after.value("contacts")
    assert list(differences()) == []
    assert AccessLog.objects.latest("pk").detail == {"business": shops[2], "industry": "H"}
    assert shops[2] not in {u.business.pk for u in industries.without(scope, actor=supervisor)}


def test_contacts_by_platform_agree_with_plain_sql(shops: list[int], random_cases: datetime) -> None:
    report = reports.make(Scope.year(CITY, 2020, random_cases), actor=SYSTEM)
    found = rows(report, "contacts_by_platform")
    assert found[str(shops[0])] == 8
    platform = "coalesce(b.platform_id, CASE WHEN b.kind = 'platform' THEN b.id END)::text"
    assert found == plain(f"coalesce({platform}, '-')")
    assert sum(found.values()) == report.value("contacts")


@pytest.mark.parametrize("count", [3, 60])
def test_many_platforms_are_named_in_one_query(db: None, django_assert_num_queries: Any, count: int) -> None:
    at = moment("2020-03-01T08:00")
    platforms = Business.objects.bulk_create(
        Business(name=f"平台{n}", kind="platform", name_key=f"平台{n}", created_at=at) for n in range(count)
    )
    counts = Counter({f"contacts.platform|{p.pk}": 1 for p in platforms} | {"contacts.platform|-": 7})
    declared = breakdown("contacts_by_platform")
    assert declared is not None
    with django_assert_num_queries(1):
        made = reports.table(declared, counts, Counter())
    assert {row.name for row in made.rows} == {p.name for p in platforms} | {"不涉及平台或者未登记"}


@pytest.mark.parametrize("key", ["contacts_by_industry", "contacts_by_platform"])
def test_the_lists_behind_them_hold_as_many(shops: list[int], random_cases: datetime, key: str) -> None:
    supervisor = actor_for(Staff.objects.get(username="supervisor"), random_cases)
    industries.enter(business=shops[1], industry="F", actor=supervisor, at=random_cases)
    scope = Scope.year(CITY, 2020, random_cases)
    for code, count in rows(reports.make(scope, actor=SYSTEM), key).items():
        asked = behind.of_cell(key, "count", code)
        assert asked is not None
        found = behind.read(asked, scope, actor=SYSTEM)
        assert (found.number, found.seen) == (count, count)


def test_who_enters_what(shops: list[int], random_cases: datetime) -> None:
    head = actor_for(Staff.objects.get(username="head"), random_cases)
    Case.objects.filter(business_id=shops[0], county=head.county).update(business_id=None)
    with pytest.raises(InsightError) as refused:
        industries.enter(business=shops[0], industry="F", actor=head, at=random_cases)
    assert refused.value.code == "not_permitted"
    supervisor = actor_for(Staff.objects.get(username="supervisor"), random_cases)
    with pytest.raises(InsightError) as unknown:
        industries.enter(business=shops[2], industry="X", actor=supervisor, at=random_cases)
    assert unknown.value.code == "bad_industry"
    auditor = actor_for(Staff.objects.get(username="auditor"), random_cases)
    with pytest.raises(InsightError):
        industries.enter(business=shops[0], industry="F", actor=auditor, at=random_cases)
