"""``docs/benchmarks.md``: written by the run itself, never by hand; what it cannot know stands in ``notes.md``."""

from __future__ import annotations

import os
import platform
import subprocess
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

from tools.bench.calibrating import Moment
from tools.bench.growing import ROUNDS, Growth
from tools.bench.measuring import Figure
from tools.bench.tables import Table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
NOTES = Path(__file__).with_name("notes.md")
#: A queue page of the largest database may take so many times what it takes in the one before.
MOST_GROWTH = 1.2
PACKAGES = ("django", "psycopg", "django-ninja", "granian", "procrastinate", "cryptography")


@dataclass
class Size:
    """One database: how many cases, how large, and what was measured on it."""

    size: int
    cases: int
    open: int
    rows: dict[str, int]
    bytes: int
    built: dict[str, float] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    unused: list[tuple[str, int]] = field(default_factory=list)

    def of(self, key: str) -> list[Figure]:
        return [each for each in self.figures if each.key == key]


@dataclass
class Run:
    postgresql: str
    importing: list[Figure] = field(default_factory=list)
    law: list[Figure] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def fail(self, part: str, error: Exception) -> None:
        """Keeps what went wrong for the page."""
        traceback.print_exception(error)
        self.failed.append(f"{part}: {type(error).__name__}: {error}".split("\n", 1)[0][:300])


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
        f"{platform.release()}.",
        f"- When begun and at the end of each part: load {_listed(run, 'load')} (the bench alone makes about 1.5; with "
        f"more, others were at work); a fixed loop of Python {_listed(run, 'loop')} ms; a page on disk {_listed(run, 'sync')} ms.",
        f"- Python {platform.python_version()}, PostgreSQL {run.postgresql}, {versions}.",
        f"- Source {commit()}, {datetime.now(UTC):%Y-%m-%d}.",
    ]


def _listed(run: Run, name: str) -> str:
    return ", ".join(_number(getattr(each, name)) for each in run.moments)


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 0.1 else (f"{value:.1f}" if value < 100 else f"{value:,.0f}")


def _optional(value: float | None) -> str:
    return "" if value is None else _number(value)


def table(figures: Sequence[Figure]) -> list[str]:
    """Figures as a table."""
    lines = [
        "| what | p50 ms | p95 ms | queries | MB | per second | bare ms | × bare | goal |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for each in figures:
        queries = "" if each.queries is None else str(each.queries)
        rate = f"{each.rate:,.0f}" if each.rate else ""
        verdict = (
            "" if each.met is None else f"{each.goal.words()}: {'reached' if each.met else '**not reached**'}"
        )
        ratio = f"{each.ratio:.1f}" if each.ratio else ""
        name = f"{each.name} ({each.note})" if each.note else each.name
        lines.append(
            f"| {name} | {_number(each.p50)} | {_number(each.p95)} | {queries} | {_optional(each.memory)} | {rate} "
            f"| {_optional(each.bare)} | {ratio} | {verdict} |"
        )
    return lines


Words = Callable[[list[Figure]], str]


def _times(found: list[Figure]) -> str:
    low, high = min(f.p50 for f in found), max(f.p50 for f in found)
    p50 = _number(low) if low == high else f"{_number(low)}–{_number(high)}"
    return f"p50 {p50}, p95 ≤ {_number(max(f.p95 for f in found))} ms" + _verdict(found)


def _rates(found: list[Figure]) -> str:
    return f"{max(f.rate or 0 for f in found):,.0f}/s" + _verdict(found)


def _seconds(found: list[Figure]) -> str:
    return f"{max(f.p50 for f in found) / 1000:.1f} s" + _verdict(found)


def _noted(found: list[Figure]) -> str:
    return found[0].note.partition(";")[0] + _verdict(found)


def _verdict(found: list[Figure]) -> str:
    judged = [f.met for f in found if f.met is not None]
    return "" if not judged else (" ✓" if all(judged) else f" **✗ {judged.count(False)} of {len(judged)}**")


#: Rows of the summary: what, its goal, the key of its figures, and how they are told.
SUMMARY: tuple[tuple[str, str, str, Words], ...] = (
    ("Queue page, six levels", "≤ 6 queries, p50 ≤ 15 ms, p95 ≤ 25 ms", "queue", _times),
    ("Queue pages far down", "as the first page", "far", _times),
    ("Queue page with filters and words", "p95 ≤ 50 ms", "filter", _times),
    ("Counts and badges of the frame", "", "badges", _times),
    ("Case page", "≤ 10 queries, ≤ 12 ms", "case", _times),
    ("Search, two to six characters, rare and absent words", "p95 ≤ 50 ms", "search", _times),
    ("Queue pages over HTTP, 2 web processes, 8 clients", "≥ 150/s", "http", _rates),
    ("Create through the API, in process", "≥ 200/s, ≤ 2.5 × bare", "create", _rates),
    ("Create over HTTP, 1 web process", "≥ 200/s", "create 1", _rates),
    ("Create over HTTP, 2 web processes", "≥ 400/s", "create 2", _rates),
    ("Action (accept) through the API", "", "act", _times),
    ("Report of the province and a city, one and all years", "≤ 100 ms", "report", _times),
    ("Report as a page", "", "report page", _times),
    ("Export of 50,000 rows", "", "export", _seconds),
    ("Reminder and escalation sweep", "", "sweep", _seconds),
)


def summary(run: Run) -> list[str]:
    """The goals, and what was reached at each size."""
    heads = [f"{size.size:,} cases" for size in run.sizes]
    large = run.sizes[-1] if run.sizes else None
    lines = [
        f"| what | goal | {' | '.join(heads)} | × bare |",
        f"|---|---|{'---|' * (len(heads) + 1)}",
    ]
    for what, goal, key, words in SUMMARY:
        told = [words(found) if (found := size.of(key)) else "" for size in run.sizes]
        ratios = [f.ratio for f in (large.of(key) if large else []) if f.ratio]
        lines.append(f"| {what} | {goal} | {' | '.join(told)} | {_span(ratios)} |")
    lines += _growth(run)
    imported = [f for f in run.importing if f.key == "import"]
    if imported:
        words_ = _noted(imported)
        lines.append(
            f"| Import of a province-year (591,006 rows) | ≤ 60 s | {words_} |{' |' * (len(heads) - 1)} "
            f"{_span([f.ratio for f in imported if f.ratio])} |"
        )
    return lines


def _span(ratios: list[float]) -> str:
    if not ratios:
        return ""
    low, high = min(ratios), max(ratios)
    return f"{low:.1f}" if high - low < 0.1 else f"{low:.1f}–{high:.1f}"


def _growth(run: Run) -> list[str]:
    """How much slower the queue page of each level is at the largest size than at the one before."""
    found = [each.times for each in run.growth]
    if len(run.sizes) < 3 or not found:
        return []
    before, after = run.sizes[-2:]
    told = f"{min(found):.2f}–{max(found):.2f}, median {median(found):.2f} times"
    told += (
        " ✓" if max(found) <= MOST_GROWTH else f" **✗ {sum(n > MOST_GROWTH for n in found)} of {len(found)}**"
    )
    return [
        f"| Queue page at {after.size:,} against {before.size:,}, asked in turn | ≤ {MOST_GROWTH} times "
        f"| {'| ' * (len(run.sizes) - 1)}{told} | |"
    ]


def grown(run: Run) -> list[str]:
    """The same page in two databases."""
    if not run.growth:
        return []
    before, after = run.sizes[-2:]
    return [
        "",
        f"## The same page in two databases, asked in turn {ROUNDS} times",
        "",
        f"| what | {before.size:,} cases, p50 ms | {after.size:,} cases, p50 ms | times |",
        "|---|--:|--:|--:|",
        *(f"| {g.name} | {g.before:.1f} | {g.after:.1f} | {g.times:.2f} |" for g in run.growth),
    ]


def storage(size: Size) -> list[str]:
    """Tables with what a hundred thousand cases take of each."""
    share = size.cases / 100_000
    lines = [
        "| table | rows | rows MB | kept apart MB | indexes MB | MB per 100,000 cases | updates within their page |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for each in size.tables:
        whole = each.heap + each.apart + each.indexes
        hot = f"{each.hot / each.updates:.0%} of {each.updates:,}" if each.updates >= 20 else ""
        lines.append(
            f"| {each.name} | {each.rows:,} | {each.heap / 2**20:,.0f} | {each.apart / 2**20:,.0f} "
            f"| {each.indexes / 2**20:,.0f} | {whole / 2**20 / share:,.1f} | {hot} |"
        )
    if size.unused:
        names = ", ".join(f"{name} ({bytes_ / 2**20:,.0f} MB)" for name, bytes_ in size.unused)
        lines += ["", f"Indexes that no statement of this run has walked: {names}."]
    return lines


def built(size: Size) -> str:
    noted = size.built
    parts = [f"Grown in {noted['copied']:.0f} s." if "copied" in noted else ""]
    if "tallied" in noted:
        parts.append(
            f"All figures counted in {noted['tallied']:.0f} s ({noted['marks']:,.0f} days of holders)."
        )
    return " ".join(filter(None, parts))


def text(run: Run) -> str:
    """The whole page."""
    introduction, _mark, limits = NOTES.read_text(encoding="utf-8").partition("\n---\n")
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; do not edit. " + introduction.strip(),
        "",
        *machine(run),
        "",
    ]
    if run.failed:
        lines += ["**Parts that failed in this run:**", "", *(f"- {each}" for each in run.failed), ""]
    lines += ["## Goals", "", *summary(run), "", limits.strip(), ""]
    lines += ["## Import and law", "", *table([*run.importing, *run.law])]
    for size in run.sizes:
        rows = ", ".join(f"{count:,} {name}" for name, count in size.rows.items())
        lines += [
            "",
            f"## {size.cases:,} cases",
            "",
            f"{size.open:,} open; {rows}; {size.bytes / 2**30:.1f} GB on disk. {built(size)}".rstrip(),
            "",
            *table(size.figures),
        ]
    lines += grown(run)
    if run.sizes:
        lines += ["", f"## What {run.sizes[-1].cases:,} cases take on disk", "", *storage(run.sizes[-1])]
    return "\n".join(lines) + "\n"


def write(run: Run) -> None:
    PAGE.write_text(text(run), encoding="utf-8")
