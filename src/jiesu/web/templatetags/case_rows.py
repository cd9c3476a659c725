"""The rows of a list of cases, written in Python: as nodes of a template fifty of them take five times as long."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jiesu.web.desk.listing import Line
from jiesu.web.templatetags import presentation as show
from jiesu.web.templatetags.jiesu import badge, due_chip, number

register = template.Library()


@register.simple_tag
def case_rows(lines: Iterable[Line], selectable: object = None) -> SafeString:
    """The rows of ``desk/parts/case_table.html``.

    Args:
        selectable: whether each row has a box to tick.
    """
    # Every value of a line is escaped where it is written; its number is a number.
    label = escape(gettext("选择 %(id)s")) if selectable else ""
    return SafeString("".join([_row(each, label) for each in lines]))


def _row(line: Line, label: str) -> str:
    title, url = escape(line.title), escape(line.url)
    hover = "" if line.secret else f' title="{title}"'
    respondent = escape(line.respondent)
    return (
        f'<tr data-row data-href="{url}">'
        f"{_box(line.number, label) if label else ''}"
        f"<td>{number(line.number)}</td>"
        f"<td>{badge(line.kind, line.case.kind)}</td>"
        f'<td class="clip{" text-secondary" if line.secret else ""}"><a href="{url}"{hover}>{title}</a></td>'
        f'<td class="clip-short" title="{respondent}">{respondent or show.NOTHING}</td>'
        f"{_holder(escape(line.holder), escape(line.person))}"
        f"<td>{badge(line.state, line.case.state)}{_returned(line.bounces)}</td>"
        f"<td>{due_chip(line.chip)}</td>"
        f"<td>{escape(line.next_act) or show.NOTHING}{_proof(line)}</td></tr>"
    )


def _box(number: str, label: str) -> str:
    return (
        '<td><input class="form-check-input m-0" type="checkbox" name="case"'
        f' value="{number}" data-check aria-label="{label % {"id": number}}"></td>'
    )


def _holder(holder: str, person: str) -> str:
    words = f'{person} <small class="person">{holder}</small>' if person else holder
    return f'<td class="clip-short" title="{holder} {person}">{words}</td>'


def _returned(times: int) -> str:
    return f" {badge(gettext('退回 %(n)s 次') % {'n': times}, 'orange')}" if times else ""


def _proof(line: Line) -> str:
    if not line.proof:
        return ""
    return (
        f" {badge(line.proof, 'red', 'alert-triangle') if line.proof_failed else badge(line.proof, 'blue')}"
    )
