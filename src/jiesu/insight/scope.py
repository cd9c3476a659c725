"""What a report covers: a region or an organisation in the line of command and a period, as of an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.insight.periods import Backwards, Period
from jiesu.insight.tallies.keeping import holder_unit
from jiesu.people.actors import Actor
from jiesu.people.roles import Role
from jiesu.places.models import Division, Organisation, OrganisationType

#: Who reads figures, each within the own line of command.
READERS = frozenset({Role.HEAD, Role.SUPERVISOR, Role.AUDITOR, Role.LEGAL})
FIRST_YEAR = 2000
MOST_YEARS = 10
MOST_DAYS = 366 * MOST_YEARS


class Code(StrEnum):
    """Stable codes of refusals."""

    UNKNOWN_REGION = "unknown_region"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    BAD_PERIOD = "bad_period"
    BAD_MEAN = "bad_mean"
    BAD_INDUSTRY = "bad_industry"
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
    """Whose figures of which days: a region (six digits) or one organisation's own work in it, as of ``now``.

    Args:
        own: only what is handled at the region's own level, without the regions below.
    """

    region: str
    period: Period
    now: datetime
    organisation: int | None = None
    own: bool = False

    @classmethod
    def year(cls, region: str, year: int, now: datetime) -> Scope:
        """A calendar year.

        Raises:
            InsightError: ``bad_period``.
        """
        return cls.of(region, str(year), now)

    @classmethod
    def of(cls, region: str, period: str, now: datetime, organisation: int | None = None) -> Scope:
        """A scope from the key of its period, such as ``2020``, ``2020Q3``, ``2020-09``, ``2020W37``, ``A..B``.

        Raises:
            InsightError: ``bad_period``.
        """
        today = now.astimezone(SHANGHAI).date()
        try:
            found = Period.parse(period)
        except Backwards as error:
            days = {"since": error.since, "until": error.until}
            raise InsightError(
                Code.BAD_PERIOD, _("开始日期 %(since)s 晚于结束日期 %(until)s，请对调或者改正。") % days
            ) from None
        except ValueError:
            raise InsightError(
                Code.BAD_PERIOD,
                _(
                    "看不懂期间 %(period)s；请写成 2020、2020Q3、2020-09、2020W37 或者 2020-09-01..2020-09-15。"
                )
                % {"period": period},
            ) from None
        if not (found.since.year >= FIRST_YEAR and found.since <= today):
            raise InsightError(
                Code.BAD_PERIOD,
                _("期间应当在 %(first_year)s 年以后，不晚于今天 %(today)s。")
                % {"first_year": FIRST_YEAR, "today": today},
            )
        if (found.until - found.since).days > MOST_DAYS:
            raise InsightError(Code.BAD_PERIOD, _("期间最长 %(years)d 年。") % {"years": MOST_YEARS})
        return cls(region, found, now, organisation)

    @property
    def since(self) -> date:
        return self.period.since

    @property
    def until(self) -> date:
        return self.period.until

    @property
    def unit(self) -> str:
        """The unit of the tallies."""
        return holder_unit(self.organisation) if self.organisation else self.region

    @property
    def column(self) -> str:
        """The column of the line of command that the region stands in.

        >>> Scope("430900", Period.year(2020), datetime(2021, 1, 1, tzinfo=SHANGHAI)).column
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

    @property
    def before(self) -> Period:
        """What it is compared with: as many days of the year before as there are up to now."""
        return self.period.before_until(self.today)

    @property
    def comparable(self) -> bool:
        """Whether that lies before it: more than a year would be compared with days of its own."""
        return self.before.until < self.since

    @property
    def over(self) -> bool:
        """Whether its last day lies in the past."""
        return self.until < self.today


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
    # Two digits for each level: a city's own code may end in more zeros (431000 is no part of 4311).
    own = actor.county or actor.city[:4] or actor.province[:2]
    return bool(own) and region.startswith(own)


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


def organisations_in(region: str) -> QuerySet[Organisation]:
    """The bureaus and centres at and below a region, the region's own first."""
    column = "province" if region.endswith("0000") else "city" if region.endswith("00") else "county"
    rows = Organisation.objects.filter(
        **{column: region}, type__in=[OrganisationType.BUREAU, OrganisationType.CENTRE]
    )
    return rows.order_by("county", "city", "type", "pk")


def organisation_of(scope: Scope) -> Organisation | None:
    """The organisation whose own work a scope is about; None where it is about a region.

    Raises:
        InsightError: ``unknown_organisation``: it is not in the region, so that the right to the region says nothing of it.
    """
    if scope.organisation is None:
        return None
    found = organisations_in(scope.region).filter(pk=scope.organisation).first()
    if found is not None:
        return found
    raise InsightError(Code.UNKNOWN_ORGANISATION, _("本辖区没有这个机构，请重新选择。"))


def regions_below(region: str) -> list[tuple[str, str]]:
    """The regions one level below that have a bureau, with their names: cities of a province, counties of a city."""
    column = "province" if region.endswith("0000") else "city" if region.endswith("00") else ""
    if not column:
        return []
    level = "city" if column == "province" else "county"
    codes = (
        Organisation.objects.filter(**{column: region}, type=OrganisationType.BUREAU)
        .exclude(**{level: ""})
        .order_by(level)
        .values_list(level, flat=True)
        .distinct()
    )
    names = dict(Division.objects.filter(code__in=codes).values_list("code", "name"))
    return sorted((code, names.get(code, code)) for code in codes)


def regions_of(province: str) -> dict[str, list[tuple[str, str]]]:
    """``regions_below`` of a province and of each of its cities, in two queries."""
    places = list(
        Organisation.objects.filter(province=province, type=OrganisationType.BUREAU)
        .exclude(city="")
        .order_by()
        .values_list("city", "county")
        .distinct()
    )
    below: dict[str, set[str]] = {province: set()}
    for city, county in places:
        below[province].add(city)
        if county:
            below.setdefault(city, set()).add(county)
    every = {code for codes in below.values() for code in codes}
    names = dict(Division.objects.filter(code__in=every).values_list("code", "name"))
    return {above: sorted((code, names.get(code, code)) for code in codes) for above, codes in below.items()}
