"""Starts PostgreSQL, prepares it, keeps web and worker running, and stops them in order.

One thread: the kernel ties a child to the thread that made it (see :mod:`jiesu.config.tether`).
"""

from __future__ import annotations

import contextlib
import logging
import logging.config
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

import psycopg

from jiesu.config import database, external_database, home, logs
from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.prepare import ensure_session_key
from jiesu.config.private_database import PrivateServer
from jiesu.config.process import Process
from jiesu.config.tether import tied
from jiesu.config.waiting_room import PortInUseError, WaitingRoom, check_free

_TICK = 0.1
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
_STEADY_AFTER = 60.0
"""Seconds after which a child counts as running well: its next fall is met without delay."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """A process that is started again when it ends."""

    name: str
    module: str
    grace: float
    """Seconds between being asked to stop and being killed."""
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = 0.0
    due: float = field(default=0.0)
    """When to start it (again), on the monotonic clock."""

    def start(self) -> None:
        """Start it, tied to this process and in a group of its own."""
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", self.module],
            stdin=subprocess.DEVNULL,
            process_group=0,
            # When this process is killed the database goes too: there is nothing left to finish gracefully.
            preexec_fn=tied(signal.SIGKILL),
        )
        self.started = time.monotonic()

    def ended(self) -> bool:
        """Tell whether it has just ended, and if so, plan its next start."""
        if self.process is None or self.process.poll() is None:
            return False
        self.clear()
        steady = time.monotonic() - self.started >= _STEADY_AFTER
        self.delay = 0.0 if steady else min(max(_FIRST_DELAY, self.delay * 2), _LONGEST_DELAY)
        self.due = time.monotonic() + self.delay
        return True

    def clear(self) -> None:
        """Remove what its own children left behind."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    def stop(self) -> None:
        """Ask it to stop, wait, and kill it when it does not."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.grace)
            except subprocess.TimeoutExpired:
                log.warning("%s did not stop within %s s and is killed", self.name, self.grace)
        self.clear()


class Supervisor:
    """Everything that ``jiesu up`` runs."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.room = WaitingRoom(host=process.host, port=process.port)
        self.server: PrivateServer | None = None
        self.children = [
            Child("web", "jiesu.config.serve", grace=15),
            Child("worker", "jiesu.config.worker", grace=25),
        ]
        self.ready_file = process.home / "run" / "web.ready"
        self._stopping = False

    def run(self) -> int:
        """Run until told to stop; give the exit code."""
        home.make_folders(self.process)
        logging.config.dictConfig(logs.configuration(folder=self.process.logs, debug=self.process.debug))
        with home.lock(self.process):
            self.ready_file.unlink(missing_ok=True)
            try:
                check_free(self.process.host, self.process.port)
            except PortInUseError as error:
                say(
                    f"{self.process.host}:{self.process.port} 不能使用（{error.strerror}）；"
                    "请另设 JIESU_PORT 或 JIESU_HOST。",
                    "choose another JIESU_PORT or JIESU_HOST.",
                )
                return 1
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, self._on_signal)
            try:
                return self._run()
            finally:
                self._stop_all()

    # --- parts ------------------------------------------------------------------------------------------------
    def _run(self) -> int:
        self.room.open()
        self._start_database()
        code = self._prepare()
        if code or self._stopping:
            return code
        announced = False
        while not self._stopping:
            self._look_after_database()
            self._look_after_children()
            if self.room.is_open and self.ready_file.exists():
                self.room.close()
                if not announced:
                    announced = True
                    self._announce()
            self.room.serve(_TICK)
        return 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _start_database(self) -> None:
        kept = database.logins_file(self.process.home)
        if self.process.database_url:
            external_database.provision(self.process).write(kept)
            return
        self.server = PrivateServer(
            folder=self.process.home / "postgresql", secrets_file=self.process.keys / "postgresql.json"
        )
        self.server.start()
        self.server.logins().write(kept)

    def _prepare(self) -> int:
        """Migrate and load, in a process of its own, so that the waiting page is served meanwhile."""
        ensure_session_key(self.process.keys)
        child = Child("prepare", "jiesu.config.prepare", grace=30)
        child.start()
        assert child.process is not None
        while (code := child.process.poll()) is None:
            if self._stopping:
                child.stop()
                return 0
            self.room.serve(_TICK)
        if code:
            say("准备数据库失败，见上文。", "preparing the database failed, see above.")
        return code

    def _look_after_database(self) -> None:
        if self.server is None or self.server.poll() is None:
            return
        log.error("PostgreSQL ended with %s and is started again", self.server.poll())
        # Several tries: the backends of a killed server need a moment to notice.
        for attempt in range(1, 31):
            try:
                self.server.start()
            except (DatabaseServerError, psycopg.Error):
                if attempt == 30 or self._stopping:
                    raise
                self.room.serve(1)
            else:
                return

    def _look_after_children(self) -> None:
        for child in self.children:
            if child.ended():
                log.error("%s ended and is started again in %s s", child.name, child.delay)
                if child.name == "web":
                    self.ready_file.unlink(missing_ok=True)
                    self.room.open()
            if child.process is None and time.monotonic() >= child.due:
                child.start()

    def _announce(self) -> None:
        address = self.process.address
        say(f"接诉已启动：{address}/　工作台：{address}/desk/　接口：{address}/api/v1/", "")
        if self.process.demo:
            self._announce_demonstration()
        say("按 Ctrl-C 停止。", "Ctrl-C stops everything.")

    def _announce_demonstration(self) -> None:
        # Written by the process that loaded it; this one never loads Django.
        path = self.process.home / "run" / "accounts.txt"
        if path.is_file():
            print(path.read_text().rstrip(), flush=True)

    def _stop_all(self) -> None:
        self.room.close()
        for child in self.children:
            child.stop()
        if self.server is not None:
            self.server.stop()
        self.ready_file.unlink(missing_ok=True)


def say(chinese: str, english: str) -> None:
    """Tell the person at the terminal."""
    print(f"{chinese} / {english}" if english else chinese, flush=True)
