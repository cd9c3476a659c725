"""What a report covers: a region of the line of command and a stretch of days, as of an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.people.actors import Actor
from jiesu.people.roles import Role
from jiesu.places.models import Division, Organisation, OrganisationType

#: Who reads figures, each within the own line of command.
READERS = frozenset({Role.HEAD, Role.SUPERVISOR, Role.AUDITOR, Role.LEGAL})
FIRST_YEAR = 2000


class Code(StrEnum):
    """Stable codes of refusals."""

    UNKNOWN_REGION = "unknown_region"
    BAD_PERIOD = "bad_period"
    NOT_PERMITTED = "not_permitted"


class InsightError(Exception):
    """A report that cannot be made, and what to do.

    Args:
        code: stable code.
        message: Chinese text.
    """

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Scope:
    """Region (six digits), days of Asia/Shanghai from ``since`` to ``until``, both included, and the instant ``now``
    that decides what is late.
    """

    region: str
    since: date
    until: date
    now: datetime

    @classmethod
    def year(cls, region: str, year: int, now: datetime) -> Scope:
        """A calendar year.

        Raises:
            InsightError: ``bad_period``.
        """
        if not FIRST_YEAR <= year <= now.astimezone(SHANGHAI).year:
            raise InsightError(
                Code.BAD_PERIOD,
                _("年份应为 %(first_year)s 至 %(year)s。")
                % {"first_year": FIRST_YEAR, "year": now.astimezone(SHANGHAI).year},
            )
        return cls(region, date(year, 1, 1), date(year, 12, 31), now)

    @property
    def column(self) -> str:
        """The column of the line of command that the region stands in.

        >>> Scope("430900", date(2020, 1, 1), date(2020, 12, 31), datetime(2021, 1, 1, tzinfo=SHANGHAI)).column
        'city'
        """
        if self.region.endswith("0000"):
            return "province"
        return "city" if self.region.endswith("00") else "county"

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.since, time(), SHANGHAI)

    @property
    def ends(self) -> datetime:
        """First instant after the last day."""
        return datetime.combine(self.until + timedelta(days=1), time(), SHANGHAI)

    @property
    def today(self) -> date:
        return self.now.astimezone(SHANGHAI).date()


def region_name(region: str) -> str:
    """The region's name.

    Raises:
        InsightError: ``unknown_region``: no division, or no bureau of this installation there.
    """
    name = Division.objects.filter(code=region).values_list("name", flat=True).first()
    there = Organisation.objects.filter(division_code=region, type=OrganisationType.BUREAU).exists()
    if name is None or not there:
        raise InsightError(
            Code.UNKNOWN_REGION,
            _("没有辖区 %(region)s；请用六位区划代码，例如 430900。") % {"region": region},
        )
    return name


def may_read(actor: Actor, region: str) -> bool:
    """Whether the figures of a region lie within an actor's line of command."""
    if actor.system:
        return True
    if not actor.has(*READERS) or actor.authority_id is None:
        return False
    own = actor.county or actor.city or actor.province
    if not own:
        return False
    return region.startswith(own.rstrip("0") if not actor.county else own)


def own_region(actor: Actor) -> str:
    """The region a reader starts with: that of the own bureau."""
    return actor.county or actor.city or actor.province


def regions_for(actor: Actor) -> list[tuple[str, str]]:
    """Regions whose figures the actor may read, with the names of their bureaus' places."""
    codes = Organisation.objects.filter(type=OrganisationType.BUREAU, is_active=True).values_list(
        "division_code", flat=True
    )
    mine = sorted({c for c in codes if may_read(actor, c)})
    names = dict(Division.objects.filter(code__in=mine).values_list("code", "name"))
    return [(c, names.get(c, c)) for c in mine]
