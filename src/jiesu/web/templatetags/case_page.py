"""The long parts of a case's page, written in Python as ``case_rows`` are: as nodes of a template they take most of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jiesu.web.desk.addresses import case_url as address_of
from jiesu.web.desk.timeline import Entry
from jiesu.web.templatetags import presentation as show
from jiesu.web.templatetags.jiesu import badge, icon

register = template.Library()


def _words(value: Any) -> str:
    """A value as it stands in a page; a label is put into the reader's language here."""
    return escape(str(value))


@register.simple_tag
def case_url(view: str, number: int | str, *rest: int | str) -> str:
    """The address of a page of a case."""
    return address_of(view, number, *rest)


@register.simple_tag
def case_timeline(entries: Iterable[Entry]) -> SafeString:
    """What has happened, newest first."""
    return SafeString(f'<ol class="case-timeline">{"".join([_entry(e) for e in entries])}</ol>')


def _entry(entry: Entry) -> str:
    said = "".join(
        [f'<dt>{_words(label)}</dt><dd class="story">{_words(text)}</dd>' for label, text in entry.details]
    )
    details = f'<dl class="facts facts-small">{said}</dl>' if said else ""
    article = f" · {_words(entry.article)}" if entry.article else ""
    return (
        '<li class="case-timeline-entry">'
        f'<span class="case-timeline-mark bg-{entry.tone}-lt">{icon(entry.icon)}</span>'
        f'<div class="case-timeline-body"><p class="case-timeline-title">{_words(entry.title)}</p>{details}'
        f'<p class="case-timeline-meta">{show.moment_words(entry.at)} · {_words(entry.who)}{article}</p></div></li>'
    )


@register.simple_tag
def notice_rows(notices: Iterable[Mapping[str, Any]], number: str) -> SafeString:
    """The rows of the table of notices, each with its proof."""
    whole, unproven = _words(gettext("全文")), f" {badge(gettext('待证明'), 'orange')}"
    return SafeString("".join([_notice(each, number, whole, unproven) for each in notices]))


def _notice(notice: Mapping[str, Any], number: str, whole: str, unproven: str) -> str:
    url = address_of("desk:message", number, notice["seq"])
    official = (
        f'<br><small class="text-secondary">{_words(notice["number"])}</small>' if notice["number"] else ""
    )
    waits = unproven if notice["unproven"] else ""
    return (
        f"<tr><td>{_words(notice['title'])}{official}</td><td>{_words(notice['to'])}</td>"
        f"<td>{show.moment_words(notice['created_at'])}</td>"
        f'<td class="wrap">{badge(notice["status_label"], notice["tone"])}{waits}{_proof(notice)}</td>'
        f'<td class="text-end"><a class="btn btn-sm" href="{url}" hx-get="{url}" hx-target="#dialog-place">{whole}</a>'
        "</td></tr>"
    )


def _proof(notice: Mapping[str, Any]) -> str:
    if not notice["proof_label"]:
        return ""
    label, reference = _words(notice["proof_label"]), _words(notice["proof_reference"])
    return f"<br><small>{label} {reference} · {show.moment_words(notice['proven_at'])}</small>"


@register.simple_tag
def action_buttons(buttons: Iterable[Mapping[str, Any]], group: str) -> SafeString:
    """The buttons of one group of actions."""
    plain = " btn-outline-primary" if group == "main" else ""
    return SafeString("".join([_button(each, plain) for each in buttons]))


def _button(button: Mapping[str, Any], plain: str) -> str:
    url, key = escape(button["url"]), escape(button["key"])
    pressed, mark = (f' data-key="{key}"', f"<kbd>{key}</kbd>") if key else ("", "")
    return (
        f'<a class="btn{" btn-primary" if button["primary"] else plain}" role="button" href="{url}" hx-get="{url}"'
        f' hx-target="#dialog-place"{pressed}>{_words(button["label"])}{mark}</a>'
    )
