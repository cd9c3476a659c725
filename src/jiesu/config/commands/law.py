"""``jiesu law``: what the law says, without any database: the shipped statutes, calendar and settings."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from jiesu.law.cli import coverage_text, due_text, rules_text


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("law", description="期限与规则 / periods and rules")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    one = actions.add_parser("due", help="期限与逐日说明 / last day, and how it is counted")
    one.add_argument("rule", metavar="RULE", help="如 complaint.acceptance / see: jiesu law rules")
    one.add_argument("start", metavar="START", help="起算日或时刻 / day or moment, such as 2026-09-25T10:30")
    one.set_defaults(text=lambda args: due_text(args.rule, args.start))

    one = actions.add_parser("rules", help="全部期限 / every period")
    one.set_defaults(text=lambda args: rules_text())

    one = actions.add_parser("coverage", help="规则的实现情况 / how much of the rule book is implemented")
    one.set_defaults(text=lambda args: coverage_text())


def run(args: argparse.Namespace) -> int:
    """Print what was asked for."""
    text: Callable[[argparse.Namespace], str] = args.text
    print(text(args))
    return 0
