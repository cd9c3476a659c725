"""What people decide about hot spots holds for their bureau and is on record; a warning takes two people."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from jiesu.insight.hotspots import deeds, keeping, queries, warnings
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import Decision
from tests.insight.hotspots.conftest import NOW, Town

TITLE, TEXT = (
    "预付式健身消费警示",
    "近期有健身会所关门停业、会员费难退。请尽量不办长期卡，保存合同和付款凭证。",
)


@pytest.fixture
def studio(town: Town) -> Town:
    town.ordinary()
    town.burst(5)
    town.burst(5, by="dispatcher.heshan")
    for n in range(4):
        town.contact(f"阳光驾校收了报名费不安排练车，教练电话打不通，第{n}个学员。", shop="阳光驾校")
    keeping.sweep(at=NOW)
    return town


def spots(town: Town, username: str, dismissed: bool = False) -> list[queries.HotSpot]:
    return queries.listing(town.actor(username), at=NOW, dismissed=dismissed)


def studio_of(town: Town, username: str) -> queries.HotSpot:
    return max(spots(town, username), key=lambda s: s.cases)


def test_a_bureau_renames_for_itself(studio: Town) -> None:
    key = studio_of(studio, "head").key
    deeds.rename(spot=key, title="飞扬健身跑路", actor=studio.actor("head"), at=NOW)
    assert studio_of(studio, "head").label == "飞扬健身跑路"
    assert studio_of(studio, "supervisor").label != "飞扬健身跑路"
    decision = Decision.objects.get()
    assert (decision.deed, decision.staff.username, decision.data) == (
        "rename",
        "head",
        {"title": "飞扬健身跑路"},
    )


@pytest.mark.parametrize("title", ["短", "很" * 61, "联系13812345678退费"])
def test_a_bad_name_is_refused(studio: Town, title: str) -> None:
    with pytest.raises(HotSpotError) as refused:
        deeds.rename(spot=studio_of(studio, "head").key, title=title, actor=studio.actor("head"), at=NOW)
    assert refused.value.code == Code.BAD_TITLE


def test_what_one_bureau_puts_aside_others_still_see(studio: Town) -> None:
    key = studio_of(studio, "head").key
    deeds.dismiss(spot=key, reason="已经统一处理", actor=studio.actor("head"), at=NOW)
    assert key not in {s.key for s in spots(studio, "head")}
    assert [s.key for s in spots(studio, "head", dismissed=True)] == [key]
    assert key in {s.key for s in spots(studio, "supervisor")}
    deeds.reopen(spot=key, actor=studio.actor("head"), at=NOW)
    assert key in {s.key for s in spots(studio, "head")}


def test_merged_hot_spots_count_together_and_can_be_parted(studio: Town) -> None:
    supervisor = studio.actor("supervisor")
    big, small = sorted(spots(studio, "supervisor"), key=lambda s: -s.cases)
    deeds.merge(spot=small.key, into=big.key, actor=supervisor, at=NOW)
    (whole,) = spots(studio, "supervisor")
    assert (whole.cases, whole.people) == (big.cases + small.cases, big.people + small.people)
    assert queries.one(supervisor, small.key, at=NOW).key == big.key
    assert len(spots(studio, "head")) == 2
    with pytest.raises(HotSpotError):
        deeds.merge(spot=big.key, into=small.key, actor=supervisor, at=NOW)
    deeds.part(spot=big.key, actor=supervisor, at=NOW)
    assert len(spots(studio, "supervisor")) == 2


@pytest.mark.parametrize("username", ["auditor", "legal", "handler"])
def test_others_decide_nothing(studio: Town, username: str) -> None:
    with pytest.raises(HotSpotError) as refused:
        deeds.dismiss(
            spot=studio_of(studio, "supervisor").key, reason="不看了", actor=studio.actor(username), at=NOW
        )
    assert refused.value.code == Code.NOT_PERMITTED


def test_decisions_cannot_be_changed(studio: Town) -> None:
    deeds.rename(spot=studio_of(studio, "head").key, title="健身", actor=studio.actor("head"), at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.update(data={})


def test_a_warning_is_public_when_another_head_has_approved(studio: Town) -> None:
    head, acting = studio.actor("head"), studio.actor("head.acting")
    row = warnings.propose(spot=studio_of(studio, "head").key, title=TITLE, text=TEXT, actor=head, at=NOW)
    assert not warnings.published().exists()
    with pytest.raises(HotSpotError) as refused:
        warnings.decide(warning=row.pk, approve=True, actor=head, at=NOW)
    assert refused.value.code == Code.SECOND_PERSON
    warnings.decide(warning=row.pk, approve=True, actor=acting, at=NOW)
    assert [w.title for w in warnings.published()] == [TITLE]
    with pytest.raises(HotSpotError):
        warnings.decide(warning=row.pk, approve=False, reason="再想想", actor=acting, at=NOW)
    warnings.withdraw(warning=row.pk, reason="事情已经解决", actor=acting, at=NOW)
    assert not warnings.published().exists()


@pytest.mark.parametrize("username", ["supervisor", "legal", "head.heshan"])
def test_no_one_else_approves(studio: Town, username: str) -> None:
    head = studio.actor("head")
    row = warnings.propose(spot=studio_of(studio, "head").key, title=TITLE, text=TEXT, actor=head, at=NOW)
    with pytest.raises(HotSpotError):
        warnings.decide(warning=row.pk, approve=True, actor=studio.actor(username), at=NOW)
    assert not warnings.published().exists()


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        ("", TEXT, Code.BAD_WARNING),
        (TITLE, "短", Code.BAD_WARNING),
        (TITLE, TEXT + "请联系13812345678。", Code.PERSONAL_DATA),
    ],
)
def test_a_warning_says_something_and_names_nobody(studio: Town, title: str, text: str, code: Code) -> None:
    with pytest.raises(HotSpotError) as refused:
        warnings.propose(
            spot=studio_of(studio, "head").key, title=title, text=text, actor=studio.actor("head"), at=NOW
        )
    assert refused.value.code == code


def test_a_hot_spot_that_people_dealt_with_does_not_vanish_into_another(studio: Town) -> None:
    key = studio_of(studio, "head").key
    deeds.rename(spot=key, title="飞扬健身跑路", actor=studio.actor("head"), at=NOW)
    assert key in keeping.held_spots()
