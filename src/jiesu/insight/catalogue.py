"""The figures and breakdowns of what is taken in and handled, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu import law
from jiesu.businesses.models import Business
from jiesu.cases.kinds import Channel, Kind
from jiesu.cases.models import Clock
from jiesu.insight.figures import (
    CASES,
    CLOCKS,
    CONTACTS,
    Breakdown,
    Column,
    Figure,
    Group,
    Label,
    Unit,
    Value,
    quantile,
    rate,
    register,
)
from jiesu.insight.scope import Scope
from jiesu.insight.tallies.keeping import Counts
from jiesu.law import LawError
from jiesu.triage.subject import subjects

#: Kinds of contacts in the order of the tables.
KINDS = (Kind.COMPLAINT, Kind.REPORT, Kind.CONSULTATION, Kind.OTHER)
CASE_KINDS = (*KINDS, Kind.LEAD)
Where = Callable[[Scope], Q]


def _count(*names: str) -> Callable[[Counts], Value]:
    return lambda counts: sum(counts[n] for n in names)


def _yuan(name: str) -> Callable[[Counts], Value]:
    return lambda counts: Decimal(counts[name]) / 100


def _days(name: str, share: float) -> Callable[[Counts], Value]:
    return lambda counts: quantile(counts, name, share)


def _when(**conditions: object) -> Where:
    return lambda _scope: Q(**conditions)


def _missed(scope: Scope, **conditions: object) -> Exists:
    """A clock that was missed: met after its last day, or still open after it."""
    late = Q(state="met_late") | Q(state="open", due_on__lt=scope.today)
    return Exists(Clock.objects.filter(late, case_id=OuterRef("pk"), **conditions))


def _clock(key: str, label: Label, *rules: str) -> Figure:
    def of(counts: Counts) -> Value:
        met = sum(counts[f"clock.met|{r}"] for r in rules)
        return rate(met, met + sum(counts[f"clock.missed|{r}"] for r in rules))

    formula = _("按期完成的期限 ÷（按期完成 + 逾期完成 + 已届满尚未完成）")
    return Figure(key, label, Unit.RATE, Group.PERIODS, formula, CLOCKS, of,
                  lambda scope: Q(_missed(scope, rule__in=rules)), better=1)  # fmt: skip


def _mediation_success(counts: Counts) -> Value:
    agreed, terminated = counts["complaint.outcome|agreed"], counts["complaint.outcome|terminated"]
    return rate(agreed + counts["complaint.settled"], agreed + terminated)


_ACCEPTED = Exists(
    Clock.objects.filter(case_id=OuterRef("pk"), rule="complaint.mediation").exclude(state="void")
)
_SETTLED: Where = _when(kind="complaint", outcome="terminated", facts__has_key="settled_on")
_RATED = [f"{kind.value}.rated" for kind in CASE_KINDS]
_SATISFIED = [f"{kind.value}.satisfied" for kind in CASE_KINDS]

DECLARED: tuple[Figure, ...] = (
    Figure("contacts", _("来件总数"), Unit.COUNT, Group.INTAKE, _("收到的来件件数，一封来件拆成两件案件仍计一次"), CONTACTS,
           _count("contacts"), lambda _scope: Q(contact_id__isnull=False)),
    Figure("complaints", _("投诉"), Unit.COUNT, Group.INTAKE, _("投诉案件数"), CASES, _count("complaint.cases"),
           _when(kind="complaint")),
    Figure("reports", _("举报"), Unit.COUNT, Group.INTAKE, _("举报案件数，不含办案中发现的线索"), CASES,
           _count("report.cases"), _when(kind="report")),
    Figure("consultations", _("咨询"), Unit.COUNT, Group.INTAKE, _("咨询案件数"), CASES, _count("consultation.cases"),
           _when(kind="consultation")),
    Figure("others", _("其他事项"), Unit.COUNT, Group.INTAKE, _("其他事项案件数"), CASES, _count("other.cases"),
           _when(kind="other")),
    Figure("complaints_accepted", _("受理投诉"), Unit.COUNT, Group.HANDLING, _("作出受理决定、未被撤销的投诉"), CASES,
           _count("complaint.accepted"), lambda _scope: Q(kind="complaint") & Q(_ACCEPTED)),
    Figure("complaints_refused", _("不予受理"), Unit.COUNT, Group.HANDLING, _("决定不予受理的投诉"), CASES,
           _count("complaint.outcome|refused"), _when(kind="complaint", outcome="refused")),
    Figure("complaints_terminated", _("终止调解"), Unit.COUNT, Group.HANDLING, _("决定终止调解的投诉，含自行和解"), CASES,
           _count("complaint.outcome|terminated"), _when(kind="complaint", outcome="terminated")),
    Figure("complaints_closed", _("办结投诉"), Unit.COUNT, Group.HANDLING, _("已办结的投诉"), CASES,
           _count("complaint.closed"), _when(kind="complaint", closed_at__isnull=False)),
    Figure("complaints_open", _("在办投诉"), Unit.COUNT, Group.HANDLING, _("投诉 − 办结投诉"), CASES,
           lambda c: c["complaint.cases"] - c["complaint.closed"], _when(kind="complaint", closed_at=None)),
    Figure("days_to_close_median", _("投诉办结天数（中位数）"), Unit.DAYS, Group.HANDLING,
           _("已办结投诉从收到到办结的自然日数，半数不超过此数"), CASES, _days("complaint.days", 0.5),
           _when(kind="complaint", closed_at__isnull=False), better=-1),
    Figure("days_to_close_p90", _("投诉办结天数（九成以内）"), Unit.DAYS, Group.HANDLING,
           _("已办结投诉从收到到办结的自然日数，九成不超过此数"), CASES, _days("complaint.days", 0.9),
           _when(kind="complaint", closed_at__isnull=False), better=-1),
    Figure("on_time_rate", _("投诉按期办结率"), Unit.RATE, Group.PERIODS,
           _("已办结且每个法定期限都按期的投诉 ÷（已办结的投诉 + 有法定期限已经逾期而未办结的投诉）"), CASES,
           lambda c: rate(c["complaint.on_time"], c["complaint.on_time"] + c["complaint.late"]),
           lambda scope: Q(kind="complaint") & Q(_missed(scope, statutory=True)), better=1),
    _clock("acceptance_on_time_rate", _("受理按期率"), "complaint.acceptance"),
    _clock("mediation_on_time_rate", _("调解按期率"), "complaint.mediation"),
    _clock("termination_notice_on_time_rate", _("终止调解告知按期率"), "complaint.termination_notice"),
    _clock("verification_on_time_rate", _("举报核查按期率"), "report.verification", "lead.verification",
           "lead.found_otherwise"),
    _clock("informant_notice_on_time_rate", _("告知举报人按期率"), "report.informant_notice"),
    _clock("hotline_on_time_rate", _("12345 交办按期率（服务时限，非法定）"), "service.hotline_12345"),
    Figure("mediation_success_rate", _("调解成功率"), Unit.RATE, Group.MEDIATION,
           _("（达成协议 + 自行和解）÷（达成协议 + 终止调解，含自行和解）"), CASES, _mediation_success,
           _when(kind="complaint", outcome__in=["agreed", "terminated"]), better=1),
    Figure("mediations_agreed", _("达成协议"), Unit.COUNT, Group.MEDIATION, _("调解达成协议的投诉"), CASES,
           _count("complaint.outcome|agreed"), _when(kind="complaint", outcome="agreed")),
    Figure("mediations_settled", _("自行和解"), Unit.COUNT, Group.MEDIATION, _("受理后双方自行和解、因此终止调解的投诉"), CASES,
           _count("complaint.settled"), _SETTLED),
    Figure("claimed_yuan", _("争议金额"), Unit.YUAN, Group.MEDIATION, _("投诉所述争议金额之和"), CASES,
           _yuan("complaint.claimed"), _when(kind="complaint", amount__gt=0)),
    Figure("recovered_yuan", _("挽回损失"), Unit.YUAN, Group.MEDIATION, _("协议和自行和解中为消费者挽回的金额之和"), CASES,
           _yuan("complaint.recovered"), _when(kind="complaint", recovered__gt=0)),
    Figure("reports_filed", _("举报立案"), Unit.COUNT, Group.REPORTS, _("决定立案的举报和线索"), CASES,
           _count("report.outcome|filed", "lead.outcome|filed"), _when(outcome="filed")),
    Figure("reports_declined", _("举报不予立案"), Unit.COUNT, Group.REPORTS, _("决定不予立案的举报和线索"), CASES,
           _count("report.outcome|declined", "lead.outcome|declined"), _when(outcome="declined")),
    Figure("days_to_close_reports_median", _("举报办结天数（中位数）"), Unit.DAYS, Group.REPORTS,
           _("已办结举报从收到到办结的自然日数，半数不超过此数"), CASES, _days("report.days", 0.5),
           _when(kind="report", closed_at__isnull=False), better=-1),
    Figure("rated", _("参与评价"), Unit.COUNT, Group.REPORTS, _("评价过的投诉、举报、咨询"), CASES, _count(*_RATED),
           _when(facts__has_key="rated")),
    Figure("satisfied_rate", _("满意率"), Unit.RATE, Group.REPORTS, _("四星和五星 ÷ 参与评价"), CASES,
           lambda c: rate(sum(c[n] for n in _SATISFIED), sum(c[n] for n in _RATED)),
           _when(facts__has_key="rated"), better=1),
)  # fmt: skip
#: What the table by region shows.
BY_REGION = ("contacts", "complaints", "complaints_accepted", "complaints_closed", "on_time_rate",
             "mediation_success_rate", "days_to_close_median", "recovered_yuan")  # fmt: skip


def _pieces(name: str) -> tuple[Column, ...]:
    return (Column("count", _("件数"), lambda counts, code: counts[f"{name}|{code}"]),)


def _channel(kind: str) -> Callable[[Counts, str], Value]:
    return lambda counts, code: counts[f"contacts.channel|{code}|{kind}"]


def _channel_sum(counts: Counts, code: str) -> Value:
    return sum(counts[f"contacts.channel|{code}|{kind.value}"] for kind in CASE_KINDS)


def _clock_rate(counts: Counts, code: str) -> Value:
    met = counts[f"clock.met|{code}"]
    return rate(met, met + counts[f"clock.missed|{code}"])


def _kind_word(code: str) -> str:
    return str(Kind(code).label) if code in Kind.values else code


def _channel_word(code: str) -> str:
    channel = code.partition("|")[0]
    return str(Channel(channel).label) if channel in Channel.values else channel


def subject_word(code: str) -> str:
    """What a subject is called."""
    return dict(subjects()).get(code, code) if code else say("未分类")


def ground_word(code: str) -> str:
    """A ground in the words of its article."""
    try:
        return law.ground(code).text
    except LawError:
        return say("未注明") if code == "-" else code


def rule_word(code: str) -> str:
    """What a period is called."""
    try:
        return say(str(law.rule(code).title))
    except LawError:
        return code


@lru_cache(maxsize=4096)
def platform_word(code: str) -> str:
    """The name of a platform."""
    found = (
        Business.objects.filter(pk=code).values_list("name", flat=True).first() if code.isdigit() else None
    )
    return found or code


BREAKDOWNS: tuple[Breakdown, ...] = (
    Breakdown("contacts_by_kind", _("来件类型"), _("类型"), ("contacts.kind",), _pieces("contacts.kind"), _kind_word,
              _("按首件案件的类型计，没有立件的按来件人所述"), CONTACTS, "contacts"),
    Breakdown("contacts_by_channel", _("来件渠道"), _("渠道"), ("contacts.channel",),
              (*(Column(kind.value, kind.label, _channel(kind.value)) for kind in KINDS),
               Column("count", _("合计"), _channel_sum)), _channel_word, _("按来件渠道和类型计"), CONTACTS, "contacts",
              chart=True),
    Breakdown("contacts_by_line", _("来件线路"), _("线路"), ("contacts.line",), _pieces("contacts.line"), str,
              _("按登记的线路计，未登记线路的不计"), CONTACTS),
    Breakdown("complaints_by_subject", _("投诉类别"), _("类别"), ("complaint.subject",), _pieces("complaint.subject"),
              subject_word, _("按案件的类别计"), CASES, "complaints", chart=True),
    Breakdown("reports_by_subject", _("举报类别"), _("类别"), ("report.subject",), _pieces("report.subject"),
              subject_word, _("按案件的类别计"), CASES, "reports"),
    Breakdown("complaints_by_platform", _("涉及平台的投诉"), _("平台"), ("complaint.platform",),
              _pieces("complaint.platform"), platform_word, _("被投诉人是平台或者平台内经营者的投诉，按平台计"), CASES),
    Breakdown("complaints_by_outcome", _("投诉结果"), _("结果"), ("complaint.outcome",), _pieces("complaint.outcome"),
              lambda code: str(OUTCOMES.get(code, code)), _("按案件结果计，尚无结果的不计"), CASES),
    Breakdown("refusals_by_ground", _("不予受理的情形"), _("情形"), ("complaint.refused",), _pieces("complaint.refused"),
              ground_word, _("按不予受理决定引用的条款项计"), CASES, "complaints_refused"),
    Breakdown("terminations_by_ground", _("终止调解的情形"), _("情形"), ("complaint.terminated",),
              _pieces("complaint.terminated"), ground_word, _("按终止调解决定引用的条款项计"), CASES,
              "complaints_terminated"),
    Breakdown("clocks", _("各项期限"), _("期限"), ("clock.met", "clock.missed", "clock.running"),
              (Column("rate", _("按期率"), _clock_rate, Unit.RATE),
               Column("running", _("计时中"), lambda counts, code: counts[f"clock.running|{code}"]),
               Column("missed", _("逾期"), lambda counts, code: counts[f"clock.missed|{code}"]),
               Column("met", _("按期"), lambda counts, code: counts[f"clock.met|{code}"])), rule_word,
              _("按期率 = 按期 ÷（按期 + 逾期），逾期含已届满尚未完成"), CLOCKS),
)  # fmt: skip
OUTCOMES: dict[str, Label] = {
    "agreed": _("达成协议"),
    "terminated": _("终止调解"),
    "refused": _("不予受理"),
    "withdrawn": _("受理前撤回"),
    "converted": _("转办"),
    "merged": _("合并"),
}

register(*DECLARED, *BREAKDOWNS)
