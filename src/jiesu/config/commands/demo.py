"""``jiesu demo``: a year of cases with the figures that a region has published."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from jiesu.config.examples import year
from jiesu.config.examples.year_plan import Plan, YearError, plans
from jiesu.config.tether import tied
from jiesu.intake.models import ImportedRow


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "demo",
        description="生成一个辖区一年的演示数据；中断后再次运行会接着生成，不会重复。"
        " / Generate a region's year of demonstration data; interrupted, it goes on where it stopped.",
    )
    parser.add_argument(
        "--region", required=True, metavar="CODE", help="六位区划代码 / division, such as 430900"
    )
    parser.add_argument("--year", required=True, type=int, help="年份 / year")
    parser.add_argument(
        "--processes", type=int, choices=range(1, 17), default=2, metavar="N", help="进程数 (2)"
    )
    parser.add_argument("--part", type=int, default=None, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Generate, with a line of progress on a terminal."""
    try:
        asked = plans(args.region, args.year)
    except YearError as error:
        print(error, file=sys.stderr)
        return 1
    if args.part is not None or args.processes == 1:
        return _generate(asked, args.part or 0, args.processes)
    began, before = time.monotonic(), _written(asked)
    failed = _parts(args, lambda: _show(_written(asked), asked))
    count, seconds = _written(asked) - before, time.monotonic() - began
    if failed:
        print(
            "有进程中断，再次运行会接着生成。 / A process was interrupted; run it again to go on.",
            file=sys.stderr,
        )
        return 1
    print(f"已生成 {count:,} 件，用时 {seconds:.0f} 秒 / {count:,} contacts in {seconds:.0f} s")
    print(f"jiesu report --region {args.region} --year {args.year}")
    return 0


def _parts(args: argparse.Namespace, show: Callable[[], None]) -> bool:
    """Runs the processes to their end; whether any failed."""
    command = [
        sys.executable, "-m", "jiesu.config.cli", "demo", "--region", args.region, "--year", str(args.year),
        "--processes", str(args.processes), "--part",
    ]  # fmt: skip
    running = [
        subprocess.Popen([*command, str(n)], preexec_fn=tied())  # noqa: S603 - this very program
        for n in range(args.processes)
    ]
    while any(process.poll() is None for process in running):
        time.sleep(1)
        show()
    return any(process.returncode for process in running)


def _written(asked: list[Plan]) -> int:
    return ImportedRow.objects.filter(source__in=[plan.source for plan in asked]).count()


def _show(done: int, asked: list[Plan]) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} / {sum(p.contacts for p in asked):,}", end="", file=sys.stderr, flush=True)


def _generate(asked: list[Plan], part: int, of: int) -> int:
    began, count = time.monotonic(), 0
    for plan in asked:
        written = year.generate(plan, part=(part, of), progress=None if of > 1 else _progress)
        count += len(written.numbers)
        if written.refused:
            first = written.refused[0].error
            print(f"\n{len(written.refused)} 件未能生成 / were refused: {first}", file=sys.stderr)
            return 1
    if of == 1:
        seconds = time.monotonic() - began
        print(f"已生成 {count:,} 件，用时 {seconds:.0f} 秒 / {count:,} contacts in {seconds:.0f} s")
    return 0


def _progress(done: int, whole: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} / {whole:,}", end="", file=sys.stderr, flush=True)
