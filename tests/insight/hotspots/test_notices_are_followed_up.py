"""Whoever sent a supervision notice accepts the answer, sends it back, reminds and withdraws; all of it stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from jiesu.cases.counting import badges
from jiesu.insight.hotspots import following_up, notices
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.following_up import Seen
from jiesu.insight.hotspots.models import NoticeAddress, NoticeState, NoticeStep
from jiesu.people.roles import Role
from jiesu.places.queries import by_key
from tests.insight.hotspots.conftest import ANSWER, DAY, NOW, TODAY, Town, only
from tests.web.wall.conftest import person

LATER = NOW + timedelta(days=1)
AGAIN = DAY + timedelta(days=4)
REASON = "没有写明有没有别的分店，请补充。"


def part(county: str = "430902") -> NoticeAddress:
    return NoticeAddress.objects.get(organisation=by_key(f"{county}-bureau"))


def seen(*parts: NoticeAddress) -> list[Seen]:
    """The parts as a screen shows them now."""
    return [Seen(address=p.pk, step=following_up.last_step(p)) for p in parts]


def answered(town: Town) -> NoticeAddress:
    return notices.answer(notice=only().pk, text=ANSWER, actor=town.actor("head"), at=LATER)


def sent_back(town: Town) -> NoticeAddress:
    row = part() if part().answered_at else answered(town)
    following_up.send_back(
        notice=only().pk,
        seen=seen(row),
        reason=REASON,
        answer_by=AGAIN,
        actor=town.actor("supervisor"),
        at=LATER,
    )
    return part()


def history(address: NoticeAddress) -> list[tuple[str, str, str]]:
    rows = NoticeStep.objects.filter(address=address).select_related("staff").order_by("pk")
    return [(s.deed, s.staff.username if s.staff else "", s.words) for s in rows]


def test_an_accepted_answer_is_fixed_and_nothing_more_is_asked(sent: Town) -> None:
    # given an answer
    row = answered(sent)
    supervisor = sent.actor("supervisor")
    # when the issuer accepts it
    following_up.accept(notice=only().pk, seen=seen(row), actor=supervisor, at=LATER)
    # then it is on record, and stays as it is
    assert part().state == NoticeState.ACCEPTED
    assert history(row) == [("answer", "head", ANSWER), ("accept", "supervisor", "")]
    with pytest.raises(HotSpotError) as refused:
        following_up.send_back(
            notice=only().pk, seen=seen(row), reason=REASON, answer_by=AGAIN, actor=supervisor, at=LATER
        )
    assert refused.value.code == Code.NOTICE_STATE
    assert "资阳区市场监管局" in refused.value.message
    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeAddress.objects.filter(pk=row.pk).update(state=NoticeState.OPEN, answered_at=None)


def test_an_answer_sent_back_waits_again_with_the_reason_and_the_new_day(sent: Town) -> None:
    # given an answer that waits for nobody at the county any more
    head = sent.actor("head")
    answered(sent)
    assert badges(head).approvals == 0
    # when it is sent back
    row = sent_back(sent)
    # then it waits again, by the new day, and the first answer is in the history alone
    assert (row.state, row.answer, row.answered_at, row.answer_by) == (NoticeState.OPEN, "", None, AGAIN)
    assert badges(head).approvals == 1
    assert [a.pk for a in notices.awaiting(head)] == [row.pk]
    assert history(row) == [("answer", "head", ANSWER), ("send_back", "supervisor", REASON)]
    assert NoticeStep.objects.get(deed="send_back").day == AGAIN
    # and the other bureau's day is what it was
    assert part("430903").answer_by == DAY
    # and late begins after the new day
    assert not notices.standing(row, at=NOW + timedelta(days=8)).late
    assert notices.standing(row, at=NOW + timedelta(days=10)).late
    # when it is answered again
    notices.answer(notice=only().pk, text=f"{ANSWER}没有分店。", actor=head, at=LATER)
    # then both answers are there
    assert [deed for deed, _who, _words in history(row)] == ["answer", "send_back", "answer"]
    assert part().answer == f"{ANSWER}没有分店。"


@pytest.mark.parametrize(("reason", "day", "code"), [
    (" ", AGAIN, Code.REASON_NEEDED), (REASON, None, Code.BAD_DAY), (REASON, TODAY, Code.BAD_DAY),
])  # fmt: skip
def test_sending_back_names_a_reason_and_a_day_that_lies_ahead(
    sent: Town, reason: str, day: object, code: Code
) -> None:
    row = answered(sent)
    with pytest.raises(HotSpotError) as refused:
        following_up.send_back(
            notice=only().pk,
            seen=seen(row),
            reason=reason,
            answer_by=day,  # type: ignore[arg-type]
            actor=sent.actor("supervisor"),
            at=NOW,
        )
    assert refused.value.code == code
    assert part().state == NoticeState.ANSWERED


def test_reasons_are_kept_without_personal_data(sent: Town) -> None:
    row = answered(sent)
    following_up.send_back(
        notice=only().pk,
        seen=seen(row),
        reason="请联系王先生13812345678补充",
        answer_by=AGAIN,
        actor=sent.actor("supervisor"),
        at=LATER,
    )
    assert "13812345678" not in NoticeStep.objects.get(deed="send_back").words


def test_those_who_have_not_answered_are_reminded_together(sent: Town) -> None:
    # given two bureaus that have not answered
    rows = [part(), part("430903")]
    # when both are reminded
    following_up.remind(
        notice=only().pk, seen=seen(*rows), words="请抓紧", actor=sent.actor("supervisor"), at=LATER
    )
    # then each sees it with time and person, and it waits as before
    for username, row in zip(("head", "head.heshan"), rows, strict=True):
        assert history(row) == [("remind", "supervisor", "请抓紧")]
        (address,) = notices.received(sent.actor(username))
        assert (address.state, address.reminders) == (NoticeState.OPEN, 1)
        assert badges(sent.actor(username)).approvals == 1
    assert set(NoticeStep.objects.values_list("at", flat=True)) == {LATER}


def test_a_reminder_sent_twice_from_one_screen_is_one(sent: Town) -> None:
    supervisor, shown = sent.actor("supervisor"), seen(part())
    following_up.remind(notice=only().pk, seen=shown, words="", actor=supervisor, at=LATER)
    with pytest.raises(HotSpotError) as refused:
        following_up.remind(notice=only().pk, seen=shown, words="", actor=supervisor, at=LATER)
    assert refused.value.code == Code.NOTICE_CHANGED
    assert "催办" in refused.value.message
    assert NoticeStep.objects.count() == 1


def test_a_reminder_does_not_spoil_the_answer_that_is_being_typed(sent: Town) -> None:
    head, shown = sent.actor("head"), following_up.last_step(part())
    following_up.remind(
        notice=only().pk, seen=seen(part()), words="", actor=sent.actor("supervisor"), at=LATER
    )
    notices.answer(notice=only().pk, text=ANSWER, step=shown, actor=head, at=LATER)
    assert part().state == NoticeState.ANSWERED


def test_a_withdrawn_notice_waits_for_nobody_and_takes_no_answer(sent: Town) -> None:
    # given two bureaus, one of which has answered
    answered(sent)
    supervisor = sent.actor("supervisor")
    # when the other's part is withdrawn
    following_up.withdraw(
        notice=only().pk,
        seen=seen(part("430903")),
        reason="该会所已由省局统一处理",
        actor=supervisor,
        at=LATER,
    )
    # then nothing is asked of it any more, and it reads why
    heshan = sent.actor("head.heshan")
    assert (badges(heshan).approvals, notices.awaiting(heshan).count()) == (0, 0)
    assert [a.state for a in notices.received(heshan)] == [NoticeState.WITHDRAWN]
    assert history(part("430903")) == [("withdraw", "supervisor", "该会所已由省局统一处理")]
    with pytest.raises(HotSpotError) as refused:
        notices.answer(notice=only().pk, text=ANSWER, actor=heshan, at=LATER)
    assert refused.value.code == Code.NOTICE_WITHDRAWN
    # and what was answered is not withdrawn
    with pytest.raises(HotSpotError) as refused:
        following_up.withdraw(
            notice=only().pk, seen=seen(part()), reason="不需要了", actor=supervisor, at=LATER
        )
    assert refused.value.code == Code.NOTICE_STATE
    assert part().state == NoticeState.ANSWERED


def test_all_or_nothing_where_one_of_several_has_changed_meanwhile(sent: Town) -> None:
    # given a screen with two open parts, one of which is answered meanwhile
    shown = seen(part(), part("430903"))
    answered(sent)
    # when both are withdrawn from that screen
    with pytest.raises(HotSpotError) as refused:
        following_up.withdraw(
            notice=only().pk, seen=shown, reason="不需要了", actor=sent.actor("supervisor"), at=LATER
        )
    # then none is, and it says what has happened where
    assert refused.value.code == Code.NOTICE_CHANGED
    assert "资阳区市场监管局" in refused.value.message
    assert "答复" in refused.value.message
    assert part("430903").state == NoticeState.OPEN


def test_a_stale_screen_does_not_accept_an_answer_that_nobody_has_read(sent: Town) -> None:
    # given a screen that shows the first answer, and a second one after it was sent back
    shown = seen(answered(sent))
    sent_back(sent)
    notices.answer(notice=only().pk, text=f"{ANSWER}另有两家。", actor=sent.actor("head"), at=LATER)
    # when the first is accepted
    with pytest.raises(HotSpotError) as refused:
        following_up.accept(notice=only().pk, seen=shown, actor=sent.actor("supervisor"), at=LATER)
    # then nothing is accepted
    assert refused.value.code == Code.NOTICE_CHANGED
    assert part().state == NoticeState.ANSWERED


def test_a_stale_screen_does_not_answer_without_having_read_why_it_came_back(sent: Town) -> None:
    shown = following_up.last_step(part())
    sent_back(sent)
    with pytest.raises(HotSpotError) as refused:
        notices.answer(notice=only().pk, text=ANSWER, step=shown, actor=sent.actor("head"), at=LATER)
    assert refused.value.code == Code.NOTICE_CHANGED
    assert part().state == NoticeState.OPEN


@pytest.mark.parametrize(("username", "code"), [
    ("auditor", Code.NOT_PERMITTED), ("legal.yiyang", Code.NOTICE_NOT_FOUND), ("head", Code.NOTICE_NOT_FOUND),
    ("head.heshan", Code.NOTICE_NOT_FOUND), ("handler", Code.NOTICE_NOT_FOUND),
])  # fmt: skip
def test_nobody_else_follows_it_up(sent: Town, username: str, code: Code) -> None:
    person("legal.yiyang", "430900-legal", Role.LEGAL)
    row, actor = answered(sent), sent.actor(username)
    deeds = (
        lambda: following_up.accept(notice=only().pk, seen=seen(row), actor=actor, at=LATER),
        lambda: following_up.send_back(
            notice=only().pk, seen=seen(row), reason=REASON, answer_by=AGAIN, actor=actor, at=LATER
        ),
        lambda: following_up.remind(
            notice=only().pk, seen=seen(part("430903")), words="", actor=actor, at=LATER
        ),
        lambda: following_up.withdraw(
            notice=only().pk, seen=seen(part("430903")), reason=REASON, actor=actor, at=LATER
        ),
    )
    for deed in deeds:
        with pytest.raises(HotSpotError) as refused:
            deed()
        assert refused.value.code == code
    assert history(row) == [("answer", "head", ANSWER)]


def test_another_who_may_send_notices_for_the_same_bureau_follows_it_up_too(sent: Town) -> None:
    person("head.yiyang", "430900-bureau", Role.HEAD)
    row = answered(sent)
    following_up.accept(notice=only().pk, seen=seen(row), actor=sent.actor("head.yiyang"), at=LATER)
    assert part().state == NoticeState.ACCEPTED


def test_a_part_of_another_notice_is_not_found(sent: Town) -> None:
    with pytest.raises(HotSpotError) as refused:
        following_up.remind(
            notice=only().pk + 1, seen=seen(part()), words="", actor=sent.actor("supervisor"), at=LATER
        )
    assert refused.value.code == Code.NOTICE_NOT_FOUND


def test_who_is_late_is_reminded_once_by_itself(sent: Town) -> None:
    # given a bureau that has answered and one that has not
    answered(sent)
    on_the_day, after = NOW + timedelta(days=5), NOW + timedelta(days=6)
    # when the day has not passed: nothing
    assert following_up.remind_late(at=on_the_day) == 0
    # when it has passed: once, by nobody in person
    assert [following_up.remind_late(at=after + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]
    assert history(part("430903")) == [("remind", "", "")]
    assert history(part()) == [("answer", "head", ANSWER)]


def test_a_new_day_that_passes_is_reminded_of_again(sent: Town) -> None:
    assert following_up.remind_late(at=NOW + timedelta(days=6)) == 2
    sent_back(sent)
    assert following_up.remind_late(at=NOW + timedelta(days=8)) == 0
    assert [following_up.remind_late(at=NOW + timedelta(days=10)) for _n in range(2)] == [1, 0]
    assert [d for d, _who, _words in history(part())] == ["remind", "answer", "send_back", "remind"]


def test_what_was_withdrawn_or_accepted_is_reminded_of_no_more(sent: Town) -> None:
    supervisor, row = sent.actor("supervisor"), answered(sent)
    following_up.accept(notice=only().pk, seen=seen(row), actor=supervisor, at=LATER)
    following_up.withdraw(
        notice=only().pk, seen=seen(part("430903")), reason="不需要了", actor=supervisor, at=LATER
    )
    assert following_up.remind_late(at=NOW + timedelta(days=30)) == 0


def test_the_history_is_only_added_to(sent: Town) -> None:
    answered(sent)
    for change in (
        lambda: NoticeStep.objects.update(words="改过"),
        lambda: NoticeStep.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_each_bureau_reads_its_own_history_alone(sent: Town) -> None:
    sent_back(sent)
    following_up.withdraw(
        notice=only().pk,
        seen=seen(part("430903")),
        reason="由省局统一处理",
        actor=sent.actor("supervisor"),
        at=LATER,
    )
    for username, words in (("head", {ANSWER, REASON}), ("head.heshan", {"由省局统一处理"})):
        _notice, parts = notices.parts_of(only().pk, sent.actor(username))
        assert {step.words for p in parts for step in p.steps.all()} == words
    _notice, parts = notices.parts_of(only().pk, sent.actor("supervisor"))
    assert sum(len(p.steps.all()) for p in parts) == 3
