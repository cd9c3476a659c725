"""``jiesu keys``: the wrapping keys of the key ring."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from django.utils import timezone

from jiesu.cases import keys
from jiesu.cases.models import Case, ExportRun
from jiesu.cases.rotation import RotationError, retire, rotate, status
from jiesu.intake.import_models import ImportRun
from jiesu.intake.models import Contact

#: Every table whose rows carry a wrapped data key.
TABLES = (Case, Contact, ImportRun, ExportRun)


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("keys", description="密钥环的轮换 / rotation of the key ring")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, help_, do in (
        ("status", "各密钥保护多少条数据 / how many rows each key protects", _status),
        (
            "rotate",
            "换用新密钥并重新保护全部数据密钥；系统照常运行，中断后再次运行即继续 / "
            "make a new wrapping key and wrap all data keys anew, while the system runs; run it again when interrupted",
            _rotate,
        ),
        (
            "retire",
            "删去不再使用的旧密钥；之前的备份仍需要它 / "
            "remove old keys that protect nothing any more; older back-ups still need them",
            _retire,
        ),
    ):
        actions.add_parser(name, help=help_, description=help_).set_defaults(do=do)


def run(args: argparse.Namespace) -> int:
    """Do it and give the exit code."""
    do: Callable[[], int] = args.do
    try:
        return do()
    except RotationError as error:
        print(f"{error} / {error.code}", file=sys.stderr)
        return 1


def _status() -> int:
    lost = False
    known = keys.ring().wrapping
    for use in status(TABLES):
        gone = use.number not in known
        lost = lost or gone
        note = "  密钥不在密钥环中 / NOT IN THE RING" if gone else ("  当前 / current" if use.current else "")
        print(f"{use.number:>3}  {use.rows}{note}")
    return 1 if lost else 0


def _rotate() -> int:
    done = rotate(TABLES, at=timezone.now())
    print(
        f"现用密钥 {done.current}，重新保护 {done.rewrapped} 条；请立即另存密钥环：jiesu backup --keys / "
        f"key {done.current} is in use, {done.rewrapped} rows wrapped anew; back up the keys now"
    )
    return 0


def _retire() -> int:
    numbers = retire(TABLES, at=timezone.now())
    listed = ", ".join(map(str, numbers))
    print(f"已删去旧密钥 {listed} / removed the old keys {listed}")
    return 0
