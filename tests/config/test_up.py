"""``jiesu up``: starts everything, survives the death of any part, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

JIESU = [sys.executable, "-m", "jiesu.config.cli"]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into Linux processes"),
]


class Installation:
    """One ``JIESU_HOME`` and the ``jiesu up`` that runs on it."""

    def __init__(self, home: Path, port: int) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        kept = {key: value for key, value in os.environ.items() if not key.startswith("JIESU_")}
        self.environment = {**kept, "JIESU_HOME": str(home), "JIESU_PORT": str(port)}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start and wait for the first page."""
        begin = time.monotonic()
        output = (self.home.parent / "output").open("w")
        self.process = subprocess.Popen(
            [*JIESU, "up"], env=self.environment, stdout=output, stderr=output, text=True
        )
        while self.status("/healthz") != 200:
            assert self.process.poll() is None, self.output()
            assert time.monotonic() - begin < 90, self.output()
            time.sleep(0.05)

    def output(self) -> str:
        return (self.home.parent / "output").read_text()

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def everything(self) -> list[psutil.Process]:
        """All processes of this installation, whoever their parent is now."""
        found = []
        data = str(self.home / "postgresql" / "data")
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                ours = process.environ().get("JIESU_HOME") == str(self.home)
                if ours or (process.name() == "postgres" and process.cwd() == data):
                    found.append(process)
        return found

    def child(self, module: str) -> int:
        """Number of the running child that runs ``module``, 0 while there is none."""
        assert self.process is not None
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                if any(module in part for part in process.cmdline()):
                    return process.pid
        return 0

    def run(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*JIESU, *arguments],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


def wait_until(holds: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="jiesu-up-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    made = Installation(folder / "home", port)
    yield made
    if made.process is not None:
        if made.process.poll() is None:
            made.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                made.process.wait(60)
        for process in made.everything():
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)


def test_first_start_faults_and_second_start(installation: Installation) -> None:
    up = installation
    up.start()
    wait_until(lambda: "handler.heshan" in up.output(), seconds=10)
    wait_until(lambda: up.status("/readyz") == 200, seconds=30)
    assert up.status("/metrics") == 200

    second = up.run("up")
    assert second.returncode == 1
    assert "已有一个接诉在运行" in second.stderr

    made = up.run(
        "user",
        "add",
        "zhang.san",
        "--name",
        "张三",
        "--organisation",
        "430902-bureau",
        given="Long-enough-1\n",
    )
    assert made.returncode == 0, made.stderr
    assert "zhang.san" in up.run("user", "list", "--organisation", "430902-bureau").stdout

    # The web process and its workers.
    os.kill(up.child("jiesu.config.serve"), signal.SIGKILL)
    wait_until(lambda: up.status("/healthz") in {0, 503}, seconds=5)
    wait_until(lambda: up.status("/healthz") == 200, seconds=30)

    # The worker.
    killed = up.child("jiesu.config.worker")
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: up.child("jiesu.config.worker") not in {0, killed}, seconds=30)

    # The database.
    os.kill(up.child("bin/postgres"), signal.SIGKILL)
    wait_until(lambda: up.status("/readyz") == 200, seconds=90)
    assert "zhang.san" in up.run("user", "list", "--organisation", "430902-bureau").stdout

    # The supervisor: nothing is left.
    assert up.process is not None
    up.process.kill()
    up.process.wait()
    wait_until(lambda: up.everything() == [], seconds=30)

    # The second start finds everything and ends cleanly.
    up.start()
    assert "zhang.san" in up.run("user", "list", "--organisation", "430902-bureau").stdout
    assert up.stop() == 0
    assert up.everything() == []
    assert not (up.home / "postgresql" / "data" / "postmaster.pid").exists()
    assert "数据库没有运行" in up.run("user", "list").stderr


def test_a_port_in_use_is_named_before_anything_starts(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(installation.environment["JIESU_PORT"])))
        other.listen()
        done = installation.run("up")
    assert done.returncode == 1
    assert "JIESU_PORT" in done.stdout + done.stderr
    assert not (installation.home / "postgresql").exists()


def test_waiting_visitors_get_503_in_chinese(installation: Installation) -> None:
    up = installation
    up.process = subprocess.Popen(
        [*JIESU, "up"], env=up.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    wait_until(lambda: up.status("/") == 503, seconds=20)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(up.url + "/", timeout=5)
    assert caught.value.headers["Retry-After"] == "2"
    assert "正在启动" in caught.value.read().decode()
    # Told to stop while it still prepares the database, it stops.
    assert up.stop() == 0
    assert up.everything() == []


def test_empty_start(installation: Installation) -> None:
    installation.environment["JIESU_DEMO"] = "0"
    installation.start()
    assert installation.run("user", "list").stdout == ""
    assert installation.stop() == 0


def test_a_bad_setting_stops_every_command(installation: Installation) -> None:
    installation.environment["JIESU_PORT"] = "eight"
    for command in ("up", "user"):
        done = installation.run(command, *(["list"] if command == "user" else []))
        assert done.returncode == 2
        assert "JIESU_PORT" in done.stderr
