"""Rows of case lists, the same on every page: queue, dispatch, search, export."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jiesu.cases.models import Case
from jiesu.cases.worklists import Item
from jiesu.law.calendar import Calendar
from jiesu.web.desk.addresses import case_url
from jiesu.web.desk.clocks import case_chip
from jiesu.web.desk.words import failed, next_act, proof_words
from jiesu.web.templatetags.presentation import DueChip


class Line(NamedTuple):
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


@lru_cache(maxsize=64)
def _kind_label(kind: str, _language: str | None) -> str:
    return Case(kind=kind).get_kind_display()


@lru_cache(maxsize=64)
def _state_label(state: str, _language: str | None) -> str:
    return Case(state=state).get_state_display()


@lru_cache(maxsize=64)
def channel_label(channel: str, _language: str | None) -> str:
    """What a channel is called in a language."""
    return Case(channel=channel).get_channel_display()


def lines(items: Iterable[Item], *, now: datetime, calendar: Calendar) -> list[Line]:
    """The rows of a list."""
    language = get_language()
    return [_line(item, now, calendar, language) for item in items]


def line(item: Item, *, now: datetime, calendar: Calendar) -> Line:
    """One row of a list."""
    return _line(item, now, calendar, get_language())


def _line(item: Item, now: datetime, calendar: Calendar, language: str | None) -> Line:
    case = item.case
    holder = case.office or case.organisation
    return Line(
        case=case,
        number=str(case.pk),
        url=case_url("desk:case", case.pk),
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
