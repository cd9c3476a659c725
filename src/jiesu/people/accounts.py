"""Accounts: made, given roles, covered while away. Administration, security and audit are kept apart:
system administrators make accounts, security administrators give roles, nobody gives a role to himself."""

import re
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from jiesu.people.access import record_access
from jiesu.people.actors import SHANGHAI, Actor
from jiesu.people.errors import Code, PeopleError
from jiesu.people.models import AccessAct, LeaveCover, RoleAssignment, Staff
from jiesu.people.roles import SEPARATED, Role, may_combine
from jiesu.places.models import Organisation, OrganisationType
from jiesu.places.queries import authority

_USERNAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,58}[a-z0-9]")

#: Where a role may be held, if not in every organisation.
_WHERE: dict[str, frozenset[str]] = {
    Role.CALLTAKER: frozenset({OrganisationType.CENTRE, OrganisationType.BUREAU}),
    Role.OFFICEHEAD: frozenset({OrganisationType.OFFICE}),
    Role.HEAD: frozenset({OrganisationType.BUREAU}),
    Role.COUNCIL: frozenset({OrganisationType.COUNCIL}),
    Role.LEGAL: frozenset({OrganisationType.BUREAU, OrganisationType.SECTION}),
}
# Roles of market regulation proper: not for partner departments, stations and councils.
_IN_LINE_ONLY = frozenset({Role.DISPATCHER, Role.SUPERVISOR})


def create_staff(
    *,
    username: str,
    name: str,
    organisation: Organisation,
    actor: Actor,
    at: datetime,
    password: str | None = None,
    title: str = "",
    phone: str = "",
    email: str = "",
    certificate_number: str = "",
) -> Staff:
    """Make an account without roles; without a password nobody can sign in with it yet.

    Raises:
        PeopleError: ``not_allowed``, ``bad_username``, ``username_taken``, ``weak_password``.
    """
    _needs(actor, Role.SYSTEM_ADMIN, what=_("建立账号"))
    if not _USERNAME.fullmatch(username):
        raise PeopleError(Code.BAD_USERNAME, username=username)
    staff = Staff(
        username=username,
        name=name,
        organisation=organisation,
        title=title,
        phone=phone,
        email=email,
        certificate_number=certificate_number,
        created_at=at,
    )
    if password is None:
        staff.set_unusable_password()
    else:
        _set_password(staff, password, at)
    try:
        with transaction.atomic():
            staff.save()
            record_access(actor=actor, act=AccessAct.ACCOUNT, at=at, detail={"created": staff.pk})
    except IntegrityError as error:
        raise PeopleError(Code.USERNAME_TAKEN, username=username) from error
    return staff


def change_password(*, staff: Staff, password: str, actor: Actor, at: datetime) -> None:
    """Set a new password: the person's own, or by a system administrator.

    Raises:
        PeopleError: ``not_allowed``, ``weak_password``.
    """
    if actor.staff_id != staff.pk:
        _needs(actor, Role.SYSTEM_ADMIN, what=_("重设密码"))
    _set_password(staff, password, at)
    staff.save(update_fields=("password", "password_changed_at"))
    record_access(actor=actor, act=AccessAct.ACCOUNT, at=at, detail={"password": staff.pk})


def deactivate(*, staff: Staff, actor: Actor, at: datetime) -> None:
    """Close an account: no sign-in, no token, no roles; what the person did stays.

    Raises:
        PeopleError: ``not_allowed``.
    """
    _needs(actor, Role.SYSTEM_ADMIN, what=_("停用账号"))
    staff.is_active = False
    staff.save(update_fields=("is_active",))
    record_access(actor=actor, act=AccessAct.ACCOUNT, at=at, detail={"deactivated": staff.pk})


@transaction.atomic
def grant_role(
    *,
    staff: Staff,
    role: str,
    organisation: Organisation,
    valid_from: date,
    actor: Actor,
    at: datetime,
    valid_to: date | None = None,
    acting: bool = False,
) -> RoleAssignment:
    """Give a role for a period (days of Asia/Shanghai, both included).

    The role is held in the person's own bureau or organisation. ``acting`` marks an acting head.

    Raises:
        PeopleError: ``not_allowed``, ``bad_period``, ``role_not_here``, ``role_held``, ``roles_separated``.
    """
    _needs(actor, Role.SECURITY_ADMIN, what=_("授予角色"))
    if actor.staff_id == staff.pk:
        raise PeopleError(Code.NOT_ALLOWED, what=_("给自己授权"))
    chosen = Role(role)
    if valid_to is not None and valid_to < valid_from:
        raise PeopleError(Code.BAD_PERIOD, since=valid_from, until=valid_to)
    _check_place(chosen, staff, organisation)
    # Two grants at once to one person must see each other.
    Staff.objects.select_for_update().get(pk=staff.pk)
    held = RoleAssignment.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from), staff=staff)
    if valid_to is not None:
        held = held.filter(valid_from__lte=valid_to)
    if any(row.role == chosen and row.organisation_id == organisation.pk for row in held):
        raise PeopleError(
            Code.ROLE_HELD, name=staff.name, organisation=organisation.short_name, role=chosen.label
        )
    together = {row.role for row in held} | {chosen.value}
    if not may_combine(together):
        labels = "、".join(sorted(str(Role(each).label) for each in together))
        raise PeopleError(Code.ROLES_SEPARATED, name=staff.name, roles=labels)
    assignment = RoleAssignment.objects.create(
        staff=staff,
        role=chosen,
        organisation=organisation,
        valid_from=valid_from,
        valid_to=valid_to,
        acting=acting,
        granted_by_id=actor.staff_id,
    )
    record_access(
        actor=actor,
        act=AccessAct.ACCOUNT,
        at=at,
        detail={"granted": chosen.value, "staff": staff.pk, "until": str(valid_to or "")},
    )
    return assignment


def end_role(*, assignment: RoleAssignment, last_day: date, actor: Actor, at: datetime) -> None:
    """End a role after ``last_day``; the assignment stays on record.

    Raises:
        PeopleError: ``not_allowed``, ``bad_period``.
    """
    _needs(actor, Role.SECURITY_ADMIN, what=_("撤销角色"))
    if last_day < assignment.valid_from:
        raise PeopleError(Code.BAD_PERIOD, since=assignment.valid_from, until=last_day)
    assignment.valid_to = last_day
    assignment.save(update_fields=("valid_to",))
    record_access(
        actor=actor,
        act=AccessAct.ACCOUNT,
        at=at,
        detail={"ended": assignment.role, "staff": assignment.staff_id, "until": str(last_day)},
    )


def cover_leave(
    *, absent: Staff, deputy: Staff, since: date, until: date, actor: Actor, at: datetime
) -> LeaveCover:
    """Let ``deputy`` act with the roles of ``absent`` from ``since`` to ``until`` (both included).

    Entered by the absent person, the head of the office or bureau, or a security administrator. Both belong to
    one bureau (or one council); roles of administration, security and audit are never covered.

    Raises:
        PeopleError: ``not_allowed``, ``bad_period``, ``bad_cover``.
    """
    if until < since:
        raise PeopleError(Code.BAD_PERIOD, since=since, until=until)
    same = _home(absent) == _home(deputy)
    responsible = actor.has(Role.SECURITY_ADMIN) or (
        actor.has(Role.HEAD, Role.OFFICEHEAD) and actor.authority_id == _home(absent)
    )
    if not (actor.system or actor.staff_id == absent.pk or responsible):
        raise PeopleError(Code.NOT_ALLOWED, what=_("安排休假代班"))
    why = ""
    if absent.pk == deputy.pk:
        why = _("同一人")
    elif not same:
        why = _("不在同一个局")
    elif not deputy.is_active:
        why = _("账号已停用")
    else:
        roles = set(
            RoleAssignment.objects.filter(
                Q(valid_to__isnull=True) | Q(valid_to__gte=since),
                staff__in=(absent, deputy),
                valid_from__lte=until,
            ).values_list("role", flat=True)
        )
        why = _("系统管理、安全管理、审计不能代班") if roles & SEPARATED else ""
    if why:
        raise PeopleError(Code.BAD_COVER, deputy=deputy.name, absent=absent.name, why=why)
    cover = LeaveCover.objects.create(
        absent=absent, deputy=deputy, since=since, until=until, created_by_id=actor.staff_id
    )
    record_access(
        actor=actor,
        act=AccessAct.ACCOUNT,
        at=at,
        detail={
            "cover": cover.pk,
            "absent": absent.pk,
            "deputy": deputy.pk,
            "since": str(since),
            "until": str(until),
        },
    )
    return cover


def staff_with_role(
    role: str, *, organisations: frozenset[int] | set[int], at: datetime, acting: bool | None = None
) -> list[Staff]:
    """Active staff who hold ``role`` in one of the organisations (by id) at ``at``, by name."""
    day = at.astimezone(SHANGHAI).date()
    rows = RoleAssignment.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        role=role,
        organisation_id__in=organisations,
        valid_from__lte=day,
        staff__is_active=True,
    )
    if acting is not None:
        rows = rows.filter(acting=acting)
    return list(
        Staff.objects.filter(pk__in=rows.values("staff_id"))
        .select_related("organisation__parent")
        .order_by("name", "pk")
    )


def _home(staff: Staff) -> int:
    """The bureau of the person; the organisation itself where there is none."""
    bureau = authority(staff.organisation)
    return bureau.pk if bureau else staff.organisation_id


def _check_place(role: Role, staff: Staff, organisation: Organisation) -> None:
    bureau = authority(organisation)
    why = ""
    if (bureau.pk if bureau else organisation.pk) != _home(staff):
        why = _("%(name)s 不在这个局") % {"name": staff.name}
    elif role in _WHERE and organisation.type not in _WHERE[role]:
        why = _("机构类型不符")
    elif role in _IN_LINE_ONLY and bureau is None:
        why = _("不是市场监督管理机构")
    if why:
        raise PeopleError(Code.ROLE_NOT_HERE, role=role.label, organisation=organisation.short_name, why=why)


def _set_password(staff: Staff, password: str, at: datetime) -> None:
    try:
        validate_password(password, user=staff)
    except ValidationError as error:
        raise PeopleError(Code.WEAK_PASSWORD, why="；".join(error.messages)) from error
    staff.password = make_password(password)
    staff.password_changed_at = at


def _needs(actor: Actor, role: Role, *, what: str) -> None:
    if not (actor.system or actor.has(role)):
        raise PeopleError(Code.NOT_ALLOWED, what=what)
