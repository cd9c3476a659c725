"""What happens next with a contact that has just come in, and by when at the latest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jiesu import law
from jiesu.cases.kinds import Kind
from jiesu.law.model import Period, Unit
from jiesu.people import calendar, settings
from jiesu.people.actors import SHANGHAI
from jiesu.places.models import Organisation


@dataclass(frozen=True)
class Prospect:
    """One thing that will happen.

    Args:
        by: last day if the competent bureau received it today; it counts from the day on which that bureau does.
        period: as the law writes it (7个工作日).
        article: where it stands; empty for a promise of service.
    """

    label: str
    text: str = ""
    by: date | None = None
    period: str = ""
    article: str = ""
    provisional: bool = False


def prospects(kind: str, *, at: datetime, organisation: Organisation | None = None) -> tuple[Prospect, ...]:
    """What happens next, in order.

    Args:
        kind: of the case.
        at: receipt.
        organisation: whose settings hold for promises of service.
    """
    on = at.astimezone(SHANGHAI).date()
    if kind == Kind.COMPLAINT:
        return tuple(_complaint(at, on))
    if kind == Kind.REPORT:
        return tuple(_report(at, on))
    days = settings.value("service.consultation_days", organisation=organisation, at=at)
    text = _("通常在 %(days)d 个工作日内答复，这是服务承诺，不是法定期限。") % {"days": days}
    return (Prospect(_("工作人员查看并答复您"), text),)


def _complaint(at: datetime, on: date) -> Iterator[Prospect]:
    yield Prospect(
        _("分送给有权处理的市场监督管理局"),
        _("按照商家所在地分送。"),
        article=_first("distribute", on),
    )
    yield _counted("complaint.acceptance", at, _("决定是否受理，并告知您"))
    mediation = law.rule("complaint.mediation")
    governing = next(
        (p for p in mediation.provisions if p.sets and p.period and p.citation.in_force(on=on)),
        None,
    )
    yield Prospect(
        _("受理后，您和商家都同意的，组织调解"),
        _("从受理之日起，%(period)s内没有达成协议的，终止调解，您仍可以申请仲裁或者起诉。")
        % {"period": period_words(governing.period)}
        if governing is not None and governing.period is not None
        else "",
        article=_first("mediate", on),
    )


def _report(at: datetime, on: date) -> Iterator[Prospect]:
    yield Prospect(_("分送给有权处理的市场监督管理部门"), article=_first("distribute", on))
    yield _counted("report.verification", at, _("核查，并决定是否立案"))
    yield Prospect(
        _("为您保密"),
        _("您的信息和举报内容不会告诉被举报人。"),
        article=_first("secrecy", on),
    )


def _counted(rule: str, at: datetime, label: str) -> Prospect:
    deadline = law.due(rule, start=at, calendar=calendar.current())
    return Prospect(
        label,
        by=deadline.last_day,
        period=period_words(deadline.period) if deadline.period else "",
        article=f"《{law.instrument(deadline.instrument).title}》{deadline.article}",
        provisional=deadline.provisional,
    )


def _first(action: str, on: date) -> str:
    found = law.articles(action, on=on)
    return found[0].label if found else ""


def period_words(period: Period) -> str:
    """A period as the law writes it, in the language of the reader.

    >>> period_words(Period(7, Unit.WORKING_DAY))
    '7个工作日'
    """
    words = {
        Unit.WORKING_DAY: ngettext("%(n)d个工作日", "%(n)d个工作日", period.number),
        Unit.CALENDAR_DAY: ngettext("%(n)d日", "%(n)d日", period.number),
        Unit.MONTH: ngettext("%(n)d个月", "%(n)d个月", period.number),
        Unit.YEAR: ngettext("%(n)d年", "%(n)d年", period.number),
        Unit.HOUR: ngettext("%(n)d小时", "%(n)d小时", period.number),
    }
    return words[period.unit] % {"n": period.number}
