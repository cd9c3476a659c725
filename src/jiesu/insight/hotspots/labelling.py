"""Labels of stored hot spots: texts of members are read in memory, the checked words are stored."""

from __future__ import annotations

from datetime import date

from django.db.models import F

from jiesu.cases.models import Case
from jiesu.insight.hotspots import reading
from jiesu.insight.hotspots.features import Vocabulary
from jiesu.insight.hotspots.labels import words
from jiesu.insight.hotspots.models import Member, Spot
from jiesu.people.visibility import OPEN_KINDS

#: A label is found again when a spot has grown by this much; the latest members are read, one per person.
GROWN, READ = 1.5, 40


def label(*, vocabulary: Vocabulary, least: int, since: date) -> int:
    """Label the spots of the time since a day that have enough cases and no label yet, or have grown; gives how many.

    Reports are not read: their words stay with those who handle them.
    """
    owed = Spot.objects.filter(
        absorbed_by=None,
        last_day__gte=since,
        size__gte=least,
        size__gt=F("labelled_at_size") * GROWN,
    )
    spots = list(owed.order_by("pk"))
    for spot in spots:
        _label(spot, vocabulary, least)
    return len(spots)


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
