"""Whose case: which places are competent, by kind and respondent. Suggestions; a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation
from jiesu.law.source import citation, names, rows


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """Competent places in order of suggestion; `also` may handle what reaches them first.

    Places: actual_place, registered_place, platform_shown_place, platform_registered_place,
    place_of_act, publisher_place, advertiser_place, agency_place. Level: county, county_or_above, any.
    """

    kind: str
    respondent_type: str
    places: tuple[str, ...]
    also: tuple[str, ...]
    level: str
    needs: tuple[str, ...]
    note: str
    citation: Citation


def jurisdiction(*, kind: str, respondent_type: str, on: date) -> Jurisdiction:
    """Who handles a complaint (order 121 art. 13, order 20 art. 12) or report (arts. 29, 31, 32 / 25, 27, 28).

    `kind`: complaint, report. `respondent_type`: ordinary, platform_operator, own_website, in_platform,
    in_platform_unreachable; for reports also advertising, internet_advertising,
    own_internet_advertising. Raises `unknown_jurisdiction`, `not_in_force`.

    >>> jurisdiction(kind="complaint", respondent_type="in_platform", on=date(2026, 11, 11)).places
    ('platform_shown_place', 'platform_registered_place')
    >>> jurisdiction(kind="report", respondent_type="in_platform", on=date(2026, 11, 11)).places
    ('actual_place',)
    """
    found = [j for j in jurisdictions() if j.kind == kind and j.respondent_type == respondent_type]
    if not found:
        raise LawError(Code.UNKNOWN_JURISDICTION, kind=kind, respondent_type=respondent_type)
    standing = next((j for j in found if j.citation.in_force(on=on)), None)
    if standing is None:
        raise LawError(Code.NOT_IN_FORCE, what=f"管辖（{kind}）", on=on, why="")
    return standing


@cache
def jurisdictions() -> tuple[Jurisdiction, ...]:
    """Every jurisdiction entry, whatever the day."""
    return tuple(
        Jurisdiction(
            kind=row["kind"],
            respondent_type=row["respondent_type"],
            places=names(row["places"]),
            also=names(row.get("also")),
            level=row["level"],
            needs=names(row.get("needs")),
            note=row.get("note", ""),
            citation=citation(row),
        )
        for row in rows(folder="jurisdiction", list_name="jurisdiction")
    )
