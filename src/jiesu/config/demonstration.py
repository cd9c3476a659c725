"""What ``jiesu up`` loads into an empty installation to look at, unless ``JIESU_DEMO=0``."""

from __future__ import annotations

from datetime import datetime

from jiesu.people.authentication import demonstration_allowed
from jiesu.people.demonstration import ACCOUNTS, DEMO_PASSWORD, load_accounts
from jiesu.people.models import Staff
from jiesu.people.roles import Role


def load(*, now: datetime) -> None:
    """Fill an empty installation; the caller makes it one transaction.

    :param now: the demonstration's cases are dated back from here.
    """
    load_accounts(at=now)


def text() -> str:
    """Name the demonstration accounts that are there for the terminal; empty when there are none."""
    there = set(
        Staff.objects.filter(is_demonstration=True, is_active=True).values_list("username", flat=True)
    )
    if not there:
        return ""
    if not demonstration_allowed():
        return (
            "演示账号只能在本机地址登录（JIESU_HOST=127.0.0.1，且没有对外网址和代理）；请用 jiesu user add 建立账号。\n"
            "The demonstration accounts work on a loopback address only; make accounts with jiesu user add."
        )
    lines = [
        f"  {account.username:<18} {account.name}　{Role(account.role).label}"
        for account in ACCOUNTS
        if account.username in there
    ]
    return "\n".join([f"演示账号，密码均为 / demonstration accounts, password: {DEMO_PASSWORD}", *lines])
