"""The figures of what is taken in and handled, each declared once; how they are divided stands in ``breakdowns``,
those of supervision notices and consumer warnings in ``hotspots.figures``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiesu.insight.breakdowns import BREAKDOWNS
from jiesu.insight.conditions import ACCEPTED, Where, missed, of_contact, when
from jiesu.insight.figures import (
    CASE_KINDS,
    CASES,
    CLOCKS,
    CONTACTS,
    KINDS,
    Figure,
    Group,
    Label,
    Unit,
    Value,
    quantile,
    rate,
    register,
)
from jiesu.insight.hotspots.figures import SUPERVISION
from jiesu.insight.tallies.keeping import Counts
from jiesu.insight.words import subject_word

__all__ = ["BY_REGION", "DECLARED", "KINDS", "subject_word"]

MISSED = _("列出逾期的案件")
CLOSED = _("列出已办结的案件")
ON_TIME = _("按期完成的期限 ÷（按期完成 + 逾期完成 + 已届满尚未完成）")


def _count(*names: str) -> Callable[[Counts], int]:
    return lambda counts: sum(counts[n] for n in names)


def _yuan(name: str) -> Callable[[Counts], Value]:
    return lambda counts: Decimal(counts[name]) / 100


def _days(name: str, share: float) -> Callable[[Counts], Value]:
    return lambda counts: quantile(counts, name, share)


def _clock(key: str, label: Label, *rules: str, formula: Label = ON_TIME) -> Figure:
    def of(counts: Counts) -> Value:
        met = sum(counts[f"clock.met|{r}"] for r in rules)
        return rate(met, met + sum(counts[f"clock.missed|{r}"] for r in rules))

    return Figure(key, label, Unit.RATE, Group.PERIODS, formula, CLOCKS, of,
                  lambda scope: missed(scope, rule__in=rules), better=1,
                  listed=_count(*(f"clock.missed|{r}" for r in rules)), listing=MISSED)  # fmt: skip


def _mediation_success(counts: Counts) -> Value:
    agreed, terminated = counts["complaint.outcome|agreed"], counts["complaint.outcome|terminated"]
    return rate(agreed + counts["complaint.settled"], agreed + terminated)


WITHDRAWN: Where = when(kind="complaint", outcome="", facts__has_key="withdrawn_on")
_SETTLED: Where = when(kind="complaint", outcome="terminated", facts__has_key="settled_on")
_RATED = [f"{kind.value}.rated" for kind in CASE_KINDS]
_SATISFIED = [f"{kind.value}.satisfied" for kind in CASE_KINDS]

DECLARED: tuple[Figure, ...] = (
    Figure("contacts", _("来件总数"), Unit.COUNT, Group.INTAKE, _("收到的来件件数，一封来件拆成两件案件仍计一次"), CONTACTS,
           _count("contacts"), lambda _scope: Q(of_contact())),
    Figure("complaints", _("投诉"), Unit.COUNT, Group.INTAKE, _("投诉案件数"), CASES, _count("complaint.cases"),
           when(kind="complaint")),
    Figure("reports", _("举报"), Unit.COUNT, Group.INTAKE, _("举报案件数，不含办案中发现的线索"), CASES,
           _count("report.cases"), when(kind="report")),
    Figure("consultations", _("咨询"), Unit.COUNT, Group.INTAKE, _("咨询案件数"), CASES, _count("consultation.cases"),
           when(kind="consultation")),
    Figure("others", _("其他事项"), Unit.COUNT, Group.INTAKE, _("其他事项案件数"), CASES, _count("other.cases"),
           when(kind="other")),
    Figure("complaints_accepted", _("受理投诉"), Unit.COUNT, Group.HANDLING, _("作出受理决定、未被撤销的投诉"), CASES,
           _count("complaint.accepted"), lambda _scope: Q(kind="complaint") & Q(ACCEPTED)),
    Figure("complaints_refused", _("不予受理"), Unit.COUNT, Group.HANDLING, _("决定不予受理的投诉"), CASES,
           _count("complaint.outcome|refused"), when(kind="complaint", outcome="refused")),
    Figure("complaints_terminated", _("终止调解"), Unit.COUNT, Group.HANDLING, _("决定终止调解的投诉，含自行和解"), CASES,
           _count("complaint.outcome|terminated"), when(kind="complaint", outcome="terminated")),
    Figure("complaints_withdrawn", _("受理前撤回"), Unit.COUNT, Group.HANDLING,
           _("受理以前由投诉人撤回的投诉；受理以后撤回的计入终止调解"), CASES, _count("complaint.outcome|withdrawn"), WITHDRAWN),
    Figure("complaints_closed", _("办结投诉"), Unit.COUNT, Group.HANDLING, _("已办结的投诉"), CASES,
           _count("complaint.closed"), when(kind="complaint", closed_at__isnull=False)),
    Figure("complaints_open", _("在办投诉"), Unit.COUNT, Group.HANDLING, _("投诉 − 办结投诉"), CASES,
           lambda c: c["complaint.cases"] - c["complaint.closed"], when(kind="complaint", closed_at=None)),
    Figure("days_to_close_median", _("投诉办结天数（中位数）"), Unit.DAYS, Group.HANDLING,
           _("已办结投诉从收到到办结的自然日数，半数不超过此数"), CASES, _days("complaint.days", 0.5),
           when(kind="complaint", closed_at__isnull=False), better=-1, listed=_count("complaint.closed"),
           listing=CLOSED),
    Figure("days_to_close_p90", _("投诉办结天数（九成以内）"), Unit.DAYS, Group.HANDLING,
           _("已办结投诉从收到到办结的自然日数，九成不超过此数"), CASES, _days("complaint.days", 0.9),
           when(kind="complaint", closed_at__isnull=False), better=-1, listed=_count("complaint.closed"),
           listing=CLOSED),
    Figure("on_time_rate", _("投诉按期办结率"), Unit.RATE, Group.PERIODS,
           _("已办结且每个法定期限都按期的投诉 ÷（已办结的投诉 + 有法定期限已经逾期而未办结的投诉）"), CASES,
           lambda c: rate(c["complaint.on_time"], c["complaint.on_time"] + c["complaint.late"]),
           lambda scope: Q(kind="complaint") & missed(scope, statutory=True), better=1,
           listed=_count("complaint.late"), listing=MISSED),
    _clock("acceptance_on_time_rate", _("受理按期率"), "complaint.acceptance"),
    _clock("mediation_on_time_rate", _("调解按期率"), "complaint.mediation"),
    _clock("termination_notice_on_time_rate", _("终止调解告知按期率"), "complaint.termination_notice"),
    _clock("verification_on_time_rate", _("举报核查按期率"), "report.verification", "lead.verification",
           "lead.found_otherwise",
           formula=_("举报核查、调解中和调解以外发现的线索的核查，三项期限合在一起：按期完成 ÷（按期完成 + 逾期完成 + 已届满尚未完成）")),
    _clock("informant_notice_on_time_rate", _("告知举报人按期率"), "report.informant_notice"),
    _clock("hotline_on_time_rate", _("12345 交办按期率（服务时限，非法定）"), "service.hotline_12345"),
    Figure("mediation_success_rate", _("调解成功率"), Unit.RATE, Group.MEDIATION,
           _("（达成协议 + 自行和解）÷（达成协议 + 终止调解，含自行和解）"), CASES, _mediation_success,
           when(kind="complaint", outcome__in=["agreed", "terminated"]), better=1,
           listed=_count("complaint.outcome|agreed", "complaint.outcome|terminated"),
           listing=_("列出达成协议和终止调解的案件")),
    Figure("mediations_agreed", _("达成协议"), Unit.COUNT, Group.MEDIATION, _("调解达成协议的投诉"), CASES,
           _count("complaint.outcome|agreed"), when(kind="complaint", outcome="agreed")),
    Figure("mediations_settled", _("自行和解"), Unit.COUNT, Group.MEDIATION, _("受理后双方自行和解、因此终止调解的投诉"), CASES,
           _count("complaint.settled"), _SETTLED),
    Figure("claimed_yuan", _("争议金额"), Unit.YUAN, Group.MEDIATION, _("投诉所述争议金额之和"), CASES,
           _yuan("complaint.claimed"), when(kind="complaint", amount__gt=0), listed=_count("complaint.claims"), listing=_("列出写明争议金额的案件")),
    Figure("recovered_yuan", _("挽回损失"), Unit.YUAN, Group.MEDIATION, _("协议和自行和解中为消费者挽回的金额之和"), CASES,
           _yuan("complaint.recovered"), when(kind="complaint", recovered__gt=0), listed=_count("complaint.recoveries"), listing=_("列出挽回了损失的案件")),
    Figure("reports_filed", _("举报立案"), Unit.COUNT, Group.REPORTS, _("决定立案的举报和线索"), CASES,
           _count("report.outcome|filed", "lead.outcome|filed"), when(outcome="filed")),
    Figure("reports_declined", _("举报不予立案"), Unit.COUNT, Group.REPORTS, _("决定不予立案的举报和线索"), CASES,
           _count("report.outcome|declined", "lead.outcome|declined"), when(outcome="declined")),
    Figure("days_to_close_reports_median", _("举报办结天数（中位数）"), Unit.DAYS, Group.REPORTS,
           _("已办结举报从收到到办结的自然日数，半数不超过此数"), CASES, _days("report.days", 0.5),
           when(kind="report", closed_at__isnull=False), better=-1, listed=_count("report.closed"),
           listing=CLOSED),
    Figure("days_to_close_reports_p90", _("举报办结天数（九成以内）"), Unit.DAYS, Group.REPORTS,
           _("已办结举报从收到到办结的自然日数，九成不超过此数"), CASES, _days("report.days", 0.9),
           when(kind="report", closed_at__isnull=False), better=-1, listed=_count("report.closed"),
           listing=CLOSED),
    Figure("rated", _("参与评价"), Unit.COUNT, Group.REPORTS, _("评价过的投诉、举报、咨询"), CASES, _count(*_RATED),
           when(facts__has_key="rated")),
    Figure("satisfied_rate", _("满意率"), Unit.RATE, Group.REPORTS, _("四星和五星 ÷ 参与评价"), CASES,
           lambda c: rate(sum(c[n] for n in _SATISFIED), sum(c[n] for n in _RATED)),
           when(facts__has_key="rated"), better=1, listed=_count(*_RATED), listing=_("列出参与评价的案件")),
)  # fmt: skip
#: What the table by region shows.
BY_REGION = ("contacts", "complaints", "complaints_accepted", "complaints_closed", "on_time_rate",
             "mediation_success_rate", "days_to_close_median", "recovered_yuan")  # fmt: skip

register(*DECLARED, *SUPERVISION, *BREAKDOWNS)
