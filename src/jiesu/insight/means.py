"""Means that somebody has published, such as the national ones, entered with their source and put on record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiesu.insight.figures import Unit, figure
from jiesu.insight.periods import Period
from jiesu.insight.scope import Code, InsightError, may_read
from jiesu.people.access import record_access
from jiesu.people.actors import Actor
from jiesu.people.models import AccessAct, Staff
from jiesu.people.roles import Role

#: Who enters published means.
EDITORS = frozenset({Role.SUPERVISOR, Role.HEAD})


#: Decimals of what is entered, as many as are shown.
_PLACES = 2


class PublishedMean(models.Model):
    """The mean of a figure over a period as published, in the figure's own unit: a rate as a fraction."""

    figure = models.CharField(max_length=60)
    period = models.CharField(max_length=24)
    label = models.CharField(gettext_lazy("范围"), max_length=40)
    value = models.DecimalField(gettext_lazy("数值"), max_digits=16, decimal_places=4)
    source = models.CharField(gettext_lazy("出处"), max_length=200)
    entered_by_id = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["figure", "period", "label"], name="published_mean_once")
        ]


def enter(
    *, key: str, period: str, label: str, value: str, source: str, actor: Actor, at: datetime
) -> PublishedMean:
    """Keeps a published mean; a second one of the same scope replaces the first. It goes on record.

    All regions read it: what a bureau has entered is replaced by those who read that bureau's figures, not by a bureau below.

    Args:
        key: of a figure that is ranked.
        period: its key, such as ``2020`` or ``2020Q3``.
        label: whose mean it is, such as 全国.
        value: as published: per cent for rates, with or without the sign, to two places as they are shown.
        source: where it was published.

    Raises:
        InsightError: ``not_permitted``, ``bad_period``, ``bad_mean``.
    """
    if not actor.has(*EDITORS):
        raise InsightError(Code.NOT_PERMITTED, _("只有部门负责人和督办员可以录入公布的平均值。"))
    found = figure(key)
    if found is None or not found.better or not label.strip() or not source.strip():
        raise InsightError(Code.BAD_MEAN, _("请选择指标，并填写范围和出处。"))
    try:
        when = Period.parse(period).key
    except ValueError:
        raise InsightError(Code.BAD_PERIOD, _("看不懂这个期间。")) from None
    try:
        number = Decimal(value.strip().rstrip("%％"))
    except InvalidOperation:
        raise InsightError(Code.BAD_MEAN, _("数值请填数字，例如 98.5。")) from None
    if not number.is_finite() or not 0 <= number <= (100 if found.unit == Unit.RATE else 10**9):
        raise InsightError(Code.BAD_MEAN, _("数值超出范围；比率请填 0 至 100。"))
    places = number.as_tuple().exponent
    if not isinstance(places, int) or places < -_PLACES:
        raise InsightError(Code.BAD_MEAN, _("数值最多两位小数。"))
    if found.unit == Unit.RATE:
        number /= 100
    with transaction.atomic():
        earlier = PublishedMean.objects.select_for_update().filter(
            figure=key, period=when, label=label.strip()[:40]
        )
        if any(not may_read(actor, region) for region in _entered_in(earlier)):
            raise InsightError(Code.NOT_PERMITTED, _("这个平均值由上级或者其他机关录入，请联系他们更正。"))
        mean, _created = PublishedMean.objects.update_or_create(
            figure=key,
            period=when,
            label=label.strip()[:40],
            defaults={
                "value": number,
                "source": source.strip()[:200],
                "entered_by_id": actor.staff_id,
                "entered_at": at,
            },
        )
        detail = {"mean": key, "period": when, "value": str(number)}
        record_access(actor=actor, act=AccessAct.SETTING, at=at, detail=detail)
    return mean


def _entered_in(means: Iterable[PublishedMean]) -> list[str]:
    """The regions of the bureaus that entered means."""
    people = Staff.objects.filter(pk__in=[mean.entered_by_id for mean in means]).select_related(
        "organisation"
    )
    bureaus = [person.organisation for person in people]
    return [bureau.county or bureau.city or bureau.province for bureau in bureaus]
