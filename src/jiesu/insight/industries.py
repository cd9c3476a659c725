"""Entering the industries of businesses, those first about which most complaints came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from jiesu.businesses.errors import BusinessError
from jiesu.businesses.industries import classify
from jiesu.businesses.models import Business
from jiesu.cases.queries import visible
from jiesu.insight.scope import Code, InsightError, Scope, may_read
from jiesu.people.access import record_access
from jiesu.people.actors import Actor
from jiesu.people.models import AccessAct
from jiesu.people.roles import Role
from jiesu.people.visibility import OPEN_KINDS, Part

#: Who enters industries.
EDITORS = frozenset({Role.SUPERVISOR, Role.HEAD, Role.LEGAL})
MOST = 50


@dataclass(frozen=True)
class Unclassified:
    """A business and how many cases about it the reader may see."""

    business: Business
    cases: int


def without(scope: Scope, *, actor: Actor) -> list[Unclassified]:
    """Businesses of no industry that cases of a scope name, those with most cases first, at most ``MOST``.

    Only cases whose respondent the actor may see are counted, and no reports.

    Raises:
        InsightError: ``not_permitted``.
    """
    if not may_read(actor, scope.region):
        raise InsightError(Code.NOT_PERMITTED, _("您只能查看本机关和下级的统计。"))
    rows = (
        visible(actor, Part.RESPONDENT)
        .filter(received_at__gte=scope.begins, received_at__lt=scope.ends, kind__in=OPEN_KINDS)
        .filter(
            **{scope.column: scope.region}, business_id__in=Business.objects.filter(industry="").values("pk")
        )
    )
    counted = rows.order_by().values_list("business_id").annotate(n=Count("pk")).order_by("-n", "business_id")
    found = dict(counted[:MOST])
    known = Business.objects.in_bulk([pk for pk in found if pk is not None])
    return [Unclassified(known[pk], n) for pk, n in found.items() if pk in known]


# The figures of every day on which a case about the business came change with its industry.
_MARK = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder FROM (
    SELECT DISTINCT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           coalesce(organisation_id, registered_by_id) AS holder
      FROM cases_case WHERE business_id = %s) found
"""


@transaction.atomic
def enter(*, business: int, industry: str, actor: Actor, at: datetime) -> None:
    """Enter the industry of a business as the registry shows it. It goes on record.

    Raises:
        InsightError: ``not_permitted``, also for a business of no case that the actor may see; ``bad_industry``.
    """
    if not actor.has(*EDITORS):
        raise InsightError(Code.NOT_PERMITTED, _("只有部门负责人、督办员和法制人员可以登记经营者的行业。"))
    if not visible(actor, Part.RESPONDENT).filter(business_id=business, kind__in=OPEN_KINDS).exists():
        raise InsightError(Code.NOT_PERMITTED, _("没有找到这个经营者，或者您无权查看涉及它的办件。"))
    try:
        classify(business=business, industry=industry)
    except BusinessError as error:
        raise InsightError(Code.BAD_INDUSTRY, str(error)) from error
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [business])
    detail = {"business": business, "industry": industry}
    record_access(actor=actor, act=AccessAct.SETTING, at=at, detail=detail)
