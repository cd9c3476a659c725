"""Template tags and filters of every page: `{% load jiesu %}`, after `i18n` and `static`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from jiesu.web.templatetags import constant
from jiesu.web.templatetags import presentation as show

register = template.Library()
constant.register_in(register)


@lru_cache(maxsize=512)
def drawn(name: str, label: str, css: str) -> SafeString:
    """One icon; a page repeats a handful of them hundreds of times."""
    href = f"{static('vendor/icons/icons.svg')}#{name}"
    classes = f"icon {css}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"></use></svg>', classes, label, href
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', classes, href
    )


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite. Without `label` it is decoration and hidden from screen readers."""
    return drawn(name, label, css)


@register.simple_tag
def badge(label: str, tone: str = "secondary", icon_name: str = "") -> SafeString:
    """A soft badge. `tone` is a colour, a tone (waiting, doing, good …), a kind or a state."""
    return _badge(label if isinstance(label, str) else str(label), tone, icon_name)


# By type too: a label that is safe already equals one that is not.
@lru_cache(maxsize=1024, typed=True)
def _badge(label: str, tone: str, icon_name: str) -> SafeString:
    mark = icon(icon_name) if icon_name else ""
    return format_html('<span class="badge bg-{}-lt">{}{}</span>', show.colour_of(tone), mark, label)


@register.simple_tag
def state_badge(state: str, label: str = "") -> SafeString:
    """The badge of a case's state or kind: colour from its code, words from `label`."""
    return badge(label or state, state)


@register.simple_tag
def due_chip(chip: show.DueChip | Mapping[str, Any] | None) -> SafeString:
    """A clock: colour, icon and words. Takes a `DueChip`, a dict of its fields, or None.

    Written in Python and kept: a list shows fifty, many of them alike.
    """
    return _chip(show.chip_from(chip), get_language())


@lru_cache(maxsize=4096)
def _chip(made: show.DueChip, _language: str | None) -> SafeString:
    late = " due-late" if made.state == "open" and made.left is not None and made.left < 0 else ""
    due = gettext("期限 %(day)s") % {"day": show.day_words(made.due)} if made.due else ""
    inside = format_html(
        "{}<span>{}</span>{}{}",
        icon(show.due_icon(made)),
        show.due_words(made),
        format_html(
            '<span class="due-provisional" title="{}">{}</span>',
            gettext("来年放假安排尚未公布，公布后重新计算"),
            gettext("暂定"),
        )
        if made.provisional
        else "",
        # A title is not read aloud everywhere.
        format_html('<span class="visually-hidden">，{}</span>', due) if due else "",
    )
    css = f"badge due bg-{show.due_colour(made)}-lt{late}"
    title = format_html(' title="{}"', due) if due else ""
    if made.url:
        return format_html('<a class="{}" href="{}"{}>{}</a>', css, made.url, title, inside)
    return format_html('<span class="{}"{}>{}</span>', css, title, inside)


@register.filter
def tone(code: str) -> str:
    """The colour of a state, kind or tone, for `class="bg-{{ state|tone }}-lt"`."""
    return show.colour_of(code)


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-11-23, a day of Shanghai."""
    return show.day_words(value)


@register.filter
def moment(value: date | datetime | None) -> str:
    """2026-11-23 09:30, Shanghai time."""
    return show.moment_words(value)


@register.filter
def yuan(fen: int | None) -> str:
    """¥33,546.92 from fen."""
    return show.yuan_words(fen)


@register.filter
def number(value: int | str) -> SafeString:
    """A case number in groups that copy as one run of digits."""
    groups = "".join([f"<span>{escape(part)}</span>" for part in show.number_groups(value)])
    return SafeString(f'<span class="case-number">{groups}</span>')


@register.filter
def mask(value: str | None, kind: str = "") -> str:
    """138****5678; `kind` may be name, phone, id or address."""
    return show.mask_words(value, kind)


@register.filter
def options(field: Mapping[str, Any]) -> list[show.Option]:
    """The choices of a field description with the chosen ones marked."""
    return show.options_of(field.get("choices") or (), field.get("value"))


@register.simple_tag
def option_list(choices: Iterable[tuple[object, object]], chosen: object = None) -> SafeString:
    """The options of a select out of values with their labels, the chosen one selected."""
    return SafeString(
        "".join(
            [
                f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>'
                f"{escape(str(label))}</option>"
                for value, label in choices
            ]
        )
    )


@register.filter
def field_id(field: Mapping[str, Any]) -> str:
    """The id of a field's control, also the target of the error summary."""
    return str(field.get("id") or f"f-{field['name']}")


@register.filter
def described_by(field: Mapping[str, Any]) -> str:
    """The ids that explain a field, for aria-describedby."""
    base = field_id(field)
    parts = [f"{base}-help"] if field.get("help") else []
    if field.get("errors"):
        parts.append(f"{base}-error")
    if field.get("maxlength") and field.get("type") == "text":
        parts.append(f"{base}-count")
    return " ".join(parts)


@register.simple_tag
def yes_no(value: bool | None) -> str:
    if value is None:
        return show.NOTHING
    return gettext("是") if value else gettext("否")
