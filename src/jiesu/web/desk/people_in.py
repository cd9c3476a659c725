"""Who brings a matter in, on the register page: one person, or several who complain together (order 121 art. 12)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from jiesu.intake.forms import Person

#: So many further complainants may be typed in; longer lists come as a spreadsheet or a paper.
MOST_PEOPLE = 50
_ROW = re.compile(r"joint__(\d{1,3})__")
Row = dict[str, Any]


def person_of(post: QueryDict, prefix: str) -> Person:
    """One person out of the fields that begin with a prefix."""

    def said(name: str) -> str:
        return str(post.get(f"{prefix}{name}", "")).strip()

    return Person(
        name=said("name"),
        phone=said("phone"),
        address=said("address"),
        id_type=said("id_type"),
        id_number=said("id_number"),
        representative=said("representative") == "1",
    )


def others_of(post: QueryDict) -> tuple[Person, ...]:
    """Further complainants of a joint complaint, those without a word left out."""
    people = (person_of(post, f"joint__{n}__") for n in _rows(post))
    return tuple(p for p in people if p.given)


def _rows(post: QueryDict) -> list[int]:
    found = {int(m[1]) for name in post if (m := _ROW.match(name))}
    return sorted(found)[:MOST_PEOPLE]


def rows_of(post: QueryDict, errors: Mapping[str, str]) -> list[Row]:
    """The rows of further complainants as the page shows them again; the empty ones have gone."""
    kept = [n for n in _rows(post) if person_of(post, f"joint__{n}__").given]
    return [row(n, post, _errors(errors, position)) for position, n in enumerate(kept, start=1)]


def _errors(errors: Mapping[str, str], position: int) -> dict[str, str]:
    marker = f"joint__{position}__"
    return {name.removeprefix(marker): m for name, m in errors.items() if name.startswith(marker)}


def row(n: int, post: Mapping[str, str], errors: Mapping[str, str] | None = None) -> Row:
    """One further complainant: four fields in the order of the keyboard."""

    def spec(name: str, label: str, **more: Any) -> dict[str, Any]:
        whole = f"joint__{n}__{name}"
        return {
            "name": whole,
            "id": f"r-{whole}",
            "label": label,
            "value": post.get(whole, ""),
            "autocomplete": "off",
            "errors": [errors[name]] if errors and name in errors else [],
            **more,
        }

    return {
        "n": n,
        "fields": [
            spec("name", _("姓名")),
            spec("phone", _("电话"), inputmode="tel"),
            spec("address", _("通讯地址")),
            spec("representative", _("推选为代表人"), type="bool"),
        ],
    }


def next_row(post: QueryDict) -> Row:
    """A new, empty row after those that are there."""
    there = _rows(post)
    return row(min((there[-1] if there else 0) + 1, 999), {})
