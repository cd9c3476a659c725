"""Keeping the groups: new cases are put to them by a sweep, in the order in which they came; a rebuild starts anew.

One at a time: a lock of the session, gone with its process. Each chunk is one transaction with the mark of how far it
came: a killed sweep leaves whole chunks, and the next goes on from there. A case that has its place is not placed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from jiesu.cases.models import Case
from jiesu.insight.hotspots import labelling, reading
from jiesu.insight.hotspots.features import Vocabulary
from jiesu.insight.hotspots.grouping import Group, Grouping, Item
from jiesu.insight.hotspots.models import (
    ConsumerWarning,
    Member,
    Opinion,
    Progress,
    Single,
    Spot,
    SupervisionNotice,
)
from jiesu.people.actors import SHANGHAI
from jiesu.people.settings import in_force
from jiesu.places.models import Organisation

CHUNK = 500
#: Cases of the same moments are looked at twice, so that none committed late is missed.
OVERLAP = timedelta(hours=1)
#: The vocabulary: from so many of the latest cases, renewed daily, and earlier when there are so many times as many.
SAMPLE, RENEW_AFTER, RENEW_GROWN = 20_000, timedelta(hours=20), 1.5
#: Features of a group that are stored.
STORED_FEATURES = 256
_LOCK = 0x686F7473


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this process may group now; the right ends with the block or the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def sweep(*, at: datetime, chunk: int = CHUNK, most: int | None = None) -> int:
    """Put what has come in since to groups.

    Args:
        at: now.
        chunk: cases in one transaction.
        most: stop after so many cases.

    Returns:
        how many cases were placed; 0 where another process is at it.
    """
    with alone() as may:
        return _sweep(at, chunk, most) if may else 0


def _sweep(at: datetime, chunk: int, most: int | None) -> int:
    window = window_days(at)
    progress = Progress.objects.get_or_create(pk=1)[0]
    first = day_of(at) - timedelta(days=window)
    owed = waiting(progress, at, first)
    vocabulary = _vocabulary(progress, at)
    grouping: Grouping | None = None
    done = 0
    while most is None or done < most:
        cases = list(owed[:chunk])
        if not cases:
            break
        if grouping is None:
            grouping = stored_grouping(vocabulary, window=window, first=first)
        with transaction.atomic():
            _place(cases, grouping, vocabulary, first)
            progress.registered_until = cases[-1].registered_at if len(cases) == chunk else at
            progress.save(update_fields=("registered_until",))
        done += len(cases)
        owed = waiting(progress, at, first)
    labelling.label(vocabulary=vocabulary, least=least_people(at), since=first)
    return done


def waiting(progress: Progress, at: datetime, first: date) -> QuerySet[Case]:
    """Cases registered since the mark and received in the window that have no place yet, in the order they came."""
    since = progress.registered_until - OVERLAP if progress.registered_until else None
    rows = Case.objects.filter(
        # The index of newest cases begins with the province.
        province__in=Organisation.objects.values("province").distinct(),
        registered_at__lte=at,
        received_at__gte=datetime.combine(first, datetime.min.time(), SHANGHAI),
        wrapped_key__isnull=False,
    )
    if since is not None:
        rows = rows.filter(registered_at__gt=since)
    else:
        rows = rows.filter(registered_at__gt=datetime.combine(first, datetime.min.time(), SHANGHAI))
    placed = Exists(Member.objects.filter(case_id=OuterRef("pk")))
    alone_ = Exists(Single.objects.filter(case_id=OuterRef("pk")))
    return rows.exclude(placed).exclude(alone_).order_by("registered_at", "pk").only(*reading.FIELDS)


def _place(cases: Sequence[Case], grouping: Grouping, vocabulary: Vocabulary, first: date) -> None:
    """Place a chunk and write it down."""
    before = set(grouping.singles)
    for item in items(cases, vocabulary):
        grouping.place(item)
    waiting_now = [i for number in (c.pk for c in cases) if (i := grouping.singles.get(number)) is not None]
    joined = before - set(grouping.singles)
    Single.objects.filter(case_id__in=joined).delete()
    Single.objects.filter(day__lt=first).delete()
    Single.objects.bulk_create(
        (single(i) for i in waiting_now),
        ignore_conflicts=True,
    )
    # Nothing to go by, or erased meanwhile: looked at once is enough.
    placed = {m.case for g in grouping.groups.values() for m in g.members} | {i.case for i in waiting_now}
    Single.objects.bulk_create(
        (Single(case_id=c.pk, day=day_of(c.received_at), features=[]) for c in cases if c.pk not in placed),
        ignore_conflicts=True,
    )
    for group in [g for g in grouping.groups.values() if g.changed]:
        store(group, grouping)


def single(item: Item) -> Single:
    """The row of a case that resembles no other yet."""
    return Single(
        case_id=item.case,
        day=date.fromordinal(item.day),
        person=item.person,
        urgency=item.urgency,
        features=list(item.features),
    )


def items(cases: Sequence[Case], vocabulary: Vocabulary) -> Iterator[Item]:
    """Cases as items, in their order."""
    reader = reading.reader()
    for one in reading.read(cases):
        features = reader.chosen(reader.everything(one.traits), vocabulary)
        yield Item(one.case, one.day, features, one.person, one.urgency)


def store(group: Group, grouping: Grouping) -> None:
    """Write down a group that has changed."""
    shape = dict(
        first_day=date.fromordinal(group.first),
        last_day=date.fromordinal(group.last),
        size=group.size,
        **described(group),
    )
    if group.key > 0:
        key = group.key
        Spot.objects.filter(pk=key).update(**shape)
    else:
        key = Spot.objects.create(**shape).pk
    Member.objects.bulk_create(members(group.members, key), ignore_conflicts=True)
    if group.absorbed:
        Member.objects.filter(spot_id__in=group.absorbed).update(spot_id=key)
        Spot.objects.filter(pk__in=group.absorbed).update(absorbed_by=key, size=0)
    grouping.stored(group, key)


def described(group: Group) -> dict[str, list[int]]:
    """The features of a group for storage, the most common first."""
    most = sorted(group.counts, key=lambda f: (-group.counts[f], f))[:STORED_FEATURES]
    return {"features": most, "counts": [group.counts[f] for f in most]}


def members(items: Sequence[Item], key: int) -> list[Member]:
    return [
        Member(case_id=i.case, spot_id=key, day=date.fromordinal(i.day), person=i.person, urgency=i.urgency)
        for i in items
    ]


def stored_grouping(vocabulary: Vocabulary, *, window: int, first: date) -> Grouping:
    """The groups and the contacts that wait alone, as they are stored, within the time window."""
    grouping = Grouping(vocabulary, window=window)
    held = held_spots()
    singles = (
        Item(case, day.toordinal(), tuple(features), person, urgency)
        for case, day, person, urgency, features in Single.objects.filter(day__gte=first)
        .order_by("day", "case_id")
        .values_list("case_id", "day", "person", "urgency", "features")
        .iterator(chunk_size=5000)
    )
    # One made by hand has no features and takes in nothing by itself.
    spots = Spot.objects.filter(absorbed_by=None, last_day__gte=first).exclude(features=[]).order_by("pk")
    grouping.load(singles=singles, groups=(group_of(s, held) for s in spots.iterator(chunk_size=2000)))
    return grouping


def group_of(spot: Spot, held: set[int]) -> Group:
    group = Group(spot.pk, spot.first_day.toordinal(), spot.last_day.toordinal(), size=spot.size)
    group.counts.update(dict(zip(spot.features, spot.counts, strict=True)))
    group.held = spot.pk in held
    return group


def held_spots() -> set[int]:
    """Spots that people have dealt with."""
    with_opinion = Opinion.objects.values_list("spot_id", flat=True)
    merged = Opinion.objects.exclude(merged_into=None).values_list("merged_into_id", flat=True)
    warned = ConsumerWarning.objects.exclude(spot=None).values_list("spot_id", flat=True)
    noticed = SupervisionNotice.objects.values_list("spot_id", flat=True)
    return {pk for rows in (with_opinion, merged, warned, noticed) for pk in rows if pk is not None}


# --- vocabulary -------------------------------------------------------------------------------------------------
def _vocabulary(progress: Progress, at: datetime) -> Vocabulary:
    """The vocabulary in force, renewed if it is a day old or far smaller than what there is."""
    latest = (
        Case.objects.filter(
            province__in=Organisation.objects.values("province").distinct(),
            registered_at__lte=at,
            wrapped_key__isnull=False,
        )
        .order_by("-registered_at", "-pk")
        .only(*reading.FIELDS)
    )
    if progress.vocabulary is not None and progress.renewed_at is not None:
        grown = round(progress.texts * RENEW_GROWN)
        fresh = at - progress.renewed_at < RENEW_AFTER
        if fresh and (progress.texts > SAMPLE or latest[: grown + 1].count() <= grown):
            return Vocabulary.unpacked(progress.vocabulary, progress.texts)
    vocabulary = counted(list(latest[:SAMPLE].values_list("pk", flat=True)))
    keep_vocabulary(progress, vocabulary, at)
    return vocabulary


def keep_vocabulary(progress: Progress, vocabulary: Vocabulary, at: datetime) -> None:
    progress.vocabulary, progress.texts, progress.renewed_at = vocabulary.packed(), vocabulary.texts, at
    progress.save(update_fields=("vocabulary", "texts", "renewed_at"))


def counted(numbers: Sequence[int]) -> Vocabulary:
    """The vocabulary of some cases."""
    reader = reading.reader()
    vocabulary = reader.vocabulary()
    for start in range(0, len(numbers), CHUNK):
        cases = list(Case.objects.filter(pk__in=numbers[start : start + CHUNK]).only(*reading.FIELDS))
        for one in reading.read(cases):
            vocabulary.add(reader.everything(one.traits))
    return vocabulary


# --- settings and days ------------------------------------------------------------------------------------------
def window_days(at: datetime) -> int:
    """Setting: for how many days contacts can meet."""
    return int(in_force(organisation=None, at=at)["hotspots.window_days"])


def least_people(at: datetime) -> int:
    """Setting: how many different people make a hot spot."""
    return int(in_force(organisation=None, at=at)["hotspots.least_people"])


def day_of(at: datetime) -> date:
    """The day in Asia/Shanghai."""
    return at.astimezone(SHANGHAI).date()


def forget(case: int) -> None:
    """Forget who brought a case in and what it said (redaction); that it is counted stays."""
    Single.objects.filter(case_id=case).update(person=None, features=[])
    Member.objects.filter(case_id=case).update(person=None)
