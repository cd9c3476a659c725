"""Rows of case lists, the same on every page: queue, dispatch, search, export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jiesu.cases.models import Case
from jiesu.cases.worklists import Item
from jiesu.law.calendar import Calendar
from jiesu.web.desk.clocks import case_chip
from jiesu.web.desk.words import failed, next_act, proof_words
from jiesu.web.templatetags.presentation import DueChip


@dataclass(frozen=True)
class Line:
    """A case as a row of a list; the content is left out where the reader may not see it."""

    case: Case
    number: str
    url: str
    kind: str
    state: str
    title: str
    respondent: str
    holder: str
    person: str
    next_act: str
    proof: str
    proof_failed: bool
    chip: DueChip
    bounces: int
    secret: bool


@lru_cache(maxsize=8)
def _address(_prefix: str) -> tuple[str, str]:
    """What stands before and after the number in the address of a case; finding it anew for each row takes long."""
    number = "0" * 18
    before, after = reverse("desk:case", args=[number]).split(number)
    return before, after


@lru_cache(maxsize=64)
def _kind_label(kind: str, _language: str | None) -> str:
    return Case(kind=kind).get_kind_display()


@lru_cache(maxsize=64)
def _state_label(state: str, _language: str | None) -> str:
    return Case(state=state).get_state_display()


def line(item: Item, *, now: datetime, calendar: Calendar) -> Line:
    case = item.case
    before, after = _address(get_script_prefix())
    url = f"{before}{case.pk}{after}"
    holder = case.office or case.organisation
    language = get_language()
    return Line(
        case=case,
        number=str(case.pk),
        url=url,
        kind=_kind_label(case.kind, language),
        state=_state_label(case.state, language),
        title=(case.title or _("（无摘要）")) if item.open_content else _("内容不在您的权限内"),
        respondent=case.respondent if item.open_content else "",
        holder=holder.short_name if holder else _("未分送"),
        person=case.assignee.name if case.assignee else "",
        next_act=next_act(case),
        proof=proof_words(case),
        proof_failed=failed(case),
        chip=case_chip(case, now=now, calendar=calendar),
        bounces=int((case.facts or {}).get("bounces", 0)),
        secret=not item.open_content,
    )
