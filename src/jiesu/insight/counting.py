"""The counts that figures are made of: whole numbers per county, added up for a region. A handful of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from jiesu.cases.kinds import Kind
from jiesu.cases.models import Case, Clock
from jiesu.insight.scope import Scope

#: Counts by name. A missing name is 0.
Counts = Counter[str]


@dataclass
class Tally:
    """Counts of a region, of each county in it, of each month, and contacts by kind and channel."""

    total: Counts = field(default_factory=Counter)
    counties: dict[str, Counts] = field(default_factory=dict)
    months: dict[int, Counts] = field(default_factory=dict)
    channels: dict[tuple[str, str], int] = field(default_factory=dict)
    subjects: dict[str, Counts] = field(default_factory=dict)

    def add(self, county: str, counts: Counts) -> None:
        self.total.update(counts)
        self.counties.setdefault(county, Counter()).update(counts)


def gather(scope: Scope) -> Tally:
    """Every count of a scope. Cases belong to whoever handles them, contacts to the place of their first case, or to
    whoever registered them where no case came of them; both to the day on which they were received.
    """
    tally = Tally()
    _contacts(tally, scope)
    _cases(tally, scope)
    _clocks(tally, scope)
    return tally


def cases_in(scope: Scope) -> QuerySet[Case]:
    """The cases that a scope counts."""
    return Case.objects.filter(
        **{scope.column: scope.region}, received_at__gte=scope.begins, received_at__lt=scope.ends
    )


_CONTACTS = """
SELECT coalesce(k.county, o.county) AS county,
       coalesce(k.kind, nullif(c.kind, 'auto'), 'other') AS kind,
       c.channel,
       extract(month FROM c.received_at AT TIME ZONE 'Asia/Shanghai')::int AS month,
       count(*)
  FROM intake_contact c
  JOIN places_organisation o ON o.id = c.registered_by_id
  LEFT JOIN cases_case k ON k.id = c.cases[1]
 WHERE c.received_at >= %s AND c.received_at < %s AND coalesce(k.{column}, o.{column}) = %s
 GROUP BY 1, 2, 3, 4
"""


def _contacts(tally: Tally, scope: Scope) -> None:
    with connection.cursor() as cursor:
        # The column is one of three names of ours.
        cursor.execute(_CONTACTS.format(column=scope.column), [scope.begins, scope.ends, scope.region])
        for county, kind, channel, month, count in cursor.fetchall():
            found: Counts = Counter({"contacts": count, f"contacts.{kind}": count})
            tally.add(county, found)
            tally.months.setdefault(month, Counter()).update(found)
            tally.channels[channel, kind] = tally.channels.get((channel, kind), 0) + count


def _late(today: Any) -> Q:
    """A statutory clock that was missed: met after its last day, or still open after it."""
    return Q(statutory=True) & (Q(state="met_late") | Q(state="open", due_on__lt=today))


def _cases(tally: Tally, scope: Scope) -> None:
    clocks = Clock.objects.filter(case_id=OuterRef("pk"))
    closed = Q(closed_at__isnull=False)
    settled = Q(outcome="terminated", facts__has_key="settled_on")
    rows = (
        cases_in(scope)
        .annotate(
            was_late=Exists(clocks.filter(_late(scope.today))),
            mediated=Exists(clocks.filter(rule="complaint.mediation").exclude(state="void")),
        )
        .values("county", "kind", "subject")
        .annotate(
            cases=Count("pk"),
            closed=Count("pk", filter=closed),
            accepted=Count("pk", filter=Q(mediated=True)),
            refused=Count("pk", filter=Q(outcome="refused")),
            agreed=Count("pk", filter=Q(outcome="agreed")),
            settled=Count("pk", filter=settled),
            terminated=Count("pk", filter=Q(outcome="terminated")),
            filed=Count("pk", filter=Q(outcome="filed")),
            declined=Count("pk", filter=Q(outcome="declined")),
            on_time=Count("pk", filter=closed & Q(was_late=False)),
            owed=Count("pk", filter=closed | Q(was_late=True)),
            rated=Count("pk", filter=Q(facts__has_key="rated")),
            satisfied=Count("pk", filter=Q(facts__rated__gte=4)),
            claimed=Sum("amount"),
            recovered=Sum("recovered"),
        )
    )
    for row in rows:
        counted: dict[str, Any] = dict(row)
        county, kind, subject = (counted.pop(name) for name in ("county", "kind", "subject"))
        found: Counts = Counter({f"{kind}.{name}": int(value or 0) for name, value in counted.items()})
        tally.add(county, found)
        if kind == Kind.COMPLAINT:
            tally.subjects.setdefault(subject, Counter()).update(found)


def _clocks(tally: Tally, scope: Scope) -> None:
    """Clocks that have come to an end, or past it; void ones are in no rate."""
    rows = (
        Clock.objects.filter(
            **{f"case__{scope.column}": scope.region},
            case__received_at__gte=scope.begins,
            case__received_at__lt=scope.ends,
        )
        .exclude(state__in=["void", "suspended"])
        .values(county=F("case__county"), name=F("rule"))
        .annotate(
            met=Count("pk", filter=Q(state="met")),
            missed=Count("pk", filter=Q(state="met_late") | Q(state="open", due_on__lt=scope.today)),
        )
    )
    for row in rows:
        found: Counts = Counter(
            {f"clock.{row['name']}.met": row["met"], f"clock.{row['name']}.missed": row["missed"]}
        )
        tally.add(row["county"], found)
