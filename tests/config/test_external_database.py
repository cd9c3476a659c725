"""``JIESU_DATABASE_URL``: somebody else's PostgreSQL instead of the private one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from jiesu.config import external_database
from jiesu.config.database import logins_file
from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.private_database import PrivateServer, temporary
from jiesu.config.process import Process


@pytest.fixture
def theirs() -> Iterator[PrivateServer]:
    """A server of somebody else's with an empty database ``theirs``, a strong owner and a weak one."""
    folder = Path(tempfile.mkdtemp(prefix="jiesu-pg-"))
    with temporary(folder) as server:
        with server.connect() as superuser:
            superuser.execute("DROP DATABASE jiesu")
            superuser.execute("DROP ROLE jiesu_app")
            superuser.execute("CREATE ROLE strong LOGIN CREATEROLE PASSWORD 'strong'")
            superuser.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
            superuser.execute("CREATE DATABASE theirs OWNER strong")
            superuser.execute("CREATE DATABASE weaks OWNER weak")
        yield server
    shutil.rmtree(folder)


def _process(server: PrivateServer, tmp_path: Path, user: str, name: str) -> Process:
    host = quote(server.login("postgres").host)
    return Process(home=tmp_path, database_url=f"postgresql://{user}:{user}@/{name}?host={host}")


def test_the_owner_makes_the_applications_role_once(theirs: PrivateServer, tmp_path: Path) -> None:
    process = _process(theirs, tmp_path, "strong", "theirs")
    first = external_database.provision(process)
    first.write(logins_file(tmp_path))
    with psycopg.connect(**first.owner.conninfo(), autocommit=True) as owner:
        owner.execute("CREATE TABLE t (a int)")
    with psycopg.connect(**first.app.conninfo(), autocommit=True) as app:
        app.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (a int)")
    assert external_database.provision(process) == first


def test_an_owner_who_may_not_make_roles_is_told_what_to_do(theirs: PrivateServer, tmp_path: Path) -> None:
    with pytest.raises(DatabaseServerError, match="JIESU_APP_DATABASE_URL"):
        external_database.provision(_process(theirs, tmp_path, "weak", "weaks"))


def test_the_administrator_may_make_the_role(theirs: PrivateServer, tmp_path: Path) -> None:
    with theirs.connect() as superuser:
        superuser.execute("CREATE ROLE jiesu_app LOGIN PASSWORD 'app'")
    process = _process(theirs, tmp_path, "weak", "weaks")
    process = replace(process, app_database_url=process.database_url.replace("weak:weak", "jiesu_app:app"))
    assert external_database.provision(process).app.user == "jiesu_app"


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseServerError, match="JIESU_DATABASE_URL"):
        external_database.provision(Process(home=tmp_path, database_url="postgresql://a:b@127.0.0.1:1/c"))
