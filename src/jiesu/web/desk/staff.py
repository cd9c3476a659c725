"""Accounts and roles: the system administrator makes accounts, the security administrator gives roles and tokens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.people.accounts import change_password, create_staff, deactivate, end_role, grant_role
from jiesu.people.errors import PeopleError
from jiesu.people.models import ApiToken, RoleAssignment, Staff
from jiesu.people.roles import Role
from jiesu.people.tokens import Scope, issue_token, revoke_token
from jiesu.places.models import Organisation
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page

MOST = 100
ADMINISTRATORS = (Role.SYSTEM_ADMIN.value, Role.SECURITY_ADMIN.value)


def _organisations(text: str) -> list[Organisation]:
    rows = Organisation.objects.filter(is_active=True)
    if text:
        rows = rows.filter(Q(name__icontains=text) | Q(short_name__icontains=text) | Q(key__startswith=text))
    return list(rows.order_by("division_code", "pk")[:300])


@desk(*ADMINISTRATORS)
@require_http_methods(["GET", "POST"])
def staff(request: DeskRequest) -> HttpResponse:
    """The list of accounts; a system administrator makes new ones."""
    problem = ""
    if request.method == "POST":
        post = request.POST
        organisation = Organisation.objects.filter(key=post.get("organisation", "").strip()).first()
        if organisation is None:
            problem = _("没有这个机构，请从列表中选择机构标识。")
        else:
            try:
                made = create_staff(
                    username=post.get("username", "").strip(),
                    name=post.get("name", "").strip(),
                    organisation=organisation,
                    actor=request.actor,
                    at=request.now,
                    password=post.get("password") or None,
                    title=post.get("title", "").strip(),
                    phone=post.get("phone", "").strip(),
                    certificate_number=post.get("certificate_number", "").strip(),
                )
            except PeopleError as error:
                problem = str(error)
            else:
                messages.success(request, _("已建立账号，请由安全管理员授予角色"))
                return going(request, reverse("desk:person", args=[made.pk]))
    text = request.GET.get("q", "").strip()
    rows = Staff.objects.select_related("organisation").prefetch_related("assignments")
    if text:
        rows = rows.filter(
            Q(username__icontains=text)
            | Q(name__icontains=text)
            | Q(organisation__short_name__icontains=text)
        )
    found = list(rows.order_by("-is_active", "organisation__division_code", "name")[: MOST + 1])
    today = timezone.localdate(request.now)
    lines = [
        {
            "person": p,
            "roles": [
                Role(a.role).label
                for a in p.assignments.all()
                if a.valid_from <= today and (a.valid_to is None or a.valid_to >= today)
            ],
        }
        for p in found[:MOST]
    ]
    post_values: Any = request.POST
    fields: list[dict[str, Any]] = [
        {"name": "username", "label": _("登录名"), "required": True, "help": _("小写字母、数字、点、横线")},
        {"name": "name", "label": _("姓名"), "required": True},
        {"name": "organisation", "label": _("机构标识"), "required": True, "help": _("例如 430902-bureau、430902005-office")},
        {"name": "password", "label": _("初始密码"), "input": "password", "help": _("至少 10 位；不填则暂不能登录"),
         "autocomplete": "new-password"},
        {"name": "title", "label": _("职务")},
        {"name": "phone", "label": _("电话")},
        {"name": "certificate_number", "label": _("行政执法证号")},
    ]  # fmt: skip
    for field in fields:
        field["value"] = post_values.get(field["name"], "")
    context = {
        "title": _("人员与角色"),
        "lines": lines,
        "more": len(found) > MOST,
        "text": text,
        "fields": fields if request.actor.has(Role.SYSTEM_ADMIN) else [],
        "problems": [problem] if problem else [],
    }
    return page(request, "desk/staff.html", context, current="desk:staff", status=422 if problem else 200)


@desk(*ADMINISTRATORS)
@require_http_methods(["GET", "POST"])
def person(request: DeskRequest, pk: int) -> HttpResponse:
    """One account: roles, password, tokens."""
    found = get_object_or_404(Staff.objects.select_related("organisation__parent"), pk=pk)
    problem = ""
    secret = ""
    if request.method == "POST":
        try:
            secret = _change(request, found)
        except PeopleError as error:
            problem = str(error)
        except ValueError:
            problem = _("请填写日期，例如 2026-09-25。")
        else:
            if not secret:
                messages.success(request, _("已保存"))
                return going(request, reverse("desk:person", args=[pk]))
    context = {
        "title": found.name,
        "person": found,
        "assignments": found.assignments.select_related("organisation", "granted_by").order_by("-valid_from"),
        "roles": Role.choices,
        "tokens": ApiToken.objects.filter(staff=found, revoked_at=None).order_by("-created_at"),
        "scopes": Scope.choices,
        "today": timezone.localdate(request.now),
        "is_system": request.actor.has(Role.SYSTEM_ADMIN),
        "is_security": request.actor.has(Role.SECURITY_ADMIN),
        "problems": [problem] if problem else [],
        "secret": secret,
    }
    return page(request, "desk/person.html", context, current="desk:staff", status=422 if problem else 200)


def _change(request: DeskRequest, found: Staff) -> str:
    """Does what the posted form asks; gives the secret of a new token, to be shown once."""
    post, actor, now = request.POST, request.actor, request.now
    what = post.get("what", "")
    if what == "grant":
        until = post.get("valid_to", "")
        grant_role(
            staff=found,
            role=post.get("role", "") if post.get("role") in Role.values else Role.HANDLER,
            organisation=found.organisation,
            valid_from=date.fromisoformat(post.get("valid_from", "")),
            valid_to=date.fromisoformat(until) if until else None,
            acting=post.get("acting") == "1",
            actor=actor,
            at=now,
        )
    elif what == "end":
        row = get_object_or_404(RoleAssignment, pk=post.get("assignment"), staff=found)
        end_role(assignment=row, last_day=timezone.localdate(now), actor=actor, at=now)
    elif what == "password":
        change_password(staff=found, password=post.get("password", ""), actor=actor, at=now)
    elif what == "deactivate":
        deactivate(staff=found, actor=actor, at=now)
    elif what == "token":
        issued = issue_token(
            staff=found,
            name=post.get("name", "")[:80] or _("接口"),
            scopes=post.getlist("scope") or list(Scope.values),
            at=now,
            expires_at=now + timedelta(days=365),
            actor=actor,
        )
        return issued.secret
    elif what == "revoke":
        revoke_token(
            token=get_object_or_404(ApiToken, pk=post.get("token"), staff=found), actor=actor, at=now
        )
    return ""
