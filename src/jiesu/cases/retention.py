"""Erasing personal data of cases closed long ago: the key goes, the chain and the figures stay.

What is erased is sealed with the case's own data key: without it texts, parties, messages and files cannot be read
again, in no old back-up of the database either that is kept apart from the key ring and the row. The row itself stays
as a tombstone, so that published figures stay true, and its chain gets one more event, ``redacted``. Personal
Information Protection Law arts. 19 and 47: no longer than the purpose needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Count, Exists, F, Func, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from jiesu.cases.chain import link_hash
from jiesu.cases.files import store
from jiesu.cases.kinds import ClockState, Kind
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import EVENT_SCHEMA
from jiesu.cases.models import (
    Case,
    Clock,
    ComplaintWords,
    Event,
    File,
    Link,
    Message,
    Party,
    Passage,
    ReportWords,
    RetentionRun,
    Suggestion,
    WordsOwed,
)
from jiesu.people import settings
from jiesu.people.models import Setting
from jiesu.places.models import Organisation

#: Type of the event that says so in the chain. It is no action: nobody takes it, the life cycle is over.
REDACTED = "redacted"
BATCH = 200

#: Years by kind and bureau; None stands for every bureau without a value of its own.
Periods = Mapping[str, Mapping[int | None, int]]
#: Removes what other floors hold of a case; called with its number inside the transaction.
Forget = Callable[[int], None]


def setting_of(kind: str) -> str:
    """The setting that says for how many years a kind is kept; 0 keeps it for ever."""
    return f"retention.{kind}_years"


def cutoff(at: datetime, years: int) -> datetime:
    """Cases closed before this instant have been kept for so many years: a day of Asia/Shanghai.

    >>> from datetime import UTC
    >>> cutoff(datetime(2028, 2, 29, 4, tzinfo=UTC), 5).isoformat()
    '2023-02-28T00:00:00+08:00'
    """
    day = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


HOLDER = Coalesce("organisation_id", "registered_by_id")


def periods(at: datetime) -> dict[str, dict[int | None, int]]:
    """The settings in force now, read in a few queries."""
    keys = {kind: setting_of(kind) for kind in Kind.values}
    common = settings.in_force(organisation=None, at=at)
    found: dict[str, dict[int | None, int]] = {k: {None: common[key]} for k, key in keys.items()}
    if not Setting.objects.filter(key__in=keys.values(), organisation__isnull=False).exists():
        return found
    holders = Case.objects.filter(redacted_at=None, closed_at__isnull=False).values_list(HOLDER, flat=True)
    for organisation in Organisation.objects.filter(pk__in=holders.distinct()):
        own = settings.in_force(organisation=organisation, at=at)
        for kind, key in keys.items():
            if own[key] != common[key]:
                found[kind][organisation.pk] = own[key]
    return found


def _old_enough(kept: Periods, at: datetime) -> Q:
    condition = Q(pk__in=[])
    for kind, by_holder in kept.items():
        own = [holder for holder in by_holder if holder is not None]
        for holder, years in by_holder.items():
            if years <= 0:
                continue
            where = ~Q(holder__in=own) if holder is None else Q(holder=holder)
            condition |= Q(kind=kind, closed_at__lt=cutoff(at, years)) & where
    return condition


def old(kept: Periods, at: datetime) -> QuerySet[Any]:
    """Closed cases whose time is over, those that something still holds included."""
    last_review = Func(
        F("facts"), template="(%(expressions)s #>> '{reviews,-1}')", output_field=CharField(null=True)
    )
    return Case.objects.annotate(
        holder=HOLDER,
        last_review=last_review,
        held=Exists(
            Clock.objects.filter(
                case_id=OuterRef("pk"), state__in=(ClockState.OPEN, ClockState.SUSPENDED)
            ).order_by()
        )
        | Exists(Link.objects.filter(case_id=OuterRef("pk"), pending=True, initiating=True))
        | Exists(Message.objects.filter(case_id=OuterRef("pk"), status=Message.Status.QUEUED))
        | (Q(last_review__isnull=False) & Q(last_review__endswith=":pending")),
    ).filter(_old_enough(kept, at), redacted_at=None)


@dataclass(frozen=True)
class Line:
    """One line of the plan: a kind, its period, what would be erased and what is held back."""

    kind: str
    years: tuple[int, ...]
    cases: int
    held: int
    files: int
    oldest: datetime | None
    newest: datetime | None


def plan(*, at: datetime) -> list[Line]:
    """What a run would erase now. Nothing is changed."""
    kept = periods(at)
    rows = old(kept, at)
    counts: dict[str, dict[str, Any]] = {
        row["kind"]: row
        for row in rows.values("kind").annotate(
            due=Count("pk", filter=Q(held=False)),
            kept_back=Count("pk", filter=Q(held=True)),
            oldest=Min("closed_at"),
            newest=Max("closed_at", filter=Q(held=False)),
        )
    }
    due = rows.filter(held=False).values("pk")
    files = dict(
        File.objects.filter(case_id__in=due)
        .values("case__kind")
        .annotate(n=Count("seq"))
        .values_list("case__kind", "n")
    )
    lines = []
    for kind, by_holder in kept.items():
        row = counts.get(kind, {})
        lines.append(
            Line(
                kind=kind,
                years=tuple(sorted(set(by_holder.values()))),
                cases=row.get("due", 0),
                held=row.get("kept_back", 0),
                files=files.get(kind, 0),
                oldest=row.get("oldest"),
                newest=row.get("newest"),
            )
        )
    return lines


@dataclass
class Done:
    """What a run erased."""

    cases: int = 0
    contacts: int = 0
    files: int = 0
    sheets: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


def run(
    *,
    at: datetime,
    by: str,
    most: int | None = None,
    forget: Sequence[Forget] = (),
    contacts: Callable[[datetime], int] | None = None,
    sheets: Callable[[datetime], int] | None = None,
) -> Done:
    """Erases what is due, one case in one transaction; may stop anywhere and be run again.

    Args:
        by: who ordered it, for the log of runs.
        most: at most so many cases; None: all.
        forget: what other floors hold of a case.
        contacts: erases what came in, once all its cases are erased; gives how many.
        sheets: erases sheets that were imported from or written; gives how many. They are counted among the files.
    """
    kept = periods(at)
    log = RetentionRun.objects.create(started_at=at, by=by[:80], periods=_plain(kept))
    done = Done(files=_finish_earlier(log))
    for number, kind, holder in _numbers(kept, at, most):
        by_holder = kept[kind]
        years = by_holder.get(holder, by_holder[None])
        if not redact(number, at=at, years=years, kept=kept, forget=forget):
            continue
        done.cases += 1
        done.by_kind[kind] = done.by_kind.get(kind, 0) + 1
        # After the commit: a file without its key is nobody's data, a row without its file would be a lie.
        done.files += store().remove_all(number)
    if contacts is not None:
        done.contacts = contacts(at)
    if sheets is not None:
        done.sheets = sheets(at)
    RetentionRun.objects.filter(pk=log.pk).update(
        finished_at=at, cases=done.cases, contacts=done.contacts, files=done.files + done.sheets
    )
    return done


def _plain(kept: Periods) -> dict[str, dict[str, int]]:
    return {k: {str(h or "all"): y for h, y in by_holder.items()} for k, by_holder in kept.items()}


def _finish_earlier(log: RetentionRun) -> int:
    """Removes files that a run killed after its commit left behind."""
    before = RetentionRun.objects.filter(pk__lt=log.pk, finished_at__isnull=False).order_by("-pk").first()
    since = Q(redacted_at__gte=before.started_at) if before is not None else Q(redacted_at__isnull=False)
    return sum(store().remove_all(n) for n in Case.objects.filter(since).values_list("pk", flat=True))


def _numbers(kept: Periods, at: datetime, most: int | None) -> Iterator[tuple[int, str, int]]:
    last, given = 0, 0
    while most is None or given < most:
        size = BATCH if most is None else min(BATCH, most - given)
        rows = list(
            old(kept, at)
            .filter(held=False, pk__gt=last)
            .order_by("pk")
            .values_list("pk", "kind", "holder")[:size]
        )
        if not rows:
            return
        yield from rows
        last, given = rows[-1][0], given + len(rows)


def redact(
    number: int,
    *,
    at: datetime,
    years: int,
    kept: Periods,
    forget: Iterable[Forget] = (),
) -> bool:
    """Erases one case; False where it is not due any more or somebody works on it.

    The files on disk are left to the caller, for after the commit.
    """
    with transaction.atomic():
        due = old(kept, at).filter(pk=number, held=False)
        case = due.select_for_update(of=("self",), skip_locked=True).first()
        if case is None:
            return False
        _append(case, at, years)
        case.title = case.respondent = ""
        case.wrapped_key = case.query_code_hash = None
        case.query_failures, case.query_locked_until = 0, None
        case.redacted_at = at
        case.save()
        Party.objects.filter(case_id=number).update(
            name_masked="", phone_masked="", sealed=None, phone_index=None, id_index=None
        )
        Passage.objects.filter(case_id=number).update(sealed=None)
        Message.objects.filter(case_id=number).update(
            sealed=None, short="", address_masked="", proof_reference=""
        )
        File.objects.filter(case_id=number).update(name="")
        # Reasons quote the text; what was suggested and whether it was taken are figures.
        Suggestion.objects.filter(case_id=number).update(reasons=[])
        # What is still to be entered goes first: whoever is entering it comes to an end before the words are removed.
        for words in (WordsOwed, ComplaintWords, ReportWords):
            words._default_manager.filter(pk=number).delete()
        for each in forget:
            each(number)
    return True


def _append(case: Case, at: datetime, years: int) -> None:
    """The event that says so, chained like every other."""
    seq, data = case.next_seq, {"in": {"setting": setting_of(case.kind), "years": years}}
    case.head = link_hash(
        previous=bytes(case.head),
        case_id=case.pk,
        seq=seq,
        at=at,
        actor=None,
        actor_kind="system",
        organisation=None,
        type_=REDACTED,
        schema=EVENT_SCHEMA,
        data=data,
    )
    Event.objects.bulk_create(
        [
            Event(
                case_id=case.pk,
                seq=seq,
                at=at,
                actor_kind="system",
                type=REDACTED,
                schema=EVENT_SCHEMA,
                data=data,
                hash=case.head,
            )
        ]
    )
    case.next_seq = seq + 1
    case.version += 1
