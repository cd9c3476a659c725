"""Grouping anew from a day on: after an import of past years, or when the settings of the grouping have changed.

Everything is worked out in memory and put in place of what was in one transaction: a killed rebuild changes nothing.
What people decided stays: a new group goes on in the spot in which most of its members were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from jiesu.cases.models import Case
from jiesu.insight.hotspots import keeping, labelling, reading
from jiesu.insight.hotspots.features import Vocabulary
from jiesu.insight.hotspots.grouping import Group, Grouping
from jiesu.insight.hotspots.models import Member, Progress, Single, Spot
from jiesu.people.actors import SHANGHAI

#: Told now and then: cases placed, cases in all.
Told = Callable[[int, int], None]
CHUNK = 1000


def rebuild(*, at: datetime, since: date, told: Told = lambda done, of: None) -> int | None:
    """Group every case received since a day anew.

    Returns:
        how many cases were placed; None where another process is grouping.
    """
    with keeping.alone() as may:
        return _rebuild(at, since, told) if may else None


def _rebuild(at: datetime, since: date, told: Told) -> int:
    numbers = list(
        Case.objects.filter(
            received_at__gte=datetime.combine(since, datetime.min.time(), SHANGHAI),
            registered_at__lte=at,
            wrapped_key__isnull=False,
        )
        .order_by("received_at", "pk")
        .values_list("pk", flat=True)
    )
    # Every n-th case: the whole stretch of time has its say.
    step = max(1, len(numbers) // keeping.SAMPLE)
    vocabulary = keeping.counted(numbers[::step][: keeping.SAMPLE])
    grouping, finished = fold(numbers, vocabulary, window=keeping.window_days(at), told=told)
    first = keeping.day_of(at) - timedelta(days=grouping.window)
    groups = sorted([*finished, *grouping.groups.values()], key=lambda g: (-g.size, g.first, -g.key))
    with transaction.atomic():
        progress = Progress.objects.get_or_create(pk=1)[0]
        progress.registered_until = at
        progress.save(update_fields=("registered_until",))
        keeping.keep_vocabulary(progress, vocabulary, at)
        _replace(groups, _former(since), since)
        Single.objects.all().delete()
        Single.objects.bulk_create(
            (keeping.single(i) for i in grouping.singles.values() if i.day >= first.toordinal()),
            batch_size=5000,
        )
    labelling.label(vocabulary=vocabulary, least=keeping.least_people(at), since=since)
    return len(numbers)


def fold(
    numbers: Sequence[int], vocabulary: Vocabulary, *, window: int, told: Told
) -> tuple[Grouping, list[Group]]:
    """Place cases one after another; gives what is still under way and the groups that time has closed."""
    grouping = Grouping(vocabulary, window=window)
    finished: list[Group] = []
    for start in range(0, len(numbers), CHUNK):
        cases = Case.objects.only(*reading.FIELDS).in_bulk(numbers[start : start + CHUNK])
        latest = 0
        for item in keeping.items(
            [cases[n] for n in numbers[start : start + CHUNK] if n in cases], vocabulary
        ):
            grouping.place(item)
            latest = max(latest, item.day)
        finished += grouping.forget_before(latest - window)
        told(min(start + CHUNK, len(numbers)), len(numbers))
    return grouping, finished


def _former(since: date) -> dict[int, int]:
    """The spot that each case was in."""
    return dict(Member.objects.filter(day__gte=since).values_list("case_id", "spot_id"))


def _replace(groups: Sequence[Group], former: dict[int, int], since: date) -> None:
    """Put groups in place of the stored ones."""
    Member.objects.filter(day__gte=since).delete()
    held = keeping.held_spots()
    taken: set[int] = set()
    keys: dict[int, int] = {}
    for place, group in enumerate(groups):
        was = Counter(former[m.case] for m in group.members if m.case in former)
        for spot, shared in sorted(was.items(), key=lambda pair: (-pair[1], pair[0])):
            if spot not in taken and 2 * shared > min(group.size, sum(was.values())):
                keys[place] = spot
                taken.add(spot)
                break
    _drop_former(held | taken, since)
    new = [place for place in range(len(groups)) if place not in keys]
    for start in range(0, len(new), 1000):
        part = new[start : start + 1000]
        made = Spot.objects.bulk_create(_spot(groups[place]) for place in part)
        keys.update({place: spot.pk for place, spot in zip(part, made, strict=True)})
    for place, key in keys.items():
        if key in taken:
            row = _spot(groups[place])
            row.pk = key
            row.save(force_update=True)
    Member.objects.bulk_create(_members(groups, keys), batch_size=5000)


def _drop_former(kept: set[int], since: date) -> None:
    """Spots that have lost all members go; those that people have dealt with stay, empty."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE insight_spot SET size = 0, last_day = first_day WHERE last_day >= %s AND id = ANY(%s)",
            [since, sorted(kept)],
        )
        cursor.execute(
            "DELETE FROM insight_spot s WHERE last_day >= %s AND NOT id = ANY(%s)"
            " AND NOT EXISTS (SELECT FROM insight_member m WHERE m.spot_id = s.id)"
            " AND NOT EXISTS (SELECT FROM insight_decision d WHERE d.spot_id = s.id)"
            " AND NOT EXISTS (SELECT FROM insight_spot o WHERE o.absorbed_by_id = s.id)",
            [since, sorted(kept)],
        )


def _spot(group: Group) -> Spot:
    return Spot(
        first_day=date.fromordinal(group.first),
        last_day=date.fromordinal(group.last),
        size=group.size,
        **keeping.described(group),
    )


def _members(groups: Sequence[Group], keys: dict[int, int]) -> Iterator[Member]:
    for place, group in enumerate(groups):
        yield from keeping.members(group.members, keys[place])
