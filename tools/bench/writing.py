"""``docs/benchmarks.md``: written by the run itself, never by hand."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from tools.bench.measuring import Figure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PACKAGES = ("django", "psycopg", "django-ninja", "granian", "procrastinate", "cryptography")


@dataclass
class Size:
    """One database: how many cases, how large, and what was measured on it."""

    cases: int
    open: int
    rows: dict[str, int]
    bytes: int
    built: str = ""
    figures: list[Figure] = field(default_factory=list)


@dataclass
class Run:
    postgresql: str
    importing: list[Figure] = field(default_factory=list)
    law: list[Figure] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)


def processor() -> str:
    """The processor's name as the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.split(":", 1)[1].split())
    return platform.processor() or platform.machine()


def commit() -> str:
    """The state of the source that was measured."""
    root = Path(__file__).resolve().parents[2]
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=root, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def machine(run: Run) -> list[str]:
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"- Machine: {os.cpu_count()} cores ({processor()}), {memory:.0f} GB memory, {platform.system()} "
        f"{platform.release()}. Load when begun and at the end of each part: "
        f"{', '.join(f'{each:.1f}' for each in run.loads)}. The bench alone makes about 1.5; with more, others were at work.",
        f"- Python {platform.python_version()}, PostgreSQL {run.postgresql}, {versions}.",
        f"- Source {commit()}, {datetime.now(UTC):%Y-%m-%d}.",
    ]


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else (f"{value:.1f}" if value < 100 else f"{value:,.0f}")


def table(figures: list[Figure]) -> list[str]:
    """Figures as a table."""
    lines = ["| what | p50 ms | p95 ms | queries | per second | floor |", "|---|--:|--:|--:|--:|---|"]
    for each in figures:
        queries = "" if each.queries is None else str(each.queries)
        rate = f"{each.rate:,.0f}" if each.rate else ""
        verdict = "" if each.met is None else f"{each.floor}: {'reached' if each.met else '**not reached**'}"
        lines.append(
            f"| {each.name} | {_number(each.p50)} | {_number(each.p95)} | {queries} | {rate} | {verdict} |"
        )
    return lines


def text(run: Run, notes: str) -> str:
    """The whole page."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. " + notes,
        "",
        *machine(run),
        "",
        "## Import and law",
        "",
        *table([*run.importing, *run.law]),
    ]
    for size in run.sizes:
        rows = ", ".join(f"{count:,} {name}" for name, count in size.rows.items())
        lines += [
            "",
            f"## {size.cases:,} cases",
            "",
            f"{size.open:,} open; {rows}; {size.bytes / 2**30:.1f} GB on disk. {size.built}".rstrip(),
            "",
            *table(size.figures),
        ]
    return "\n".join(lines) + "\n"


def write(run: Run, notes: str) -> None:
    PAGE.write_text(text(run, notes), encoding="utf-8")
