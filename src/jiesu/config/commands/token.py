"""``jiesu token``: a bearer token for the API, shown once."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta

from django.utils import timezone

from jiesu.people.actors import SYSTEM
from jiesu.people.models import Staff
from jiesu.people.tokens import Scope, issue_token


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "token", description="发放接口令牌，只显示一次 / issue a token for the API, shown once"
    )
    parser.add_argument("username", metavar="USER", help="以谁的权限 / whose rights it carries")
    parser.add_argument("--name", default="jiesu token", help="用途 / what it is for")
    parser.add_argument(
        "--scope", action="append", choices=Scope.values, help="范围（缺省为全部）/ scope (all)"
    )
    parser.add_argument("--days", type=int, help="有效天数（缺省为不限）/ valid for so many days (no end)")


def run(args: argparse.Namespace) -> int:
    """Issue it and print nothing but the token on standard output."""
    now = timezone.now()
    if args.days is not None and not 1 <= args.days <= 3650:
        print("--days 应为 1 至 3650 / use 1 to 3650 with --days", file=sys.stderr)
        return 2
    try:
        staff = Staff.objects.get(username=args.username, is_active=True)
    except Staff.DoesNotExist:
        print(f"没有账号 {args.username} / there is no account {args.username}", file=sys.stderr)
        return 1
    issued = issue_token(
        staff=staff,
        name=args.name,
        at=now,
        scopes=args.scope or Scope.values,
        expires_at=None if args.days is None else now + timedelta(days=args.days),
        actor=SYSTEM,
    )
    print(issued.secret)
    return 0
