"""Rows about whose case it is once it is under way (order 121 arts. 13, 33)."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import columns, folds
from jiesu.cases.lifecycle.common import NOTE, REASON, participant
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    BUREAU_HEAD,
    OFFICE_HEAD,
    SUPERIOR,
)
from jiesu.cases.lifecycle.table import (
    UNTIL_CLOSED,
    Context,
    Hand,
    Meet,
    Refusal,
    Row,
    Start,
    states,
)


def jurisdiction(rule: str) -> tuple[Row, ...]:
    """Dispute between two bureaus, its reference to the common superior, designation, taking over (arts. 13, 33)."""
    working = states("routed", "accepted", "verifying")
    return (
        Row(
            action="dispute_jurisdiction",
            label=_("管辖争议"),
            states=working,
            who=(BUREAU_HEAD, OFFICE_HEAD, ASSIGNEE),
            fields=(
                Field("other", Type.ORGANISATION, _("争议对方")),
                Field("reason", Type.TEXT, _("争议事由")),
            ),
            guards=(_no_dispute, _not_itself),
            fold=folds.setting(dispute="negotiating"),
            moves=(Start("jurisdiction.dispute"),),
            children=participant("disputing", "other"),
            article="dispute_jurisdiction",
            group="more",
        ),
        Row(
            action="settle_dispute",
            label=_("争议已协商一致"),
            states=UNTIL_CLOSED,
            who=(BUREAU_HEAD, OFFICE_HEAD, ASSIGNEE),
            fields=(
                Field("organisation", Type.ORGANISATION, _("协商由谁处理")),
                Field("agreed_on", Type.DATE, _("协商一致日期"), past=True),
                NOTE,
            ),
            guards=(_in_dispute,),
            fold=folds.end_dispute,
            columns=columns.designated,
            moves=(Meet("jurisdiction.dispute", on="agreed_on"), Hand()),
            children=participant("handling"),
            article="dispute_jurisdiction",
            group="more",
        ),
        Row(
            action="refer_dispute",
            label=_("报请指定管辖"),
            states=UNTIL_CLOSED,
            who=(BUREAU_HEAD,),
            fields=(
                Field("superior", Type.ORGANISATION, _("共同的上一级"), choices="superiors"),
                Field("reason", Type.TEXT, _("报请理由")),
            ),
            guards=(_negotiating,),
            fold=folds.setting(dispute="referred"),
            moves=(Meet("jurisdiction.dispute"), Start("jurisdiction.designation", holder="superior")),
            children=participant("superior", "superior"),
            article="designate_jurisdiction",
            group="more",
        ),
        Row(
            action="designate_jurisdiction",
            label=_("指定管辖"),
            states=UNTIL_CLOSED,
            who=(SUPERIOR,),
            fields=(
                Field("organisation", Type.ORGANISATION, _("指定处理机关")),
                Field("reason", Type.TEXT, _("指定理由")),
            ),
            guards=(_in_dispute,),
            fold=folds.end_dispute,
            columns=columns.designated,
            moves=(Meet("jurisdiction.dispute"), Meet("jurisdiction.designation"), Hand()),
            children=participant("handling"),
            article="designate_jurisdiction",
            group="main",
        ),
        Row(
            action="request_take_over",
            label=_("报请上级处理"),
            states=working | {"mediating"},
            who=(BUREAU_HEAD,),
            fields=(REASON,),
            fold=folds.setting(take_over_requested=True),
            article="request_take_over",
            group="more",
        ),
        Row(
            action="take_over",
            label=_("提级处理"),
            states=working | {"mediating"},
            who=(SUPERIOR,),
            fields=(REASON,),
            fold=folds.setting(take_over_requested=False),
            columns=columns.taken_over,
            moves=(Hand(),),
            article="take_over",
            group="more",
        ),
    )


def _not_itself(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if int(data["other"]) == case.organisation:
        return Refusal("itself", say("争议对方应当是另一个局。"), "other")
    return None


def _no_dispute(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return Refusal("dispute_open", say("管辖争议正在处理。")) if case.facts.dispute else None


def _in_dispute(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if case.facts.dispute else Refusal("no_dispute", say("没有正在处理的管辖争议。"))


def _negotiating(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.facts.dispute == "negotiating":
        return None
    return Refusal("not_negotiating", say("没有正在协商的管辖争议，或者已经报请指定。"))
