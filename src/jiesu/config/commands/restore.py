"""``jiesu restore``: put a back-up back."""

from __future__ import annotations

import argparse
from pathlib import Path

from jiesu.config import backup, process


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "restore",
        description="从备份恢复；先停止 jiesu up。 / Put a back-up back; stop jiesu up first.",
    )
    parser.add_argument("source", type=Path, metavar="FILE.tar", help="备份 / the back-up")
    parser.add_argument("--keys", type=Path, metavar="KEYS.tar", help="密钥的备份 / the back-up of the keys")
    parser.add_argument("--replace", action="store_true", help="覆盖现有数据 / overwrite what is there")


def run(args: argparse.Namespace) -> int:
    """Restore, then say what to do next."""
    backup.restore(process.read(), source=args.source, keys=args.keys, replace=args.replace)
    print("已恢复；请运行 jiesu up，然后 jiesu verify。 / Restored; run jiesu up, then jiesu verify.")
    return 0
