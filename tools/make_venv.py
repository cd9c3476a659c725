"""Makes ``.venv`` from ``requirements.lock``: every archive is checked against its hash. Standard library only."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def stop(chinese: str, english: str) -> None:
    sys.exit(f"\n{chinese}\n{english}\n")


def main() -> None:
    if sys.version_info < OLDEST:
        version = ".".join(map(str, sys.version_info[:2]))
        stop(
            f"需要 Python 3.11 以上，{sys.executable} 是 {version}。可以这样指定：make run PYTHON=python3.12",
            f"Python 3.11 or later is needed, {sys.executable} is {version}. Name another: make run PYTHON=python3.12",
        )
    python = VENV / "bin" / "python"
    if not works(python):
        print("正在建立 .venv / making .venv", flush=True)
        try:
            __import__("ensurepip")
        except ImportError:
            stop(
                "这个 Python 没有 ensurepip。Debian、Ubuntu 上请先运行：apt-get install python3-venv",
                "This Python has no ensurepip. On Debian and Ubuntu run: apt-get install python3-venv",
            )
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    print("正在安装依赖 / installing what Jiesu builds on", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    run([*pip, "--require-hashes", "--no-deps", "--requirement", str(ROOT / "requirements.lock")])
    run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    (VENV / "stamp").touch()


def works(python: Path) -> bool:
    # A virtual environment that was moved, or whose Python is gone, is made anew.
    try:
        return (
            subprocess.run(
                [str(python), "-m", "pip", "--version"], capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def run(command: list[str]) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        stop(
            "安装没有成功，原因见上文；改正后再运行一次即可。",
            "The installation failed, see above; run the same command again once that is put right.",
        )


if __name__ == "__main__":
    main()
