"""``jiesu retention``: erase personal data of cases whose time is over."""

from __future__ import annotations

import argparse
import getpass
import json
import sys

from django.utils import timezone

from jiesu.cases import exports, retention
from jiesu.cases.kinds import Kind
from jiesu.cases.models import RetentionRun
from jiesu.insight.hotspots import keeping as hotspots
from jiesu.intake import sheets
from jiesu.intake.retention import erase_contacts
from jiesu.triage import sketches

YES = "yes"


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "retention",
        description="办结已满保存年限的案件，删除其中的个人信息：数据密钥、文字、当事人、文件和检索词；统计数据与事实链保留。"
        "年限在“设置”里，由两人决定。 / Erase the personal data of cases closed longer ago than the settings say;"
        " figures and chains stay.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    plan = actions.add_parser(
        "plan", help="只列出将要删除的，不改动任何内容 / what a run would erase; changes nothing"
    )
    plan.add_argument("--json", action="store_true", help="JSON")
    run_ = actions.add_parser(
        "run", help="删除，无法恢复；中断后可再次运行 / erase, for good; may be run again"
    )
    run_.add_argument("--dry-run", action="store_true", help="同 plan / the same as plan")
    run_.add_argument("--yes", action="store_true", help="不再询问 / do not ask")
    run_.add_argument("--most", type=int, metavar="N", help="最多 N 件 / at most N cases")
    run_.add_argument("--json", action="store_true", help="JSON")
    actions.add_parser("log", help="历次运行 / earlier runs")


def run(args: argparse.Namespace) -> int:
    """Do it and give the exit code."""
    if args.action == "log":
        return _log()
    if args.action == "plan" or args.dry_run:
        return _plan(as_json=args.json)
    if args.most is not None and args.most < 1:
        print("--most 应为正整数 / --most takes a positive number", file=sys.stderr)
        return 2
    if not args.yes and not _confirmed():
        return 1
    done = retention.run(
        at=timezone.now(),
        by=getpass.getuser(),
        most=args.most,
        forget=(sketches.remove, hotspots.forget),
        contacts=erase_contacts,
        sheets=lambda at: sheets.erase(at) + exports.erase(at),
    )
    if args.json:
        figures = {
            "cases": done.cases,
            "contacts": done.contacts,
            "files": done.files,
            "sheets": done.sheets,
            "kinds": done.by_kind,
        }
        print(json.dumps(figures))
    else:
        print(
            f"已删除 {done.cases} 件案件、{done.contacts} 次来件的个人信息，文件 {done.files} 个，导入、导出的表格 {done.sheets} 份 / "
            f"erased {done.cases} cases, {done.contacts} contacts, {done.files} files, {done.sheets} sheets"
        )
    return 0


def _plan(*, as_json: bool) -> int:
    lines = retention.plan(at=timezone.now())
    if as_json:
        print(
            json.dumps(
                [
                    {
                        "kind": line.kind,
                        "years": list(line.years),
                        "cases": line.cases,
                        "held": line.held,
                        "files": line.files,
                        "oldest": line.oldest.isoformat() if line.oldest else None,
                        "newest": line.newest.isoformat() if line.newest else None,
                    }
                    for line in lines
                ]
            )
        )
        return 0
    for line in lines:
        years = "、".join(map(str, line.years))
        print(
            f"{Kind(line.kind).label}（{line.kind}）  保存 {years} 年 / years  将删除 {line.cases} 件 / to erase"
            f"  暂缓 {line.held} 件 / held  文件 {line.files} / files"
        )
    now = timezone.now()
    print(f"导入的表格  将删除 {sheets.due(now).count()} 份 / imported sheets to erase")
    print(f"导出的表格  将删除 {exports.due(now).count()} 份 / exported sheets to erase")
    return 0


def _confirmed() -> bool:
    _plan(as_json=False)
    if not sys.stdin.isatty():
        print("无人确认；请加 --yes。 / Nobody to confirm: use --yes.", file=sys.stderr)
        return False
    answer = input(f"删除后无法恢复。继续请输入 {YES} / This cannot be undone. Type {YES} to go on: ")
    return answer.strip() == YES


def _log() -> int:
    for row in RetentionRun.objects.all():
        state = "" if row.finished_at else "  未完成 / interrupted"
        print(
            f"{row.started_at:%Y-%m-%d %H:%M} UTC  {row.by}  {row.cases} cases, {row.contacts} contacts,"
            f" {row.files} files{state}"
        )
    return 0
