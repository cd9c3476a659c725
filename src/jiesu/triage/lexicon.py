"""Reads the word lists under ``data/``: what speaks for a kind, a subject, a department, urgency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Signal:
    """A pattern that speaks for something, with its weight and the reason shown to people."""

    key: str
    speaks_for: str
    weight: float
    reason: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter of another department or with a procedure of its own, and what to tell who brings it."""

    key: str
    name: str
    department: str
    tell: str
    special: bool
    strong: re.Pattern[str]
    plain: re.Pattern[str] | None


@cache
def content(name: str) -> Row:
    """One YAML file of ``data/`` by its name without ending."""
    return read(DATA / f"{name}.yaml")


def read(file: Path) -> Row:
    """One YAML file."""
    found: Row = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    return found


@cache
def signals(name: str) -> tuple[Signal, ...]:
    """The signals of one file."""
    return tuple(
        Signal(
            key=row["key"],
            speaks_for=row["for"],
            weight=float(row["weight"]),
            reason=row["reason"],
            pattern=re.compile(row["pattern"]),
        )
        for row in content(name)["signals"]
    )


@cache
def matters() -> tuple[Matter, ...]:
    """All matters that are not complaints, reports or consultations of market regulation."""
    return tuple(
        Matter(
            key=row["key"],
            name=row["name"],
            department=row["department"],
            tell=row["tell"],
            special=row.get("special", False),
            strong=_either(row["strong"]),
            plain=_either(row["plain"]) if row.get("plain") else None,
        )
        for row in content("departments")["matters"]
    )


def matter(key: str) -> Matter:
    """One matter by its key; raises ``KeyError``."""
    return {m.key: m for m in matters()}[key]


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))
