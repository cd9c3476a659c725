"""Rows of approval: the handler drafts, the responsible head decides."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import (
    HEAD,
)
from jiesu.cases.lifecycle.table import (
    By,
    Context,
    NewChild,
    Row,
)


def propose(where: frozenset[str], who: tuple[By, ...]) -> Row:
    def child(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
        return (NewChild("proposal", {"action": data["action"], "data": data.get("proposed") or {}}),)

    return Row(
        action="propose",
        label=_("拟办"),
        states=where,
        who=who,
        fields=(
            Field("action", Type.CODE, _("拟作出的决定")),
            Field("note", Type.TEXT, _("拟办意见"), required=False),
        ),
        guards=(guards.no_proposal_of_same,),
        fold=folds.propose,
        children=child,
        group="hidden",
    )


def approve(where: frozenset[str]) -> Row:
    def follow(case: CaseState, data: Data, ctx: Context) -> tuple[tuple[str, Data], ...]:
        proposal = case.facts.proposals[int(data["proposal"])]
        return ((proposal.action, dict(proposal.data)),)

    return Row(
        action="approve",
        label=_("批准"),
        states=where,
        who=HEAD,
        fields=(
            Field("proposal", Type.WHOLE, _("拟办意见"), choices="proposals"),
            Field("note", Type.TEXT, _("批示"), required=False),
        ),
        guards=(guards.proposal_waits,),
        fold=folds.decide_proposal,
        follow=follow,
        group="main",
    )


def reject(where: frozenset[str]) -> Row:
    return Row(
        action="reject",
        label=_("不批准"),
        states=where,
        who=HEAD,
        fields=(
            Field("proposal", Type.WHOLE, _("拟办意见"), choices="proposals"),
            Field("reason", Type.TEXT, _("理由和要求")),
        ),
        guards=(guards.proposal_waits,),
        fold=folds.decide_proposal,
        group="main",
    )
