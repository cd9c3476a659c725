"""Template filters of the portal: `{% load portal %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def article(label: str) -> SafeString:
    """《…》第…条, of which the number of the article is never broken over two lines.

    >>> article("《食品安全法》第一百一十五条")
    '《食品安全法》<span class="text-nowrap">第一百一十五条</span>'
    """
    title, mark, number = label.rpartition("》")
    return format_html('{}{}<span class="text-nowrap">{}</span>', title, mark, number)
