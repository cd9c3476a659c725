"""``jiesu hotspots``: group similar cases now, or anew from a day on."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from django.utils import timezone

from jiesu.insight.hotspots import keeping, rebuilding


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "hotspots",
        description="热点：归并相似的办件。平时由后台任务自动进行；导入往年数据、修改归并天数以后用 rebuild 重新归并。"
        " / Hot spots: group similar cases. A job does it by itself; rebuild after importing past years.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    actions.add_parser("sweep", help="归并新到的办件 / group what has come in since")
    anew = actions.add_parser("rebuild", help="从某日起重新归并，人工的改名、合并、忽略保留 / group anew")
    anew.add_argument("--since", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD")


def run(args: argparse.Namespace) -> int:
    """Do it and give the exit code."""
    if args.action == "sweep":
        print(keeping.sweep(at=timezone.now()))
        return 0
    done = rebuilding.rebuild(at=timezone.now(), since=args.since, told=_told)
    if done is None:
        print("后台正在归并，请稍后再试 / grouping is under way, try again later", file=sys.stderr)
        return 1
    print(f"已归并 {done} 件 / {done} cases grouped")
    return 0


def _told(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done} / {of}", end="", file=sys.stderr)
