"""What stands around every page of the desk: navigation by role, badges, search, the person's menu."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jiesu.cases.counting import Badges, badges
from jiesu.people.actors import Actor
from jiesu.people.roles import Role
from jiesu.web.desk.doors import DeskRequest

Entry = dict[str, Any]


def _capped(number: int) -> str:
    return "99+" if number > 99 else (str(number) if number else "")


def _entry(view: str, label: str, icon: str, *, key: str = "", badge: str = "") -> Entry:
    return {"view": view, "url": reverse(view), "label": label, "icon": icon, "key": key, "badge": badge}


def works_cases(actor: Actor) -> bool:
    """Whether the person has any queue; administrators have none."""
    return actor.has(
        "calltaker",
        "dispatcher",
        "handler",
        "mediator",
        "officehead",
        "head",
        "supervisor",
        "legal",
        "council",
    )


def navigation(actor: Actor, waiting: Badges, current: str) -> list[Entry]:
    """The side navigation of an actor; ``current`` is the name of the page's view."""
    found: list[Entry] = []
    if works_cases(actor):
        found.append(_entry("desk:queue", _("案件队列"), "inbox", key="q"))
    if actor.has("calltaker", "dispatcher", "handler", "officehead"):
        found.append(_entry("desk:register", _("登记来件"), "circle-plus", key="n"))
    if actor.has("dispatcher"):
        found.append(_entry("desk:dispatch", _("待分送"), "send", key="d", badge=_capped(waiting.unrouted)))
        found.append(_entry("imports:list", _("批量导入"), "file-import", key="m"))
    if actor.has("head"):
        found.append(
            _entry("desk:approvals", _("待我审批"), "gavel", key="a", badge=_capped(waiting.approvals))
        )
    if actor.has("head", "officehead", "supervisor"):
        found.append(_entry("desk:overview", _("督办总览"), "bell-ringing", key="o"))
    if actor.has("head", "supervisor", "legal", "auditor"):
        found.append(_entry("hotspots:list", _("热点"), "flame", key="h"))
        found.append(_entry("insight:report", _("统计报表"), "chart-bar", key="b"))
        found.append(_entry("wall:wall", _("指挥大屏"), "device-desktop", key="w"))
    if works_cases(actor):
        found.append(_entry("desk:reminders", _("提醒"), "bell", key="r", badge=_capped(waiting.reminders)))
        found.append(_entry("desk:search", _("检索"), "search", key="s"))
    if actor.has("calltaker", "dispatcher", "handler", "officehead", "head"):
        found.append(_entry("desk:platform", _("全国平台录入"), "world", key="p"))
    if works_cases(actor):
        found.append(_entry("desk:leave", _("休假代班"), "users", key="l"))
    if actor.has("auditor"):
        found.append(_entry("desk:queue", _("办件"), "inbox", key="q"))
        found.append(_entry("desk:search", _("检索"), "search", key="s"))
        found.append(_entry("desk:access", _("查阅日志"), "eye", key="v"))
    admin: list[Entry] = []
    if actor.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        admin.append(_entry("desk:staff", _("人员与角色"), "users", key="u"))
    if actor.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, "head", "legal"):
        admin.append(_entry("desk:settings", _("设置"), "settings", key="t"))
    if actor.has(Role.SYSTEM_ADMIN):
        admin.append(_entry("desk:calendar", _("放假安排"), "calendar", key="c"))
    if actor.has(Role.SECURITY_ADMIN):
        admin.append(_entry("desk:access", _("查阅日志"), "eye", key="v"))
    if admin and found:
        found.append({"divider": True, "label": _("管理")})
    found.extend(admin)
    for entry in found:
        entry["active"] = entry.get("view") == current
    return found


@lru_cache(maxsize=2048)
def _side_navigation(
    actor: Actor, waiting: Badges, current: str, _language: str | None, _prefix: str
) -> SafeString:
    """The side navigation as it stands on the page; it changes only with what it shows."""
    return render_to_string("components/navigation.html", {"navigation": navigation(actor, waiting, current)})


def home_url(actor: Actor) -> str:
    """The page a person starts on."""
    if actor.has("dispatcher"):
        return reverse("desk:dispatch")
    if actor.has("supervisor") and not actor.has("handler", "head"):
        return reverse("desk:overview")
    if works_cases(actor) or actor.has("auditor"):
        return reverse("desk:queue")
    if actor.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        return reverse("desk:staff")
    return reverse("desk:account")


def role_words(actor: Actor) -> str:
    """The person's roles in words."""
    return _("、").join(str(Role(r).label) for r in Role.values if r in actor.roles)


@lru_cache(maxsize=2048)
def _of_person(actor: Actor, _language: str | None, _prefix: str) -> Mapping[str, Any]:
    """What stands around every page of one person."""
    reads_cases = works_cases(actor) or actor.has("auditor")
    exports = {"label": _("我的导出"), "url": reverse("exports:list"), "icon": "download"}
    return {
        "home_url": reverse("desk:home"),
        "brand": _("接诉 12315"),
        "staff_name": actor.name,
        "staff_key": actor.staff_id,
        "staff_role": role_words(actor),
        "search_url": reverse("desk:search") if reads_cases else "",
        "user_menu": [
            *([exports] if reads_cases else []),
            {"label": _("账号与安全"), "url": reverse("desk:account"), "icon": "user"},
            {"label": _("退出登录"), "url": reverse("account_logout"), "icon": "logout", "post": True},
        ],
    }


def page(
    request: DeskRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    current: str = "",
    status: int = 200,
) -> HttpResponse:
    """A whole page of the desk.

    Args:
        current: name of the view whose entry in the navigation is marked.
    """
    actor, language, prefix = request.actor, get_language(), get_script_prefix()
    frame: dict[str, Any] = {
        **_of_person(actor, language, prefix),
        "side_navigation": _side_navigation(actor, badges(actor), current, language, prefix),
        "organisation_name": request.staff.organisation.name,
        "actor": actor,
        "now": request.now,
    }
    response = render(request, template, {**frame, **(context or {})}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def part(
    request: DeskRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A part of a page, for htmx."""
    response = render(
        request, template, {"actor": request.actor, "now": request.now, **(context or {})}, status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def going(request: DeskRequest, url: str) -> HttpResponse:
    """Answers a post by another page: a redirect, or its htmx form."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=200, headers={"HX-Redirect": url})
    return HttpResponse(status=303, headers={"Location": url})
