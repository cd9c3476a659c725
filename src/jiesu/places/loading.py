"""Loads divisions and organisations. Running it again adds what is missing and changes nothing an administrator set."""

from dataclasses import dataclass

from django.db import transaction

from jiesu.places.models import Division, DivisionLevel, Organisation
from jiesu.places.organisations import OrganisationRow, organisation_rows
from jiesu.places.source import divisions

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows were added, and how many there are of those that are shipped."""

    added: int
    shipped: int


@transaction.atomic
def load_divisions() -> Loaded:
    """Add the shipped divisions (China to county, Hunan to town, Yiyang to village)."""
    known = set(Division.objects.values_list("code", flat=True))
    missing = [row for row in divisions() if row.code not in known]
    for level in DivisionLevel.values:
        Division.objects.bulk_create(
            (
                Division(code=r.code, name=r.name, level=r.level, kind=r.kind, parent_id=r.parent)
                for r in missing
                if r.level == level
            ),
            batch_size=_BATCH,
        )
    return Loaded(added=len(missing), shipped=len(divisions()))


@transaction.atomic
def load_organisations(*, province: str = "430000") -> Loaded:
    """Add the organisations of a province: bureaus, centres, sections, councils, market offices, and for Yiyang
    partner departments and stations."""
    rows = organisation_rows(province)
    ids: dict[str, int] = dict(Organisation.objects.values_list("key", "pk"))
    waiting = [row for row in rows if row.key not in ids]
    added = len(waiting)
    # A parent needs its number before its children are written: one statement per generation, five at most.
    while waiting:
        ready = [row for row in waiting if row.parent is None or row.parent in ids]
        ids |= {
            org.key: org.pk for org in Organisation.objects.bulk_create(_rows(ready, ids), batch_size=_BATCH)
        }
        written = {row.key for row in ready}
        waiting = [row for row in waiting if row.key not in written]
    return Loaded(added=added, shipped=len(rows))


def _rows(rows: list[OrganisationRow], ids: dict[str, int]) -> list[Organisation]:
    return [
        Organisation(
            key=row.key,
            name=row.name,
            short_name=row.short_name,
            type=row.type,
            level=row.level,
            parent_id=ids[row.parent] if row.parent else None,
            division_code=row.division_code,
            province=row.province,
            city=row.city,
            county=row.county,
            phone=row.phone,
        )
        for row in rows
    ]
