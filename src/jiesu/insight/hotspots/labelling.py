"""Labels of stored hot spots: texts of members are read in memory, the checked words are stored."""

from __future__ import annotations

from collections.abc import Iterable

from jiesu.cases.models import Case
from jiesu.insight.hotspots import reading
from jiesu.insight.hotspots.features import Vocabulary
from jiesu.insight.hotspots.labels import words
from jiesu.insight.hotspots.models import Member, Spot
from jiesu.people.visibility import OPEN_KINDS

#: A label is found again when a spot has grown by this much; the latest members are read, one per person.
GROWN, READ = 1.5, 40


def label(spots: Iterable[int], *, vocabulary: Vocabulary, least: int) -> int:
    """Label those of some spots that have enough people and none yet, or have grown; gives how many.

    Reports are not read: their words stay with those who handle them.
    """
    done = 0
    for spot in Spot.objects.filter(pk__in=list(spots), absorbed_by=None).order_by("pk"):
        if spot.size >= least and spot.size >= GROWN * spot.labelled_at_size:
            _label(spot, vocabulary, least)
            done += 1
    return done


def _label(spot: Spot, vocabulary: Vocabulary, least: int) -> None:
    one_each: dict[int, int] = {}
    rows = Member.objects.filter(
        spot=spot, person__isnull=False, case__kind__in=OPEN_KINDS, case__wrapped_key__isnull=False
    )
    for case, person in rows.order_by("-day", "-case_id").values_list("case_id", "person")[: 10 * READ]:
        one_each.setdefault(person or 0, case)
    found: list[str] = []
    if len(one_each) >= least:
        numbers = sorted(one_each.values(), reverse=True)[:READ]
        cases = list(Case.objects.filter(pk__in=numbers).order_by("pk").only(*reading.FIELDS))
        texts = [(one.traits.title, one.traits.text) for one in reading.read(cases)]
        reader = reading.reader()
        if len(texts) >= least:
            found = words(
                texts,
                names=reading.names_of(cases),
                weight=lambda piece: vocabulary.weight(reader.hashed(piece)),
                least=least,
            )
    Spot.objects.filter(pk=spot.pk).update(words=found, labelled_at_size=spot.size)
