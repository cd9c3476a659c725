"""What a person takes out of a hot spot or splits off stays so for the own bureau, whatever sweeps and rebuilds do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jiesu.insight.hotspots import deeds, keeping, queries, rebuilding
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import Decision, Member, Placement
from tests.insight.hotspots.conftest import BURST, NOW, STUDIO, Town


@pytest.fixture
def studio(town: Town) -> Town:
    town.ordinary()
    town.burst(8)
    town.burst(4, by="dispatcher.heshan")
    keeping.sweep(at=NOW)
    return town


def hottest(town: Town, username: str = "head") -> queries.HotSpot:
    return max(queries.listing(town.actor(username), at=NOW), key=lambda s: s.cases)


def cases(town: Town, spot: queries.HotSpot, username: str = "head") -> list[int]:
    return list(queries.cases_of(town.actor(username), spot).values_list("pk", flat=True))


def test_a_case_taken_out_counts_no_more_and_who_when_and_why_are_on_record(studio: Town) -> None:
    head, before = studio.actor("head"), hottest(studio)
    elsewhere = hottest(studio, "supervisor")
    first = cases(studio, before)[0]
    deeds.take_out(spot=before.key, cases=[first], reason="说的是另一家店", actor=head, at=NOW)
    after = hottest(studio)
    assert (after.key, after.cases, after.people) == (before.key, before.cases - 1, before.people - 1)
    assert sum(n for _day, n in after.trend) == after.cases
    assert first not in cases(studio, after)
    # Others see what they saw.
    assert hottest(studio, "supervisor").cases == elsewhere.cases
    decision = Decision.objects.get()
    assert (decision.deed, decision.staff.username, decision.at) == ("take_out", "head", NOW)
    assert decision.data == {"reason": "说的是另一家店", "cases": [first]}


def test_some_are_split_off_into_a_hot_spot_of_their_own(studio: Town) -> None:
    head, before = studio.actor("head"), hottest(studio)
    chosen = cases(studio, before)[:3]
    key = deeds.split(
        spot=before.key, cases=chosen, title="分店关门", reason="另一家分店", actor=head, at=NOW
    )
    found = {s.key: s for s in queries.listing(head, at=NOW)}
    assert (found[key].label, found[key].cases, found[key].people) == ("分店关门", 3, 3)
    assert found[before.key].cases == before.cases - 3
    assert sorted(cases(studio, found[key])) == sorted(chosen)
    assert {d.spot_id for d in Decision.objects.filter(deed="split")} == {key, before.key}
    assert found[key].beyond is None
    assert key not in {s.key for s in queries.listing(studio.actor("supervisor"), at=NOW)}


def test_sweeps_and_rebuilds_leave_it_so(studio: Town) -> None:
    head, before = studio.actor("head"), hottest(studio)
    numbers = cases(studio, before)
    key = deeds.split(
        spot=before.key, cases=numbers[:3], title="分店关门", reason="另一家分店", actor=head, at=NOW
    )
    deeds.take_out(spot=before.key, cases=[numbers[3]], reason="不是一回事", actor=head, at=NOW)
    # When: more of the kind come in and are swept, and then everything is grouped anew.
    for text in BURST[:3]:
        studio.contact(text, ago=0.02, shop=STUDIO)
    keeping.sweep(at=NOW)
    for again in (False, True):
        if again:
            rebuilding.rebuild(at=NOW, since=(NOW - timedelta(days=60)).date())
        split = queries.one(head, key, at=NOW)
        assert sorted(cases(studio, split)) == sorted(numbers[:3])
        (rest,) = [s for s in queries.listing(head, at=NOW) if s.key != key and s.cases > 4]
        assert set(cases(studio, rest)).isdisjoint(numbers[:4])
        assert rest.cases == before.cases - 4 + 3
        # The machine's own grouping goes on beneath and still has all of them together.
        assert Member.objects.filter(case_id__in=numbers).values("spot").distinct().count() == 1


def test_everything_can_be_put_back(studio: Town) -> None:
    head, before = studio.actor("head"), hottest(studio)
    numbers = cases(studio, before)
    key = deeds.split(
        spot=before.key, cases=numbers[:3], title="分店关门", reason="另一家", actor=head, at=NOW
    )
    deeds.take_out(spot=before.key, cases=[numbers[4]], reason="不是一回事", actor=head, at=NOW)
    deeds.put_back(spot=before.key, actor=head, at=NOW)
    assert hottest(studio).cases == before.cases
    assert not Placement.objects.exists()
    with pytest.raises(HotSpotError):
        queries.one(head, key, at=NOW)
    assert Decision.objects.filter(deed="put_back").count() == 1


@pytest.mark.parametrize("username", ["legal", "auditor", "handler"])
def test_others_correct_nothing(studio: Town, username: str) -> None:
    spot = hottest(studio)
    number = cases(studio, spot)[0]
    with pytest.raises(HotSpotError):
        deeds.take_out(
            spot=spot.key, cases=[number], reason="不是一回事", actor=studio.actor(username), at=NOW
        )
    assert not Placement.objects.exists()
    assert not Decision.objects.exists()


def test_nobody_moves_what_they_do_not_see(studio: Town) -> None:
    whole = hottest(studio, "supervisor")
    foreign = set(cases(studio, whole, "supervisor")) - set(cases(studio, hottest(studio)))
    assert foreign
    with pytest.raises(HotSpotError) as refused:
        deeds.take_out(spot=whole.key, cases=foreign, reason="不是一回事", actor=studio.actor("head"), at=NOW)
    assert refused.value.code == Code.NO_CASES


def test_too_few_people_make_no_hot_spot(studio: Town) -> None:
    spot = hottest(studio)
    with pytest.raises(HotSpotError) as refused:
        deeds.split(
            spot=spot.key,
            cases=cases(studio, spot)[:2],
            title="两个人的事",
            reason="另一家",
            actor=studio.actor("head"),
            at=NOW,
        )
    assert refused.value.code == Code.TOO_FEW
    assert not Placement.objects.exists()
    assert not Decision.objects.exists()


def test_nothing_is_left_that_nobody_could_see_and_put_back(studio: Town) -> None:
    head, spot = studio.actor("head"), hottest(studio)
    numbers = cases(studio, spot)[2:]
    with pytest.raises(HotSpotError) as split:
        deeds.split(spot=spot.key, cases=numbers, title="分店", reason="另一家", actor=head, at=NOW)
    with pytest.raises(HotSpotError) as taken_out:
        deeds.take_out(spot=spot.key, cases=numbers, reason="不是一回事", actor=head, at=NOW)
    assert {split.value.code, taken_out.value.code} == {Code.LEFT_TOO_FEW}
    assert not Placement.objects.exists()
    assert not Decision.objects.exists()
