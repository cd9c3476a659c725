"""Whether the tallies are what the rows say: every day counted anew, and every sum added up anew from its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.db import connection, transaction

from jiesu.cases.models import TallyMark
from jiesu.insight.tallies.keeping import CellKey, Counts, TallyKey, count_day, sums_over
from jiesu.insight.tallies.models import Cell, Tally, TallyState
from jiesu.insight.tallies.sources import sources
from jiesu.places.models import Organisation


def differences() -> Iterator[CellKey | TallyKey]:
    """The keys whose counts are not what a recount gives. Cells that are marked wait for their count and are left out.

    The whole check sees the rows as they stood at one instant.
    """
    with transaction.atomic():
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        state = TallyState.objects.first()
        if state is None:
            return
        today = state.today
        marked = set(TallyMark.objects.values_list("day", "holder_id"))
        holders = list(Organisation.objects.values_list("pk", flat=True))
        sums: dict[TallyKey, Counts] = {}
        for day in _days():
            stored = {_key(cell): cell.counts for cell in Cell.objects.filter(day=day)}
            for key, counts in stored.items():
                for above in sums_over(key):
                    sums.setdefault(above, Counter()).update(counts)
            recounted = count_day(day, holders, today=today)
            for key in stored.keys() | recounted.keys():
                if stored.get(key) != recounted.get(key) and (key.day, key.holder) not in marked:
                    yield key
        for tally in Tally.objects.iterator():
            found = TallyKey(tally.unit, tally.grain, tally.since)
            if dict(sums.pop(found, Counter())) != tally.counts:
                yield found
        yield from sums


def _key(cell: Cell) -> CellKey:
    return CellKey(cell.day, cell.holder_id, cell.province, cell.city, cell.county)


def _days() -> list[date]:
    found = dict.fromkeys(["SELECT day FROM insight_cell", *(source.days for source in sources())])
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION '.join(found)} ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]
