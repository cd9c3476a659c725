"""``jiesu report``: a region's year in figures."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from django.utils import timezone

from jiesu.insight import reports, showing
from jiesu.insight.scope import InsightError, Scope
from jiesu.people.actors import SYSTEM


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "report",
        description="一个辖区一年的数据，附计算公式。 / A region's year in figures, with their formulas.",
    )
    parser.add_argument(
        "--region", required=True, metavar="CODE", help="六位区划代码 / division, such as 430900"
    )
    parser.add_argument("--year", required=True, type=int, help="年份 / year")
    parser.add_argument(
        "--format", choices=("table", "json", "xlsx"), default="table", help="格式 / format (table)"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="写入文件 / write to a file (standard output)"
    )


def run(args: argparse.Namespace) -> int:
    """Make it and write it."""
    try:
        report = reports.make(Scope.year(args.region, args.year, timezone.now()), actor=SYSTEM)
    except InsightError as error:
        print(f"{error.message} [{error.code}]", file=sys.stderr)
        return 1
    if args.format == "xlsx":
        content = showing.workbook(report)
    elif args.format == "json":
        content = json.dumps(reports.as_json(report), ensure_ascii=False, indent=1).encode() + b"\n"
    else:
        content = showing.text(report).encode() + b"\n"
    if args.output is not None:
        args.output.write_bytes(content)
    elif args.format == "xlsx" and sys.stdout.isatty():
        print("请用 --output 指定文件 / name a file with --output", file=sys.stderr)
        return 2
    else:
        sys.stdout.buffer.write(content)
    return 0
