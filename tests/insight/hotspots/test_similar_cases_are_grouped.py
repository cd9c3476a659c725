"""Similar cases come together by themselves; the same ones in the same order always give the same groups."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from jiesu.insight.hotspots import keeping, queries, rebuilding
from jiesu.insight.hotspots.deeds import rename
from jiesu.insight.hotspots.features import KEPT, Reader, Traits, Vocabulary, pieces
from jiesu.insight.hotspots.grouping import Grouping, Item
from jiesu.insight.hotspots.models import Decision, Member, Opinion, Single, Spot
from jiesu.people.actors import SYSTEM
from tests.insight.hotspots.conftest import BURST, NOW, OTHERS, Town


def groups() -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for case, spot in Member.objects.values_list("case_id", "spot_id"):
        found.setdefault(spot, set()).add(case)
    return {frozenset(cases) for cases in found.values()}


def test_six_people_about_one_studio_become_a_hot_spot(town: Town) -> None:
    town.ordinary()
    numbers = town.burst(6)
    assert keeping.sweep(at=NOW) == 16
    (spot,) = queries.listing(SYSTEM, at=NOW)
    assert set(queries.cases_of(SYSTEM, spot).values_list("pk", flat=True)) == set(numbers)
    assert (spot.cases, spot.people, spot.reports) == (6, 6, 0)
    assert (spot.since, spot.last) == (
        keeping.day_of(NOW - timedelta(days=8)),
        keeping.day_of(NOW - timedelta(days=3)),
    )
    assert spot.recent == 4
    assert spot.growing


def test_one_person_alone_makes_no_hot_spot(town: Town) -> None:
    """Forty letters of one professional claimant are one person's matter."""
    town.ordinary()
    town.burst(6, phone="13912345678")
    keeping.sweep(at=NOW)
    assert groups()
    assert queries.listing(SYSTEM, at=NOW) == []


def test_what_is_far_apart_in_time_does_not_meet(town: Town) -> None:
    town.contact(BURST[0], ago=200, shop="飞扬健身会所")
    keeping.sweep(at=NOW - timedelta(days=190))
    town.contact(BURST[1], ago=1, shop="飞扬健身会所")
    keeping.sweep(at=NOW)
    assert groups() == set()
    assert Single.objects.count() == 1


def test_sweeping_again_changes_nothing(town: Town) -> None:
    town.ordinary()
    town.burst(5)
    keeping.sweep(at=NOW)
    before = (groups(), set(Single.objects.values_list("case_id", flat=True)), list(Spot.objects.values()))
    assert keeping.sweep(at=NOW) == 0
    assert keeping.sweep(at=NOW + timedelta(minutes=5)) == 0
    after = (groups(), set(Single.objects.values_list("case_id", flat=True)), list(Spot.objects.values()))
    assert after == before


@pytest.mark.parametrize("chunk", [1, 3, 7])
def test_in_pieces_as_at_once(town: Town, chunk: int) -> None:
    """A sweep that was stopped goes on where it was; what it finds does not depend on where."""
    town.ordinary()
    town.burst(8)
    keeping.sweep(at=NOW)
    whole = groups()
    Member.objects.all().delete()
    Spot.objects.all().delete()
    Single.objects.all().delete()
    keeping.Progress.objects.update(registered_until=None)
    while keeping.sweep(at=NOW, chunk=chunk, most=chunk):
        pass
    assert groups() == whole


def test_only_one_process_groups(town: Town) -> None:
    town.burst(3)
    with keeping.alone() as may:
        assert may
    assert keeping.sweep(at=NOW) == 3


def test_a_rebuild_finds_the_same_and_keeps_what_people_decided(town: Town) -> None:
    town.ordinary()
    town.burst(7)
    keeping.sweep(at=NOW)
    before = groups()
    (spot,) = queries.listing(SYSTEM, at=NOW)
    supervisor = town.actor("supervisor")
    rename(spot=spot.key, title="飞扬健身关门", actor=supervisor, at=NOW)
    assert rebuilding.rebuild(at=NOW, since=keeping.day_of(NOW) - timedelta(days=90)) == 17
    assert groups() == before
    (again,) = queries.listing(supervisor, at=NOW)
    assert (again.key, again.label) == (spot.key, "飞扬健身关门")
    assert (Opinion.objects.count(), Decision.objects.count()) == (1, 1)


def test_no_word_of_a_text_is_stored_but_the_checked_label(town: Town) -> None:
    town.ordinary()
    town.burst(6)
    keeping.sweep(at=NOW)
    spot = Spot.objects.get(size__gte=3)
    assert any("健身" in word for word in spot.words)
    kept = str(list(Single.objects.values())) + str(list(Member.objects.values()))
    assert not any("\u4e00" <= c <= "\u9fff" for c in kept)


def test_a_label_that_a_killed_sweep_owes_is_found_by_the_next(town: Town) -> None:
    town.ordinary()
    town.burst(6)
    keeping.sweep(at=NOW)
    Spot.objects.update(words=[], labelled_at_size=0)
    assert keeping.sweep(at=NOW) == 0
    assert Spot.objects.filter(size__gte=3).exclude(words=[]).exists()


def test_erased_cases_lose_features_and_person(town: Town) -> None:
    numbers = [*town.ordinary()[:1], *town.burst(3)]
    keeping.sweep(at=NOW)
    for number in numbers:
        keeping.forget(number)
    assert not Member.objects.filter(case_id__in=numbers, person__isnull=False).exists()
    assert not Single.objects.filter(case_id__in=numbers).exclude(features=[]).exists()
    assert Member.objects.count() + Single.objects.count() >= len(numbers)


# --- the method itself -----------------------------------------------------------------------------------------
def _items(texts: list[str], start: int = 1) -> tuple[list[Item], Vocabulary]:
    reader = Reader(b"k")
    vocabulary = reader.vocabulary()
    everything = [reader.everything(Traits(title=t[:20], text=t)) for t in texts]
    for features in everything:
        vocabulary.add(features)
    return [
        Item(n, 1000 + n // 4, reader.chosen(features, vocabulary), n)
        for n, features in enumerate(everything, start)
    ], vocabulary


def test_the_same_contacts_give_the_same_groups() -> None:
    texts = [*OTHERS, *BURST] * 2
    random.Random(5).shuffle(texts)
    items, vocabulary = _items(texts)

    def found() -> list[list[int]]:
        grouping = Grouping(vocabulary, window=60)
        for item in items:
            grouping.place(item)
        return [[m.case for m in g.members] for g in grouping.groups.values()]

    assert found() == found()


def test_a_chain_of_neighbours_is_not_one_group() -> None:
    """Each shares half its words with the next; the ends have nothing in common."""
    alphabet = [chr(0x4E00 + n) for n in range(400)]
    texts = ["".join(alphabet[n * 20 : n * 20 + 40]) for n in range(18)]
    items, vocabulary = _items(texts)
    grouping = Grouping(vocabulary, window=60)
    for item in items:
        grouping.place(item)
    assert max((g.size for g in grouping.groups.values()), default=1) <= 4


def test_a_contact_without_words_belongs_nowhere() -> None:
    grouping = Grouping(Vocabulary(), window=60)
    grouping.place(Item(1, 1000, ()))
    assert (grouping.groups, grouping.singles) == ({}, {})


def test_features_do_not_depend_on_digits_and_are_few() -> None:
    assert pieces("13812345678") == []
    reader, vocabulary = Reader(b"k"), Vocabulary()
    everything = reader.everything(Traits(text="".join(OTHERS) + "".join(BURST)))
    assert len(reader.chosen(everything, vocabulary)) <= KEPT
    assert reader.hashed("退款") != Reader(b"other").hashed("退款")
