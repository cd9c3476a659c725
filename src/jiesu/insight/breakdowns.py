"""How the figures are divided: each breakdown declared once, with what its rows are called and the cases behind each cell."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from jiesu.insight import words
from jiesu.insight.conditions import (
    WhereRow,
    column,
    contacts,
    contacts_in_industry,
    contacts_of_kind,
    contacts_on_platform,
    decided,
    met_of,
    missed_of,
    platform,
    running_of,
)
from jiesu.insight.figures import (
    CASE_KINDS,
    CASES,
    CLOCKS,
    CONTACTS,
    KINDS,
    Breakdown,
    Column,
    Unit,
    Value,
    rate,
)
from jiesu.insight.scope import Scope
from jiesu.insight.tallies.keeping import Counts


def _pieces(name: str, cases: WhereRow) -> tuple[Column, ...]:
    return (Column("count", _("件数"), lambda counts, code: counts[f"{name}|{code}"], cases=cases),)


def _channel(kind: str) -> Callable[[Counts, str], Value]:
    return lambda counts, code: counts[f"contacts.channel|{code}|{kind}"]


def _channel_sum(counts: Counts, code: str) -> Value:
    return sum(counts[f"contacts.channel|{code}|{kind.value}"] for kind in CASE_KINDS)


def _clock_rate(counts: Counts, code: str) -> Value:
    met = counts[f"clock.met|{code}"]
    return rate(met, met + counts[f"clock.missed|{code}"])


def _outcome(_scope: Scope, code: str) -> Q:
    if code == "withdrawn":
        return Q(kind="complaint", outcome="", facts__has_key="withdrawn_on")
    return Q(kind="complaint", outcome=code)


BREAKDOWNS: tuple[Breakdown, ...] = (
    Breakdown("contacts_by_channel", _("来件渠道"), _("渠道"), ("contacts.channel",),
              (*(Column(kind.value, kind.label, _channel(kind.value), cases=contacts(kind=kind.value, by="channel"))
                 for kind in KINDS),
               Column("count", _("合计"), _channel_sum, cases=contacts(by="channel"))), words.channel_word,
              _("按来件渠道和类型计"), CONTACTS, "contacts", chart=True),
    Breakdown("contacts_by_kind", _("来件类型"), _("类型"), ("contacts.kind",), _pieces("contacts.kind", contacts_of_kind),
              words.kind_word, _("按首件案件的类型计，没有立件的按来件人所述"), CONTACTS, "contacts"),
    Breakdown("contacts_by_line", _("来件线路"), _("线路"), ("contacts.line",),
              _pieces("contacts.line", contacts(by="line")), str, _("按登记的线路计，未登记线路的不计"), CONTACTS),
    Breakdown("contacts_by_industry", _("来件所涉行业"), _("行业门类"), ("contacts.industry",),
              _pieces("contacts.industry", contacts_in_industry), words.industry_word,
              _("按首件案件被诉主体登记的行业门类（GB/T 4754—2017）计，没有登记的列为未登记"), CONTACTS, "contacts"),
    Breakdown("contacts_by_platform", _("来件所涉平台"), _("平台"), ("contacts.platform",),
              _pieces("contacts.platform", contacts_on_platform), words.platform_word,
              _("首件案件的被诉主体是平台或者平台内经营者的，按平台计"), CONTACTS, "contacts",
              names_of=words.platform_words),
    Breakdown("complaints_by_subject", _("投诉类别"), _("类别"), ("complaint.subject",),
              _pieces("complaint.subject", column("subject", kind="complaint")), words.subject_word,
              _("按案件的类别计"), CASES, "complaints", chart=True),
    Breakdown("reports_by_subject", _("举报类别"), _("类别"), ("report.subject",),
              _pieces("report.subject", column("subject", kind="report")), words.subject_word, _("按案件的类别计"), CASES,
              "reports"),
    Breakdown("complaints_by_platform", _("涉及平台的投诉"), _("平台"), ("complaint.platform",),
              _pieces("complaint.platform", platform), words.platform_word,
              _("被投诉人是平台或者平台内经营者的投诉，按平台计"), CASES,
              names_of=words.platform_words),
    Breakdown("complaints_by_outcome", _("投诉结果"), _("结果"), ("complaint.outcome",),
              _pieces("complaint.outcome", _outcome), words.outcome_word,
              _("按案件结果计，受理前撤回的单列，尚无结果的不计"), CASES),
    Breakdown("refusals_by_ground", _("不予受理的情形"), _("情形"), ("complaint.refused",),
              _pieces("complaint.refused", decided("refused")), words.ground_word, _("按不予受理决定引用的条款项计"), CASES,
              "complaints_refused"),
    Breakdown("terminations_by_ground", _("终止调解的情形"), _("情形"), ("complaint.terminated",),
              _pieces("complaint.terminated", decided("terminated")), words.ground_word,
              _("按终止调解决定引用的条款项计"), CASES, "complaints_terminated"),
    Breakdown("clocks", _("各项期限"), _("期限"), ("clock.met", "clock.missed", "clock.running"),
              (Column("rate", _("按期率"), _clock_rate, Unit.RATE),
               Column("running", _("计时中"), lambda counts, code: counts[f"clock.running|{code}"], cases=running_of),
               Column("missed", _("逾期"), lambda counts, code: counts[f"clock.missed|{code}"], cases=missed_of),
               Column("met", _("按期"), lambda counts, code: counts[f"clock.met|{code}"], cases=met_of)),
              words.rule_word, _("按期率 = 按期 ÷（按期 + 逾期），逾期含已届满尚未完成"), CLOCKS),
)  # fmt: skip
