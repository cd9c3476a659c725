"""``python -m tools.bench``: builds the databases, measures, prints, writes the page."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from django.db import connection
from django.db.models import Model

from jiesu.cases.models import Case, Clock, ComplaintWords, Event, Message, Party, ReportWords
from jiesu.config.private_database import PrivateServer
from tools.bench import (
    building,
    calibrating,
    creating,
    exporting,
    figuring,
    ground,
    growing,
    importing,
    reading,
    serving,
    sweeping,
    tables,
    writing,
)
from tools.bench.building import database
from tools.bench.measuring import Figure

SIZES = {"small": "1000", "": "10000,1000000", "full": "10000,1000000,10000000"}
MODELS: dict[str, type[Model]] = {
    "clocks": Clock, "parties": Party, "events": Event, "notices": Message,
    "search rows of complaints": ComplaintWords, "of reports": ReportWords,
}  # fmt: skip


def main() -> None:
    how = os.environ.get("BENCH", "")
    if how not in SIZES:
        raise SystemExit(f"BENCH={how}: choose small, full or nothing")
    options = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    options.add_argument("--cases", default=SIZES[how], help="sizes, divided by commas")
    options.add_argument(
        "--times", type=int, default=10 if how == "small" else 100, help="how often each page is asked for"
    )
    options.add_argument(
        "--only", default="", help=f"parts, divided by commas: growth, import, law, {', '.join(PARTS)}"
    )
    options.add_argument("--dry", action="store_true", help="print only, as BENCH=small does")
    options.add_argument(
        "--uncounted", default="", help="sizes whose figures are not counted: no report is measured on them"
    )
    options.add_argument("--build", action="store_true", help="make or renew the databases, measure nothing")
    given = options.parse_args()
    sizes, uncounted = _sizes(given.cases), _sizes(given.uncounted)
    wanted = set(filter(None, given.only.split(",")))
    building.build(sizes, uncounted=uncounted)
    if given.build:
        return
    before = calibrating.now()
    with ground.server() as private:
        run = writing.Run(postgresql=ground.version(private), moments=[before])
        kept = not (given.dry or wanted or how == "small")
        for size in sizes:
            parts = [p for p in PARTS if p in (wanted or PARTS) and not (p == "report" and size in uncounted)]
            run.sizes.append(measure(private, size, times=given.times, parts=parts, run=run))
            run.moments.append(calibrating.now())
            # A run that is interrupted has written what it has measured.
            if kept:
                writing.write(run)
        if len(sizes) > 1 and (not wanted or "growth" in wanted):
            try:
                run.growth = growing.growth(private, sizes[-2], sizes[-1], times=max(5, given.times // 4))
                print("\n".join(each.line() for each in run.growth), flush=True)
            except Exception as error:
                run.fail("growth", error)
            run.moments.append(calibrating.now())
        if not wanted or "law" in wanted:
            attempt(run, "law", lambda: sweeping.deadlines(times=20_000), run.law)
        if not wanted or "import" in wanted:
            rows = {"small": 500, "full": importing.PROVINCE_YEAR}.get(how, 30_000)
            attempt(run, "import", lambda: imports(private, sizes[0], rows), run.importing)
            run.moments.append(calibrating.now())
    if kept:
        writing.write(run)
        print(f"written: {writing.PAGE}")
    if run.failed:
        raise SystemExit("failed: " + "; ".join(run.failed))


def _sizes(text: str) -> list[int]:
    return sorted({int(size) for size in filter(None, text.split(","))})


def imports(private: PrivateServer, size: int, rows: int) -> list[Figure]:
    """Both kinds of import, each into a database of its own."""
    name = "bench_histories"
    try:
        histories = building.fill(private, name, min(3000, size))
    finally:
        ground.drop(private, name)
    return [histories, *importing.province_year(private, building.seed_for(size), rows=rows)]


def attempt(run: writing.Run, part: str, work: Callable[[], list[Figure]], into: list[Figure]) -> None:
    """Measures one part; what fails is named on the page, and the rest goes on."""
    try:
        for each in work():
            print(each.line(), flush=True)
            into.append(each)
    except Exception as error:
        run.fail(part, error)


Part = Callable[[PrivateServer, str, int], list[Figure]]
#: Reading comes first: creating and acting leave rows behind. Over HTTP it is measured again.
PARTS: dict[str, Part] = {
    "queue": lambda _private, _name, times: reading.queues(times=times),
    "frame": lambda _private, _name, times: reading.frame(times=times),
    "case": lambda _private, _name, times: reading.cases(times=times),
    "list": lambda _private, _name, times: reading.lists(times=times),
    "search": lambda _private, _name, times: reading.searches(times=max(10, times // 4)),
    "report": lambda _private, _name, times: figuring.figures(times=max(10, times // 4)),
    "export": lambda _private, _name, _times: exporting.export(),
    "sweep": lambda _private, _name, _times: sweeping.sweep(),
    "http": lambda private, name, times: [serving.pages(private, name, times=times * 16)],
    "create": lambda private, name, times: [
        creating.in_process(times=times * 4),
        *(serving.creations(private, name, times=times * 8, workers=n) for n in (1, 2)),
    ],
    "act": lambda _private, _name, times: [creating.accepting(times=times)],
}


def measure(
    private: PrivateServer, size: int, *, times: int, parts: Sequence[str], run: writing.Run
) -> writing.Size:
    """All figures of one database."""
    name = database(size)
    print(f"-- {size:,} cases", flush=True)
    with ground.using(private, name):
        found = writing.Size(
            size=size,
            cases=Case.objects.count(),
            open=Case.objects.filter(closed_at=None).count(),
            rows={label: model._default_manager.count() for label, model in MODELS.items()},
            bytes=ground.size_of(private, name),
            built=building.built(name),
        )
        for part in parts:
            connection.ensure_connection()

            def doing(work: Part = PARTS[part]) -> list[Figure]:
                return work(private, name, times)

            attempt(run, f"{size:,} cases, {part}", doing, found.figures)
        found.tables, found.unused = tables.sizes(private, name), tables.unused(private, name)
    return found


if __name__ == "__main__":
    main()
