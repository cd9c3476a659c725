"""A supervision out of a hot spot urges each of its open cases, and says of each that it could not urge why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from jiesu.cases.act import act
from jiesu.cases.models import Case, Event
from jiesu.insight.hotspots import keeping, queries, supervising
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.models import Decision
from jiesu.places.queries import by_key
from tests.insight.hotspots.conftest import NOW, Town


@pytest.fixture
def studio(town: Town) -> Town:
    """Five complaints in the hands of Ziyang, two of Heshan that nobody has routed yet."""
    town.ordinary()
    numbers = town.burst(5)
    town.burst(2, by="dispatcher.heshan")
    bureau = by_key("430902-bureau").pk
    for number in numbers:
        act(number, "route", {"organisation": bureau}, actor=town.actor("dispatcher.ziyang"), at=NOW)
    keeping.sweep(at=NOW)
    return town


DAY = keeping.day_of(NOW) + timedelta(days=5)


def urged() -> list[int]:
    return sorted(Event.objects.filter(type="urge").values_list("case_id", flat=True))


def test_every_open_case_is_urged_with_the_words_and_it_is_on_record(studio: Town) -> None:
    supervisor = studio.actor("supervisor")
    spot = queries.listing(supervisor, at=NOW)[0]
    note = supervising.prefilled(spot)
    assert spot.label in note
    found, _notice = supervising.supervise(
        spot=spot.key, note=note, answer_by=DAY, key="k1", actor=supervisor, at=NOW
    )
    assert [o.problem for o in found] == [""] * 7
    assert urged() == sorted(o.case.pk for o in found)
    assert Case.objects.get(pk=found[0].case.pk).facts["urged"] == 1
    decision = Decision.objects.get()
    assert (decision.deed, decision.data) == ("supervise", {"key": "k1", "asked": 7, "done": 7})


def test_sent_twice_each_case_is_urged_once(studio: Town) -> None:
    supervisor = studio.actor("supervisor")
    spot = queries.listing(supervisor, at=NOW)[0]
    for _again in range(2):
        supervising.supervise(
            spot=spot.key, note="请加快办理", answer_by=DAY, key="k1", actor=supervisor, at=NOW
        )
    assert len(urged()) == 7
    assert Decision.objects.count() == 1


def test_what_cannot_be_urged_is_said_with_its_reason(studio: Town) -> None:
    # Given: the head of the bureau that handles the cases itself: supervision is of those below.
    head = studio.actor("head")
    spot = queries.listing(head, at=NOW)[0]
    found, notice = supervising.supervise(
        spot=spot.key, note="请加快办理", answer_by=DAY, key="k1", actor=head, at=NOW
    )
    assert notice is None
    assert len(found) == 5
    assert {o.problem for o in found} == {"由本机关承办，请直接安排办理"}
    assert supervising.below(head, spot) == 0
    assert urged() == []
    assert Decision.objects.get().data == {"key": "k1", "asked": 5, "done": 0}


def test_closed_cases_are_left_alone_and_nothing_open_is_said(studio: Town) -> None:
    supervisor = studio.actor("supervisor")
    spot = queries.listing(supervisor, at=NOW)[0]
    Case.objects.update(closed_at=NOW)
    with pytest.raises(HotSpotError) as refused:
        supervising.supervise(
            spot=spot.key, note="请加快办理", answer_by=DAY, key="k1", actor=supervisor, at=NOW
        )
    assert refused.value.code == Code.NOTHING_OPEN


@pytest.mark.parametrize("username", ["auditor", "legal", "handler"])
def test_others_supervise_nothing(studio: Town, username: str) -> None:
    spot = queries.listing(studio.actor("supervisor"), at=NOW)[0]
    with pytest.raises(HotSpotError) as refused:
        supervising.supervise(
            spot=spot.key, note="请加快办理", answer_by=DAY, key="k1", actor=studio.actor(username), at=NOW
        )
    assert refused.value.code == Code.NOT_PERMITTED
    assert urged() == []


def test_the_words_must_be_there(studio: Town) -> None:
    supervisor = studio.actor("supervisor")
    spot = queries.listing(supervisor, at=NOW)[0]
    with pytest.raises(HotSpotError):
        supervising.supervise(spot=spot.key, note=" ", answer_by=DAY, key="k1", actor=supervisor, at=NOW)


def test_the_words_that_every_bureau_reads_hold_no_number(studio: Town) -> None:
    """A county with four of seven cases would know how many the others have."""
    spot = queries.listing(studio.actor("supervisor"), at=NOW)[0]
    assert not re.search(r"\d", supervising.prefilled(spot).replace(spot.label, ""))
