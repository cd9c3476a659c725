"""The demonstration: one account for each role, and cases to look at.

The password below is known to everybody: :class:`jiesu.config.accounts.StaffBackend` takes it on a loopback host only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

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


def load(*, now: datetime) -> None:
    """Fill an empty installation; the caller makes it one transaction.

    :param now: the demonstration's cases are dated back from here.
    """
    load_accounts(now=now)
