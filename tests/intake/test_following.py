"""A citizen follows a case: enters with number and code, sees what concerns her, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest

from jiesu.cases.act import act
from jiesu.cases.lawbook import refusal_grounds
from jiesu.cases.lifecycle import table
from jiesu.cases.models import Case, Clock, Event, Message
from jiesu.intake import limits
from jiesu.intake.entering import enter
from jiesu.intake.errors import Code, IntakeError
from jiesu.intake.following import actor_of, followed, open_notice
from jiesu.intake.forms import read
from jiesu.intake.limits import count, forget
from jiesu.intake.models import PublicUse
from jiesu.intake.prospects import prospects
from jiesu.intake.registering import RegisteredCase, Split, register
from jiesu.people.actors import Actor, citizen
from jiesu.places.queries import by_key
from tests.intake.given import AT, COMPLAINT, REPORT

pytestmark = pytest.mark.django_db
Staff = Callable[[str], Actor]


def put(body: dict[str, Any] = COMPLAINT, **more: Any) -> tuple[RegisteredCase, ...]:
    """Registers a body as its citizen."""
    kind = "complainant" if body["kind"] == "complaint" else "informant"
    return register(form=read(body), actor=citizen(kind), at=AT, key=None, **more).cases  # type: ignore[arg-type]


def route(number: int, staff: Staff) -> None:
    """Routes a case to the Ziyang bureau and hands it to the handler there."""
    act(
        number, "route", {"organisation": by_key("430902-bureau").pk}, actor=staff("dispatcher.ziyang"), at=AT
    )
    assign = {"staff": staff("handler").staff_id, "office": by_key("430902005-office").pk}
    act(number, "assign", assign, actor=staff("dispatcher.ziyang"), at=AT)


def refusal(number: str, code: str, **more: Any) -> Code:
    """How entering is refused."""
    with pytest.raises(IntakeError) as refused:
        enter(number, code, at=more.pop("at", AT), **more)
    return refused.value.code


def test_number_and_code_open_the_case_however_they_are_typed() -> None:
    (case,) = put()
    number, code = str(case.number), case.query_code

    assert enter(number, code, at=AT).pk == case.number
    assert enter(f" {number[:6]} {number[6:]} ", f"{code[:4]}-{code[4:]}".lower(), at=AT).pk == case.number


def test_a_wrong_code_and_a_number_that_does_not_exist_are_refused_alike() -> None:
    (case,) = put()
    wrong = [refusal(str(case.number), "WRONGWRONG") for _n in range(5)]
    nobody = [refusal("430902269999999999", "WRONGWRONG") for _n in range(5)]

    assert wrong == nobody == [Code.QUERY_WRONG] * 4 + [Code.QUERY_LOCKED]
    assert refusal("123", "WRONGWRONG") == Code.QUERY_WRONG


def test_five_wrong_tries_lock_even_the_right_code_for_fifteen_minutes() -> None:
    (case,) = put()
    for _n in range(5):
        refusal(str(case.number), "WRONGWRONG")

    assert refusal(str(case.number), case.query_code, at=AT + timedelta(minutes=14)) == Code.QUERY_LOCKED
    assert enter(str(case.number), case.query_code, at=AT + timedelta(minutes=16)).pk == case.number


def test_the_right_code_forgives_earlier_slips() -> None:
    (case,) = put()
    for _round in range(3):
        for _n in range(4):
            assert refusal(str(case.number), "WRONGWRONG") == Code.QUERY_WRONG
        assert enter(str(case.number), case.query_code, at=AT).pk == case.number


def test_one_address_guessing_over_many_numbers_is_stopped() -> None:
    _scope, most, _seconds = limits.TRIES
    for n in range(most):
        refusal(f"4309022600{n:08d}", "WRONGWRONG", who="192.0.2.1")

    assert refusal("430902260099999999", "WRONGWRONG", who="192.0.2.1") == Code.TOO_MANY
    assert refusal("430902260099999999", "WRONGWRONG", who="192.0.2.2") == Code.QUERY_WRONG


def test_counts_hold_no_address_and_are_forgotten() -> None:
    assert [count("x", "192.0.2.1", seconds=60, at=AT) for _n in range(3)] == [1, 2, 3]
    assert b"192.0.2.1" not in bytes(PublicUse.objects.get().who)
    assert forget(AT + timedelta(hours=1)) == 0
    assert forget(AT + timedelta(days=2)) == 1


def test_each_step_has_its_day_and_its_article(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)

    seen = followed(case.number, at=AT)

    assert [s.label for s in seen.steps] == ["已收到", "已分送"]
    assert seen.steps[1].text == f"已分送{by_key('430902-bureau').name}处理。"
    assert seen.steps[1].article == "《市场监督管理投诉举报处理办法》第四十一条"
    assert seen.awaited is not None
    assert seen.awaited.by == date(2026, 9, 10)
    assert seen.awaited.article == "《市场监督管理投诉举报处理办法》第十五条"


def test_a_late_decision_is_said_to_be_late(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)

    seen = followed(case.number, at=AT + timedelta(days=20))

    assert seen.awaited is not None
    assert seen.awaited.late
    assert "催办" in seen.awaited.text


def test_opening_a_notice_is_the_proof_that_it_arrived(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)
    act(case.number, "accept", {}, actor=staff("handler"), at=AT)
    (notice,) = followed(case.number, at=AT).notices
    assert not notice.opened
    assert notice.body == ""
    assert Clock.objects.get(case_id=case.number, rule="complaint.acceptance").state == "open"

    opened = open_notice(case.number, notice.seq, at=AT + timedelta(days=1))

    assert opened is not None
    assert "受理" in opened.body
    clock = Clock.objects.get(case_id=case.number, rule="complaint.acceptance")
    assert (clock.state, clock.met_on) == ("met", date(2026, 9, 2))
    assert Message.objects.get(case_id=case.number, seq=notice.seq).proof == "portal_view"


def test_a_notice_opened_again_is_proven_once(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)
    act(case.number, "accept", {}, actor=staff("handler"), at=AT)
    (notice,) = followed(case.number, at=AT).notices

    for hour in range(3):
        open_notice(case.number, notice.seq, at=AT + timedelta(hours=hour))

    assert Event.objects.filter(case_id=case.number, type="notify").count() == 1
    assert followed(case.number, at=AT).notices[0].body


def test_what_is_for_the_shop_is_not_shown_to_the_citizen(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)
    handler = staff("handler")
    act(case.number, "accept", {}, actor=handler, at=AT)
    act(case.number, "ask_consent", {}, actor=handler, at=AT)

    for_shop = Message.objects.filter(case_id=case.number, to_role="respondent")

    assert for_shop.count() == 1
    assert for_shop[0].seq not in {n.seq for n in followed(case.number, at=AT).notices}
    assert open_notice(case.number, for_shop[0].seq, at=AT) is None
    assert Message.objects.get(case_id=case.number, seq=for_shop[0].seq).status != "proven"


def test_words_go_both_ways(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)
    mine = actor_of("complaint")
    act(case.number, "send_message", {"body": "小票找到了"}, actor=mine, at=AT)
    act(
        case.number,
        "send_message",
        {"body": "请拍照上传"},
        actor=staff("handler"),
        at=AT + timedelta(minutes=1),
    )

    assert [(w.mine, w.text) for w in followed(case.number, at=AT).words] == [
        (True, "小票找到了"),
        (False, "请拍照上传"),
    ]


def test_material_asked_for_stands_out_until_something_comes(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)
    ask = {"items": "购物小票", "answer_by": "2026-09-08"}
    act(case.number, "request_materials", ask, actor=staff("handler"), at=AT)
    assert followed(case.number, at=AT).asked == date(2026, 9, 8)

    act(case.number, "add_evidence", {"description": "小票"}, actor=actor_of("complaint"), at=AT)

    assert followed(case.number, at=AT).asked is None


def test_what_the_person_may_do_follows_the_table(staff: Staff) -> None:
    (case,) = put()
    assert followed(case.number, at=AT).actions == {
        "add_evidence",
        "change_claim",
        "send_message",
        "urge",
        "withdraw",
    }

    act(case.number, "withdraw", {"statement": "已经解决"}, actor=actor_of("complaint"), at=AT)

    seen = followed(case.number, at=AT)
    assert "withdraw" not in seen.actions
    assert seen.steps[-1].label == "您已撤回投诉"


def test_the_complaint_side_shows_nothing_of_the_report(staff: Staff) -> None:
    complaint, report = put(split=Split("牛奶过期，要求退款。", "超市改日期再卖。"))
    route(complaint.number, staff)
    lead = {"found": "otherwise", "found_on": "2026-09-01", "matter": "冷柜坏了"}
    act(complaint.number, "raise_lead", lead, actor=staff("handler"), at=AT)

    shown = str(asdict(followed(complaint.number, at=AT)))

    assert str(report.number) not in shown
    assert not any(word in shown for word in ("线索", "改日期", "冷柜", "split", "lead"))


def test_proposals_and_internal_moves_are_not_shown(staff: Staff) -> None:
    (case,) = put()
    route(case.number, staff)
    second = refusal_grounds(date(2026, 9, 1))[1].key
    ground = {"ground": second, "reasons": "已由消协处理", "earlier": "消协 2026-1", "violation": "0"}
    proposed = {"action": "refuse", "note": "拟不予受理", **ground}
    act(case.number, "propose", proposed, actor=staff("handler"), at=AT)

    assert [s.label for s in followed(case.number, at=AT).steps] == ["已收到", "已分送"]
    assert "不予受理" not in str(asdict(followed(case.number, at=AT)))


def test_an_informant_is_not_told_the_outcome_before_the_bureau_tells_it(staff: Staff) -> None:
    (case,) = put({**REPORT, "anonymous": False, "informant": COMPLAINT["complainant"]})
    route(case.number, staff)
    officers = f"{staff('handler').staff_id},{staff('handler.second').staff_id}"
    verification = {"findings": "冷库里有改过日期的牛奶", "at": AT.isoformat(), "officers_named": officers}
    act(case.number, "record_verification", verification, actor=staff("handler"), at=AT)
    seen = followed(case.number, at=AT)
    assert [s.label for s in seen.steps] == ["已收到", "已分送", "正在核查"]
    assert "冷库" not in str(asdict(seen))


def test_what_happens_next_names_the_last_day_and_the_article() -> None:
    route_, accept, mediate = prospects("complaint", at=AT)

    assert (accept.by, accept.period) == (date(2026, 9, 10), "7个工作日")
    assert accept.article == "《市场监督管理投诉举报处理办法》第十五条"
    assert "60日" in mediate.text
    assert route_.article.endswith("第四十一条")
    verify = prospects("report", at=AT)[1]
    assert (verify.by, verify.article) == (date(2026, 9, 21), "《市场监督管理行政处罚程序规定》第十八条")
    assert prospects("consultation", at=AT)[0].by is None


@pytest.mark.parametrize("kind", ["complaint", "report", "consultation", "other"])
def test_every_state_has_words_for_the_citizen(kind: str) -> None:
    body = {**COMPLAINT, "kind": kind, "channel": "hotline"}
    (case,) = register(form=read(body), actor=citizen("consumer"), at=AT, key=None).cases
    for state in table(kind).states() - {"new"}:
        Case.objects.filter(pk=case.number).update(state=state)

        seen = followed(case.number, at=AT)

        assert seen.closed or (seen.awaited is not None and seen.awaited.label != "正在办理"), state


def test_looking_changes_nothing_of_the_case() -> None:
    (case,) = put()
    before = Case.objects.filter(pk=case.number).values().get()

    followed(case.number, at=AT)

    assert Case.objects.filter(pk=case.number).values().get() == before
