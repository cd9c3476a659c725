"""``docs/lifecycle.md``: the life cycles drawn from their tables.

python -m jiesu.cases.lifecycle.drawing --write|--check docs/lifecycle.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date

from django.conf import settings

from jiesu import law
from jiesu.cases.kinds import ENDED, Kind, State
from jiesu.cases.lifecycle import TABLES
from jiesu.cases.lifecycle.table import (
    NEW,
    By,
    Extend,
    Hand,
    Meet,
    Move,
    Pause,
    Recount,
    Restart,
    Resume,
    Row,
    Start,
    Table,
    Void,
)
from jiesu.law.page import command

#: The law of this day is shown: the first under order 121.
ON = date(2026, 4, 15)

HEAD = """# Life cycles

Generated from the tables in `src/jiesu/cases/lifecycle/` by `python -m jiesu.cases.lifecycle.drawing`; do not edit.
Arrows carry the action; an action without an arrow leaves the state as it is. Articles are those of 2026-04-15.
"""

#: Words for how a person stands towards a case.
CAPACITIES = {
    "assignee": "assignee",
    "office": "its office",
    "handling": "its bureau",
    "centre": "who registered it",
    "receiving": "bureau that received it",
    "commissioned": "commissioned body",
    "assisting": "who assists",
    "superior": "superior bureau",
    "citizen": "the citizen",
    "system": "the system",
}
_UNNAMED = "(chosen)"
#: Ways out of the ordinary procedure, open in every state: left out of the drawings.
BESIDE = frozenset({"end_as_secret"})


def render() -> str:
    """The whole page."""
    lines = [HEAD]
    for table in TABLES.values():
        lines.extend(_kind(table))
    return "\n".join(lines).rstrip() + "\n"


def _kind(table: Table) -> Iterator[str]:
    yield f"## {Kind(table.kind).label} {table.kind}"
    yield ""
    yield from _diagram(table)
    yield ""
    yield "| action | states | who | goes to | clocks | told | law |"
    yield "|---|---|---|---|---|---|---|"
    for row in table.rows.values():
        yield _line(row, table)
    yield ""


def _diagram(table: Table) -> Iterator[str]:
    """The moves between states; loops and the ways out of the ordinary procedure are left to the table."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in _ordered(table.states() - {NEW}):
        yield f"    {state} : {State(state).label}"
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in table.rows.values():
        if row.action in BESIDE:
            continue
        for state in row.states:
            for goal in row.leads(state):
                if state != goal:
                    arrows.setdefault((state, goal), []).append(row.action)
    for (state, goal), actions in sorted(arrows.items(), key=lambda a: (_rank(a[0][0]), _rank(a[0][1]))):
        yield f"    {'[*]' if state == NEW else state} --> {goal} : {', '.join(actions)}"
    for state in _ordered(table.states() & ENDED):
        yield f"    {state} --> [*]"
    yield "```"


def _rank(state: str) -> int:
    return -1 if state == NEW else list(State).index(State(state))


def _ordered(states: frozenset[str]) -> list[str]:
    return sorted(states, key=_rank)


def _line(row: Row, table: Table) -> str:
    every = table.states() - {NEW} - ENDED
    where = "all open" if row.states >= every else ", ".join(_ordered(row.states))
    if row.states >= every and row.states & ENDED:
        where += ", " + ", ".join(_ordered(row.states & ENDED))
    name = f"`{row.action}` {row.label}"
    if row.approval:
        name += (
            "<br>head decides" if row.approval == "law" else f"<br>head decides (setting `{row.approval}`)"
        )
    if row.only_with_law:
        name += "<br>only where the law of the day knows it"
    cells = (
        name,
        where,
        "<br>".join(_who(w) for w in row.who),
        ", ".join(row.targets()) or "–",
        "<br>".join(filter(None, (_move(m) for m in row.moves))) or "–",
        "<br>".join(
            dict.fromkeys(f"{t.form} → {', '.join(t.to)}{'' if t.required else ' (may)'}" for t in row.tells)
        )
        or "–",
        "、".join(c.label for c in law.articles(row.article, on=ON)) if row.article else "–",
    )
    return f"| {' | '.join(cells)} |"


def _who(who: By) -> str:
    capacity = CAPACITIES[who.capacity]
    return f"{capacity}: {', '.join(sorted(who.roles))}" if who.roles else capacity


def _rule(rule: object) -> str:
    return f"`{rule}`" if isinstance(rule, str) else _UNNAMED


def _move(move: Move) -> str:
    if isinstance(move, Start):
        return f"starts {_rule(move.rule)}{' if' if move.when or move.fixed else ''}"
    if isinstance(move, Meet):
        return f"{'decides' if move.decided else 'ends'} `{move.rule}`{' if' if move.when else ''}"
    if isinstance(move, Void):
        return f"voids `{move.rule}` ({move.reason})"
    if isinstance(move, Pause):
        return f"pauses `{move.rule}`{' if' if move.when else ''}"
    if isinstance(move, Resume):
        return f"resumes `{move.rule}`{' if' if move.when else ''}"
    if isinstance(move, Extend):
        return "extends the clock named"
    if isinstance(move, Restart):
        return f"restarts `{move.rule}`"
    if isinstance(move, Hand):
        return "hands the clocks over"
    return "counts anew" if isinstance(move, Recount) else ""


if __name__ == "__main__":
    # Labels are in Chinese, the source language; nothing else of Django is needed.
    settings.configure(USE_I18N=False)
    sys.exit(command(sys.argv[1:], module="jiesu.cases.lifecycle.drawing", render=render))
