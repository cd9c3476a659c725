"""Suggestions come with reasons, are recorded as an event without personal data, and a person decides on them."""

from __future__ import annotations

import json

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from jiesu.cases import jobs
from jiesu.cases.act import act, open_case
from jiesu.cases.models import Case, Event, Suggestion
from jiesu.cases.opening import Opening, PartyInput
from jiesu.cases.verify import verify_case
from jiesu.people.acting import actor_for
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from jiesu.triage import tasks
from jiesu.triage.tasks import suggest_for
from tests.cases.conftest import moment

pytestmark = pytest.mark.django_db


def lodged(text: str) -> Case:
    at = moment("2026-11-02T09:00")
    calltaker = Staff.objects.select_related("organisation__parent__parent").get(username="calltaker")
    opening = Opening(
        kind="complaint",
        channel="hotline",
        registered_by=by_key("430900-centre").pk,
        division="430900",
        received_at=at,
        parties=(
            PartyInput(role="complainant", name="张小明", phone="13812345678"),
            PartyInput(role="respondent", name="好再来超市", address="湖南省益阳市资阳区大码头街道五一路2号"),
        ),
        text=text,
        confirmed=False,
    )
    return open_case(opening, actor=actor_for(calltaker, at), at=at).case


def test_a_new_complaint_gets_suggestions_with_reasons_and_a_person_overrules_one() -> None:
    # given a complaint that speaks of food past its date, with an address in Ziyang
    case = lodged(
        "我在好再来超市买的牛奶已过保质期，喝后腹泻，要求退还货款并赔偿，商家拒绝退款。我叫张小明，电话13812345678。"
    )
    # when the machine suggests, twice
    at = moment("2026-11-02T09:01")
    assert suggest_for(case.pk, at=at)
    assert not suggest_for(case.pk, at=at)
    # then each topic stands once, with reasons, and the bureau comes from the address
    by_topic = {s.topic: s for s in Suggestion.objects.filter(case_id=case.pk)}
    assert by_topic["kind"].value == "complaint"
    assert by_topic["kind"].reasons
    assert by_topic["bureau"].value["organisation"] == by_key("430902-bureau").pk
    # and the market office of its town
    assert by_topic["bureau"].value["office"] == by_key("430902005-office").pk
    # and the event tells codes only
    event = Event.objects.get(case_id=case.pk, type="suggest")
    assert "张小明" not in json.dumps(event.data, ensure_ascii=False)
    assert "1381234" not in json.dumps(event.data["in"])
    # when the dispatcher overrules one
    dispatcher = Staff.objects.select_related("organisation__parent__parent").get(username="dispatcher")
    act(
        case.pk,
        "decide_suggestion",
        {
            "suggestion": by_topic["subject"].seq if "subject" in by_topic else by_topic["kind"].seq,
            "taken": False,
        },
        actor=actor_for(dispatcher, at),
        at=moment("2026-11-02T09:05"),
    )
    assert Suggestion.objects.filter(case_id=case.pk, taken=False).count() == 1
    assert verify_case(Case.objects.get(pk=case.pk)) == []


def test_a_sweep_works_through_all_that_is_owed_and_past_what_it_cannot_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given more new cases than one batch, of which one cannot be read
    cases = [lodged(f"第{n}件：买的牛奶已过保质期，要求退还货款，商家拒绝。") for n in range(7)]
    broken = cases[2]
    Case.objects.filter(pk=broken.pk).update(wrapped_key=b"\xf0" + b"0" * 44)
    monkeypatch.setattr(tasks, "SWEEP_BATCH", 3)
    monkeypatch.setattr(tasks.timezone, "now", lambda: moment("2026-11-02T10:00"))
    # when the sweep comes
    assert tasks.suggest_missing(0) == 7
    # then every other one has its suggestions
    done = set(Suggestion.objects.values_list("case_id", flat=True))
    assert done == {c.pk for c in cases} - {broken.pk}


def test_a_sweep_without_time_queues_itself_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lodged("买的牛奶已过保质期，要求退还货款，商家拒绝。")
    monkeypatch.setattr(tasks.timezone, "now", lambda: moment("2026-11-02T10:00"))
    for _ in range(2):
        assert tasks.suggest_missing(0, seconds=-1.0) == 0
    again = ProcrastinateJob.objects.filter(task_name="jiesu.suggest_missing", status="todo")
    assert [job.priority for job in again] == [jobs.IN_THE_BACKGROUND]
    assert tasks.suggest_missing(0) == 1
