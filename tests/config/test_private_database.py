"""The private PostgreSQL: closed to everybody, and never left running."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.private_database import PrivateServer, temporary


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's tmp_path: its long names would make every test here use the short socket folder.
    made = Path(tempfile.mkdtemp(prefix="jiesu-pg-"))
    yield made
    shutil.rmtree(made)


def _server(folder: Path) -> PrivateServer:
    return PrivateServer(
        folder=folder / "postgresql", secrets_file=folder / "keys" / "p.json", throwaway=True
    )


def test_no_tcp_no_trust_no_open_folder(folder: Path) -> None:
    with temporary(folder) as server:
        for made in (server.folder, server.folder / "data", server.folder / "socket"):
            assert stat.S_IMODE(made.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.secrets_file.stat().st_mode) == 0o600
        assert server.pid is not None
        process = psutil.Process(server.pid)
        assert not [c for c in process.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN]
        assert process.uids().real != 0
        for user in ("postgres", "jiesu_owner", "jiesu_app"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(
                    host=str(server.folder / "socket"), dbname="jiesu", user=user, password="guess"
                )
        with server.connect() as superuser:
            rules = superuser.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
            assert rules == [("scram-sha-256",)]
            kept = superuser.execute(
                "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname ~ '^jiesu'"
            )
            assert sorted(kept.fetchall()) == [("jiesu_app", False, False), ("jiesu_owner", False, False)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a server under another user")
def test_root_needs_no_open_parent_folder(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with temporary(closed / "home") as server, server.connect("jiesu_app", name="jiesu") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("jiesu_app",)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_long_home_gets_a_short_socket_folder(folder: Path) -> None:
    with temporary(folder / ("x" * 100)) as server:
        socket = Path(server.login("jiesu_app").host)
        assert len(str(socket)) < 80
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    shutil.rmtree(socket)


def test_data_and_rights_survive_a_second_start(folder: Path) -> None:
    server = _server(folder)
    server.start()
    with server.connect("jiesu_owner", name="jiesu") as owner:
        owner.execute("CREATE TABLE plain (a int)")
        owner.execute("CREATE TABLE kept (a int)")
        owner.execute("REVOKE UPDATE, DELETE ON kept FROM jiesu_app")
    server.stop()
    server.start()
    try:
        with server.connect("jiesu_app", name="jiesu") as app:
            app.execute("INSERT INTO plain VALUES (1)")
            app.execute("UPDATE plain SET a = 2")
            app.execute("INSERT INTO kept VALUES (1)")
            for statement in (
                "UPDATE kept SET a = 2",
                "DELETE FROM kept",
                "TRUNCATE kept",
                "CREATE TABLE mine (a int)",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(statement)
    finally:
        server.stop(immediate=True)


def _start_and_hang(folder: Path) -> tuple[subprocess.Popen[str], int]:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from jiesu.config.private_database import PrivateServer\n"
        "folder = Path(sys.argv[1])\n"
        "server = PrivateServer(folder=folder / 'postgresql', secrets_file=folder / 'keys/p.json', throwaway=True)\n"
        "server.start()\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_the_server_ends_with_a_keeper_that_was_killed(folder: Path) -> None:
    keeper, pid = _start_and_hang(folder)
    keeper.kill()
    keeper.wait()
    end = time.monotonic() + 20
    while psutil.pid_exists(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def test_a_server_left_over_is_stopped_by_the_next_start(folder: Path) -> None:
    keeper, pid = _start_and_hang(folder)
    try:
        second = _server(folder)
        second.start()
        assert second.pid != pid
        # Its keeper lives and does not collect it.
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        second.stop(immediate=True)
    finally:
        keeper.kill()
        keeper.wait()


def test_a_stale_number_of_somebody_else_does_not_stop_the_start(folder: Path) -> None:
    with temporary(folder):
        pass
    (folder / "postgresql" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    with temporary(folder) as server:
        assert server.poll() is None


def test_after_a_crash_committed_rows_are_there(folder: Path) -> None:
    server = PrivateServer(folder=folder / "postgresql", secrets_file=folder / "keys" / "p.json")
    server.start()
    with server.connect("jiesu_owner", name="jiesu") as owner:
        owner.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) a")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    while server.poll() is None:
        time.sleep(0.02)
    for _ in range(50):
        try:
            server.start()
            break
        except (DatabaseServerError, psycopg.Error):
            time.sleep(0.2)
    with server.connect("jiesu_app", name="jiesu") as app:
        assert app.execute("SELECT count(*) FROM t").fetchone() == (1000,)
    server.stop(immediate=True)


def test_lost_secrets_are_named(folder: Path) -> None:
    with temporary(folder) as server:
        secrets = server.secrets_file
    secrets.unlink()
    with pytest.raises(DatabaseServerError, match="口令文件"):
        _server(folder).start()
