"""A province-year through the import's own door: a sheet of a hotline is received, checked, numbered and written.

It goes into a database of its own, which is dropped afterwards. Beside it ``COPY`` of the very rows that it wrote, all
tables in one transaction, into empty tables with the same indexes.
"""

from __future__ import annotations

import csv
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import sql

from jiesu.cases import indexing
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.config.private_database import PrivateServer
from jiesu.intake import imports, sheets
from jiesu.intake.import_models import ImportRun
from jiesu.people.actors import SYSTEM
from jiesu.places.queries import by_key
from jiesu.triage import kind as triage_kind
from tools.bench import FOLDER, ground, words
from tools.bench.children import apart
from tools.bench.measuring import Figure, Goal, figure

#: Contacts of the province of Hunan in 2020, as it published them.
PROVINCE_YEAR = 591_006
MOST_SECONDS = 60
#: Rows whose copy is measured; more would only take longer.
COPIED = 100_000
#: Bytes that an imported row takes with all that belongs to it, twice over for the log of changes.
ROW = 12_000
DATABASE = "bench_import"
HEAD = (
    "工单编号",
    "类型",
    "登记时间",
    "姓名",
    "联系电话",
    "被投诉单位",
    "被投诉人地址",
    "内容",
    "诉求",
    "金额",
    "类别",
)
KINDS = ("投诉",) * 6 + ("举报", "举报", "咨询", "求助")
#: What a row becomes, and by which of its columns it is found among what was taken in.
CASE, OF_CASE, CONTACT = ("id", "case_id"), ("case_id", "case_id"), ("id", "contact_id")
TABLES = {
    "cases_case": CASE, "cases_event": OF_CASE, "cases_clock": OF_CASE, "cases_party": OF_CASE, "cases_passage": OF_CASE,
    "cases_participant": OF_CASE, "cases_wordsowed": OF_CASE, "intake_contact": CONTACT, "intake_importedrow": OF_CASE,
}  # fmt: skip
WORDS = {"cases_complaintwords": OF_CASE, "cases_reportwords": OF_CASE}
#: Words are entered for so many seconds, which tells the pace.
ENTERING = 20.0
_TAKEN = "CREATE TABLE bench_taken AS SELECT case_id, contact_id FROM intake_importedrow ORDER BY id LIMIT {}"
_ENTERED = """
CREATE TABLE bench_taken AS SELECT case_id FROM intake_importedrow i
 WHERE NOT EXISTS (SELECT FROM cases_wordsowed o WHERE o.case_id = i.case_id) LIMIT {}
"""


def province_year(private: PrivateServer, template: str, *, rows: int) -> list[Figure]:
    """So many rows, and what a province-year would take at that pace."""
    ground.require_room(rows * ROW, f"{rows:,} rows to import")
    ground.drop(private, DATABASE)
    ground.copy(private, DATABASE, template=template)
    path = FOLDER / "sheet.csv"
    _write(path, rows)
    try:
        with ground.using(private, DATABASE):
            done = apart(lambda: _take(path))
        bare = _copied(private, _TAKEN, TABLES)
        with ground.using(private, DATABASE):
            entered = apart(lambda: indexing.enter(seconds=ENTERING))
        bare_words = _copied(private, _ENTERED, WORDS)
    finally:
        path.unlink(missing_ok=True)
        ground.drop(private, DATABASE)
    rate, pace = done.result / done.seconds, entered.result / entered.seconds
    return [
        figure(
            f"import of {done.result:,} rows of a sheet: checked, numbered, clocks opened, {imports.most_processes()} processes",
            [done.seconds * 1000],
            key="import",
            rate=rate,
            memory=done.memory,
            bare=bare * done.result * 1000,
            goal=Goal(rate=PROVINCE_YEAR / MOST_SECONDS),
            note=f"{PROVINCE_YEAR:,} rows in {PROVINCE_YEAR / rate:.0f} s; memory: by how much the reading process grew",
        ),
        figure(
            f"words of {entered.result:,} imported cases entered in the index by the worker",
            [entered.seconds * 1000],
            rate=pace,
            memory=entered.memory,
            bare=bare_words * entered.result * 1000,
            note=f"{PROVINCE_YEAR:,} rows in {PROVINCE_YEAR / pace:.0f} s",
        ),
    ]


def _take(path: Path) -> int:
    run = sheets.receive(
        path=path,
        name=path.name,
        format="hotline_12345",
        actor=SYSTEM,
        registered_by=by_key("430000-centre"),
        at=datetime.now(UTC),
    )
    done = imports.carry_out(
        run.pk,
        suggest_kind=triage_kind.suggest,
        now=lambda: datetime.now(UTC),
        processes=imports.most_processes(),
    )
    sheets.forget(done)
    if done.status != ImportRun.Status.DONE or done.written < done.rows * 0.99:
        raise RuntimeError(
            f"{done.status}: {done.written} of {done.rows} rows; {done.error} {done.problems[:3]}"
        )
    return done.written


def _write(path: Path, rows: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        out.writerows(_rows(rows))


def _rows(count: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(12315)
    last = datetime.now(SHANGHAI) - timedelta(days=1)
    places = (
        "益阳市资阳区",
        "益阳市赫山区",
        "长沙市芙蓉区",
        "长沙市岳麓区",
        "岳阳市岳阳楼区",
        "常德市武陵区",
    )
    for n in range(count):
        goods, brand, place = chance.choice(words.GOODS), words.brand(chance), chance.choice(places)
        yield (
            f"DH{n:08d}",
            chance.choice(KINDS),
            f"{last - timedelta(minutes=n % 1440):%Y-%m-%d %H:%M}",
            words.name(chance),
            words.phone(chance),
            words.shop(chance, place),
            f"{place}{chance.choice(words.STREETS)}{chance.randint(1, 99)}号",
            words.message(chance, goods, brand),
            chance.choice(words.CLAIMS),
            chance.randint(9, 9000),
            "",
        )


def _copied(private: PrivateServer, taken: str, tables: dict[str, tuple[str, str]]) -> float:
    """Seconds a case of ``COPY`` of what was written, in one transaction."""
    with private.connect(name=DATABASE) as superuser, tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        superuser.execute("DROP TABLE IF EXISTS bench_taken")
        superuser.execute(sql.SQL(taken).format(sql.Literal(COPIED)))
        count = superuser.execute("SELECT count(*) FROM bench_taken").fetchone()
        files = {}
        for table, key in tables.items():
            superuser.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
            files[table] = Path(folder) / table
            rows = f"SELECT t.* FROM {table} t WHERE t.{key[0]} IN (SELECT {key[1]} FROM bench_taken)"
            with (
                files[table].open("wb") as file,
                superuser.cursor().copy(f"COPY ({rows}) TO STDOUT") as out,
            ):
                for block in out:
                    file.write(block)
        begun = time.perf_counter()
        with superuser.transaction():
            for table, path in files.items():
                with (
                    path.open("rb") as file,
                    superuser.cursor().copy(f"COPY bare_{table} FROM STDIN") as into,
                ):
                    while block := file.read(1 << 20):
                        into.write(block)
        spent = time.perf_counter() - begun
    assert count is not None
    return spent / max(1, int(str(count[0])))
