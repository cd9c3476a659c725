"""Rows of approval: the handler drafts, the responsible head decides."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lawbook import meaning
from jiesu.cases.lifecycle import folds, guards
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.lifecycle.roles import HEAD
from jiesu.cases.lifecycle.table import By, Context, NewChild, Refusal, Row


def overtaken(case: CaseState, data: Data, on: date) -> bool:
    """Whether a draft names a ground of a law that no longer governs the decision on that day."""
    return any(
        data.get(name) and not known(str(data[name]), act_day(case, on)) for name in ("ground", "item")
    )


def known(key: str, on: date) -> bool:
    """Whether a key is a ground on that day; art. 42 is named by a word of its own."""
    return key == "fraud" or bool(meaning(key, on))


def _draft(case: CaseState, data: Data) -> Data:
    return case.facts.proposals[int(data["proposal"])].data


def _law_still_governs(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if overtaken(case, _draft(case, data), ctx.on):
        return Refusal(
            "law_changed",
            say("拟办引用的规定已经失效，不能批准；请退回重拟，按现行规定重新选择情形。"),
            "proposal",
        )
    return None


def _law_has_changed(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if overtaken(case, _draft(case, data), ctx.on):
        return None
    return Refusal("law_unchanged", say("拟办引用的规定仍然有效；不同意的，请不批准并写明理由。"), "proposal")


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
        guards=(guards.proposal_waits, _law_still_governs),
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


def redraft(where: frozenset[str]) -> Row:
    """A draft that a change of the law has overtaken goes back for that reason alone; its fields are kept for the next."""
    return Row(
        action="redraft",
        label=_("退回重拟"),
        states=where,
        who=HEAD,
        fields=(Field("proposal", Type.WHOLE, _("拟办意见"), choices="proposals"),),
        guards=(guards.proposal_waits, _law_has_changed),
        fold=folds.decide_proposal,
        group="hidden",
        help=_("拟办时的规定已被新规定取代"),
    )


def rows(where: frozenset[str], who: tuple[By, ...], open_: frozenset[str]) -> tuple[Row, ...]:
    """Drafting where a decision may be taken, and what the head does with a draft as long as the case is open."""
    return (propose(where, who), approve(open_), reject(open_), redraft(open_))
