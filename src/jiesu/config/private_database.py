"""Jiesu's own PostgreSQL: the binaries come from a wheel, everything else is done here.

The wheel's Python helper is not used: it trusts every local user, opens all parent folders when it runs as root, and
stops the server with whichever process asked for it first.

- One folder, ``JIESU_HOME/postgresql`` (mode 0700), holds the data and the socket. There is no TCP port.
- Every role has a generated secret (scram-sha-256), kept in ``JIESU_HOME/keys`` (mode 0600).
- PostgreSQL refuses to run as root. Root starts it as the owner of the folder, who need not be able to reach it: the
  server gets the open folder itself and works through ``/proc/self/fd``, so that no parent folder is opened to anybody.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from jiesu.config import postgres_conf
from jiesu.config.database import APP, NAME, OWNER, Login, Logins
from jiesu.config.postgres_install import (
    DatabaseServerError,
    binaries_for,
    reachable,
    run_checked,
    server_user,
)
from jiesu.config.roles import create_database, create_roles, grant
from jiesu.config.tether import tied

SUPERUSER = "postgres"
PORT = 5432
_SOCKET_LIMIT = 107
"""Bytes that the kernel allows for the path of a socket."""


@dataclass(slots=True)
class PrivateServer:
    """One private PostgreSQL in one folder.

    :ivar folder: holds ``data`` and ``socket``; made if it does not exist.
    :ivar secrets_file: where the generated passwords are kept (mode 0600).
    :ivar throwaway: fast and unsafe, for tests.
    """

    folder: Path
    secrets_file: Path
    throwaway: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _socket: Path = field(default_factory=Path, init=False)

    # --- start and stop ---------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start the server, making the database and its roles the first time. Call from the main thread.

        The server ends with this process, in whatever way that ends.

        :raises DatabaseServerError: it cannot run here; the message says why.
        """
        user = server_user(self.folder)
        bin_folder = binaries_for(user)
        self._prepare_folder(user)
        _stop_leftover(self.folder / "data")
        with self._opened(user) as (inside, options):
            fresh = not (self.folder / "data" / "PG_VERSION").exists()
            if fresh:
                self._initialise(bin_folder, inside, options)
            self._check_version(bin_folder)
            self._write_configuration(user)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [str(bin_folder / "postgres"), "-D", f"{inside}/data", "-k", self._bind_folder(inside)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._error_file().open("wb"),
                # A fast shutdown, which rolls back what is running; ^C in the terminal is the supervisor's business.
                preexec_fn=tied(signal.SIGINT),
                process_group=0,
                **options,
            )
        self._wait_until_ready()
        self._provision()

    def adopt(self) -> None:
        """Use a server that another process has started, without becoming its keeper."""
        self._socket = self._short_socket_folder(server_user(self.folder))

    def stop(self, *, immediate: bool = False, timeout: float = 60) -> None:
        """Stop the server and wait until it is gone.

        :param immediate: without a last checkpoint (tests).
        :param timeout: seconds to wait before it is killed; PostgreSQL then recovers at the next start.
        """
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def poll(self) -> int | None:
        """Give the exit code of a server that has ended, ``None`` while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int | None:
        """The process id of the running server."""
        return None if self._process is None else self._process.pid

    # --- logins -----------------------------------------------------------------------------------------------
    def login(self, user: str, *, name: str = NAME) -> Login:
        """Give the login of one of the three roles for one database."""
        return Login(host=str(self._socket), port=PORT, name=name, user=user, password=self._secrets()[user])

    def logins(self, *, name: str = NAME) -> Logins:
        """Give what the application needs: the owner's login and its own."""
        return Logins(owner=self.login(OWNER, name=name), app=self.login(APP, name=name))

    def connect(
        self, user: str = SUPERUSER, *, name: str = "postgres"
    ) -> psycopg.Connection[tuple[object, ...]]:
        """Open a connection that commits each statement (for the makers of databases)."""
        return psycopg.connect(**self.login(user, name=name).conninfo(), autocommit=True)

    # --- parts ------------------------------------------------------------------------------------------------
    def _secrets(self) -> dict[str, str]:
        kept: dict[str, str] = json.loads(self.secrets_file.read_text())
        return kept

    def _prepare_folder(self, user: tuple[int, int] | None) -> None:
        for folder in (self.folder, self.folder / "data", self.folder / "socket"):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if user is not None and folder.stat().st_uid != user[0]:
                    os.chown(folder, *user)
                folder.chmod(0o700)
            except PermissionError as error:
                raise DatabaseServerError(
                    f"无法使用文件夹 {folder}：它属于另一个用户；请以当初启动的用户运行，或另设 JIESU_HOME。"
                    f" / Cannot use {folder}: it belongs to another user; run as the user who first started it"
                    " or choose another JIESU_HOME."
                ) from error
        self._socket = self._short_socket_folder(user)

    def _short_socket_folder(self, user: tuple[int, int] | None) -> Path:
        name = f".s.PGSQL.{PORT}.lock"
        own = self.folder / "socket"
        if len(os.fsencode(str(own / name))) <= _SOCKET_LIMIT:
            return own
        digest = hashlib.sha256(os.fsencode(str(self.folder.resolve()))).hexdigest()[:16]
        short = Path(tempfile.gettempdir()) / f"jiesu-{digest}"
        uid = os.geteuid() if user is None else user[0]
        with contextlib.suppress(FileExistsError):
            short.mkdir(mode=0o700)
            if user is not None:
                os.chown(short, *user)
        status = short.lstat()
        if short.is_symlink() or status.st_uid != uid or status.st_mode & 0o077:
            raise DatabaseServerError(
                f"{short} 被别的用户占用，而 JIESU_HOME 的路径对套接字来说太长；请换一个较短的 JIESU_HOME。"
                f" / {short} belongs to somebody else and JIESU_HOME is too long for a socket; choose a shorter one."
            )
        return short

    def _bind_folder(self, inside: str) -> str:
        return f"{inside}/socket" if self._socket == self.folder / "socket" else str(self._socket)

    @contextlib.contextmanager
    def _opened(self, user: tuple[int, int] | None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the folder's path as the server sees it, and how to start a process as the server's user."""
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        if user is None:
            yield str(self.folder), {"env": environment, "cwd": self.folder}
            return
        if not Path("/proc/self/fd").is_dir() and not reachable(self.folder, uid=user[0], gid=user[1]):
            raise DatabaseServerError(
                f"以 root 身份运行时，数据库的用户进不去 {self.folder}；请另设 JIESU_HOME，或不以 root 身份运行。"
                f" / The database's user cannot reach {self.folder}; choose another JIESU_HOME or do not run as root."
            )
        handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            inside = f"/proc/self/fd/{handle}" if Path("/proc/self/fd").is_dir() else str(self.folder)
            yield (
                inside,
                {
                    "env": environment,
                    "cwd": "/",
                    "user": user[0],
                    "group": user[1],
                    "extra_groups": [],
                    "pass_fds": (handle,),
                },
            )
        finally:
            os.close(handle)

    def _initialise(self, bin_folder: Path, inside: str, options: dict[str, Any]) -> None:
        if not self.secrets_file.exists():
            self.secrets_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.secrets_file.touch(mode=0o600)
            self.secrets_file.write_text(
                json.dumps({role: secrets.token_urlsafe(32) for role in (SUPERUSER, OWNER, APP)})
            )
        password = self.folder / "initial"
        password.touch(mode=0o600)
        try:
            password.write_text(self._secrets()[SUPERUSER])
            status = self.folder.stat()
            if os.geteuid() == 0:
                os.chown(password, status.st_uid, status.st_gid)
            arguments = [
                *("-D", f"{inside}/data", "-U", SUPERUSER, f"--pwfile={inside}/initial"),
                *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *(("--no-sync",) if self.throwaway else ()),
            ]
            run_checked([str(bin_folder / "initdb"), *arguments], options)
        except BaseException:
            # A half-made folder would look like a database at the next start.
            shutil.rmtree(self.folder / "data", ignore_errors=True)
            raise
        finally:
            password.unlink(missing_ok=True)

    def _check_version(self, bin_folder: Path) -> None:
        kept = (self.folder / "data" / "PG_VERSION").read_text().strip()
        version = subprocess.run(  # noqa: S603 - our own program
            [str(bin_folder / "postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        if kept != version.split(".")[0]:
            raise DatabaseServerError(
                f"数据由 PostgreSQL {kept} 写成，现在带来的是 {version}；请用旧版 jiesu backup，再用新版 jiesu restore。"
                f" / The data was written by PostgreSQL {kept}, this is {version}: back up with the old release and"
                " restore with the new one."
            )
        if not self.secrets_file.is_file():
            raise DatabaseServerError(
                f"有数据库而没有口令文件 {self.secrets_file}；请从备份恢复它。"
                f" / There is a database but no {self.secrets_file}; restore it from a back-up."
            )

    def _write_configuration(self, user: tuple[int, int] | None) -> None:
        data = self.folder / "data"
        own = data / "jiesu.conf"
        own.write_text(postgres_conf.lines(throwaway=self.throwaway))
        own.chmod(0o600)
        if user is not None:
            os.chown(own, *user)
        main = data / "postgresql.conf"
        mark = "include 'jiesu.conf'\ninclude_if_exists 'local.conf'\n"
        if mark not in (text := main.read_text()):
            main.write_text(
                f"{text}\n# Written by jiesu at each start; put your own settings into local.conf.\n{mark}"
            )

    def _error_file(self) -> Path:
        path = self.folder / "startup.log"
        path.touch(mode=0o600)
        return path

    def _wait_until_ready(self, timeout: float = 600) -> None:
        """Wait for the first connection; recovery after a crash may take minutes."""
        process = self._process
        assert process is not None
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if process.poll() is not None:
                said = self._error_file().read_text(errors="replace").strip()[-2000:]
                raise DatabaseServerError(
                    f"PostgreSQL 没有启动成功：{said} / PostgreSQL did not start (see {self._error_file()})."
                )
            try:
                self.connect().close()
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    self.stop()
                    raise DatabaseServerError(
                        f"{self.secrets_file} 与数据库不相配。 / {self.secrets_file} does not belong to this database."
                    ) from error
                time.sleep(0.03)
            else:
                return
        self.stop()
        raise DatabaseServerError("PostgreSQL 启动超时。 / PostgreSQL did not become ready in time.")

    def _provision(self) -> None:
        kept = self._secrets()
        with self.connect() as superuser:
            create_roles(superuser, passwords={role: kept[role] for role in (OWNER, APP)})
            create_database(superuser, NAME)
        with self.connect(OWNER, name=NAME) as owner:
            grant(owner)


def _stop_leftover(data: Path, timeout: float = 30) -> None:
    """Stop a server that an earlier, killed start left behind in this folder.

    The caller holds the lock of ``JIESU_HOME``: no living Jiesu uses that server.
    """
    file = data / "postmaster.pid"
    try:
        number = int(file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    try:
        process = psutil.Process(number)
        ours = process.name() == "postgres" and process.cwd() == str(data.resolve())
    except psutil.NoSuchProcess:
        ours = False
    except psutil.AccessDenied:
        ours = True
    if not ours:
        # The number belongs to somebody else by now (a container starts counting anew); PostgreSQL would refuse.
        file.unlink(missing_ok=True)
        return
    for number_of_signal in (signal.SIGINT, signal.SIGQUIT):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number_of_signal)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if _gone(process):
                return
            time.sleep(0.05)
    raise DatabaseServerError(
        f"上次留下的 PostgreSQL（进程 {number}）停不下来。 / A PostgreSQL left over (process {number}) does not stop."
    )


def _gone(process: psutil.Process) -> bool:
    # A container's first process may never collect the dead: a zombie has let go of everything.
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextlib.contextmanager
def temporary(folder: Path) -> Iterator[PrivateServer]:
    """Run a throwaway server in ``folder`` while the block runs (tests)."""
    server = PrivateServer(
        folder=folder / "postgresql", secrets_file=folder / "keys" / "postgresql.json", throwaway=True
    )
    server.start()
    try:
        yield server
    finally:
        server.stop(immediate=True)
