"""Back-up and restore: one archive with the database and the files; the keys are kept apart.

The archive alone shows nobody's personal data: that lies encrypted in it, and its keys are not there. Whoever loses the
keys has lost the data.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

from jiesu.config import external_database, home
from jiesu.config.database import NAME, Login, logins_file, read_logins
from jiesu.config.postgres_install import DatabaseServerError, binaries, run_checked
from jiesu.config.private_database import PrivateServer
from jiesu.config.process import Process
from jiesu.config.roles import create_database, grant

FORMAT = 1
FOLDERS = ("files", "anchors", "imports")
"""What of ``JIESU_HOME`` goes into the archive beside the database."""
_KEY_FILES = ("ring.json", "django.key")


@dataclass(frozen=True, slots=True)
class Written:
    """A finished archive.

    :ivar missing: files that the database knows and the folder does not hold ("430902…/7"): lost, not erased.
    :ivar erased: files that went while the archive was written, because their case's personal data was erased.
    """

    path: Path
    size: int
    sha256: str
    missing: tuple[str, ...] = ()
    erased: int = 0


def write(process: Process, *, target: Path, at: datetime) -> Written:
    """Write the archive while the system runs.

    The database is dumped first, in one snapshot. Files are added before their row commits, so what is copied
    afterwards holds every file that the snapshot knows, but for those of cases that were erased meanwhile: a row says
    so before its files go. What is missing without such a row is named.

    :raises DatabaseServerError: the dump failed, or Jiesu has not been started here yet.
    """
    owner = _owner(process)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory(prefix="jiesu-backup-", dir=target.parent) as folder:
        dump = Path(folder) / "database.dump"
        known = _dump(owner, dump)
        try:
            with tarfile.open(draft, "w") as archive:
                draft.chmod(0o600)
                about = {
                    "format": FORMAT,
                    "version": version("jiesu"),
                    "at": at.isoformat(),
                    "folders": FOLDERS,
                }
                _add_text(archive, "about.json", json.dumps(about, ensure_ascii=False))
                archive.add(dump, "database.dump")
                kept = {name for folder in FOLDERS for name in _add_folder(archive, process.home, folder)}
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    missing, erased = _explained(owner, [row for row in known if _file_name(*row) not in kept])
    return Written(
        path=target,
        size=target.stat().st_size,
        sha256=_sha256(target),
        missing=tuple(f"{case}/{seq}" for case, seq in missing),
        erased=erased,
    )


#: Number of a case and seq of its file.
FileRow = tuple[int, int]


def _dump(owner: Login, target: Path) -> list[FileRow]:
    """Dump the database, and list the files that ought to be there, both as of the same snapshot."""
    with psycopg.connect(**owner.conninfo()) as connection:
        # Nothing is asked here while the dump runs, however long it takes.
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.commit()
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        run_checked(
            [
                str(binaries() / "pg_dump"),
                *("--format=custom", "--no-owner", f"--snapshot={row[0]}", f"--file={target}"),
                *_where(owner),
            ],
            {"env": _environment(owner)},
        )
        return connection.execute(
            "SELECT f.case_id, f.seq FROM cases_file f JOIN cases_case c ON c.id = f.case_id"
            " WHERE c.redacted_at IS NULL ORDER BY 1, 2"
        ).fetchall()


def _explained(owner: Login, gone: list[FileRow]) -> tuple[list[FileRow], int]:
    """Files that are missing for no reason, and how many are because retention has erased their case since."""
    if not gone:
        return [], 0
    with psycopg.connect(**owner.conninfo()) as connection:
        rows = connection.execute(
            "SELECT id FROM cases_case WHERE id = ANY(%s) AND redacted_at IS NOT NULL",
            [sorted({case for case, _seq in gone})],
        ).fetchall()
    erased = {row[0] for row in rows}
    missing = [row for row in gone if row[0] not in erased]
    return missing, len(gone) - len(missing)


def _file_name(case: int, seq: int) -> str:
    """Where a case's file lies under ``JIESU_HOME``."""
    return f"files/{str(case)[:6]}/{case}/{seq}"


def _add_folder(archive: tarfile.TarFile, home: Path, folder: str) -> Iterator[str]:
    """Add what lies in a folder; give the names. What goes away meanwhile is left out, and drafts are."""
    if (home / folder).is_dir():
        archive.add(home / folder, folder, recursive=False)
    for place, _folders, names in os.walk(home / folder):
        for name in sorted(names):
            path = Path(place) / name
            if name.startswith(".") or path.suffix == ".plain":
                continue
            inside = path.relative_to(home).as_posix()
            if _add_file(archive, path, inside):
                yield inside


def _add_file(archive: tarfile.TarFile, path: Path, name: str) -> bool:
    """Add one file; False where it is no longer there."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return False
    with file:
        # Of the open file: what is removed from now on is still read to its end.
        archive.addfile(archive.gettarinfo(arcname=name, fileobj=file), file)
    return True


def write_keys(process: Process, *, target: Path) -> Written:
    """Write the key ring and the session key into an archive of their own, to be kept elsewhere.

    :raises DatabaseServerError: there are none yet.
    """
    there = [process.keys / name for name in _KEY_FILES if (process.keys / name).is_file()]
    if not there:
        raise DatabaseServerError(f"{process.keys} 中还没有密钥。 / There are no keys in {process.keys} yet.")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    with tarfile.open(target, "w") as archive:
        for path in there:
            archive.add(path, path.name)
    return Written(path=target, size=target.stat().st_size, sha256=_sha256(target))


def restore(process: Process, *, source: Path, keys: Path | None = None, replace: bool = False) -> None:
    """Put an archive back, while nothing else runs on ``JIESU_HOME``.

    Migrations that are newer than the archive run at the next ``jiesu up``.

    :param keys: the archive of the keys; without it the keys that are there are used.
    :param replace: overwrite an installation that holds something.
    :raises DatabaseServerError: it is not such an archive, something is there already, or the keys are missing.
    """
    home.make_folders(process)
    with home.lock(process), tempfile.TemporaryDirectory(prefix="restore-", dir=process.home) as folder:
        unpacked = Path(folder)
        _unpack(source, unpacked)
        about_file = unpacked / "about.json"
        if not about_file.is_file() or json.loads(about_file.read_text()).get("format") != FORMAT:
            raise DatabaseServerError(f"{source} 不是接诉的备份。 / {source} is not a back-up made by Jiesu.")
        if keys is not None:
            _restore_keys(process, keys, replace=replace)
        elif not (process.keys / "ring.json").is_file():
            raise DatabaseServerError(
                "没有密钥环，备份中的个人信息将无法解密；请用 --keys 指定密钥备份。"
                " / There is no key ring: name the back-up of the keys with --keys, or nothing can be deciphered."
            )
        _restore_database(process, unpacked / "database.dump", replace=replace)
        for name in FOLDERS:
            if (unpacked / name).is_dir():
                if (process.home / name).exists():
                    if not replace:
                        _refuse(process)
                    shutil.rmtree(process.home / name)
                (unpacked / name).replace(process.home / name)


def _restore_keys(process: Process, source: Path, *, replace: bool) -> None:
    if (process.keys / "ring.json").is_file() and not replace:
        _refuse(process)
    with tempfile.TemporaryDirectory(prefix="keys-", dir=process.home) as folder:
        _unpack(source, Path(folder))
        for name in _KEY_FILES:
            if (Path(folder) / name).is_file():
                (Path(folder) / name).chmod(0o600)
                (Path(folder) / name).replace(process.keys / name)


def _restore_database(process: Process, dump: Path, *, replace: bool) -> None:
    if process.database_url:
        logins = external_database.provision(process)
        with psycopg.connect(**logins.owner.conninfo(), autocommit=True) as owner:
            if _holds_tables(owner):
                # In a database of somebody else's only its administrator empties what is there.
                _refuse(process)
        _pg_restore(dump, logins.owner)
        logins.write(logins_file(process.home))
        return
    server = PrivateServer(folder=process.home / "postgresql", secrets_file=process.keys / "postgresql.json")
    server.start()
    try:
        logins = server.logins()
        with psycopg.connect(**logins.owner.conninfo(), autocommit=True) as owner:
            if _holds_tables(owner) and not replace:
                _refuse(process)
        # Without default privileges: the dump says itself what the application may do with each table, and what
        # default privileges had granted beyond that would stay.
        with server.connect() as superuser:
            superuser.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(NAME)))
            create_database(superuser, NAME)
        _pg_restore(dump, logins.owner)
        with psycopg.connect(**logins.owner.conninfo(), autocommit=True) as owner:
            grant(owner)
        logins.write(logins_file(process.home))
    finally:
        server.stop()


def _pg_restore(dump: Path, owner: Login) -> None:
    run_checked(
        [
            str(binaries() / "pg_restore"),
            *("--no-owner", "--single-transaction", "--exit-on-error"),
            *_where(owner),
            str(dump),
        ],
        {"env": _environment(owner)},
    )


def _refuse(process: Process) -> None:
    raise DatabaseServerError(
        f"{process.home} 或数据库中已有数据；如要覆盖请加 --replace（外接数据库请先由管理员清空）。"
        " / There is data already; --replace overwrites it (somebody else's database must be emptied first)."
    )


def _holds_tables(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    return (
        connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1").fetchone()
        is not None
    )


def _owner(process: Process) -> Login:
    logins = read_logins(logins_file(process.home))
    if logins is None:
        raise DatabaseServerError(
            f"{process.home} 还没有启动过。 / Jiesu has not been started on {process.home} yet."
        )
    return logins.owner


def _where(login: Login) -> list[str]:
    return [
        f"--host={login.host}",
        f"--port={login.port}",
        f"--username={login.user}",
        f"--dbname={login.name}",
    ]


def _environment(login: Login) -> dict[str, str]:
    # By the environment: arguments can be read by every user of the machine.
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    options = {f"PG{name.upper()}": value for name, value in login.options}
    return {**kept, **options, "PGPASSWORD": login.password}


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as archive:
            # "data": no absolute names, no links or names that lead out of the folder, no special files.
            archive.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise DatabaseServerError(f"{source} 读不出来：{error} / cannot read {source}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
