"""``jiesu report``: a region's period in figures."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from django.utils import timezone

from jiesu.insight import paper, reports, showing, workbook
from jiesu.insight.scope import InsightError, Scope
from jiesu.insight.tallies import checking, keeping
from jiesu.people.actors import SYSTEM

MOST_SHOWN = 50
BINARY = {"xlsx": workbook.workbook, "pdf": paper.pdf}


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "report",
        description="一个辖区一段时间的数据，附计算公式。 / A region's period in figures, with their formulas.",
    )
    parser.add_argument("--region", metavar="CODE", help="六位区划代码 / division, such as 430900")
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--year", help="年份 / year")
    when.add_argument(
        "--period", help="期间 / period: 2020, 2020Q3, 2020-09, 2020W37, 2020-09-01..2020-09-15"
    )
    parser.add_argument(
        "--organisation", type=int, metavar="ID", help="只计一个机构 / one organisation's own work"
    )
    parser.add_argument(
        "--format", choices=("table", "json", *BINARY), default="table", help="格式 / format (table)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="全部重新计数，与汇总比对；不一致时退出码为 1 / count everything anew; exit code 1 if the tallies differ",
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="写入文件 / write to a file (standard output)"
    )


def run(args: argparse.Namespace) -> int:
    """Count what waits to be counted, make the report, write it."""
    now = timezone.now()
    if args.check:
        return _check(now)
    if not args.region or not (args.period or args.year):
        print(
            "请用 --region 和 --year 或者 --period 指定 / name --region and --year or --period",
            file=sys.stderr,
        )
        return 2
    try:
        scope = Scope.of(args.region, args.period or args.year, now, args.organisation)
        keeping.refresh_all(now=now)
        report = reports.make(scope, actor=SYSTEM)
    except InsightError as error:
        print(f"{error.message} [{error.code}]", file=sys.stderr)
        return 1
    if args.format in BINARY and args.output is None and sys.stdout.isatty():
        print("请用 --output 指定文件 / name a file with --output", file=sys.stderr)
        return 2
    if args.format in BINARY:
        content = BINARY[args.format](report)
    elif args.format == "json":
        content = json.dumps(reports.as_json(report), ensure_ascii=False, indent=1).encode() + b"\n"
    else:
        content = showing.text(report).encode() + b"\n"
    if args.output is not None:
        args.output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)
    return 0


def _check(now: datetime) -> int:
    keeping.refresh_all(now=now)
    found = list(checking.differences())
    for key in found[:MOST_SHOWN]:
        print(" ".join(str(part) for part in key))
    print(f"不一致 {len(found)} 处 / {len(found)} tallies differ")
    return 1 if found else 0
