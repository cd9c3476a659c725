"""``jiesu import``: take in a spreadsheet."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.utils import timezone

from jiesu.cases.kinds import Channel
from jiesu.intake import imports, sheets, stopping
from jiesu.intake.import_models import ImportRun
from jiesu.intake.spreadsheet import SheetError, formats
from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.places.models import Organisation, OrganisationType
from jiesu.triage import kind as triage_kind


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "import",
        description="导入 Excel 或 CSV 表格：逐行检查，未通过的行退回；可以中断后再来，不会重复。"
        " / Import a spreadsheet: rows are checked, refused ones come back; may be interrupted and repeated.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="xlsx 或 csv（UTF-8、GB18030）")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不导入 / check only")
    parser.add_argument("--as", dest="channel", choices=Channel.values, default="", metavar="CHANNEL",
                        help="按何种渠道接收，如 12345 / as which channel")  # fmt: skip
    parser.add_argument(
        "--format", choices=[*formats()], default="", help="表格格式（缺省按列名识别）/ format"
    )
    parser.add_argument(
        "--organisation", metavar="KEY", default="", help="登记机构，如 430900-centre / registers"
    )
    parser.add_argument(
        "--errors", type=Path, metavar="FILE.xlsx", help="未导入的行写到 / where refused rows go"
    )


def run(args: argparse.Namespace) -> int:
    """Check or import, with a line of progress on a terminal."""
    if not args.file.is_file():
        print(f"没有文件 {args.file} / there is no such file", file=sys.stderr)
        return 1
    centre = _centre(args.organisation)
    if centre is None:
        print("请用 --organisation 指定登记机构 / name the registering organisation", file=sys.stderr)
        return 1
    try:
        made = sheets.receive(
            path=args.file, name=args.file.name, format=args.format, channel=args.channel, dry_run=args.dry_run,
            actor=SYSTEM, registered_by=centre, at=timezone.now(),
        )  # fmt: skip
        done = imports.carry_out_in_turn(
            made.pk,
            suggest_kind=triage_kind.suggest,
            now=timezone.now,
            progress=_progress,
            processes=imports.most_processes(),
        )
    except SheetError as error:
        print(f"{error.message} [{error.code}]", file=sys.stderr)
        return 1
    if done.status == ImportRun.Status.STOPPED:
        print(f"\n{stopping.words(done)} [{done.reference}]", file=sys.stderr)
        return 1
    if done.status == ImportRun.Status.FAILED:
        print(f"\n{done.error}", file=sys.stderr)
        return 1
    _tell(done, args.errors)
    sheets.forget(done)
    return 0


def _centre(key: str) -> Organisation | None:
    """The named organisation, or the city's centre that people work in."""
    if key:
        return Organisation.objects.filter(key=key).first()
    manned = Staff.objects.filter(is_active=True).values("organisation")
    centres = Organisation.objects.filter(type=OrganisationType.CENTRE, pk__in=manned)
    return min(centres, key=lambda c: (c.level != "city", c.pk), default=None)


def _progress(run: ImportRun) -> None:
    if sys.stderr.isatty():
        print(f"\r{run.read:,} / {run.rows:,}", end="", file=sys.stderr, flush=True)


def _tell(run: ImportRun, errors: Path | None) -> None:
    what = "可以导入" if run.dry_run else "已导入"
    print(
        f"{what} {run.written:,} 行，已有 {run.known:,} 行，未通过 {run.refused:,} 行（共 {run.read:,} 行）"
    )
    if run.unread_columns:
        print(f"没有用到的列 / columns left out: {'、'.join(run.unread_columns)}")
    for problem in run.problems[:20]:
        print(f"  第 {problem['row']} 行：{problem['message']}")
    if run.problems and errors is not None:
        errors.write_bytes(sheets.refused_sheet(run))
        print(f"未通过的行：{errors} / refused rows")
