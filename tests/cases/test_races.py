"""Two hands on one case at once: one of them goes first, the other hears of it, and the chain stays whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from jiesu.cases.act import Acted, act, open_case
from jiesu.cases.bulk import reserve_numbers
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import Case, Event, Message, Participant
from jiesu.cases.opening import Opening, PartyInput
from jiesu.cases.verify import verify_case
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor, citizen
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import moment
from tests.races import together

AT = moment("2026-11-02T09:00")


def who(username: str) -> Actor:
    return actor_for(Staff.objects.select_related("organisation__parent__parent").get(username=username), AT)


def begun(kind: str = "complaint") -> int:
    """A case with its handler; really committed."""
    bringer, opposite = ("informant", "reported") if kind == "report" else ("complainant", "respondent")
    with transaction.atomic():
        draft = open_case(
            Opening(
                kind=kind,
                channel="hotline",
                registered_by=by_key("430900-centre").pk,
                division="430900",
                received_at=AT,
                parties=(
                    PartyInput(role=bringer, name="张小明", phone="13812345678", address="益阳市"),
                    PartyInput(role=opposite, name="资阳区好再来超市", phone="07371234567"),
                ),
                text="电饭煲一天即坏。",
            ),
            actor=who("calltaker"),
            at=AT,
        )
    number = draft.case.pk
    act(number, "route", {"organisation": by_key("430902-bureau").pk, "office": by_key("430902005-office").pk},
        actor=who("dispatcher"), at=AT)  # fmt: skip
    act(number, "assign", {"staff": who("handler").staff_id}, actor=who("officehead"), at=AT)
    return number


def done(results: list[Any]) -> list[Acted]:
    return [r for r in results if isinstance(r, Acted)]


def refusals(results: list[Any]) -> set[Code]:
    return {r.code for r in results if isinstance(r, ActionError)}


@pytest.mark.rule("C-09")
def test_of_two_handlers_with_the_same_screen_one_decides_and_the_other_hears_who_was_first(
    own_database: str,
) -> None:
    number = begun()
    version = Case.objects.get(pk=number).version
    handler, colleague = who("handler"), who("handler.second")

    results = together(
        lambda: act(number, "accept", {}, actor=handler, at=AT, version=version),
        lambda: act(number, "withdraw", {"statement": "来电撤回"}, actor=colleague, at=AT, version=version),
    )

    assert len(done(results)) == 1
    [refused] = [r for r in results if isinstance(r, ActionError)]
    assert (refused.code, refused.data["event"]) == (
        Code.CASE_CHANGED,
        Event.objects.filter(case_id=number).latest("seq").type,
    )
    assert refused.data["by"] in {handler.staff_id, colleague.staff_id}
    assert verify_case(Case.objects.get(pk=number)) == []


def test_without_a_version_the_second_decision_finds_the_state_changed(own_database: str) -> None:
    number = begun()
    handler = who("handler")

    results = together(*[lambda: act(number, "accept", {}, actor=handler, at=AT)] * 4)

    assert (len(done(results)), refusals(results)) == (1, {Code.NOT_ALLOWED_IN_STATE})
    assert Message.objects.filter(case_id=number, form="5").count() == 1


def test_one_key_for_two_cases_at_once_lets_one_act_and_refuses_the_other(own_database: str) -> None:
    one, other = begun(), begun()
    handler = who("handler")
    post = {"description": "补充小票"}

    results = together(
        lambda: act(one, "add_evidence", post, actor=handler, at=AT, key="pressed"),
        lambda: act(other, "add_evidence", post, actor=handler, at=AT, key="pressed"),
    )

    assert (len(done(results)), refusals(results)) == (1, {Code.IDEMPOTENCY_MISMATCH})
    assert Event.objects.filter(case_id__in=(one, other), type="add_evidence").count() == 1
    assert all(verify_case(Case.objects.get(pk=number)) == [] for number in (one, other))


def test_one_post_repeated_is_one_act(own_database: str) -> None:
    number = begun()
    handler = who("handler")
    post = {"description": "补充小票"}

    results = together(*[lambda: act(number, "add_evidence", post, actor=handler, at=AT, key="pressed")] * 4)

    assert len(done(results)) == 4
    assert len({r.event for r in done(results)}) == 1
    assert [r.repeated for r in done(results)].count(False) == 1
    assert Event.objects.filter(case_id=number, type="add_evidence").count() == 1
    with pytest.raises(ActionError) as refusal:
        act(number, "add_evidence", {"description": "另一张"}, actor=handler, at=AT, key="pressed")
    assert refusal.value.code == Code.IDEMPOTENCY_MISMATCH


@pytest.mark.rule("C-10")
def test_two_heads_approve_one_proposal_once(own_database: str) -> None:
    number = begun()
    fields = {"ground": "121.16.3", "reasons": "不能证明存在消费关系。", "violation": False}
    act(number, "propose", {"action": "refuse", **fields}, actor=who("handler"), at=AT)
    proposal = int(next(iter(Case.objects.get(pk=number).facts["proposals"])))
    head, acting = who("head"), who("head.acting")

    results = together(
        lambda: act(number, "approve", {"proposal": proposal}, actor=head, at=AT),
        lambda: act(number, "approve", {"proposal": proposal}, actor=acting, at=AT),
        lambda: act(number, "reject", {"proposal": proposal, "reason": "再核"}, actor=acting, at=AT),
    )

    assert len(done(results)) == 1
    assert Event.objects.filter(case_id=number, type__in=["approve", "reject"]).count() == 1
    assert Event.objects.filter(case_id=number, type="refuse").count() <= 1
    assert verify_case(Case.objects.get(pk=number)) == []


def test_many_hands_add_to_one_case_and_no_event_is_lost(own_database: str) -> None:
    number = begun()
    handler, citizen_ = who("handler"), citizen("complainant")

    def by_staff() -> None:
        for n in range(4):
            act(number, "add_evidence", {"description": f"证据{n}"}, actor=handler, at=AT)

    def by_citizen() -> None:
        for n in range(4):
            act(number, "send_message", {"body": f"留言{n}"}, actor=citizen_, at=AT)

    together(by_staff, by_citizen, by_staff)

    case = Case.objects.get(pk=number)
    assert Event.objects.filter(case_id=number, type__in=["add_evidence", "send_message"]).count() == 12
    seqs = list(Event.objects.filter(case_id=number).values_list("seq", flat=True))
    seqs += list(Message.objects.filter(case_id=number).values_list("seq", flat=True))
    seqs += list(Participant.objects.filter(case_id=number).values_list("seq", flat=True))
    assert len(seqs) == len(set(seqs))
    assert max(seqs) < case.next_seq
    assert verify_case(case) == []


def test_numbers_are_unique_while_an_import_takes_blocks_beside_the_desk(own_database: str) -> None:
    def desk() -> list[int]:
        return [begun() for _n in range(3)]

    def block() -> list[int]:
        return [n for _turn in range(5) for n in reserve_numbers("430900", AT, 50)]

    numbers = [n for found in together(desk, block, desk, block) for n in found]

    assert len(numbers) == len(set(numbers)) == 506


def test_a_closed_case_and_a_reopening_never_cross(own_database: str) -> None:
    number = begun()
    act(number, "withdraw", {"statement": "撤回"}, actor=who("handler"), at=AT)
    handler, head = who("handler"), who("head")

    results = together(
        lambda: act(number, "close", CHECKED, actor=handler, at=AT),
        lambda: act(number, "close", CHECKED, actor=head, at=AT),
        lambda: act(number, "reopen", {"cause": "own_correction", "reason": "x"}, actor=head, at=AT),
    )

    assert Event.objects.filter(case_id=number, type="close").count() == 1
    assert refusals(results) <= {Code.NOT_ALLOWED_IN_STATE}
    assert verify_case(Case.objects.get(pk=number)) == []
