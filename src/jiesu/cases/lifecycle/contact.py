"""Rows about people: proof of telling, the contact log, material, messages, urging and rating."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.common import CHANNELS, PROOFS
from jiesu.cases.lifecycle.fields import Choices, Field, Type
from jiesu.cases.lifecycle.representing import COMPLETES
from jiesu.cases.lifecycle.roles import (
    CITIZEN,
    FRONT,
    SUPERIOR,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import (
    By,
    Context,
    NewChild,
    Row,
)


def notify(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="notify",
        label=_("记录送达"),
        states=where,
        who=(*who, SYSTEM),
        fields=(
            Field("message", Type.WHOLE, _("告知"), choices="unproven"),
            Field(
                "result",
                Type.CHOICE,
                _("结果"),
                choices=(("delivered", _("已告知")), ("failed", _("未能告知"))),
            ),
            Field("channel", Type.CHOICE, _("方式"), choices=CHANNELS),
            Field("told_at", Type.DATETIME, _("时间"), past=True, prefill="now"),
            Field(
                "proof",
                Type.CHOICE,
                _("证明"),
                required=False,
                required_if=lambda d: d.get("result") == "delivered",
                choices=PROOFS,
            ),
            Field(
                "reference",
                Type.LINE,
                _("证明编号"),
                required=False,
                length=120,
                help=_("回执号、录音编号、邮寄单号等"),
            ),
            Field("address", Type.LINE, _("使用的号码或地址"), required=False, length=200, prefill="address"),
        ),
        guards=(guards.told_not_before_made,),
        fold=folds.notify,
        article="serve",
        group="main",
    )


def record_contact(where: frozenset[str], who: tuple[By, ...], roles: Choices) -> Row:
    def entry(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        return (
            NewChild("contactentry", {k: data.get(k) for k in ("to", "channel", "result", "at", "note")}),
        )

    return Row(
        action="record_contact",
        label=_("记录联系"),
        states=where,
        who=who,
        fields=(
            Field("to", Type.CHOICE, _("联系对象"), choices=roles),
            Field("channel", Type.CHOICE, _("方式"), choices=CHANNELS),
            Field(
                "result",
                Type.CHOICE,
                _("结果"),
                choices=(
                    ("reached", _("已联系上")),
                    ("no_answer", _("无人接听")),
                    ("wrong_number", _("号码有误")),
                    ("declined", _("拒绝沟通")),
                ),
            ),
            Field("at", Type.DATETIME, _("时间"), past=True, prefill="now"),
            Field("number", Type.LINE, _("使用的号码或地址"), required=False, length=120),
            Field("recording", Type.LINE, _("录音编号"), required=False, length=120),
            Field("express_refusal", Type.BOOL, _("明确拒绝调解"), required=False),
            Field("note", Type.TEXT, _("内容")),
        ),
        fold=folds.contact,
        children=entry,
        group="daily",
    )


def add_evidence(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="add_evidence",
        label=_("补充材料"),
        states=where,
        who=(*who, *FRONT, CITIZEN),
        fields=(
            Field("description", Type.TEXT, _("说明")),
            Field("from_party", Type.CHOICE, _("提交人"), required=False, choices="party_roles"),
            COMPLETES,
        ),
        fold=folds.supplied,
        group="daily",
    )


def send_message(where: frozenset[str], who: tuple[By, ...]) -> Row:
    return Row(
        action="send_message",
        label=_("留言"),
        states=where,
        who=(*who, *FRONT, CITIZEN),
        fields=(Field("body", Type.TEXT, _("内容"), length=1000),),
        group="daily",
    )


def urge(where: frozenset[str]) -> Row:
    return Row(
        action="urge",
        label=_("催办"),
        states=where,
        who=(*FRONT, CITIZEN, SUPERIOR),
        fields=(Field("note", Type.TEXT, _("催办内容"), required=False),),
        fold=folds.urge,
        group="daily",
    )


def rate(where: frozenset[str]) -> Row:
    return Row(
        action="rate",
        label=_("评价"),
        states=where,
        who=(CITIZEN, *FRONT),
        fields=(
            Field("stars", Type.WHOLE, _("满意程度"), minimum=1, maximum=5),
            Field("note", Type.TEXT, _("说说您的意见"), required=False, length=500),
        ),
        fold=folds.rate,
        group="more",
    )
