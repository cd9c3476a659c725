"""Settings of law and service: proposed by one, confirmed by another; never backwards."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.people.errors import PeopleError
from jiesu.people.models import Setting
from jiesu.people.registry import Definition, definitions
from jiesu.people.roles import Role
from jiesu.people.settings import (
    confirm_setting,
    in_force,
    propose_setting,
    reject_setting,
    waiting_for_confirmation,
)
from jiesu.places.models import Organisation
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page

CHANGERS = (Role.SYSTEM_ADMIN.value, Role.SECURITY_ADMIN.value, "head", "legal")


def value_words(definition: Definition, value: object) -> str:
    """A value as shown."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return _("、").join(str(v) for v in value)
    return "—" if value is None else str(value)


def read_value(definition: Definition, text: str) -> object:
    """A typed value; what cannot be read goes on as text and is refused with the reason."""
    if definition.type == "bool":
        return text == "1"
    if definition.type == "days":
        parts = text.replace("，", ",").replace("、", ",").split(",")
        return [int(p) if p.strip().isdigit() else p for p in parts if p.strip()]
    if definition.type == "int":
        return int(text) if text.strip().lstrip("-").isdigit() else text
    try:
        return json.loads(text) if text[:1] in "[{" else text
    except ValueError:
        return text


@desk(*CHANGERS)
@require_http_methods(["GET", "POST"])
def settings(request: DeskRequest) -> HttpResponse:
    """Every setting with its value in force, its source, and what waits for a second person."""
    actor = request.actor
    whole = actor.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    own = Organisation.objects.filter(pk=actor.authority_id).first() if actor.authority_id else None
    organisation = None if whole and request.GET.get("for") != "own" else own
    problem = ""
    if request.method == "POST":
        try:
            _change(request, organisation)
        except PeopleError as error:
            problem = str(error)
        except ValueError:
            problem = _("请填写日期，例如 2026-09-25。")
        else:
            messages.success(request, _("已保存"))
            return going(request, request.get_full_path())
    values = in_force(organisation=organisation, at=request.now)
    waiting = waiting_for_confirmation()
    groups: list[dict[str, Any]] = [
        {"title": _("法律留白（须由法制机构确定）"), "group": "law", "lines": []},
        {"title": _("服务"), "group": "service", "lines": []},
    ]
    for key, definition in definitions().items():
        target = next(g for g in groups if g["group"] == definition.group)
        target["lines"].append(
            {
                "key": key,
                "definition": definition,
                "value": value_words(definition, values[key]),
                "raw": values[key],
                "default": value_words(definition, definition.default),
                "changed": values[key] != definition.default,
            }
        )
    proposals = [
        {"row": row, "label": _(str(definitions()[row.key].label)) if row.key in definitions() else row.key,
         "value": value_words(definitions()[row.key], row.value), "own": row.proposed_by_id == actor.staff_id}
        for row in waiting
        if row.key in definitions()
    ]  # fmt: skip
    context = {
        "title": _("设置"),
        "groups": groups,
        "proposals": proposals,
        "organisation": organisation,
        "whole": whole,
        "has_own": own is not None,
        "today": timezone.localdate(request.now),
        "problems": [problem] if problem else [],
        "history": Setting.objects.filter(confirmed_at__isnull=False)
        .select_related("organisation", "proposed_by", "confirmed_by")
        .order_by("-confirmed_at")[:20],
        "here": reverse("desk:settings"),
    }
    return page(
        request, "desk/settings.html", context, current="desk:settings", status=422 if problem else 200
    )


def _change(request: DeskRequest, organisation: Organisation | None) -> None:
    post, actor, now = request.POST, request.actor, request.now
    what = post.get("what", "")
    if what in ("confirm", "reject") and post.get("setting", "").isdigit():
        decide = confirm_setting if what == "confirm" else reject_setting
        decide(setting_id=int(post["setting"]), actor=actor, at=now)
    elif what == "propose":
        key = post.get("key", "")
        known = definitions().get(key)
        propose_setting(
            key=key,
            organisation=organisation,
            value=read_value(known, post.get("value", "")) if known else None,
            valid_from=date.fromisoformat(post.get("valid_from", "")),
            reason=post.get("reason", "")[:300],
            actor=actor,
            at=now,
        )
