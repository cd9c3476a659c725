"""``jiesu user``: accounts of staff, from the command line of the machine."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from collections.abc import Callable

from django.utils import timezone

from jiesu.people.accounts import change_password, create_staff, deactivate, end_role, grant_role
from jiesu.people.actors import SYSTEM
from jiesu.people.models import RoleAssignment, Staff
from jiesu.people.roles import Role
from jiesu.places.models import Organisation


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("user", description="工作人员账号 / accounts of staff")
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    one = actions.add_parser("list", help="列出账号 / list the accounts")
    one.add_argument(
        "--organisation", metavar="KEY", help="只列该机构 / of one organisation, such as 430902-bureau"
    )
    one.set_defaults(do=_list)

    one = actions.add_parser("add", help="建立账号 / make an account")
    one.add_argument("username", help="登录名 / login name")
    one.add_argument("--name", required=True, help="姓名 / name")
    one.add_argument("--organisation", metavar="KEY", required=True, help="所在机构 / such as 430902-bureau")
    one.add_argument("--role", action="append", default=[], metavar="ROLE[@KEY]", help=_roles_help())
    one.add_argument("--title", default="", help="职务 / title")
    one.add_argument("--phone", default="", help="电话 / phone")
    one.set_defaults(do=_add)

    one = actions.add_parser("roles", help="查看、授予、撤销角色 / show, give and end roles")
    one.add_argument("username")
    one.add_argument("--grant", action="append", default=[], metavar="ROLE[@KEY]", help=_roles_help())
    one.add_argument(
        "--end", action="append", default=[], metavar="ROLE[@KEY]", help="自今日止 / ends after today"
    )
    one.set_defaults(do=_roles)

    one = actions.add_parser("password", help="重设密码 / set a new password")
    one.add_argument("username")
    one.set_defaults(do=_password)

    one = actions.add_parser("deactivate", help="停用账号 / close an account")
    one.add_argument("username")
    one.set_defaults(do=_deactivate)


def run(args: argparse.Namespace) -> int:
    """Do what was chosen."""
    do: Callable[[argparse.Namespace], int] = args.do
    try:
        return do(args)
    except Staff.DoesNotExist:
        print(f"没有账号 {args.username} / there is no account {args.username}", file=sys.stderr)
    except Organisation.DoesNotExist:
        print("没有这个机构；机构代码如 430902-bureau / there is no such organisation", file=sys.stderr)
    return 1


def _roles_help() -> str:
    return f"角色 / role: {', '.join(Role.values)}"


def _list(args: argparse.Namespace) -> int:
    rows = Staff.objects.select_related("organisation").order_by("username")
    if args.organisation:
        rows = rows.filter(organisation=Organisation.objects.get(key=args.organisation))
    today = timezone.localdate()
    held: dict[int, list[str]] = {}
    for row in RoleAssignment.objects.filter(valid_from__lte=today).exclude(valid_to__lt=today):
        held.setdefault(row.staff_id, []).append(row.role)
    for staff in rows:
        state = "" if staff.is_active else "　（停用 / closed）"
        print(
            f"{staff.username:<20} {staff.name}　{staff.organisation.name}　{','.join(held.get(staff.pk, []))}{state}"
        )
    return 0


def _add(args: argparse.Namespace) -> int:
    organisation = Organisation.objects.get(key=args.organisation)
    roles = [_role(text, organisation) for text in args.role]
    password, told = _ask_password()
    staff = create_staff(
        username=args.username,
        name=args.name,
        organisation=organisation,
        title=args.title,
        phone=args.phone,
        password=password,
        actor=SYSTEM,
        at=timezone.now(),
    )
    for role, where in roles:
        _grant(staff, role, where)
    print(f"已建立账号 {staff.username} / account {staff.username} made")
    if told:
        print(f"密码 / password: {password}")
    return 0


def _roles(args: argparse.Namespace) -> int:
    staff = Staff.objects.select_related("organisation").get(username=args.username)
    now = timezone.now()
    for text in args.end:
        role, where = _role(text, staff.organisation)
        for row in RoleAssignment.objects.filter(
            staff=staff, role=role, organisation=where, valid_to__isnull=True
        ):
            end_role(assignment=row, last_day=timezone.localdate(now), actor=SYSTEM, at=now)
    for text in args.grant:
        _grant(staff, *_role(text, staff.organisation))
    for row in (
        RoleAssignment.objects.filter(staff=staff).select_related("organisation").order_by("valid_from")
    ):
        print(f"{row.role:<16} {row.organisation.key:<24} {row.valid_from} – {row.valid_to or ''}")
    return 0


def _grant(staff: Staff, role: str, where: Organisation) -> None:
    now = timezone.now()
    grant_role(
        staff=staff, role=role, organisation=where, valid_from=timezone.localdate(now), actor=SYSTEM, at=now
    )


def _role(text: str, home: Organisation) -> tuple[str, Organisation]:
    role, _, key = text.partition("@")
    if role not in Role.values:
        raise SystemExit(f"没有角色 {role!r} / there is no role {role!r}; {_roles_help()}")
    return role, Organisation.objects.get(key=key) if key else home


def _password(args: argparse.Namespace) -> int:
    staff = Staff.objects.get(username=args.username)
    password, told = _ask_password()
    change_password(staff=staff, password=password, actor=SYSTEM, at=timezone.now())
    print(f"已重设 {staff.username} 的密码 / new password set for {staff.username}")
    if told:
        print(f"密码 / password: {password}")
    return 0


def _deactivate(args: argparse.Namespace) -> int:
    deactivate(staff=Staff.objects.get(username=args.username), actor=SYSTEM, at=timezone.now())
    print(f"已停用 {args.username} / account {args.username} closed")
    return 0


def _ask_password() -> tuple[str, bool]:
    """Ask at a terminal, read a line from a pipe, and make one up when there is neither; say whether to show it."""
    if sys.stdin.isatty():
        given = getpass.getpass("密码（留空则自动生成）/ password (empty: made up): ")
        if given and getpass.getpass("再输一次 / again: ") != given:
            raise SystemExit("两次不一致 / they differ")
    else:
        given = sys.stdin.readline().rstrip("\n")
    return (given, False) if given else (secrets.token_urlsafe(12), True)
