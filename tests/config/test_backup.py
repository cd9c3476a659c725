"""What is backed up comes back, with its rights; the keys travel apart."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from jiesu.config import backup
from jiesu.config.database import logins_file, read_logins
from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.private_database import PrivateServer
from jiesu.config.process import Process

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
