"""Hot spots as an actor may see them. Every number is counted from the cases of which the actor may see the outline.

- People are those who brought in complaints, consultations and other matters. Informants are in no count of people, nor
  counted with them when it is asked whether there are enough: either would tell whether an informant is among the
  complainants. Reports make a hot spot by themselves, where the machine has put together those of enough informants;
  what a bureau takes out, splits off or merges changes nothing about that, else one could try out who is who.
- The label is shown to whoever may read the content of contacts of enough different people; else the subject stands.
- Of cases beyond the actor's rights only a rounded number is told, never of reports, and nothing where it is small.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, IntegerField, Max, Min, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from jiesu.cases.models import Case
from jiesu.cases.queries import visible
from jiesu.insight.hotspots.errors import Code, HotSpotError
from jiesu.insight.hotspots.heat import USUAL_PERIODS, Heat, Numbers, Weights, heat
from jiesu.insight.hotspots.keeping import day_of
from jiesu.insight.hotspots.models import Opinion, Placement, Spot
from jiesu.people.actors import Actor
from jiesu.people.settings import in_force
from jiesu.people.visibility import OPEN_KINDS, SECRET_KINDS, Part
from jiesu.places.models import Division
from jiesu.triage.subject import subjects

MEMBER = "hot_spot_member__"
LIMIT = 50


@dataclass(frozen=True)
class Rules:
    """The settings in force for the actor's organisation."""

    weights: Weights
    least: int
    small_cell: int

    def usual_from(self, today: date) -> date:
        """The first of the days that say what is usual: some periods before the last one."""
        return today - timedelta(days=self.weights.period * (USUAL_PERIODS + 1) - 1)


@dataclass(frozen=True)
class Place:
    """How many of the contacts lie in a county."""

    code: str
    name: str
    count: int


@dataclass(frozen=True)
class HotSpot:
    """A hot spot as one actor sees it. ``people`` count no informants; ``beyond`` is rounded down, None where small.

    ``members`` are the spots that belong together, ``inside`` is the condition on its cases.
    """

    key: int
    label: str
    words: tuple[str, ...]
    named: bool
    dismissed: bool
    contacts: int
    cases: int
    reports: int
    people: int
    since: date
    last: date
    recent: int
    before: int
    recent_people: int
    unclosed: int
    heat: Heat
    places: tuple[Place, ...] = ()
    trend: tuple[tuple[date, int], ...] = ()
    beyond: int | None = None
    members: tuple[int, ...] = field(default=(), repr=False)
    inside: Q = field(default_factory=Q, repr=False)

    @property
    def growing(self) -> bool:
        """More than usual in the last period."""
        return self.recent * USUAL_PERIODS > self.before


def rules(actor: Actor, at: datetime) -> Rules:
    """The settings for an actor."""
    values = in_force(organisation=actor.organisation_id, at=at)

    def number(key: str) -> int:
        return int(values[f"hotspots.{key}"])

    weights = Weights(
        number=number("weight_number"),
        people=number("weight_people"),
        growth=number("weight_growth"),
        urgency=number("weight_urgency"),
        period=number("period_days"),
        full=number("full_count"),
    )
    return Rules(weights, number("least_people"), number("small_cell"))


@dataclass(frozen=True)
class Opinions:
    """What the actor's bureau makes of hot spots: ``roots`` say with which one a spot belongs, ``moved`` in which one a
    case is counted instead of where the machine has put it, None in none.
    """

    titles: Mapping[int, str]
    dismissed: frozenset[int]
    roots: Mapping[int, int]
    moved: Mapping[int, int | None] = field(default_factory=dict)

    def together(self, key: int) -> tuple[int, ...]:
        """A spot and those merged into it."""
        return (key, *sorted(spot for spot, root in self.roots.items() if root == key))

    @property
    def root(self) -> Any:
        """The spot that a case counts for, as an expression."""
        own = F(f"{MEMBER}spot")
        if not self.roots and not self.moved:
            return own
        by_hand: dict[int, list[int]] = {}
        for case, spot in self.moved.items():
            if spot is not None:
                by_hand.setdefault(self.roots.get(spot, spot), []).append(case)
        moved = [When(pk__in=cases, then=Value(spot)) for spot, cases in by_hand.items()]
        merged = [When(**{f"{MEMBER}spot": spot, "then": Value(root)}) for spot, root in self.roots.items()]
        return Choose(*moved, *merged, default=own, output_field=IntegerField())

    @property
    def counted(self) -> Q:
        """The cases that count for some hot spot."""
        out = [case for case, spot in self.moved.items() if spot is None]
        return Q(hot_spot_member__isnull=False) & ~Q(pk__in=out)

    def inside(self, spots: Iterable[int]) -> Q:
        """The cases that count for one of some spots."""
        wanted = set(spots)
        there = Q(**{f"{MEMBER}spot__in": wanted})
        if not self.moved:
            return there
        brought = [case for case, spot in self.moved.items() if spot in wanted]
        return Q(hot_spot_member__isnull=False) & (there & ~Q(pk__in=list(self.moved)) | Q(pk__in=brought))


def opinions(actor: Actor) -> Opinions:
    """The opinions of the actor's bureau."""
    rows = list(
        Opinion.objects.filter(organisation=actor.authority_id).values_list(
            "spot_id", "title", "dismissed", "merged_into_id"
        )
    )
    into = {spot: target for spot, _title, _dismissed, target in rows if target is not None}

    def root(spot: int) -> int:
        seen = {spot}
        while spot in into and into[spot] not in seen:
            spot = into[spot]
            seen.add(spot)
        return spot

    return Opinions(
        titles={spot: title for spot, title, _dismissed, _target in rows if title},
        dismissed=frozenset(spot for spot, _title, dismissed, _target in rows if dismissed),
        roots={spot: root(spot) for spot in into if root(spot) != spot},
        moved=dict(
            Placement.objects.filter(organisation=actor.authority_id).values_list("case_id", "spot_id")
        ),
    )


def listing(actor: Actor, *, at: datetime, dismissed: bool = False, limit: int = LIMIT) -> list[HotSpot]:
    """The hot spots with contacts in the last periods, the hottest first."""
    used = rules(actor, at)
    first = used.usual_from(day_of(at))
    held = opinions(actor)
    rows = _counted(visible(actor).filter(**{f"{MEMBER}spot__last_day__gte": first}), held, used, at)
    rows = [r for r in rows if r["last"] >= first and (r["root"] in held.dismissed) == dismissed]
    found = [_hot(row, held, used) for row in rows]
    found.sort(key=lambda h: (-h.heat.total, -h.recent, -h.cases, h.key))
    return _completed(found[:limit], actor, held, used, since=first, until=day_of(at))


def one(actor: Actor, key: int, *, at: datetime) -> HotSpot:
    """One hot spot, with its trend from its first day on (a year at most).

    Raises:
        HotSpotError: ``hot_spot_not_found``, also where the actor may not see enough of its cases.
    """
    used = rules(actor, at)
    held = opinions(actor)
    key = held.roots.get(key, key)
    together = held.together(key)
    seen = visible(actor)
    grouped = seen.filter(**{f"{MEMBER}spot__in": together})
    rows = _counted(seen.filter(held.inside(together)), held, used, at, grouped=grouped)
    if not rows:
        raise HotSpotError(Code.NOT_FOUND)
    spot = _hot(rows[0], held, used)
    since = max(spot.since, day_of(at) - timedelta(days=364))
    return _completed([spot], actor, held, used, since=since, until=max(day_of(at), spot.last))[0]


def cases_of(actor: Actor, spot: HotSpot) -> QuerySet[Case]:
    """The cases of a hot spot that the actor may see, the newest first."""
    return visible(actor).filter(spot.inside).order_by(F(f"{MEMBER}day").desc(), F("pk").desc())


def readable(actor: Actor, spot: HotSpot) -> QuerySet[Case]:
    """Those whose content the actor may read, without reports: their texts may show who wrote them."""
    rows = visible(actor, Part.CONTENT).filter(spot.inside, kind__in=OPEN_KINDS, wrapped_key__isnull=False)
    return rows.order_by(F(f"{MEMBER}day").desc(), F("pk").desc())


def top(actor: Actor, *, since: date, until: date, at: datetime, limit: int = 10) -> list[HotSpot]:
    """The hot subjects of a stretch of days, both included: by people, then contacts."""
    used = rules(actor, at)
    held = opinions(actor)
    # What is growing is seen against all the periods before, wherever the stretch begins.
    usual = used.usual_from(day_of(at))
    first = min(since, usual) if until >= usual else since
    rows = _counted(
        visible(actor).filter(**{f"{MEMBER}day__gte": first, f"{MEMBER}day__lte": until}),
        held,
        used,
        at,
        stretch=_days(since, until),
    )
    found = [_hot(row, held, used) for row in rows]
    found.sort(key=lambda h: (-h.people, -h.cases, h.key))
    return _completed(found[:limit], actor, held, used, since=since, until=until)


def _counted(
    rows: QuerySet[Case],
    held: Opinions,
    used: Rules,
    at: datetime,
    *,
    grouped: QuerySet[Case] | None = None,
    stretch: Q | None = None,
) -> list[dict[str, Any]]:
    """The numbers of each hot spot in which there are enough people, or enough informants; two queries.

    Args:
        grouped: the same cases as the machine has put them, where ``rows`` are as the bureau has.
        stretch: the days of which the numbers are told, where ``rows`` go back further for what is usual.
    """
    today = day_of(at)
    recent_from = today - timedelta(days=used.weights.period - 1)
    recent = _days(recent_from, today)
    before = _days(used.usual_from(today), recent_from - timedelta(days=1))
    open_kind = Q(kind__in=OPEN_KINDS)
    within = stretch or Q()
    person = f"{MEMBER}person"
    counted: Any = (
        rows.filter(held.counted)
        .annotate(root=held.root)
        .order_by()
        .values("root")
        .annotate(
            cases=Count("pk", filter=stretch),
            contacts=Count("contact_id", distinct=True, filter=stretch),
            reports=Count("pk", filter=~open_kind & within),
            unclosed=Count("pk", filter=Q(closed_at=None) & within),
            people=Count(person, distinct=True, filter=open_kind & within),
            recent=Count("pk", filter=recent),
            before=Count("pk", filter=before),
            people_recent=Count(person, distinct=True, filter=open_kind & recent),
            urgency=Sum(f"{MEMBER}urgency", filter=recent, default=0),
            since=Min(f"{MEMBER}day", filter=stretch),
            last=Max(f"{MEMBER}day", filter=stretch),
        )
        .filter(Q(people__gte=used.least) | Q(reports__gte=1))
    )
    secret = (rows if grouped is None else grouped).filter(
        hot_spot_member__isnull=False, kind__in=SECRET_KINDS
    )
    reported = (
        secret.filter(within).order_by().values_list(f"{MEMBER}spot").annotate(n=Count(person, distinct=True))
    )
    enough = {held.roots.get(spot, spot) for spot, n in reported if n >= used.least}
    return [row for row in counted if row["people"] >= used.least or row["root"] in enough]


def _days(since: date, until: date) -> Q:
    return Q(**{f"{MEMBER}day__gte": since, f"{MEMBER}day__lte": until})


def _hot(row: Mapping[str, Any], held: Opinions, used: Rules) -> HotSpot:
    numbers = Numbers(row["recent"], row["before"], row["people_recent"], row["urgency"])
    return HotSpot(
        key=row["root"],
        label="",
        words=(),
        named=False,
        dismissed=row["root"] in held.dismissed,
        contacts=row["contacts"],
        cases=row["cases"],
        reports=row["reports"],
        people=row["people"],
        since=row["since"],
        last=row["last"],
        recent=row["recent"],
        before=row["before"],
        recent_people=row["people_recent"],
        unclosed=row["unclosed"],
        heat=heat(numbers, used.weights),
        members=held.together(row["root"]),
        inside=held.inside(held.together(row["root"])),
    )


def _completed(
    found: list[HotSpot], actor: Actor, held: Opinions, used: Rules, *, since: date, until: date
) -> list[HotSpot]:
    """Labels, places, trends and what lies beyond, in a handful of queries for the whole list."""
    spots = [member for hot in found for member in hot.members]
    if not spots:
        return []
    seen = visible(actor).filter(held.inside(spots)).annotate(root=held.root).order_by()
    places: dict[int, Counter[str]] = {}
    days: dict[int, Counter[date]] = {}
    subject: dict[int, Counter[str]] = {}
    open_seen: Counter[int] = Counter()
    rows = seen.values_list("root", "county", "city", f"{MEMBER}day", "subject", "kind").annotate(
        n=Count("pk")
    )
    for root, county, city, day, code, kind, n in rows:
        if since <= day <= until:
            places.setdefault(root, Counter())[county or city] += n
            days.setdefault(root, Counter())[day] += n
        if code:
            subject.setdefault(root, Counter())[code] += n
        if kind in OPEN_KINDS:
            open_seen[root] += n
    readers = _readers(actor, spots, held)
    words = dict(Spot.objects.filter(pk__in=spots).values_list("pk", "words"))
    beyond = _beyond(spots, held, open_seen, used.small_cell)
    names = _names(code for counted in places.values() for code in counted)
    labels = dict(subjects())
    return [
        _with(
            hot,
            label=_label(hot, readers, words, held, used, labels, subject.get(hot.key, Counter())),
            words=tuple(words.get(hot.key, ())) if readers.get(hot.key, 0) >= used.least else (),
            named=hot.key in held.titles,
            beyond=beyond.get(hot.key),
            places=tuple(
                Place(code, names.get(code, _("未定")), n)
                for code, n in sorted(places.get(hot.key, Counter()).items(), key=lambda p: (-p[1], p[0]))
            ),
            trend=tuple(
                (since + timedelta(days=n), days.get(hot.key, Counter())[since + timedelta(days=n)])
                for n in range((until - since).days + 1)
            ),
        )
        for hot in found
    ]


def _with(hot: HotSpot, **changes: Any) -> HotSpot:
    return HotSpot(**{**{name: getattr(hot, name) for name in hot.__dataclass_fields__}, **changes})


def _readers(actor: Actor, spots: Iterable[int], held: Opinions) -> dict[int, int]:
    """Of how many different people the actor may read the content, by spot."""
    rows = visible(actor, Part.CONTENT).filter(held.inside(spots), kind__in=OPEN_KINDS)
    counted = rows.annotate(root=held.root).order_by().values_list("root")
    return dict(counted.annotate(n=Count(f"{MEMBER}person", distinct=True)))


def _label(
    hot: HotSpot,
    readers: Mapping[int, int],
    words: Mapping[int, list[str]],
    held: Opinions,
    used: Rules,
    labels: Mapping[str, str],
    subject: Counter[str],
) -> str:
    if hot.key in held.titles:
        return held.titles[hot.key]
    found = words.get(hot.key, [])
    if found and readers.get(hot.key, 0) >= used.least:
        return _("、").join(found)
    code = min(subject, key=lambda c: (-subject[c], c), default="")
    return _("%(subject)s类相似诉求") % {"subject": labels.get(code, code) if code else _("其他")}


def _beyond(spots: Iterable[int], held: Opinions, open_seen: Counter[int], small_cell: int) -> dict[int, int]:
    """Complaints, consultations and other matters beyond the actor's rights, rounded down; none where it is small."""
    rows = Case.objects.filter(held.inside(spots), kind__in=OPEN_KINDS).annotate(root=held.root).order_by()
    every = Counter(dict(rows.values_list("root").annotate(n=Count("pk"))))
    rounded = {spot: (n - open_seen[spot]) // small_cell * small_cell for spot, n in every.items()}
    return {spot: n for spot, n in rounded.items() if n > 0}


def _names(codes: Iterable[str]) -> dict[str, str]:
    return dict(Division.objects.filter(code__in=set(codes)).values_list("code", "name"))
