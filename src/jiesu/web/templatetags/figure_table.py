"""A table of figures, written in Python as ``case_rows`` are: a report has a thousand cells."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django import template
from django.utils.safestring import SafeString

from jiesu.web.insight.tables import Cell

register = template.Library()
#: A number that leads to its cases.
BEHIND = ' class="behind"'


@register.simple_tag
def figure_table(rows: Sequence[Sequence[Cell]], caption: object) -> SafeString:
    """Rows of cells: the first one is the head, and the first cell of each names it."""
    head, body = "", ""
    if rows:
        columns = "".join([f'<th scope="col" class="text-end">{escape(c.text)}</th>' for c in rows[0][1:]])
        head = f'<thead><tr><th scope="col">{escape(rows[0][0].text)}</th>{columns}</tr></thead>'
        body = f"<tbody>{''.join([_row(row) for row in rows[1:]])}</tbody>"
    return SafeString(
        '<div class="table-responsive"><table class="table table-vcenter card-table">'
        f'<caption class="visually-hidden">{escape(str(caption))}</caption>{head}{body}</table></div>'
    )


def _row(row: Sequence[Cell]) -> str:
    values = "".join([f'<td class="numeric">{_linked(c, BEHIND)}</td>' for c in row[1:]])
    return f'<tr><th scope="row">{_linked(row[0])}</th>{values}</tr>'


def _linked(cell: Cell, css: str = "") -> str:
    text = escape(cell.text)
    return f'<a{css} href="{escape(cell.url)}">{text}</a>' if cell.url else text
