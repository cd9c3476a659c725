"""``JIESU_HOME``: its folders, and the lock that says whose it is while something runs on it."""

from __future__ import annotations

import fcntl
import os
from typing import IO

from jiesu.config.postgres_install import DatabaseServerError
from jiesu.config.process import Process


def make_folders(process: Process) -> None:
    """Make the folders that every start needs (mode 0700).

    :raises DatabaseServerError: that is not allowed here.
    """
    for folder in (process.home, process.home / "run", process.keys, process.logs):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseServerError(
                f"无法建立文件夹 {folder}：{error.strerror} / cannot make the folder {folder}: {error.strerror}"
            ) from error


def lock(process: Process) -> IO[str]:
    """Take the folder for this process; close the file to give it back.

    The kernel frees it when this process ends, in whatever way; children do not inherit it.

    :raises DatabaseServerError: another process has it.
    """
    file = (process.home / "run" / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DatabaseServerError(
            f"{process.home} 已有一个接诉在运行；请先停止它。 / Another jiesu runs on {process.home}; stop it first."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file
