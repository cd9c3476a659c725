"""``jiesu verify``: are the facts whole, and do they give what the rows say?"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from jiesu.cases.anchors import check_anchor, latest
from jiesu.cases.findings import Finding
from jiesu.cases.verify import as_json, stream

LATEST = "latest"
_PROGRESS_EVERY = 10.0


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "verify",
        description="核对办件事实链：断链、缺号、改动的文字、告知和文件，以及重放事实能否得出现在的状态和期限。发现问题时退出码为 1。"
        " / Check the chains of facts, texts, notices and files, and replay them; exit code 1 when something is found.",
    )
    parser.add_argument(
        "numbers", nargs="*", type=int, metavar="NUMBER", help="只核对这些办件 / only these cases"
    )
    parser.add_argument(
        "--case", action="append", type=int, default=[], metavar="NUMBER", help="同上 / the same"
    )
    parser.add_argument(
        "--anchor",
        nargs="?",
        const=LATEST,
        metavar="FILE",
        help="与锚定文件比对，可发现被删的办件和被截的事实（缺省用最近一份）/ compare with an anchor (the latest)",
    )
    parser.add_argument("--json", action="store_true", help="结果为一个 JSON 对象 / one JSON object")


def run(args: argparse.Namespace) -> int:
    """Check and print what was found: 0 whole, 1 something found, 2 a case or an anchor that does not exist."""
    numbers = list(dict.fromkeys([*args.numbers, *args.case])) or None
    anchor = _anchor(args.anchor) if args.anchor else None
    if args.anchor and anchor is None:
        print(
            "没有这份锚定文件（每晚写一份）/ there is no such anchor (one is written each night)",
            file=sys.stderr,
        )
        return 2
    began = reported = time.monotonic()
    count = 0
    found: list[Finding] = []
    for part in stream(numbers=numbers):
        count += part.cases
        _show(part.findings, found, quiet=args.json)
        if time.monotonic() - reported > _PROGRESS_EVERY:
            reported = time.monotonic()
            print(f"… {count}", file=sys.stderr)
    if anchor is not None:
        _show(check_anchor(anchor), found, quiet=args.json)
    seconds = time.monotonic() - began
    if args.json:
        answer = {
            "cases": count,
            "seconds": round(seconds, 1),
            "anchor": anchor.name if anchor else None,
            "findings": [as_json(f) for f in found],
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        print(
            f"核对 {count} 件，问题 {len(found)} 项（{seconds:.1f} 秒）/ "
            f"{count} cases checked, {len(found)} findings ({seconds:.1f} s)"
        )
    if numbers is not None and count < len(numbers):
        print("有的编号不存在 / some numbers do not exist", file=sys.stderr)
        return 1 if found else 2
    return 1 if found else 0


def _show(fresh: tuple[Finding, ...], found: list[Finding], *, quiet: bool) -> None:
    found.extend(fresh)
    if quiet:
        return
    for one in fresh:
        print(f"{one.case} #{one.seq} {one.code} {one.label} {one.data or ''}".rstrip(), flush=True)


def _anchor(text: str) -> Path | None:
    if text == LATEST:
        return latest()
    return Path(text) if Path(text).is_file() else None
