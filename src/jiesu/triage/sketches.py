"""Storing, finding and removing sketches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from jiesu.cases.keys import hmac_sm3, ring
from jiesu.cases.kinds import Kind
from jiesu.cases.models import Case
from jiesu.triage.models import ComplaintSketch, ReportSketch
from jiesu.triage.similarity import bands, pack, sketch

_SECRET = frozenset({Kind.REPORT, Kind.LEAD})


def table(kind: str) -> type[ComplaintSketch] | type[ReportSketch]:
    """The table of a kind."""
    return ReportSketch if kind in _SECRET else ComplaintSketch


def of_text(text: str) -> list[int]:
    """The sketch of a text under this installation's key."""
    return sketch(text, key=hmac_sm3(ring().index, b"triage.sketch"))


def store(*, case_id: int, kind: str, text: str, received_on: date, business_id: int | None = None) -> None:
    """Store or replace the sketch of a case; a case whose kind was changed is removed from the other table."""
    values = of_text(text)
    other = ComplaintSketch if table(kind) is ReportSketch else ReportSketch
    other.objects.filter(pk=case_id).delete()
    table(kind).objects.update_or_create(
        case_id=case_id,
        defaults={
            "business_id": business_id,
            "received_on": received_on,
            "values": pack(values),
            "bands": bands(values),
        },
    )


def remove(case_id: int) -> None:
    """Forget a case (redaction)."""
    ComplaintSketch.objects.filter(pk=case_id).delete()
    ReportSketch.objects.filter(pk=case_id).delete()


def missing(*, since: datetime, after: int = 0, limit: int = 200) -> list[int]:
    """Numbers of cases registered since an instant that have no sketch yet, in their order: what a sweep still owes.

    Args:
        after: only higher numbers; a sweep that cannot do one goes on with the next.
    """
    return list(
        Case.objects.filter(
            ~Exists(ComplaintSketch.objects.filter(case_id=OuterRef("pk"))),
            ~Exists(ReportSketch.objects.filter(case_id=OuterRef("pk"))),
            registered_at__gte=since,
            redacted_at=None,
            pk__gt=after,
        )
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )


def alike(
    *,
    kind: str,
    values: list[int],
    business_id: int | None,
    received_on: date,
    days: int = 180,
    limit: int = 200,
) -> Iterable[ComplaintSketch | ReportSketch]:
    """Stored sketches that share a band, or the business, within ``days`` of a day; newest first."""
    within = table(kind).objects.filter(received_on__gte=received_on - timedelta(days=days))
    shared = within.filter(bands__overlap=bands(values) or [0]).order_by("-received_on")[:limit]
    found: dict[int, ComplaintSketch | ReportSketch] = {row.case_id: row for row in shared}
    if business_id is not None:
        for row in within.filter(business_id=business_id).order_by("-received_on")[:limit]:
            found[row.case_id] = row
    return found.values()
