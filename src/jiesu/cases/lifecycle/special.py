"""Matters with a procedure of their own: what they are flagged as, and where they go (order 121 arts. 39, 43, 44)."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle import folds
from jiesu.cases.lifecycle.choices import FLAG_NAMES
from jiesu.cases.lifecycle.common import HOTLINE, NOTE, OWN_PROCEDURES, REASON
from jiesu.cases.lifecycle.fields import Choices, Field, Type
from jiesu.cases.lifecycle.roles import (
    BUREAU_HEAD,
    FRONT,
    INTERNAL_DISPATCH,
    LEGAL,
    LEGAL_AT_RECEIPT,
    RECEIVING,
    SYSTEM,
)
from jiesu.cases.lifecycle.table import By, Context, Meet, Predicate, Refusal, Row, Start, Void, since

FLAGS: Choices = tuple(FLAG_NAMES.items())


def _this(flag: str) -> Predicate:
    def when(case: CaseState, data: Data, ctx: Context) -> bool:
        return bool(data["flag"] == flag)

    return when


def _not_flagged(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if data["flag"] in case.facts.flags:
        return Refusal("already_flagged", say("已有这一标记。"), "flag")
    return None


def _flagged(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if data["flag"] not in case.facts.flags:
        return Refusal("not_flagged", say("没有这一标记。"), "flag")
    return None


def _secret(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return (
        None
        if "state_secret" in case.facts.flags
        else Refusal("not_flagged", say("没有涉及国家秘密的标记。"))
    )


def _clock_of(rule: str, flag: str) -> Meet:
    return Meet(rule, on="on", when=lambda case, data, ctx: data["matter"] == flag)


def _procedure_runs(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    if case.clock(OWN_PROCEDURES[data["matter"]]) is None:
        return Refusal("no_procedure", say("没有登记这一事项，请先作特别标记。"), "matter")
    return None


def rows(where: frozenset[str], who: tuple[By, ...], *, rules: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """Flagging, unflagging, and the two ways out of the ordinary procedure.

    Args:
        where: states in which the case is open.
        rules: clocks of the ordinary procedure, which end when the matter leaves it.
    """
    return (
        Row(
            action="flag",
            label=_("特别标记"),
            states=where,
            who=(*who, *FRONT, INTERNAL_DISPATCH, SYSTEM),
            fields=(Field("flag", Type.CHOICE, _("标记"), choices=FLAGS), NOTE),
            guards=(_not_flagged,),
            fold=folds.add_flag,
            # Its own statute's period runs from receipt, not from the day on which somebody noticed.
            moves=tuple(
                Start(rule, at="received_at", holder="handling", when=_this(flag))
                for flag, rule in OWN_PROCEDURES.items()
            ),
            group="more",
        ),
        Row(
            action="clear_flag",
            label=_("解除标记"),
            states=where,
            who=(BUREAU_HEAD, RECEIVING, LEGAL, LEGAL_AT_RECEIPT),
            fields=(Field("flag", Type.CHOICE, _("标记"), choices="flags"), REASON),
            guards=(_flagged,),
            fold=folds.clear_flag,
            moves=tuple(
                Void(rule, "flag_cleared", when=_this(flag)) for flag, rule in OWN_PROCEDURES.items()
            ),
            group="more",
        ),
        Row(
            action="end_as_secret",
            label=_("转涉密渠道办理"),
            states=where,
            to="closed",
            who=(BUREAU_HEAD, RECEIVING),
            fields=(Field("reference", Type.LINE, _("涉密渠道的登记号"), required=False, length=80),),
            guards=(_secret,),
            fold=folds.nothing_more_told,
            columns=lambda case, data, ctx: {"outcome": "state_secret", "national_status": "not_applicable"},
            moves=(
                *(Void(rule, "state_secret") for rule in (*rules, *OWN_PROCEDURES.values())),
                Void(HOTLINE, "state_secret", when=since(3)),
            ),
            article="state_secret",
            group="more",
        ),
        Row(
            action="enter_own_procedure",
            label=_("转入信息公开、行政复议程序"),
            states=where,
            who=(LEGAL, LEGAL_AT_RECEIPT, BUREAU_HEAD),
            fields=(
                Field(
                    "matter",
                    Type.CHOICE,
                    _("事项"),
                    choices=tuple((k, v) for k, v in FLAGS if k in OWN_PROCEDURES),
                ),
                Field("on", Type.DATE, _("答复或者转交的日期"), past=True, prefill="today"),
                Field("reference", Type.LINE, _("该程序的文号"), length=120),
                NOTE,
            ),
            guards=(_procedure_runs,),
            moves=tuple(_clock_of(rule, flag) for flag, rule in OWN_PROCEDURES.items()),
            article="inform_other_channel",
            group="more",
        ),
    )
