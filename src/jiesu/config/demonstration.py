"""The demonstration: one account for each role, and cases to look at.

The password below is known to everybody: :class:`jiesu.config.accounts.StaffBackend` takes it on a loopback host only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password

from jiesu.config.accounts import DEMONSTRATION_PASSWORD
from jiesu.people.models import RoleAssignment, Staff
from jiesu.people.roles import Role
from jiesu.places.models import Organisation

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Account:
    """One demonstration account: who sits where, and with which roles."""

    username: str
    name: str
    organisation: str
    roles: tuple[str, ...]


ACCOUNTS = (
    Account("calltaker", "陈听雨", "430900-centre", (Role.CALLTAKER,)),
    Account("dispatcher", "李分明", "430900-centre", (Role.DISPATCHER,)),
    Account("supervisor", "周督行", "430900-bureau", (Role.SUPERVISOR,)),
    Account("handler", "王承办", "430902-bureau", (Role.HANDLER,)),
    Account("mediator", "赵和平", "430902-bureau", (Role.MEDIATOR,)),
    Account("officehead", "孙所长", "430902106-office", (Role.OFFICEHEAD,)),
    Account("head", "钱负责", "430902-bureau", (Role.HEAD,)),
    Account("handler.heshan", "吴赫山", "430903-bureau", (Role.HANDLER,)),
    Account("council", "郑维权", "430902-council", (Role.COUNCIL,)),
    Account("auditor", "冯审计", "430900-bureau", (Role.AUDITOR,)),
    Account("admin", "管理员", "430900-bureau", (Role.SYSTEM_ADMIN,)),
)
"""Names as the public documentation gives them; all persons are invented."""


def load_accounts(*, now: datetime) -> list[Staff]:
    """Make the demonstration accounts.

    :param now: becomes their day of creation and the first day of their roles.
    """
    day = now.astimezone(SHANGHAI).date().replace(month=1, day=1)
    hashed = make_password(DEMONSTRATION_PASSWORD)
    organisations = {
        row.key: row for row in Organisation.objects.filter(key__in={a.organisation for a in ACCOUNTS})
    }
    made = []
    for account in ACCOUNTS:
        organisation = organisations[account.organisation]
        staff = Staff.objects.create(
            username=account.username,
            name=account.name,
            organisation=organisation,
            password=hashed,
            is_demonstration=True,
            created_at=now,
        )
        RoleAssignment.objects.bulk_create(
            RoleAssignment(staff=staff, role=role, organisation=organisation, valid_from=day)
            for role in account.roles
        )
        made.append(staff)
    return made


def text(there: Collection[str]) -> str:
    """Name the demonstration accounts for the terminal.

    :param there: the user names that exist and are active.
    """
    if not settings.JIESU.loopback:
        return (
            "演示账号只能在本机地址登录（JIESU_HOST=127.0.0.1）；请用 jiesu user add 建立账号。"
            " / The demonstration accounts work on a loopback address only; make accounts with jiesu user add."
        )
    lines = [
        f"  {account.username:<15} {account.name}　{'、'.join(str(Role(role).label) for role in account.roles)}"
        for account in ACCOUNTS
        if account.username in there
    ]
    return "\n".join(
        [f"演示账号，密码均为 / demonstration accounts, password: {DEMONSTRATION_PASSWORD}", *lines]
    )


def load(*, now: datetime) -> None:
    """Fill an empty installation; the caller makes it one transaction.

    :param now: the demonstration's cases are dated back from here.
    """
    load_accounts(now=now)
