"""``python -m tools.bench``: builds the databases, measures, prints, writes the page."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

from django.db import connection
from django.db.models import Model

from jiesu.cases import bulk
from jiesu.cases.models import Case, Clock, ComplaintWords, Event, Message, Party, ReportWords
from jiesu.config.private_database import PrivateServer
from tools.bench import creating, ground, people, reading, stories, sweeping, writing
from tools.bench.measuring import Figure, figure
from tools.bench.multiply import multiply

SEED_CASES = 10_000
BATCH = 500
NOTES = (
    "Each database has real durability (`fsync`, `synchronous_commit`) and the configuration of an installation. "
    "The first cases are full histories written through `bulk`; a larger database holds them many times over (cases, "
    "clocks, parties, participants and search words; events and notices only once). Pages and API run through WSGI in "
    "this process with all middleware, so that their queries can be counted; client and database share the machine."
)
MODELS: dict[str, type[Model]] = {
    "clocks": Clock, "parties": Party, "events": Event, "notices": Message,
    "search rows of complaints": ComplaintWords, "of reports": ReportWords,
}  # fmt: skip


def main() -> None:
    small = os.environ.get("BENCH") == "small"
    options = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    options.add_argument(
        "--cases", default="1000" if small else "10000,1000000", help="sizes, divided by commas"
    )
    options.add_argument(
        "--times", type=int, default=20 if small else 100, help="how often each page is asked for"
    )
    options.add_argument(
        "--only", default="", help="parts: import, create, act, queue, case, list, search, sweep, law"
    )
    options.add_argument("--dry", action="store_true", help="print only, as BENCH=small does")
    given = options.parse_args()
    sizes = sorted({int(size) for size in given.cases.split(",")})
    wanted = set(filter(None, given.only.split(",")))
    load = os.getloadavg()[0]
    with ground.server() as private:
        run = writing.Run(postgresql=version(private), loads=[load])
        ground.lay(private)
        build(private, sizes)
        if not wanted or "import" in wanted:
            run.importing = tell(importing(private, min(3000, sizes[0])))
        if not wanted or "law" in wanted:
            run.law = tell(sweeping.deadlines(times=20_000))
        for size in sizes:
            run.sizes.append(measure(private, size, times=given.times, wanted=wanted))
            run.loads.append(os.getloadavg()[0])
    if not (given.dry or wanted or small):
        writing.write(run, NOTES)
        print(f"written: {writing.PAGE}")


def version(private: PrivateServer) -> str:
    with private.connect() as superuser:
        found = superuser.execute("SHOW server_version").fetchone()
    return str(found[0]) if found else ""


def tell(figures: list[Figure]) -> list[Figure]:
    for each in figures:
        print(each.line(), flush=True)
    return figures


def database(size: int) -> str:
    return f"bench_{size}"


def build(private: PrivateServer, sizes: list[int]) -> None:
    """Makes the databases that are not there."""
    seed = min(SEED_CASES, sizes[0])
    base = database(seed)
    if not ground.exists(private, base):
        draft = f"{base}_draft"
        fill(private, draft, seed)
        ground.settle(private, draft)
        ground.rename(private, draft, base)
    for size in sizes:
        if size == seed or ground.exists(private, database(size)):
            continue
        begun = time.monotonic()
        draft = f"{database(size)}_draft"
        ground.drop(private, draft)
        ground.renew(private, base)
        ground.copy(private, draft, template=base)
        multiply(private, draft, times=size // seed)
        ground.settle(private, draft)
        ground.rename(private, draft, database(size))
        print(f"{size:,} cases built in {time.monotonic() - begun:.0f} s", flush=True)


def fill(private: PrivateServer, name: str, count: int) -> Figure:
    """A new database with so many histories; gives the rate at which they were written."""
    ground.drop(private, name)
    ground.copy(private, name, template=ground.GROUND)
    batches: list[float] = []
    with ground.using(private, name):
        teams = people.teams()
        clock = [time.perf_counter()]

        def note(_written: bulk.Written) -> None:
            now = time.perf_counter()
            batches.append((now - clock[0]) * 1000)
            clock[0] = now

        begun = time.perf_counter()
        written = bulk.write(stories.histories(teams, count), batch=BATCH, after=note)
        spent = time.perf_counter() - begun
    if len(written.refused) > count // 100:
        raise SystemExit(f"too many histories refused: {written.refused[0].error}")
    return figure(
        f"import of {count:,} whole histories with notices through bulk, batches of {BATCH}",
        batches, queries=None, rate=len(written.numbers) / spent,
    )  # fmt: skip


def importing(private: PrivateServer, count: int) -> list[Figure]:
    """The import into a database of its own."""
    name = "bench_import"
    try:
        return [fill(private, name, count)]
    finally:
        ground.drop(private, name)


def measure(private: PrivateServer, size: int, *, times: int, wanted: set[str]) -> writing.Size:
    """All figures of one database."""
    name = database(size)
    ground.renew(private, name)
    print(f"-- {size:,} cases", flush=True)
    with ground.using(private, name):
        found = writing.Size(
            cases=Case.objects.count(),
            open=Case.objects.filter(closed_at=None).count(),
            rows={label: model._default_manager.count() for label, model in MODELS.items()},
            bytes=ground.size_of(private, name),
        )
        parts: dict[str, Callable[[], list[Figure]]] = {
            "queue": lambda: reading.queues(times=times),
            "case": lambda: reading.cases(times=times),
            "list": lambda: reading.lists(times=times),
            "search": lambda: reading.searches(times=max(10, times // 4)),
            "sweep": sweeping.sweep,
            "create": lambda: [
                creating.in_process(times=times * 4),
                creating.over_http(private, name, times=times * 5),
            ],
            "act": lambda: [creating.accepting(times=times)],
        }
        connection.ensure_connection()
        for part, work in parts.items():
            if not wanted or part in wanted:
                found.figures += tell(work())
    return found


if __name__ == "__main__":
    main()
