"""Duplicates by person, business, time and content; a report is compared with the same informant's only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from jiesu.cases.act import open_case
from jiesu.cases.models import Case
from jiesu.cases.opening import Opening, PartyInput
from jiesu.people.acting import actor_for
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from jiesu.triage import duplicates, factors, sketches
from jiesu.triage.duplicates import Relation, Traits, rank
from jiesu.triage.similarity import sketch

AT = datetime(2026, 11, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXT = "在好再来超市购买的电饭煲使用一天即损坏，要求退货被拒绝，请帮忙协调处理。"
NEW = Traits(
    number=10,
    kind="complaint",
    received_on=date(2026, 11, 2),
    persons=frozenset({b"p1"}),
    business_id=7,
    respondent="好再来超市",
    subject="quality",
    amount=29900,
    sketch=tuple(sketch(TEXT)),
)


def test_the_same_consumer_about_the_same_business_is_a_duplicate() -> None:
    (found,) = rank(NEW, [replace(NEW, number=3, received_on=date(2026, 10, 30))])
    assert (found.number, found.relation) == (3, Relation.DUPLICATE)
    assert found.confidence >= 80
    assert "同一被投诉人" in found.reasons


def test_another_consumer_with_the_same_matter_is_a_like_case() -> None:
    (found,) = rank(NEW, [replace(NEW, number=3, persons=frozenset({b"p2"}))])
    assert found.relation == Relation.LIKE


def test_the_same_consumer_with_another_matter_elsewhere_is_nothing() -> None:
    other = replace(
        NEW,
        number=3,
        business_id=8,
        respondent="某健身房",
        sketch=tuple(sketch("办的年卡现在门店关门联系不上老板")),
    )
    assert rank(NEW, [other]) == []


def test_a_report_is_a_repeat_only_of_the_same_informant_about_the_same_respondent() -> None:
    report = replace(NEW, kind="report")
    assert [c.relation for c in rank(report, [replace(report, number=3)])] == [Relation.REPEAT]
    assert rank(report, [replace(report, number=3, persons=frozenset({b"p2"}))]) == []
    assert rank(report, [replace(report, number=3, business_id=8)]) == []


def test_complaints_and_reports_are_never_compared() -> None:
    assert rank(NEW, [replace(NEW, number=3, kind="report")]) == []
    assert rank(replace(NEW, kind="report"), [replace(NEW, number=3)]) == []


Opener = Callable[..., Case]


@pytest.fixture
def opened(db: None) -> Opener:
    """A case registered by the city centre, with its sketch stored."""

    def begin(
        kind: str = "complaint", *, name: str = "张小明", phone: str = "13812345678", text: str = TEXT
    ) -> Case:
        bringer, opposite = ("informant", "reported") if kind == "report" else ("complainant", "respondent")
        opening = Opening(
            kind=kind,
            channel="hotline",
            registered_by=by_key("430900-centre").pk,
            division="430900",
            received_at=AT,
            parties=(
                PartyInput(role=bringer, name=name, phone=phone),
                PartyInput(role=opposite, name="好再来超市", address="益阳市资阳区"),
            ),
            text=text,
        )
        with transaction.atomic():
            case = open_case(opening, actor=actor("calltaker"), at=AT).case
        sketches.store(case_id=case.pk, kind=kind, text=text, received_on=AT.date())
        return case

    return begin


def actor(username: str) -> Any:
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, AT)


def test_a_repeated_complaint_is_found_in_the_tables(opened: Opener) -> None:
    first, again = opened(), opened()
    stranger = opened(name="李四", phone="13900000000")
    found = duplicates.find(again, text=TEXT, actor=SYSTEM)
    assert {c.number: c.relation for c in found} == {first.pk: Relation.DUPLICATE, stranger.pk: Relation.LIKE}


def test_who_does_not_handle_a_report_is_not_shown_its_repeats(opened: Opener) -> None:
    opened("report")
    again = opened("report")
    assert [c.relation for c in duplicates.find(again, text=TEXT, actor=SYSTEM)] == [Relation.REPEAT]
    assert duplicates.find(again, text=TEXT, actor=actor("handler.heshan")) == []


def test_a_complaint_does_not_show_that_a_report_exists(opened: Opener) -> None:
    opened("report")
    assert duplicates.find(opened(), text=TEXT, actor=SYSTEM) == []


def test_sketches_are_owed_until_stored_and_forgotten_when_removed(opened: Opener) -> None:
    case = opened()
    assert case.pk not in sketches.missing(since=AT)
    sketches.remove(case.pk)
    assert case.pk in sketches.missing(since=datetime(2026, 11, 1, tzinfo=AT.tzinfo))


def test_six_names_on_one_telephone_are_seen_in_the_tables(opened: Opener) -> None:
    cases = [opened(name=f"{surname}小明") for surname in "张李王赵钱孙"]
    found = factors.find(cases[-1], text=TEXT, actor=SYSTEM, on=AT.date())
    shared = next(f for f in found if f.meaning == "shared_contact")
    assert "6个不同姓名" in shared.observed[0]
    assert shared.cases == sorted(c.pk for c in cases[:-1])


def test_duplicates_take_the_same_number_of_queries_however_many_there_are(
    opened: Opener, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        opened()
    case = opened()
    with django_assert_max_num_queries(8):
        assert len(duplicates.find(case, text=TEXT, actor=SYSTEM)) == 6
