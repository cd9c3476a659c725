"""Repeated reports by the same informant on the same fact (order 121 art. 35). Different informants are never repeats."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import common, folds
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import CLOSE_WORK, SYSTEM
from jiesu.cases.lifecycle.table import Context, NewChild, Refusal, Restart, Row, Void


def _same_informant(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    """Different informants are never repeats of one another (order 121 art. 35)."""
    if case.anonymous:
        return Refusal("anonymous", say("匿名举报不能认定为同一举报人的重复举报，应当另行处理。"))
    if not data.get("same_informant"):
        return Refusal(
            "other_informant",
            say("只有同一举报人就同一事实的举报才是重复举报，请核对后勾选。"),
            "same_informant",
        )
    if int(data["other"]) == case.number:
        return Refusal("itself", say("请填写先前举报的编号。"), "other")
    return None


def _earlier_open(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if data.get("other_closed"):
        return Refusal(
            "earlier_closed", say("先前的举报已经作出决定，补充的新事实应作为新的举报处理。"), "other"
        )
    return None


def rows(verifying: frozenset[str]) -> tuple[Row, ...]:
    """Closing a repeat, merging one that brings new facts, and what the earlier report does then."""
    return (
        Row(
            action="close_repeat",
            label=_("重复举报不再处理"),
            states=verifying,
            to="repeated",
            who=CLOSE_WORK,
            fields=(
                Field("other", Type.CASE, _("先前举报的编号")),
                Field("same_informant", Type.BOOL, _("同一举报人、同一被举报人、同一事实")),
                common.REASON,
            ),
            guards=(_same_informant,),
            fold=folds.repeat,
            moves=(Void("report.verification", "repeat"),),
            children=common.new_link("repeat", "other"),
            jobs=("complete_links",),
            decides=True,
            outcome="repeated",
            only_with_law=True,
            article="close_repeat",
            group="more",
        ),
        Row(
            action="merge_repeat",
            label=_("并入先前举报"),
            states=verifying,
            to="merged",
            who=CLOSE_WORK,
            fields=(
                Field("other", Type.CASE, _("先前举报的编号")),
                Field("same_informant", Type.BOOL, _("同一举报人、同一被举报人，补充新的事实")),
                common.REASON,
            ),
            guards=(_same_informant, _earlier_open),
            fold=folds.link("merged"),
            moves=(Void("report.verification", "merged"),),
            children=common.new_link("merged", "other"),
            jobs=("complete_links",),
            outcome="merged",
            only_with_law=True,
            article="merge_repeat",
            group="more",
        ),
        Row(
            action="absorb_repeat",
            label=_("并入的举报重新起算"),
            states=verifying,
            who=(SYSTEM,),
            fields=(
                Field("other", Type.CASE, _("并入的举报")),
                Field("received_on", Type.DATETIME, _("最后一次收到时间")),
            ),
            fold=folds.link("merged"),
            moves=(Restart("report.verification", at="received_on"),),
            children=lambda case, data, ctx: (
                NewChild("link", {"type": "merged", "other": int(data["other"]), "initiating": False}),
            ),
            article="close_repeat",
            group="hidden",
        ),
    )
