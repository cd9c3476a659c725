"""Every figure, declared once: what it is called, how it is computed, from which rows, and who may read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiesu.insight.counting import Counts
from jiesu.insight.scope import READERS

Label = str | Promise
Value = int | Decimal | None


class Unit(StrEnum):
    """How a value reads: pieces, per cent with two places, yuan with two places."""

    COUNT = "count"
    RATE = "rate"
    YUAN = "yuan"


class Group(StrEnum):
    """Where a figure stands in the report."""

    INTAKE = "intake"
    HANDLING = "handling"
    PERIODS = "periods"
    MEDIATION = "mediation"
    REPORTS = "reports"


GROUPS: dict[str, Label] = {
    Group.INTAKE: _("来件"),
    Group.HANDLING: _("投诉办理"),
    Group.PERIODS: _("期限"),
    Group.MEDIATION: _("调解和挽回损失"),
    Group.REPORTS: _("举报核查和评价"),
}
#: Whole sources, as they are named beside the figures.
CONTACTS: Label = _("来件登记（每件来件计一次）")
CASES: Label = _("案件（以承办机关计，按收到之日归入年度）")
CLOCKS: Label = _("期限（已作废、暂停计时和尚未届满的不计）")


@dataclass(frozen=True)
class Figure:
    """A figure.

    Args:
        key: stable name in JSON and API.
        label: what people call it.
        formula: how it is computed, in words, shown with the value.
        source: the rows that it counts.
        of: its value from counts; a rate is a fraction, yuan are yuan; None where there is nothing to divide by.
        readers: roles that may read it, each within the own line of command.
    """

    key: str
    label: Label
    unit: Unit
    group: Group
    formula: Label
    source: Label
    of: Callable[[Counts], Value]
    readers: frozenset[str] = READERS


def rate(part: int, whole: int) -> Decimal | None:
    """A fraction with four places; None without anything to divide by.

    >>> rate(985, 1000), rate(0, 0)
    (Decimal('0.9850'), None)
    """
    if not whole:
        return None
    # Rounded down where rounding up would hide the one that was late: 99.999 % is not all.
    value = (Decimal(part) / whole).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
    return min(value, Decimal("0.9999")) if part < whole else value


def _count(*names: str) -> Callable[[Counts], Value]:
    return lambda counts: sum(counts[n] for n in names)


def _yuan(name: str) -> Callable[[Counts], Value]:
    return lambda counts: Decimal(counts[name]) / 100


def _met(*rules: str) -> Callable[[Counts], Value]:
    def value(counts: Counts) -> Value:
        met = sum(counts[f"clock.{r}.met"] for r in rules)
        return rate(met, met + sum(counts[f"clock.{r}.missed"] for r in rules))

    return value


def _clock(key: str, label: Label, *rules: str) -> Figure:
    formula = _("按期完成的期限 ÷（按期完成 + 逾期完成 + 已届满尚未完成）")
    return Figure(key, label, Unit.RATE, Group.PERIODS, formula, CLOCKS, _met(*rules))


def _mediation_success(counts: Counts) -> Value:
    won = counts["complaint.agreed"] + counts["complaint.settled"]
    return rate(won, counts["complaint.agreed"] + counts["complaint.terminated"])


FIGURES: tuple[Figure, ...] = (
    Figure("contacts", _("来件总数"), Unit.COUNT, Group.INTAKE, _("收到的来件件数，一封来件拆成两件案件仍计一次"), CONTACTS,
           _count("contacts")),
    Figure("complaints", _("投诉"), Unit.COUNT, Group.INTAKE, _("投诉案件数"), CASES, _count("complaint.cases")),
    Figure("reports", _("举报"), Unit.COUNT, Group.INTAKE, _("举报案件数，不含办案中发现的线索"), CASES, _count("report.cases")),
    Figure("consultations", _("咨询"), Unit.COUNT, Group.INTAKE, _("咨询案件数"), CASES, _count("consultation.cases")),
    Figure("others", _("其他事项"), Unit.COUNT, Group.INTAKE, _("其他事项案件数"), CASES, _count("other.cases")),
    Figure("complaints_accepted", _("受理投诉"), Unit.COUNT, Group.HANDLING, _("作出受理决定、未被撤销的投诉"), CASES,
           _count("complaint.accepted")),
    Figure("complaints_refused", _("不予受理"), Unit.COUNT, Group.HANDLING, _("决定不予受理的投诉"), CASES,
           _count("complaint.refused")),
    Figure("complaints_closed", _("办结投诉"), Unit.COUNT, Group.HANDLING, _("已办结的投诉"), CASES, _count("complaint.closed")),
    Figure("complaints_open", _("在办投诉"), Unit.COUNT, Group.HANDLING, _("投诉 − 办结投诉"), CASES,
           lambda c: c["complaint.cases"] - c["complaint.closed"]),
    Figure("on_time_rate", _("投诉按期办结率"), Unit.RATE, Group.PERIODS,
           _("已办结且每个法定期限都按期的投诉 ÷（已办结的投诉 + 有法定期限已经逾期而未办结的投诉）"), CASES,
           lambda c: rate(c["complaint.on_time"], c["complaint.owed"])),
    _clock("acceptance_on_time_rate", _("受理按期率"), "complaint.acceptance"),
    _clock("mediation_on_time_rate", _("调解按期率"), "complaint.mediation"),
    _clock("termination_notice_on_time_rate", _("终止调解告知按期率"), "complaint.termination_notice"),
    _clock("verification_on_time_rate", _("举报核查按期率"), "report.verification", "lead.verification",
           "lead.found_otherwise"),
    _clock("informant_notice_on_time_rate", _("告知举报人按期率"), "report.informant_notice"),
    _clock("hotline_on_time_rate", _("12345 交办按期率（服务时限，非法定）"), "service.hotline_12345"),
    Figure("mediation_success_rate", _("调解成功率"), Unit.RATE, Group.MEDIATION,
           _("（达成协议 + 自行和解）÷（达成协议 + 终止调解，含自行和解）"), CASES, _mediation_success),
    Figure("mediations_agreed", _("达成协议"), Unit.COUNT, Group.MEDIATION, _("调解达成协议的投诉"), CASES,
           _count("complaint.agreed")),
    Figure("mediations_settled", _("自行和解"), Unit.COUNT, Group.MEDIATION, _("受理后双方自行和解、因此终止调解的投诉"), CASES,
           _count("complaint.settled")),
    Figure("claimed_yuan", _("争议金额"), Unit.YUAN, Group.MEDIATION, _("投诉所述争议金额之和"), CASES,
           _yuan("complaint.claimed")),
    Figure("recovered_yuan", _("挽回损失"), Unit.YUAN, Group.MEDIATION, _("协议和自行和解中为消费者挽回的金额之和"), CASES,
           _yuan("complaint.recovered")),
    Figure("reports_filed", _("举报立案"), Unit.COUNT, Group.REPORTS, _("决定立案的举报和线索"), CASES,
           _count("report.filed", "lead.filed")),
    Figure("reports_declined", _("举报不予立案"), Unit.COUNT, Group.REPORTS, _("决定不予立案的举报和线索"), CASES,
           _count("report.declined", "lead.declined")),
    Figure("rated", _("参与评价"), Unit.COUNT, Group.REPORTS, _("评价过的投诉、举报、咨询"), CASES,
           _count("complaint.rated", "report.rated", "consultation.rated", "other.rated")),
    Figure("satisfied_rate", _("满意率"), Unit.RATE, Group.REPORTS, _("四星和五星 ÷ 参与评价"), CASES,
           lambda c: rate(sum(c[f"{k}.satisfied"] for k in ("complaint", "report", "consultation", "other")),
                          sum(c[f"{k}.rated"] for k in ("complaint", "report", "consultation", "other")))),
)  # fmt: skip
BY_KEY: dict[str, Figure] = {f.key: f for f in FIGURES}
#: What the table by county shows.
BY_COUNTY = ("contacts", "complaints", "complaints_accepted", "complaints_closed", "on_time_rate",
             "mediation_success_rate", "recovered_yuan")  # fmt: skip
