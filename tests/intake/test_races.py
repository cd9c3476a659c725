"""Two at once: the same post twice, the same links twice, wrong codes from many hands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from jiesu.businesses.models import Business
from jiesu.cases import keys
from jiesu.cases.act import act
from jiesu.cases.files import Upload
from jiesu.cases.models import Case, Link
from jiesu.intake.entering import enter
from jiesu.intake.errors import Code, IntakeError
from jiesu.intake.forms import read
from jiesu.intake.links import complete_links
from jiesu.intake.models import Contact
from jiesu.intake.registering import register
from jiesu.people.acting import actor_for
from jiesu.people.actors import citizen
from jiesu.people.models import Staff
from tests.intake.given import AT, COMPLAINT
from tests.races import together


def test_one_press_of_the_button_sent_twice_is_one_case(own_database: str) -> None:
    def post() -> Any:
        return register(form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key="pressed")

    answers = together(*[post] * 4)

    assert len({a.cases for a in answers}) == 1
    assert [a.repeated for a in answers].count(False) == 1
    assert Case.objects.count() == Contact.objects.count() == 1


def test_one_press_with_a_picture_sent_twice_keeps_the_files_of_one_case(
    own_database: str, tmp_path: Path
) -> None:
    picture = Upload(name="小票.pdf", content=b"%PDF-1.4 receipt")

    def post() -> Any:
        return register(
            form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key="pressed", files=[picture]
        )

    with override_settings(JIESU=replace(settings.JIESU, home=tmp_path)):
        keys.ensure_ring()
        answers = together(*[post] * 4)

    (case,) = {case.number for answer in answers for case in answer.cases}
    assert {path.parent.name for path in tmp_path.glob("files/*/*/*")} == {str(case)}


def test_a_new_shop_named_in_four_calls_at_once_is_one_business(own_database: str) -> None:
    def post(n: int) -> Any:
        return register(form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key=f"call {n}")

    together(*[partial(post, n) for n in range(4)])

    business = Business.objects.get()
    assert list(Case.objects.values_list("business_id", flat=True)) == [business.pk] * 4


def test_numbers_are_unique_however_many_come_at_once(own_database: str) -> None:
    def post() -> Any:
        return [
            register(form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key=None).cases[0].number
            for _n in range(5)
        ]

    numbers = [n for found in together(*[post] * 4) for n in found]

    assert len(set(numbers)) == 20


def test_links_completed_by_two_workers_give_one_case(own_database: str) -> None:
    done = register(form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key=None)
    number = done.cases[0].number
    dispatcher = actor_for(Staff.objects.get(username="dispatcher.ziyang"), AT)
    act(number, "split", {"kind": "report", "matter": "改日期"}, actor=dispatcher, at=AT)

    together(*[lambda: complete_links(number, at=AT)] * 4)

    assert Case.objects.filter(kind="report").count() == 1
    assert Link.objects.count() == 2
    assert Contact.objects.get().cases == [number, Case.objects.get(kind="report").pk]


def test_guessing_from_many_hands_locks_after_five(own_database: str) -> None:
    done = register(form=read(COMPLAINT), actor=citizen("complainant"), at=AT, key=None)
    number = str(done.cases[0].number)

    answers = together(*[lambda: enter(number, "WRONGWRONG", at=AT)] * 8)

    assert sum(a.code == Code.QUERY_LOCKED for a in answers) >= 1
    with pytest.raises(IntakeError) as refused:
        enter(number, done.cases[0].query_code, at=AT)
    assert refused.value.code == Code.QUERY_LOCKED
