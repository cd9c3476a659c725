"""Rows about suggestions: the machine adds them with reasons, a person takes or overrules them."""

from __future__ import annotations

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu.cases.facts import CaseState, Data
from jiesu.cases.lifecycle.common import ANYONE
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.roles import SYSTEM
from jiesu.cases.lifecycle.table import Context, NewChild, Refusal, Row


def _added(case: CaseState, data: Data, ctx: Context) -> tuple[NewChild, ...]:
    return tuple(NewChild("suggestion", dict(each)) for each in data.get("suggestions") or ())


def _something(case: CaseState, data: Data, ctx: Context) -> Refusal | None:
    return None if data.get("suggestions") else Refusal("nothing_suggested", say("没有建议。"))


def rows(where: frozenset[str]) -> tuple[Row, ...]:
    """Suggesting and deciding on a suggestion; neither moves the case."""
    return (
        Row(
            action="suggest",
            label=_("智能建议"),
            states=where,
            who=(SYSTEM,),
            guards=(_something,),
            children=_added,
            group="hidden",
            quiet=True,
        ),
        Row(
            action="decide_suggestion",
            label=_("采纳或者不采纳建议"),
            states=where,
            who=tuple(w for w in ANYONE if w.roles),
            fields=(
                Field("suggestion", Type.WHOLE, _("建议")),
                Field("taken", Type.BOOL, _("采纳")),
            ),
            group="hidden",
            quiet=True,
        ),
    )
