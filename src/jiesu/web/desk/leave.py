"""Leave cover: while somebody is away a deputy acts with the same roles and sees the same queue."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jiesu.people.accounts import cover_leave
from jiesu.people.errors import PeopleError
from jiesu.people.models import LeaveCover, Staff
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page


def colleagues(request: DeskRequest) -> list[Staff]:
    """Active staff of the person's bureau (or of the organisation outside market regulation)."""
    actor = request.actor
    home = actor.authority_id or actor.organisation_id
    return list(
        Staff.objects.filter(Q(organisation_id=home) | Q(organisation__parent_id=home), is_active=True)
        .select_related("organisation")
        .order_by("organisation_id", "name")
    )


@desk()
@require_http_methods(["GET", "POST"])
def leave(request: DeskRequest) -> HttpResponse:
    """Covers of the bureau, and the form for a new one."""
    actor = request.actor
    people = colleagues(request)
    arranges = actor.has("head", "officehead", "security_admin")
    problem = ""
    if request.method == "POST":
        try:
            _arrange(request, people, arranges)
        except (PeopleError, ValueError) as error:
            problem = str(error)
        else:
            messages.success(request, _("已安排代班"))
            return going(request, reverse("desk:leave"))
    today = timezone.localdate(request.now)
    ids = {s.pk for s in people}
    covers = (
        LeaveCover.objects.filter(Q(absent_id__in=ids) | Q(deputy_id__in=ids), until__gte=today)
        .select_related("absent", "deputy")
        .order_by("since")
    )
    choices = [(str(s.pk), f"{s.name}（{s.organisation.short_name}）") for s in people]
    post: Any = request.POST
    fields = [
        {"name": "deputy", "label": _("代班人"), "type": "staff", "required": True,
         "choices": [c for c in choices if c[0] != str(actor.staff_id) or arranges], "value": post.get("deputy", "")},
        {"name": "since", "label": _("开始日期"), "type": "date", "required": True,
         "value": post.get("since", today.isoformat())},
        {"name": "until", "label": _("结束日期"), "type": "date", "required": True, "value": post.get("until", "")},
    ]  # fmt: skip
    if arranges:
        fields.insert(0, {"name": "absent", "label": _("休假人"), "type": "staff", "required": True, "choices": choices,
                          "value": post.get("absent", str(actor.staff_id))})  # fmt: skip
    context = {
        "title": _("休假代班"),
        "fields": fields,
        "covers": covers,
        "problems": [problem] if problem else [],
        "today": today,
    }
    return page(request, "desk/leave.html", context, current="desk:leave", status=422 if problem else 200)


def _arrange(request: DeskRequest, people: list[Staff], arranges: bool) -> None:
    known = {str(s.pk): s for s in people}
    absent = known.get(request.POST.get("absent", "")) if arranges else request.staff
    deputy = known.get(request.POST.get("deputy", ""))
    if absent is None or deputy is None:
        raise ValueError(_("请选择休假人和代班人。"))
    try:
        since = date.fromisoformat(request.POST.get("since", ""))
        until = date.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        raise ValueError(_("请填写开始日期和结束日期。")) from None
    cover_leave(absent=absent, deputy=deputy, since=since, until=until, actor=request.actor, at=request.now)
