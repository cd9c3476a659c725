"""Builds the databases that are not there, and brings those that are up to date: migrations, and figures counted anew."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Collection, Iterable

from django.db import connections
from psycopg import sql

from jiesu.cases import bulk
from jiesu.config.private_database import PrivateServer
from jiesu.insight.tallies import keeping, sources
from tools.bench import FOLDER, ground, people, stories
from tools.bench.measuring import Figure, figure
from tools.bench.multiply import Plan, multiply, plan

SEED_CASES = 10_000
SEED = "bench_seed"
BATCH = 500
#: Beside a database: the log of changes, sorting for one index at a time.
ASIDE = 3 * 2**30
NOTES = FOLDER / "built.json"

# A case that came in as one contact, as most do.
_CONTACTS = """
INSERT INTO intake_contact (id, channel, line, kind, outcome, received_at, registered_at, back_dated, registered_by_id,
                            staff_id, external_number, tracking_number, cases)
SELECT id, channel, CASE WHEN channel IN ('hotline', '12345') THEN 'line' ELSE '' END, kind, 'cases', received_at,
       registered_at, false, registered_by_id, NULL, '', '', ARRAY[id] FROM cases_case
"""
_MARK_ALL = """
INSERT INTO cases_tallymark (id, day, holder_id)
SELECT gen_random_uuid(), day, holder FROM (
    SELECT DISTINCT (received_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           coalesce(organisation_id, registered_by_id) AS holder FROM cases_case) found
"""


def database(size: int) -> str:
    return f"bench_{size}"


def seed_for(size: int) -> str:
    """The seed from which databases down to this size grow."""
    return SEED if size >= SEED_CASES else f"{SEED}_{size}"


def built(name: str) -> dict[str, float]:
    """What the building of a database took, in seconds: ``copied`` and ``tallied``."""
    noted: dict[str, dict[str, float]] = json.loads(NOTES.read_text()) if NOTES.is_file() else {}
    return noted.get(name, {})


def note(name: str, **seconds: float) -> None:
    noted = json.loads(NOTES.read_text()) if NOTES.is_file() else {}
    noted[name] = noted.get(name, {}) | seconds
    NOTES.write_text(json.dumps(noted, indent=1))


def build(sizes: Iterable[int], *, uncounted: Collection[int] = ()) -> None:
    """Makes every database of these sizes that is not there, and renews the others.

    Args:
        uncounted: sizes whose figures are not counted.

    Raises:
        SystemExit: the disk is too small.
    """
    sizes = sorted(sizes)
    with ground.server(building=True) as private:
        ground.lay(private)
        seed = min(SEED_CASES, sizes[0])
        name = seed_for(seed)
        if not ground.exists(private, name):
            sow(private, name, seed)
        ground.renew(private, name)
        for size in sizes:
            whole = database(size)
            # The smallest costs nothing: it is made anew, without what an earlier run has written into it.
            if size == seed:
                ground.drop(private, whole)
                ground.copy(private, whole, template=name)
            elif not ground.exists(private, whole):
                grow(private, whole, name, plan(private, name, cases=size))
            ground.renew(private, whole)
        for size in sizes:
            if size not in uncounted:
                tally(private, database(size))


def sow(private: PrivateServer, name: str, count: int) -> None:
    """The first cases: whole histories through ``bulk``, and a contact for each."""
    draft = f"{name}_draft"
    fill(private, draft, count)
    with private.connect(name=draft) as superuser:
        superuser.execute("UPDATE cases_case SET contact_id = id")
        superuser.execute(_CONTACTS)
    ground.settle(private, draft)
    ground.rename(private, draft, name)


def fill(private: PrivateServer, name: str, count: int) -> Figure:
    """A new database with so many histories; gives the rate at which they were written."""
    ground.drop(private, name)
    ground.copy(private, name, template=ground.GROUND)
    batches: list[float] = []
    with ground.using(private, name):
        teams = people.teams()
        clock = [time.perf_counter()]

        def noted(_written: bulk.Written) -> None:
            now = time.perf_counter()
            batches.append((now - clock[0]) * 1000)
            clock[0] = now

        begun = time.perf_counter()
        written = bulk.write(stories.histories(teams, count), batch=BATCH, after=noted)
        spent = time.perf_counter() - begun
    if len(written.refused) > count // 100:
        raise SystemExit(f"too many histories refused: {written.refused[0].error}")
    return figure(
        f"import of {count:,} whole histories with notices through bulk, batches of {BATCH}",
        batches, queries=None, rate=len(written.numbers) / spent,
    )  # fmt: skip


def grow(private: PrivateServer, name: str, seed: str, planned: Plan) -> None:
    """A larger database from the seed."""
    ground.require_room(planned.bytes + ASIDE, f"{planned.cases:,} cases")
    begun = time.monotonic()
    draft = f"{name}_draft"
    ground.drop(private, draft)
    ground.copy(private, draft, template=seed)
    multiply(private, draft, planned)
    ground.settle(private, draft)
    ground.rename(private, draft, name)
    spent = time.monotonic() - begun
    note(name, copied=spent)
    print(f"{name}: {planned.cases:,} cases built in {spent:.0f} s", flush=True)


def tally(private: PrivateServer, name: str) -> None:
    """Counts the figures: all of them where they are counted in another way than last time, else what is marked."""
    stated = ";".join(f"{each.name} {each.sql}" for each in sources.sources())
    print_of_sources = hashlib.sha256(stated.encode()).hexdigest()
    with private.connect(name=name) as superuser:
        found = superuser.execute("SELECT obj_description('insight_tally'::regclass)").fetchone()
        anew = found is None or found[0] != print_of_sources
        if anew:
            superuser.execute("TRUNCATE cases_tallymark, insight_cell, insight_tally, insight_tallystate")
            superuser.execute(_MARK_ALL)
            superuser.execute("ANALYZE cases_tallymark")
    with ground.using(private, name):
        begun = time.monotonic()
        marks = keeping.refresh_all(now=people.NOW)
        spent = time.monotonic() - begun
        connections["default"].close()
    if anew:
        with private.connect(name=name) as superuser:
            superuser.execute("VACUUM ANALYZE insight_cell, insight_tally, cases_tallymark")
            superuser.execute(
                sql.SQL("COMMENT ON TABLE insight_tally IS {}").format(sql.Literal(print_of_sources))
            )
        note(name, tallied=spent, marks=marks)
        print(f"{name}: {marks:,} marks counted in {spent:.0f} s", flush=True)
