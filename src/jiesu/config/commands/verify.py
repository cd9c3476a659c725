"""``jiesu verify``: are the facts whole, and do they give what the rows say?"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from jiesu.cases.verify import Finding, anchors_folder, check_anchor, verify_all

LATEST = "latest"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "verify",
        description="核对办件事实链：断链、缺号、改动，以及重放事实能否得出现在的状态、期限。发现问题时退出码为 1。 / "
        "Check the chains of facts and replay them; exit code 1 when something is found.",
    )
    parser.add_argument(
        "numbers", nargs="*", type=int, metavar="NUMBER", help="只核对这些办件 / only these cases"
    )
    parser.add_argument(
        "--anchor",
        nargs="?",
        const=LATEST,
        metavar="FILE",
        help="与锚定文件比对，可发现被删的办件和被截的事实（缺省用最近一份）/ compare with an anchor (the latest)",
    )


def run(args: argparse.Namespace) -> int:
    """Check and print what was found."""
    report = verify_all(numbers=args.numbers or None)
    found: list[Finding] = list(report.findings)
    if args.anchor:
        path = _anchor(args.anchor)
        if path is None:
            print(
                "还没有锚定文件（每晚写一份）/ there is no anchor yet (one is written each night)",
                file=sys.stderr,
            )
            return 1
        found.extend(check_anchor(path))
    for one in found:
        print(f"{one.case} #{one.seq} {one.code} {one.data or ''}".rstrip())
    print(
        f"核对 {report.cases} 件，问题 {len(found)} 项 / {report.cases} cases checked, {len(found)} findings"
    )
    return 1 if found else 0


def _anchor(text: str) -> Path | None:
    if text != LATEST:
        return Path(text)
    written = sorted(anchors_folder().glob("*.jsonl"))
    return written[-1] if written else None
