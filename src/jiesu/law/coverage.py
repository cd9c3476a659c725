"""Every rule of the rule book: where it is in the data or code, and which test holds it.

Read from the tree itself, never from a list kept by hand: YAML entries name the rule (`rulebook: C-09`),
code names it in a comment or docstring, tests carry `@pytest.mark.rule("C-09")`.
`python -m jiesu.law.coverage --write docs/law.md` writes the page, `--check` fails if it is stale.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jiesu.law.options import NOT_STATUTORY, options
from jiesu.law.page import command
from jiesu.law.periods import rules
from jiesu.law.source import DATA, names, yaml_files

ROOT = Path(__file__).parents[3]
_STATUS = {"V": "read in full", "S": "second hand", "U": "unverified"}
_ID = re.compile(r"\b[A-Z]-\d{2}\b")
_MARK = re.compile(r"mark\.rule\(([^)]*)\)")
_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)|^\s*class (\w+)", re.M)


@dataclass(frozen=True, slots=True)
class Covered:
    """One rule of the rule book with the places that hold it."""

    id: str
    topic: str
    source: str
    limit: str
    status: str
    note: str
    data: tuple[str, ...]
    code: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def implemented(self) -> bool:
        """True if some data or code holds the rule."""
        return bool(self.data or self.code)


def covered(*, root: Path = ROOT) -> tuple[Covered, ...]:
    """Every rule of the rule book in its order, with data, code and tests found under `root`."""
    data, code, tests = _in_data(), _in_code(root), _in_tests(root)
    return tuple(
        Covered(
            id=row["id"],
            topic=row["topic"],
            source=row["source"],
            limit=row["limit"],
            status=row["status"],
            note=row.get("note", ""),
            data=tuple(data[row["id"]]),
            code=tuple(code[row["id"]]),
            tests=tuple(tests[row["id"]]),
        )
        for row in rulebook()
    )


def counts(*, root: Path = ROOT) -> Mapping[str, int]:
    """How many rules there are, are in data, in code, implemented (either), tested, and missing."""
    entries = covered(root=root)
    return {
        "rules": len(entries),
        "in_data": sum(bool(e.data) for e in entries),
        "in_code": sum(bool(e.code) for e in entries),
        "implemented": sum(e.implemented for e in entries),
        "tested": sum(bool(e.tests) for e in entries),
        "missing": sum(not e.implemented for e in entries),
    }


@cache
def rulebook() -> tuple[Mapping[str, Any], ...]:
    """The rows of the rule book as shipped."""
    return tuple(json.loads((DATA / "rules.json").read_text(encoding="utf-8")))


def _in_data() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file, content in yaml_files():
        for label, ids in _labelled(content):
            place = f"{file}: {label}" if label else file
            for rule_id in ids:
                if place not in found[rule_id]:
                    found[rule_id].append(place)
    return found


def _labelled(node: object, label: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(node, list):
        for item in node:
            yield from _labelled(item, label)
    elif isinstance(node, dict):
        own = next((str(node[k]) for k in ("id", "key", "decision", "kind", "family") if k in node), label)
        if "rulebook" in node:
            yield own, names(node["rulebook"])
        for value in node.values():
            yield from _labelled(value, own)


def _in_code(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((root / "src" / "jiesu").rglob("*.py")):
        if file == Path(__file__):
            continue
        for rule_id in sorted(set(_ID.findall(file.read_text(encoding="utf-8")))):
            found[rule_id].append(file.relative_to(root / "src").as_posix())
    return found


def _in_tests(root: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((root / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        for mark in _MARK.finditer(text):
            following = _TEST.search(text, mark.end())
            name = next((g for g in following.groups() if g), file.stem) if following else file.stem
            for rule_id in _ID.findall(mark.group(1)):
                place = f"{file.relative_to(root).as_posix()}::{name}"
                if place not in found[rule_id]:
                    found[rule_id].append(place)
    return found


def render(*, root: Path = ROOT) -> str:
    """The page `docs/law.md` as text."""
    entries = covered(root=root)
    total = counts(root=root)
    lines = [
        "# The law in this system",
        "",
        "Generated by `python -m jiesu.law.coverage --write docs/law.md`; do not edit. Each rule of the rule book,",
        "where it is in the data (`src/jiesu/law/data`) or code, and which test holds it.",
        "",
        f"{total['rules']} rules: {total['implemented']} implemented ({total['in_data']} in data, "
        f"{total['in_code']} named in code), {total['tested']} held by a named test, {total['missing']} not yet.",
        "",
    ]
    for topic in dict.fromkeys(e.topic for e in entries):
        lines += [
            f"## {topic}",
            "",
            "| rule | source | what | known | where | test |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_row(e) for e in entries if e.topic == topic]
        lines.append("")
    return "\n".join([*lines, *_periods(), *_settings(), *_todo(entries)]) + "\n"


def _row(e: Covered) -> str:
    places = _short(_by_file(e.data) + list(e.code))
    tests = _short([t.split("::")[-1] for t in e.tests])
    cells = [
        e.id,
        e.source,
        e.limit + (f"（{e.note}）" if e.note else ""),
        _STATUS[e.status],
        places or "**not yet**",
        tests or "–",
    ]
    return "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"


def _by_file(places: tuple[str, ...]) -> list[str]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for place in places:
        file, _, label = place.partition(": ")
        grouped[file].append(label)
    return [
        f"{file} ({', '.join(labels[:3])}{', …' if len(labels) > 3 else ''})"
        for file, labels in grouped.items()
    ]


def _short(places: list[str]) -> str:
    return "<br>".join(f"`{p}`" for p in places[:6]) + (
        f"<br>and {len(places) - 6} more" if len(places) > 6 else ""
    )


def _periods() -> Iterator[str]:
    yield from ["## Periods", "", "| id | title | who sets it | pauses for | rule |", "|---|---|---|---|---|"]
    for rule in rules():
        sources = [
            f"{p.citation.instrument.short} {p.citation.article} "
            f"({p.period.label if p.period else f'setting {p.option}'}"
            f"{f', +{p.extension.label} × {p.max_extensions}' if p.extension else ''})"
            for p in rule.provisions
        ]
        kind = "" if rule.statutory else f"（{NOT_STATUTORY}）"
        pauses = ", ".join(rule.pausable_by) or "–"
        yield f"| `{rule.id}` | {rule.title}{kind} | {'<br>'.join(sources)} | {pauses} | {' '.join(rule.rulebook)} |"
    yield ""


def _settings() -> Iterator[str]:
    yield from [
        "## Settings that the law leaves open (not statutory)",
        "",
        "| key | label | default | source |",
        "|---|---|---|---|",
    ]
    for option in options().values():
        if not option.per_call:
            default = "–" if option.default is None else str(option.default).lower()
            yield f"| `{option.key}` | {option.label} | {default} | {option.source} |"
    yield ""


def _todo(entries: tuple[Covered, ...]) -> Iterator[str]:
    missing = Counter(e.topic for e in entries if not e.implemented)
    yield from ["## Not yet", ""]
    for topic in missing:
        yield f"- {topic}: {' '.join(e.id for e in entries if e.topic == topic and not e.implemented)}"


if __name__ == "__main__":
    sys.exit(command(sys.argv[1:], module="jiesu.law.coverage", render=render))
