"""The server of the run and its databases: real durability, one template, copies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from django.core.management import call_command
from django.db import connections
from psycopg import sql

from jiesu.config import demonstration, first_start, prepare, static_files
from jiesu.config.private_database import PrivateServer
from jiesu.config.roles import create_database, grant
from tools.bench import FOLDER
from tools.bench.people import FIRST_DAY, hire

GROUND = "bench_ground"


#: For building alone: a database is renamed when it is complete, and nothing of a half-made one need survive.
BUILDING = """
fsync = off
full_page_writes = off
synchronous_commit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
autovacuum = off
"""


@contextmanager
def server(*, building: bool = False) -> Iterator[PrivateServer]:
    """The run's own PostgreSQL, configured as an installation's: every commit reaches the disk.

    Args:
        building: nothing is measured, and nothing need survive a crash.
    """
    private = PrivateServer(
        folder=FOLDER / "home" / "postgresql", secrets_file=FOLDER / "home" / "keys" / "postgresql.json"
    )
    local = private.folder / "data" / "local.conf"
    if building and not local.parent.is_dir():
        private.start()
        private.stop()
    if local.parent.is_dir():
        local.write_text(BUILDING if building else "")
        local.chmod(0o644)
    private.start()
    try:
        yield private
    finally:
        connections.close_all()
        private.stop(timeout=600)
        os.sync()


def require_room(needed: int, what: str) -> None:
    """Refuses to begin what would fill the disk.

    Raises:
        SystemExit: less than so many bytes are free.
    """
    free = shutil.disk_usage(FOLDER).free
    if free < needed:
        raise SystemExit(
            f"{what} need about {needed / 2**30:.0f} GB, and {free / 2**30:.0f} GB are free in {FOLDER}. "
            "Make room, or name a folder on another disk with BENCH_FOLDER."
        )


@contextmanager
def using(private: PrivateServer, name: str) -> Iterator[None]:
    """Lets Django's connections use one database."""
    logins = private.logins(name=name)
    for alias, login in (("default", logins.app), ("owner", logins.owner)):
        connections[alias].close()
        connections.settings[alias].update(login.settings())
    try:
        yield
    finally:
        connections.close_all()


def exists(private: PrivateServer, name: str) -> bool:
    with private.connect() as superuser:
        return (
            superuser.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None
        )


def copy(private: PrivateServer, name: str, *, template: str) -> None:
    """Makes a database as a copy of another one."""
    with private.connect() as superuser:
        create_database(superuser, name, template=template)


def drop(private: PrivateServer, name: str) -> None:
    with private.connect() as superuser:
        superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def rename(private: PrivateServer, old: str, new: str) -> None:
    """Gives a database its name when it is complete: one that an interrupted run left half made has none."""
    with private.connect() as superuser:
        superuser.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
        )


def settle(private: PrivateServer, name: str) -> None:
    """Statistics, visibility maps and a checkpoint: what autovacuum does in the first quiet minutes."""
    with private.connect(name=name) as superuser:
        superuser.execute("VACUUM ANALYZE")
        superuser.execute("CHECKPOINT")


def renew(private: PrivateServer, name: str) -> None:
    """Migrates a database that an earlier run has left."""
    with using(private, name):
        call_command("migrate", database="owner", interactive=False, verbosity=0)


def lay(private: PrivateServer) -> None:
    """The template: migrated, with divisions, organisations, demonstration accounts and more staff."""
    if exists(private, GROUND):
        renew(private, GROUND)
        return
    draft = f"{GROUND}_draft"
    drop(private, draft)
    with private.connect() as superuser:
        create_database(superuser, draft)
    with private.connect("jiesu_owner", name=draft) as owner:
        grant(owner)
    prepare.ensure_session_key(FOLDER / "home" / "keys")
    with using(private, draft):
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        first_start.reference()
        demonstration.load(now=FIRST_DAY)
        static_files.collect()
        hire()
    rename(private, draft, GROUND)


def environment(private: PrivateServer, name: str) -> dict[str, str]:
    """What points another process at one database."""
    logins = private.logins(name=name)
    urls = {
        key: f"postgresql://{login.user}:{quote(login.password)}@/{login.name}?host={quote(login.host)}"
        for key, login in (("JIESU_DATABASE_URL", logins.owner), ("JIESU_APP_DATABASE_URL", logins.app))
    }
    return {**os.environ, **urls}


def version(private: PrivateServer) -> str:
    """The version of PostgreSQL."""
    with private.connect() as superuser:
        found = superuser.execute("SHOW server_version").fetchone()
    return str(found[0]) if found else ""


def size_of(private: PrivateServer, name: str) -> int:
    """Bytes of a database on disk."""
    with private.connect() as superuser:
        found = superuser.execute("SELECT pg_database_size(%s)", [name]).fetchone()
    assert found is not None
    return int(str(found[0]))
