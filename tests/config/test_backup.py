"""What is backed up comes back, with its rights; the keys travel apart."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from jiesu.cases import retention
from jiesu.cases.act import act
from jiesu.cases.files import Upload
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.models import File
from jiesu.config import backup, cli
from jiesu.config.database import logins_file, read_logins
from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.private_database import PrivateServer
from jiesu.config.process import Process
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from tests.cases.conftest import Story, assigned, moment, story
from tests.evidence.test_verify import picture

AT = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="jiesu-b-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def running(server: PrivateServer, own_database: str, folder: Path) -> Process:
    """An installation with a seeded database, one file and keys."""
    process = Process(home=folder / "first")
    server.logins(name=own_database).write(logins_file(process.home))
    (process.home / "files" / "430902" / "1").mkdir(parents=True)
    (process.home / "files" / "430902" / "1" / "2").write_bytes(b"sealed")
    (process.keys / "ring.json").write_text("{}")
    return process


def test_round_trip(running: Process, folder: Path) -> None:
    archive = backup.write(running, target=folder / "b.tar", at=AT)
    keys = backup.write_keys(running, target=folder / "k.tar")
    assert archive.path.stat().st_mode & 0o077 == 0
    assert keys.path.stat().st_mode & 0o077 == 0
    with tarfile.open(archive.path) as tar:
        assert not [
            name for name in tar.getnames() if "ring" in name or "keys" in name or name.endswith(".json.new")
        ]

    second = Process(home=folder / "second")
    with pytest.raises(DatabaseServerError, match="--keys"):
        backup.restore(second, source=archive.path)
    backup.restore(second, source=archive.path, keys=keys.path)
    with pytest.raises(DatabaseServerError, match="--replace"):
        backup.restore(second, source=archive.path)
    backup.restore(second, source=archive.path, replace=True)

    assert (second.home / "files" / "430902" / "1" / "2").read_bytes() == b"sealed"
    assert (second.keys / "ring.json").read_text() == "{}"
    restored = PrivateServer(folder=second.home / "postgresql", secrets_file=second.keys / "postgresql.json")
    restored.start()
    try:
        logins = read_logins(logins_file(second.home))
        assert logins is not None
        with psycopg.connect(**logins.app.conninfo(), autocommit=True) as app:
            assert app.execute("SELECT count(*) > 10 FROM people_staff").fetchone() == (True,)
            app.execute("UPDATE people_staff SET name = name")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("UPDATE people_accesslog SET detail = '{}'")
    finally:
        restored.stop(immediate=True)


def test_something_else_is_refused(folder: Path) -> None:
    wrong = folder / "wrong.tar"
    with tarfile.open(wrong, "w") as tar:
        tar.addfile(tarfile.TarInfo("hello"), io.BytesIO())
    with pytest.raises(DatabaseServerError, match="不是接诉的备份"):
        backup.restore(Process(home=folder / "home"), source=wrong)
    wrong.write_text("no archive")
    with pytest.raises(DatabaseServerError, match="读不出来"):
        backup.restore(Process(home=folder / "home"), source=wrong)


def test_an_archive_cannot_write_outside_its_folder(folder: Path) -> None:
    hostile = folder / "hostile.tar"
    entry = tarfile.TarInfo("../outside")
    entry.size = 1
    with tarfile.open(hostile, "w") as tar:
        tar.addfile(entry, io.BytesIO(b"x"))
    with pytest.raises(DatabaseServerError, match="读不出来"):
        backup.restore(Process(home=folder / "home"), source=hostile)
    assert not (folder / "home" / "outside").exists()


@pytest.fixture
def here(server: PrivateServer, own_database: str) -> Iterator[Process]:
    """The installation that the tests' own cases and files belong to."""
    process = Process(home=Path(settings.JIESU.home))
    server.logins(name=own_database).write(logins_file(process.home))
    yield process
    logins_file(process.home).unlink()


def who(username: str, at: str = "") -> Actor:
    staff = Staff.objects.select_related("organisation__parent__parent").get(username=username)
    return actor_for(staff, moment("2021-03-01T09:00"))


def with_file() -> Story:
    """A complaint withdrawn and closed in March 2021, with a photograph."""
    begin = moment("2021-03-01T09:00")
    told: Story = assigned.__wrapped__(story.__wrapped__(who))("complaint", f"{begin:%Y-%m-%dT%H:%M}")  # type: ignore[attr-defined]
    photograph = [Upload("小票.png", picture())]
    told.at = begin + timedelta(hours=2)
    act(
        told.number,
        "add_evidence",
        {"description": "小票"},
        actor=who("handler"),
        at=told.at,
        files=photograph,
    )
    told.act("handler", "withdraw", statement="不投诉了")
    told.prove()
    told.act("handler", "close", **CHECKED)
    return told


def held(archive: Path, told: Story) -> int:
    """How many files of a case an archive holds."""
    with tarfile.open(archive) as tar:
        return sum(f"/{told.number}/" in name for name in tar.getnames())


@pytest.mark.parametrize("moment_of_erasing", ["after the dump", "while files are copied"])
def test_a_case_erased_while_the_back_up_runs_is_no_fault(
    here: Process, folder: Path, monkeypatch: pytest.MonkeyPatch, moment_of_erasing: str
) -> None:
    # given two cases whose time is over, with a file each
    cases = sorted((with_file() for _ in range(2)), key=lambda told: told.number)
    name = "run_checked" if moment_of_erasing == "after the dump" else "_add_file"
    real = getattr(backup, name)

    # when retention runs in the middle of the back-up
    def interrupted(*args: Any) -> Any:
        done = real(*args)
        retention.run(at=moment("2027-03-05T09:00"), by="test")
        return done

    monkeypatch.setattr(backup, name, interrupted)
    written = backup.write(here, target=folder / "b.tar", at=AT)
    # then the archive is whole but for what was erased, and says how much
    before = 0 if name == "run_checked" else 1
    assert [held(written.path, told) for told in cases].count(1) == before
    assert (written.missing, written.erased) == ((), 2 - before)


def test_a_file_that_nobody_erased_is_named_and_fails_the_back_up(
    here: Process, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given two cases, of which one has lost its file on disk
    whole, broken = with_file(), with_file()
    seq = File.objects.get(case_id=broken.number).seq
    (here.home / backup._file_name(broken.number, seq)).unlink()
    # when the nightly back-up runs
    code = cli.main(["backup", str(folder / "b.tar")])
    # then the rest is saved, and the operator learns of it
    assert code == 1
    assert f"{broken.number}/{seq}  文件不在磁盘上" in capsys.readouterr().err
    assert (held(folder / "b.tar", whole), held(folder / "b.tar", broken)) == (1, 0)


def test_drafts_and_plain_text_are_in_no_back_up(here: Process, folder: Path) -> None:
    imports = here.home / "imports"
    imports.mkdir(exist_ok=True)
    for name in (".7.abcd", "3.plain", "3.sealed"):
        (imports / name).write_bytes(b"x")
    written = backup.write(here, target=folder / "b.tar", at=AT)
    with tarfile.open(written.path) as tar:
        assert [n for n in tar.getnames() if n.startswith("imports/")] == ["imports/3.sealed"]
