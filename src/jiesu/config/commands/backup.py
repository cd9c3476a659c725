"""``jiesu backup``: database and files into one archive, the keys into another."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from jiesu.config import backup, process


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "backup",
        description="备份数据库与文件，系统可以照常运行。密钥不在其中，请用 --keys 另存他处：没有密钥，备份无法解密。 / "
        "Back up database and files while the system runs. The keys are not in it: write them with --keys and keep"
        " them elsewhere; without them nothing can be deciphered.",
    )
    parser.add_argument("target", type=Path, metavar="FILE.tar", help="写到哪里 / where to")
    parser.add_argument(
        "--keys", type=Path, metavar="KEYS.tar", help="密钥另存到 / also write the keys, apart"
    )


def run(args: argparse.Namespace) -> int:
    """Write and name what was written; exit code 1 where files are missing that nobody erased."""
    settings = process.read()
    written = [backup.write(settings, target=args.target.absolute(), at=datetime.now(tz=UTC))]
    if args.keys is not None:
        written.append(backup.write_keys(settings, target=args.keys.absolute()))
    for one in written:
        print(f"{one.path}  {one.size} B  SHA-256 {one.sha256}")
    if args.keys is None:
        print("备份不含密钥：请用 --keys 另存。 / The keys are not in it: write them with --keys.")
    data = written[0]
    if data.erased:
        print(
            f"备份期间按保存期限删除了 {data.erased} 个文件，不在其中。"
            f" / {data.erased} files were erased by retention meanwhile and are not in it."
        )
    for name in data.missing:
        print(f"{name}  文件不在磁盘上 / the file is missing", file=sys.stderr)
    if data.missing:
        print(
            "备份已写成，但缺少上列文件：请用 jiesu verify 核对，从较早的备份找回。"
            " / The back-up is written, but these files are missing: run jiesu verify, and look in an earlier back-up.",
            file=sys.stderr,
        )
    return 1 if data.missing else 0
