"""Which articles govern an action on a day: cited in events, notices and buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation
from jiesu.law.source import Row, citation, names, rows


@dataclass(frozen=True, slots=True)
class Action:
    """An act of the procedure, the articles that govern it, and what they ask for.

    `items` are the things the articles list (materials, contents); `note` says what practice adds.
    """

    key: str
    title: str
    rulebook: tuple[str, ...]
    items: tuple[str, ...]
    note: str
    citations: tuple[Citation, ...]


def articles(action: str, *, on: date) -> tuple[Citation, ...]:
    """The articles that govern an action on a day, the acting instrument first; empty if none did.

    Raises `unknown_action`.

    >>> [c.label for c in articles("accept", on=date(2025, 1, 1))][0]
    '《市场监督管理投诉举报处理暂行办法》第十四条'
    >>> articles("close_repeat", on=date(2025, 1, 1))
    ()
    """
    return tuple(c for c in action_entry(action).citations if c.in_force(on=on))


def action_entry(action: str) -> Action:
    """The whole entry of an action; raises `unknown_action`."""
    try:
        return actions()[action]
    except KeyError:
        raise LawError(Code.UNKNOWN_ACTION, action=action) from None


@cache
def actions() -> Mapping[str, Action]:
    """All actions by key."""
    found: dict[str, Action] = {}
    for row in rows(folder="articles", list_name="actions"):
        if row["key"] in found:
            raise LawError(Code.BAD_DATA, where=row["key"], why="动作重复")
        found[row["key"]] = Action(
            key=row["key"],
            title=row["title"],
            rulebook=names(row.get("rulebook")),
            items=names(row.get("items")),
            note=row.get("note", ""),
            citations=tuple(_citation(c, action=row) for c in row["articles"]),
        )
    return found


def _citation(row: Row, *, action: Row) -> Citation:
    return citation({"rulebook": action.get("rulebook"), **row})
