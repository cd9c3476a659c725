"""Forty complaints in a fortnight about one label, one telephone, six names: the file shows it, a person decides (art. 17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiesu.cases.errors import ActionError
from jiesu.cases.models import Case, Suggestion
from jiesu.cases.verify import verify_case
from jiesu.people.models import Staff
from jiesu.triage.tasks import suggest_for
from tests.scenes.given import bureau, does, moment, taken

pytestmark = [pytest.mark.django_db, pytest.mark.rule("C-12")]

NAMES = ("王小花", "李大山", "赵一鸣", "钱多多", "孙丽丽", "周建国")
START = moment("2026-10-12T09:00")


def test_the_factors_are_shown_and_refuse_nobody() -> None:
    # given forty complaints in a fortnight
    numbers = [
        taken(
            START + timedelta(hours=8 * n),
            text=f"购买的酱油标签没有标注产品标准代号，要求退一赔十。第{n + 1}单。",
            demand="退一赔十",
            complainant={"name": NAMES[n % 6], "phone": "13812345678", "address": "益阳市资阳区五一西路12号"},
        )
        .cases[0]
        .number
        for n in range(40)
    ]
    last, at = numbers[-1], START + timedelta(hours=8 * 39)

    # when suggestions are made for the last one
    suggest_for(last, at=at)

    # then the surroundings are shown as facts, with no threshold where nobody has set one
    found = Suggestion.objects.get(case_id=last, topic="factors")
    assert {"121.17.2", "121.17.4"} <= set(found.value)
    assert any("40件" in reason for reason in found.reasons)
    assert any("至少6个不同姓名" in reason for reason in found.reasons)
    case = Case.objects.get(pk=last)
    assert (case.state, case.outcome) == ("registered", "")

    # when the handler takes it, a factor without reasons decides nothing
    does("dispatcher", last, "route", at, organisation=bureau("430902"))
    does("dispatcher.ziyang", last, "assign", at, staff=Staff.objects.get(username="handler").pk)
    factors = {"ground": "121.16.3", "factors": ["121.17.2", "121.17.4"], "violation": False}
    with pytest.raises(ActionError) as refusal:
        does("handler", last, "propose", at, action="refuse", **factors)
    assert "reasons" in refusal.value.fields
    # and a person may decide either way: refuse with reasons and approval, or accept all the same
    does(
        "handler",
        last,
        "propose",
        at,
        action="refuse",
        reasons="四十件均针对同一标签，不能证明为生活消费。",
        **factors,
    )
    seq = int(next(iter(Case.objects.get(pk=last).facts["proposals"])))
    does("head", last, "reject", at, proposal=seq, reason="本件有消费凭证，应当受理。")
    does("handler", last, "accept", at)
    assert Case.objects.get(pk=last).state == "accepted"
    assert verify_case(Case.objects.get(pk=last)) == []
    assert {Case.objects.get(pk=n).state for n in numbers[:-1]} == {"registered"}
