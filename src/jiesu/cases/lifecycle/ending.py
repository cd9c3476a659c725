"""Rows around the end: close, reviews, reopening, the national platform, assistance, flags."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import columns, folds, guards
from jiesu.cases.lifecycle.common import NOTE, REASON, participant
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    BUREAU_HEAD,
    CENTRE,
    INTERNAL_DISPATCH,
    LEGAL,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import (
    UNTIL_CLOSED,
    By,
    Context,
    Guard,
    Meet,
    Recount,
    Refusal,
    Row,
    Start,
    by,
    states,
)


def after(where: frozenset[str], *, reopens_to: str, rule: str = "") -> tuple[Row, ...]:
    """Reviews and lawsuits, revoking and reopening (``law/practice.md`` §7)."""
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
                Meet("service.review_reply", when=_review_over),
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
            fold=folds.reopen,
            moves=(
                Start("service.review_order", fixed="finish_by"),
                *((Start(rule, when=_no_day_set),) if rule else ()),
            ),
            group="more",
        ),
    )


def _no_day_set(case: CaseState, data: Data, ctx: Context) -> bool:
    """Where the decision sets no day, the statutory period runs anew."""
    return not data.get("finish_by")


def _pending_review(case: CaseState, data: Data, ctx: Context) -> bool:
    return not data.get("outcome")


def _review_over(case: CaseState, data: Data, ctx: Context) -> bool:
    return bool(data.get("outcome"))


def platform(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="record_national_status",
        label=_("登记全国平台状态"),
        states=where,
        who=(*who, CENTRE, INTERNAL_DISPATCH, SYSTEM),
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
        columns=columns.national,
        article="national_platform",
        group="more",
    )


def flag(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="flag",
        label=_("特别标记"),
        states=where,
        who=(*who, CENTRE, INTERNAL_DISPATCH),
        fields=(
            Field(
                "flag",
                Type.CHOICE,
                _("标记"),
                choices=(
                    ("state_secret", _("可能涉及国家秘密，停止录入")),
                    ("antitrust", _("垄断、公平竞争审查")),
                    ("drug_registration", _("药品、医疗器械、化妆品注册备案")),
                    ("information_request", _("政府信息公开申请")),
                    ("review_application", _("行政复议申请")),
                    ("by_reference", _("其他投诉，参照办理")),
                    ("urgent", _("紧急")),
                ),
            ),
            NOTE,
        ),
        fold=folds.add_flag,
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
            fields=(Field("result", Type.TEXT, _("协办结果")),),
            guards=(_part_open,),
            fold=folds.end_part,
            group="more",
        ),
    )


def _part_open(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if case.facts.open_parts else Refusal("no_part_open", say("没有未完成的协办。"))


def close(where: frozenset[str], who: tuple[By, ...], *extra: Guard) -> Row:
    return Row(
        action="close",
        label=_("办结"),
        states=where,
        to="closed",
        who=who,
        fields=(
            Field("checked", Type.BOOL, _("已核对：处理机关、依据和事实无误；发出的材料中没有举报人信息")),
            NOTE,
        ),
        guards=(_checked, *extra, guards.nothing_owed),
        moves=(Meet("service.hotline_12345"), Meet("service.report_back"), Meet("service.review_order")),
        article="follow_up",
        group="main",
    )


def _checked(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if data.get("checked") else Refusal("not_checked", say("办结前请逐项核对并勾选。"), "checked")
