"""Rows that tie cases together or hand a matter on: leads, police, mixed letters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.common import REASON, new_link
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    ASSIGNEE,
    BUREAU_HEAD,
    FRONT,
    INTERNAL_DISPATCH,
    OFFICE_HEAD,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import (
    By,
    NewChild,
    Row,
)


def raise_lead(where: frozenset[str], who: tuple[By, ...]) -> Row:
    """A suspected violation goes on as a lead of its own, whatever becomes of the complaint (order 121 art. 27)."""
    return Row(
        action="raise_lead",
        label=_("移出违法线索"),
        states=where,
        who=who,
        fields=(
            Field(
                "found",
                Type.CHOICE,
                _("发现途径"),
                choices=(("in_mediation", _("调解中发现")), ("otherwise", _("其他途径发现"))),
            ),
            Field("found_on", Type.DATE, _("发现日期"), past=True, prefill="today"),
            Field("matter", Type.TEXT, _("涉嫌违法的事实和线索")),
        ),
        guards=(guards.has_opposite, guards.own_bureau),
        fold=folds.raise_lead,
        children=new_link("lead", found="found", found_on="found_on", matter="matter"),
        jobs=("complete_links",),
        article="raise_lead",
        group="more",
    )


def split(where: frozenset[str]) -> Row:
    """One letter with a complaint and a report becomes two cases with two clocks (order 121 art. 9)."""
    return Row(
        action="split",
        label=_("拆分为投诉和举报"),
        states=where,
        who=(*FRONT, INTERNAL_DISPATCH, ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD),
        fields=(
            Field("kind", Type.CHOICE, _("另立为"), choices="other_kinds"),
            Field("matter", Type.TEXT, _("归入另一件的内容"), prefill="contact_text", restricted=True),
        ),
        fold=folds.split,
        children=new_link("split", kind="kind", matter="matter"),
        jobs=("complete_links",),
        article="split_mixed",
        group="more",
    )


def not_mixed(where: frozenset[str]) -> Row:
    return Row(
        action="keep_whole",
        label=_("确认不拆分"),
        states=where,
        who=(*FRONT, INTERNAL_DISPATCH, ASSIGNEE, OFFICE_HEAD, BUREAU_HEAD),
        fields=(REASON,),
        fold=folds.setting(mixed="whole"),
        article="split_mixed",
        group="more",
    )


def link_back(where: frozenset[str]) -> Row:
    """The other side of a link that another case opened."""
    return Row(
        action="link_back",
        label=_("建立关联"),
        states=where,
        who=(SYSTEM,),
        fields=(
            Field("type", Type.CODE, _("关联类型")),
            Field("other", Type.CASE, _("关联案件")),
        ),
        fold=lambda case, data, ctx: folds.link(data["type"])(case, data, ctx),
        children=lambda case, data, ctx: (
            NewChild("link", {"type": data["type"], "other": int(data["other"]), "initiating": False}),
        ),
        group="hidden",
    )
