"""A supervision notice asks each bureau that handles cases of a hot spot, by a day; each answers once, and who is late shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from jiesu.cases.counting import badges
from jiesu.cases.models import Clock
from jiesu.insight.hotspots import notices, queries, rebuilding, supervising
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import Decision, NoticeAddress, SupervisionNotice
from jiesu.law.calendar import shipped
from jiesu.people.roles import Role
from jiesu.places.queries import by_key
from tests.insight.hotspots.conftest import ANSWER, DAY, NOW, TODAY, Town, only
from tests.web.wall.conftest import person


def test_each_bureau_is_asked_once_with_its_own_cases(sent: Town) -> None:
    found, parts = notices.parts_of(only().pk, sent.actor("supervisor"))
    assert [(p.organisation.short_name, len(p.cases)) for p in parts] == [
        ("资阳区市场监管局", 4),
        ("赫山区市场监管局", 4),
    ]
    assert (found.answer_by, found.organisation.key) == (DAY, "430900-bureau")
    assert "13812345678" not in found.note
    assert Decision.objects.get().data == {"key": "k1", "asked": 8, "done": 8}


def test_a_bureau_sees_its_own_part_alone(sent: Town) -> None:
    head = sent.actor("head")
    _notice, parts = notices.parts_of(only().pk, head)
    assert [p.organisation.key for p in parts] == ["430902-bureau"]
    assert {c.county for c in notices.cases_of(parts, head)} == {"430902"}
    assert [a.organisation.key for a in notices.received(head)] == ["430902-bureau"]
    assert list(notices.issued(head)) == []


@pytest.mark.parametrize(
    ("username", "sees"), [("supervisor", 2), ("auditor", 2), ("head", 1), ("legal", 1), ("head.heshan", 1),
                           ("handler", 0), ("dispatcher", 0), ("officehead", 0), ("council", 0), ("admin", 0)]
)  # fmt: skip
def test_who_sees_how_many_parts(sent: Town, username: str, sees: int) -> None:
    actor = sent.actor(username)
    if not sees:
        with pytest.raises(HotSpotError) as refused:
            notices.parts_of(only().pk, actor)
        assert refused.value.code == Code.NOTICE_NOT_FOUND
        assert not notices.received(actor).exists()
        assert not notices.issued(actor).exists()
        return
    assert len(notices.parts_of(only().pk, actor)[1]) == sees


def test_whoever_does_not_see_the_cases_below_does_not_read_their_numbers(sent: Town) -> None:
    person("legal.yiyang", "430900-legal", Role.LEGAL)
    with pytest.raises(HotSpotError):
        notices.parts_of(only().pk, sent.actor("legal.yiyang"))
    assert not notices.issued(sent.actor("legal.yiyang")).exists()


def test_it_waits_for_the_head_of_each_bureau_until_it_is_answered(sent: Town) -> None:
    head, other, supervisor = (sent.actor(u) for u in ("head", "head.heshan", "supervisor"))
    assert [badges(a).approvals for a in (head, other, supervisor)] == [1, 1, 0]
    notices.answer(notice=only().pk, text=ANSWER, actor=head, at=NOW + timedelta(days=1))
    assert [badges(a).approvals for a in (head, other)] == [0, 1]
    row = NoticeAddress.objects.get(organisation=by_key("430902-bureau"))
    assert row.answered_by is not None
    assert (row.answer, row.answered_by.username, row.answered_at) == (
        ANSWER,
        "head",
        NOW + timedelta(days=1),
    )
    assert list(notices.awaiting(head)) == []


def test_late_begins_with_the_day_after_and_stays_on_an_answer_that_came_late(sent: Town) -> None:
    last, after = NOW + timedelta(days=5), NOW + timedelta(days=6)
    _found, (ziyang, heshan) = notices.parts_of(only().pk, sent.actor("supervisor"))
    assert not notices.standing(ziyang, at=last).late
    assert notices.standing(ziyang, at=after).late
    notices.answer(notice=only().pk, text=ANSWER, actor=sent.actor("head"), at=last)
    notices.answer(notice=only().pk, text=ANSWER, actor=sent.actor("head.heshan"), at=after)
    for row, late in ((ziyang, False), (heshan, True)):
        row.refresh_from_db()
        found = notices.standing(row, at=after + timedelta(days=9))
        assert (found.answered, found.late) == (True, late)


def test_an_answer_is_given_once_masked_and_the_database_keeps_it(sent: Town) -> None:
    head, pk = sent.actor("head"), only().pk
    with pytest.raises(HotSpotError) as short:
        notices.answer(notice=pk, text=" 好 ", actor=head, at=NOW)
    assert short.value.code == Code.ANSWER_NEEDED
    notices.answer(notice=pk, text=f"{ANSWER}联系电话13812345678", actor=head, at=NOW)
    with pytest.raises(HotSpotError) as twice:
        notices.answer(notice=pk, text=ANSWER, actor=sent.actor("head.acting"), at=NOW)
    assert twice.value.code == Code.ANSWERED
    row = NoticeAddress.objects.get(organisation=by_key("430902-bureau"))
    assert "13812345678" not in row.answer
    for change in (
        lambda: NoticeAddress.objects.filter(pk=row.pk).update(answer="改过"),
        lambda: NoticeAddress.objects.filter(pk=row.pk).delete(),
        lambda: SupervisionNotice.objects.update(answer_by=DAY + timedelta(days=9)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize("username", ["legal", "auditor", "handler", "supervisor"])
def test_others_do_not_answer_for_a_bureau(sent: Town, username: str) -> None:
    with pytest.raises(HotSpotError):
        notices.answer(notice=only().pk, text=ANSWER, actor=sent.actor(username), at=NOW)
    assert not NoticeAddress.objects.exclude(answered_at=None).exists()


@pytest.mark.parametrize("day", [None, TODAY, TODAY - timedelta(days=1)])
def test_the_day_lies_ahead(sent: Town, day: object) -> None:
    supervisor = sent.actor("supervisor")
    spot = queries.listing(supervisor, at=NOW)[0]
    with pytest.raises(HotSpotError) as refused:
        supervising.supervise(
            spot=spot.key,
            note="请加快办理",
            answer_by=day,  # type: ignore[arg-type]
            key="k2",
            actor=supervisor,
            at=NOW,
        )
    assert refused.value.code == Code.BAD_DAY


def test_the_day_offered_is_counted_in_working_days_by_the_setting(sent: Town) -> None:
    # 20 September 2026 is worked for the holiday, the 25th to the 27th are days off.
    offered = notices.answer_day(sent.actor("supervisor"), calendar=shipped(), at=NOW)
    working = [TODAY + timedelta(days=n) for n in range(1, 30)]
    assert offered == [d for d in working if shipped().is_working_day(d)][4]


def test_it_moves_no_clock_and_a_rebuild_keeps_it(sent: Town) -> None:
    before = list(Clock.objects.order_by("case_id", "seq").values_list("case_id", "seq", "due_on", "state"))
    notices.answer(notice=only().pk, text=ANSWER, actor=sent.actor("head"), at=NOW)
    rebuilding.rebuild(at=NOW, since=(NOW - timedelta(days=60)).date())
    assert before == list(
        Clock.objects.order_by("case_id", "seq").values_list("case_id", "seq", "due_on", "state")
    )
    supervisor = sent.actor("supervisor")
    spot = queries.one(supervisor, only().spot_id, at=NOW)
    assert [n.pk for n in notices.issued(supervisor).filter(spot__in=spot.members)] == [only().pk]
