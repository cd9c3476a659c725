"""Rows around the end: close, reviews, reopening, the national platform, assistance, flags."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import closing, columns, folds, guards
from jiesu.cases.lifecycle.common import HOTLINE, NOTE, ON_SITE, REASON, REPORT_BACK, participant
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    BUREAU_HEAD,
    FRONT,
    INTERNAL_DISPATCH,
    LEGAL,
    SUPERIOR,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import (
    UNTIL_CLOSED,
    Branch,
    By,
    Choose,
    Context,
    Guard,
    Meet,
    Recount,
    Refusal,
    Row,
    Start,
    before,
    by,
    states,
)


def after(
    where: frozenset[str],
    *,
    reopens_to: str | Branch,
    rules: tuple[tuple[str, str], ...],
    as_rule: Choose | None = None,
) -> tuple[Row, ...]:
    """Reviews and lawsuits, and reopening by their outcome.

    Args:
        reopens_to: state in which a closed case goes on.
        rules: state in which it goes on → rule whose period runs anew where the decision sets no day.
        as_rule: chooses that rule instead.
    """

    def rule_of(case: CaseState, data: Data, ctx: Context) -> str | None:
        if as_rule is not None:
            return str(as_rule(case, data, ctx))
        return dict(rules).get(case.state)

    return (
        Row(
            action="record_review",
            label=_("登记复议诉讼"),
            states=where,
            who=(LEGAL, BUREAU_HEAD),
            fields=(
                Field(
                    "type",
                    Type.CHOICE,
                    _("类型"),
                    choices=(("review", _("行政复议")), ("lawsuit", _("行政诉讼"))),
                ),
                Field("reference", Type.LINE, _("案号"), length=80),
                Field("served_on", Type.DATE, _("收到日期"), past=True),
                Field("reply_by", Type.DATE, _("答复期限"), required=False, help=_("按收到的通知填写")),
                Field("replied_on", Type.DATE, _("已答复日期"), required=False, past=True),
                Field(
                    "outcome",
                    Type.CHOICE,
                    _("结果"),
                    required=False,
                    choices=(
                        ("upheld", _("维持或者驳回")),
                        ("revoked", _("撤销")),
                        ("confirmed_unlawful", _("确认违法")),
                        ("ordered", _("责令履行")),
                        ("withdrawn", _("撤回申请或者起诉")),
                    ),
                ),
                NOTE,
            ),
            fold=folds.review,
            moves=(
                Start("service.review_reply", fixed="reply_by", after_close=True, when=_pending_review),
                Meet("service.review_reply", on="replied_on", when=_review_over),
            ),
            group="more",
        ),
        Row(
            action="reopen",
            label=_("恢复办理"),
            states=states("closed", "merged") & where | states("closed"),
            to=reopens_to,
            who=(BUREAU_HEAD, LEGAL),
            fields=(
                Field(
                    "cause",
                    Type.CHOICE,
                    _("原因"),
                    choices=(
                        ("review", _("复议决定撤销或者责令履行")),
                        ("judgment", _("法院判决")),
                        ("own_correction", _("自行纠正")),
                        ("superior", _("上级责令")),
                    ),
                ),
                Field("finish_by", Type.DATE, _("决定书规定的期限"), required=False, future=True),
                REASON,
            ),
            guards=(_has_bureau,),
            fold=folds.reopen,
            columns=columns.undecided,
            moves=(Start("service.review_order", fixed="finish_by"), Start(rule_of, when=_no_day_set)),
            group="more",
        ),
    )


def _has_bureau(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """What never reached a bureau (withdrawn at the centre) is lodged again, not reopened."""
    if case.organisation is None:
        return Refusal("never_routed", say("本件没有分送到局，不能恢复办理，请重新登记。"))
    return None


def _no_day_set(case: CaseState, data: Data, ctx: Context) -> bool:
    """Where the decision sets no day, the statutory period runs anew."""
    return not data.get("finish_by")


def _pending_review(case: CaseState, data: Data, ctx: Context) -> bool:
    return not data.get("outcome") and not data.get("replied_on")


def _review_over(case: CaseState, data: Data, ctx: Context) -> bool:
    return bool(data.get("outcome") or data.get("replied_on"))


def platform(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="record_national_status",
        label=_("登记全国平台状态"),
        states=where,
        who=(*who, *FRONT, INTERNAL_DISPATCH, SYSTEM),
        fields=(
            Field(
                "status",
                Type.CHOICE,
                _("状态"),
                choices=(
                    ("entered", _("已录入")),
                    ("returned", _("被退回")),
                    ("not_applicable", _("不适用")),
                    ("to_enter", _("待录入")),
                ),
            ),
            Field(
                "national_number",
                Type.CODE,
                _("全国平台编号"),
                required=False,
                required_if=lambda d: d.get("status") == "entered",
            ),
            NOTE,
        ),
        guards=(guards.code_like("national_number"),),
        columns=columns.national,
        article="national_platform",
        group="more",
    )


def recalculate(where: frozenset[str]) -> Row:
    """Open clocks follow a newly published calendar year."""
    return Row(
        action="recalculate",
        label=_("按新公布的日历重算期限"),
        states=where,
        who=(SYSTEM,),
        moves=(Recount(),),
        group="hidden",
    )


def parts(where: frozenset[str], who: tuple[By, ...]) -> tuple[Row, ...]:
    """Work orders of the same case to offices or partner departments; the case waits for them."""
    return (
        Row(
            action="request_assistance",
            label=_("请求协办"),
            states=where,
            who=who,
            fields=(
                Field("organisation", Type.ORGANISATION, _("协办单位")),
                Field("task", Type.TEXT, _("协办事项")),
                Field("answer_by", Type.DATE, _("要求答复日期"), required=False, future=True),
            ),
            fold=folds.start_part,
            children=participant("assisting"),
            group="more",
        ),
        Row(
            action="finish_assistance",
            label=_("协办反馈"),
            states=UNTIL_CLOSED,
            who=(*who, by("assisting", "handler", "officehead", "head", "council", "dispatcher")),
            fields=(
                Field("part", Type.WHOLE, _("哪一项协办"), required=False, choices="open_parts"),
                Field("result", Type.TEXT, _("协办结果")),
            ),
            guards=(_part_open,),
            fold=folds.end_part,
            group="more",
        ),
    )


def _part_open(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if not case.facts.open_parts:
        return Refusal("no_part_open", say("没有未完成的协办。"))
    if folds.open_part(case.facts, data) is None:
        return Refusal("which_part", say("有多项协办，请选择已完成的一项。"), "part")
    return None


def close(where: frozenset[str], who: tuple[By, ...], *extra: Guard) -> Row:
    return Row(
        action="close",
        label=_("办结"),
        states=where,
        to="closed",
        who=who,
        fields=(*closing.BY_HAND, *closing.DEED, NOTE),
        guards=(
            closing.checked_by_hand,
            closing.deed_complete,
            guards.own_bureau,
            *extra,
            closing.nothing_owed,
        ),
        # Closing shows the centre the result, so it reports back. It tells 12345 nothing: that is done by the reply
        # alone, without which the guard keeps the case open: the person asked there, and is called back from there.
        moves=(Meet(HOTLINE, when=before(3)), Meet(REPORT_BACK), Meet("service.review_order")),
        article="follow_up",
        group="main",
    )


def call_back(*who: By) -> Row:
    """Sampling and call-backs of closed cases, to judge how they were handled (order 121 art. 26)."""
    return Row(
        action="record_callback",
        label=_("登记回访、抽查"),
        states=states("closed"),
        who=(*who, *FRONT, SUPERIOR),
        fields=(
            Field(
                "method",
                Type.CHOICE,
                _("方式"),
                choices=(
                    ("call", _("电话回访")),
                    ("message", _("短信、网上回访")),
                    ("sample", _("抽查案卷")),
                ),
            ),
            Field("on", Type.DATE, _("日期"), past=True, prefill="today"),
            Field(
                "satisfaction",
                Type.CHOICE,
                _("结果"),
                choices=(
                    ("satisfied", _("满意")),
                    ("neutral", _("基本满意")),
                    ("dissatisfied", _("不满意")),
                    ("unreached", _("未能联系上")),
                    ("in_order", _("案卷符合规定")),
                    ("faulty", _("案卷有问题")),
                ),
            ),
            NOTE,
        ),
        article="follow_up",
        group="more",
    )


def promises(where: frozenset[str], who: tuple[By, ...]) -> tuple[Row, ...]:
    """Answers to whom a service clock was promised; none of them touches a statutory clock."""
    return (
        Row(
            action="report_back",
            label=_("报告处理结果"),
            states=where,
            who=who,
            fields=(Field("result", Type.TEXT, _("处理结果")),),
            guards=(_runs(REPORT_BACK, say_no_date),),
            moves=(Meet(REPORT_BACK),),
            article="distribute",
            group="more",
        ),
        Row(
            action="record_arrival",
            label=_("登记到达现场"),
            states=where,
            who=who,
            fields=(
                Field("at", Type.DATETIME, _("到达时间"), past=True, prefill="now"),
                NOTE,
            ),
            guards=(_runs(ON_SITE, say_no_order), _not_before_order),
            moves=(Meet(ON_SITE, on="at"),),
            group="main",
        ),
        Row(
            action="reply_to_12345",
            label=_("回复 12345"),
            states=where | {"closed", "merged"},
            who=(*who, *FRONT),
            fields=(
                Field("on", Type.DATE, _("回复日期"), past=True, prefill="today"),
                Field("reply", Type.TEXT, _("回复内容"), restricted=True),
                Field(
                    "satisfaction",
                    Type.CHOICE,
                    _("满意度回访结果"),
                    required=False,
                    choices=(
                        ("satisfied", _("满意")),
                        ("neutral", _("基本满意")),
                        ("dissatisfied", _("不满意")),
                        ("unreached", _("未能联系上")),
                    ),
                ),
            ),
            guards=(_from_12345,),
            moves=(Meet(HOTLINE, on="on"),),
            group="more",
        ),
    )


def say_no_date() -> str:
    return say("没有要求报告的日期。")


def say_no_order() -> str:
    return say("本件没有快速反应的要求，或者已经登记到达。")


def _runs(rule: str, otherwise: Callable[[], str]) -> Guard:
    def guard(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
        return None if case.clock(rule) else Refusal("no_clock", otherwise())

    return guard


def _not_before_order(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    clock = case.clock(ON_SITE)
    if clock is not None and datetime.fromisoformat(data["at"]) < clock.started_at:
        return Refusal("arrived_before_order", say("到达时间不能早于分送时间。"), "at")
    return None


def _from_12345(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.channel == "12345" or case.clock(HOTLINE):
        return None
    return Refusal("not_from_12345", say("本件不是 12345 转来的。"))
