"""The accounts of the demonstration, one per role, in Yiyang. Their password is published: see ``authentication``."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from jiesu.people.accounts import grant_role
from jiesu.people.actors import SHANGHAI, SYSTEM
from jiesu.people.models import Staff
from jiesu.people.roles import Role
from jiesu.places.models import Organisation

#: Common to all demonstration accounts; works on a loopback host only.
DEMO_PASSWORD = "jiesu-12315"  # noqa: S105 - published on purpose


@dataclass(frozen=True, slots=True)
class Account:
    """One demonstration account. ``organisation`` is a key; names are invented."""

    username: str
    name: str
    organisation: str
    role: str
    title: str
    acting: bool = False
    certificate: str = ""


ACCOUNTS: tuple[Account, ...] = (
    Account("calltaker", "陈晓岚", "430900-centre", Role.CALLTAKER, "接线员"),
    Account("dispatcher", "周立新", "430900-centre", Role.DISPATCHER, "分派员"),
    Account("supervisor", "吴国平", "430900-bureau", Role.SUPERVISOR, "督办员"),
    Account("dispatcher.ziyang", "刘芳", "430902-centre", Role.DISPATCHER, "分派员"),
    Account("handler", "李卫东", "430902005-office", Role.HANDLER, "执法人员", certificate="演示-430902-001"),
    Account(
        "handler.second",
        "孙海燕",
        "430902005-office",
        Role.HANDLER,
        "执法人员",
        certificate="演示-430902-002",
    ),
    Account(
        "officehead", "郭志强", "430902005-office", Role.OFFICEHEAD, "所长", certificate="演示-430902-003"
    ),
    Account("mediator", "唐静", "430902-consumer", Role.MEDIATOR, "调解员"),
    Account("mediator.second", "何建国", "430902-consumer", Role.MEDIATOR, "调解员"),
    Account("head", "黄建平", "430902-bureau", Role.HEAD, "局长"),
    Account("head.acting", "罗丽华", "430902-bureau", Role.HEAD, "副局长（代理）", acting=True),
    Account("legal", "彭思远", "430902-legal", Role.LEGAL, "法规科科长"),
    Account("council", "曾玉梅", "430902-council", Role.COUNCIL, "秘书长"),
    Account("dispatcher.heshan", "谭文斌", "430903-centre", Role.DISPATCHER, "分派员"),
    Account(
        "handler.heshan",
        "邓小军",
        "430903001-office",
        Role.HANDLER,
        "执法人员",
        certificate="演示-430903-001",
    ),
    Account("head.heshan", "蔡明", "430903-bureau", Role.HEAD, "局长"),
    Account("auditor", "夏清", "430900-bureau", Role.AUDITOR, "审计员"),
    Account("admin", "高远", "430900-bureau", Role.SYSTEM_ADMIN, "系统管理员"),
    Account("security", "方毅", "430900-bureau", Role.SECURITY_ADMIN, "安全管理员"),
)


@transaction.atomic
def load_accounts(*, at: datetime) -> tuple[Account, ...]:
    """Make the accounts that do not exist yet; needs the organisations. Running it again changes nothing.

    Raises:
        Organisation.DoesNotExist: the organisations are not loaded.
    """
    known = set(
        Staff.objects.filter(username__in=[a.username for a in ACCOUNTS]).values_list("username", flat=True)
    )
    missing = [account for account in ACCOUNTS if account.username not in known]
    if not missing:
        return ACCOUNTS
    # One hash for all: the password is public, and hashing it twenty times would cost seconds.
    password = make_password(DEMO_PASSWORD)
    for account in missing:
        organisation = Organisation.objects.select_related("parent").get(key=account.organisation)
        staff = Staff.objects.create(
            username=account.username,
            name=account.name,
            organisation=organisation,
            title=account.title,
            certificate_number=account.certificate,
            password=password,
            is_demonstration=True,
            created_at=at,
        )
        grant_role(
            staff=staff,
            role=account.role,
            organisation=organisation,
            # A demonstration year lies in the past: the accounts must have had their roles then.
            valid_from=datetime(2018, 1, 1, tzinfo=SHANGHAI).date(),
            acting=account.acting,
            actor=SYSTEM,
            at=at,
        )
    return ACCOUNTS


def has_demonstration_accounts() -> bool:
    """Whether accounts with the published password exist here (an operator's check before going live)."""
    return Staff.objects.filter(is_demonstration=True, is_active=True).exists()
