"""Template tags and filters of every page: `{% load jiesu %}`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from jiesu.web.templatetags import presentation as show

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """An icon of the sprite. Without `label` it is decoration and hidden from screen readers."""
    href = f"{static('vendor/icons/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"></use></svg>', css, label, href
        )
    return format_html('<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', css, href)


@register.simple_tag
def badge(label: str, tone: str = "secondary", icon_name: str = "") -> SafeString:
    """A soft badge. `tone` is a colour, a tone (waiting, doing, good …), a kind or a state."""
    mark = icon(icon_name) if icon_name else ""
    return format_html('<span class="badge bg-{}-lt">{}{}</span>', show.colour_of(tone), mark, label)


@register.simple_tag
def state_badge(state: str, label: str = "") -> SafeString:
    """The badge of a case's state or kind: colour from its code, words from `label`."""
    return badge(label or state, state)


@register.inclusion_tag("components/due.html")
def due_chip(chip: show.DueChip | Mapping[str, Any] | None) -> dict[str, object]:
    """A clock: colour, icon and words. Takes a `DueChip`, a dict of its fields, or None."""
    made = show.chip_from(chip)
    return {
        "chip": made,
        "words": show.due_words(made),
        "colour": show.due_colour(made),
        "mark": show.due_icon(made),
    }


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
    groups = format_html_join("", "<span>{}</span>", ((part,) for part in show.number_groups(value)))
    return format_html('<span class="case-number">{}</span>', groups)


@register.filter
def mask(value: str | None, kind: str = "") -> str:
    """138****5678; `kind` may be name, phone, id or address."""
    return show.mask_words(value, kind)


@register.filter
def options(field: Mapping[str, Any]) -> list[show.Option]:
    """The choices of a field description with the chosen ones marked."""
    return show.options_of(field.get("choices") or (), field.get("value"))


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
