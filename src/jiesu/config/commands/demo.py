"""``jiesu demo``: a year of cases with the figures that a region has published."""

from __future__ import annotations

import argparse
import sys
import time

from jiesu.config.examples import year


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


def run(args: argparse.Namespace) -> int:
    """Generate, with a line of progress on a terminal."""
    began = time.monotonic()

    def progress(done: int, whole: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done:,} / {whole:,}", end="", file=sys.stderr, flush=True)

    try:
        written = year.generate(year.plan(args.region, args.year), progress=progress)
    except year.YearError as error:
        print(error, file=sys.stderr)
        return 1
    if written.refused:
        print(
            f"\n{len(written.refused)} 件未能生成 / were refused: {written.refused[0].error}", file=sys.stderr
        )
        return 1
    count, seconds = len(written.numbers), time.monotonic() - began
    print(f"已生成 {count:,} 件，用时 {seconds:.0f} 秒 / {count:,} contacts in {seconds:.0f} s")
    print(f"jiesu report --region {args.region} --year {args.year}")
    return 0
