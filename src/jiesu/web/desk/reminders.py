"""Reminders of clocks: an inbox for the person."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jiesu.cases.models import Case, Clock, Reminder
from jiesu.cases.queries import visible
from jiesu.web.desk.clocks import rule_title
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going, page

MOST = 100


def stage_words(stage: str) -> tuple[str, str]:
    """A stage in words, and its tone: before the last day, on it, after it."""
    kind, _sep, number = stage.partition("_")
    if kind == "before":
        return _("还有 %(n)s 个工作日") % {"n": number}, "orange"
    if kind == "late":
        return _("已超期"), "red"
    if kind == "escalated":
        return _("已超期 %(n)s 个工作日，提请督办") % {"n": number}, "red"
    return _("今日到期"), "red"


@desk()
def reminders(request: DeskRequest) -> HttpResponse:
    """Unread reminders first, then those of late."""
    rows = list(Reminder.objects.filter(recipient_id=request.staff.pk).order_by("read_at", "-at")[:MOST])
    numbers = {r.case_id for r in rows}
    cases: dict[int, Case] = {c.pk: c for c in visible(request.actor).filter(pk__in=numbers)}
    clocks = {
        (c.case_id, c.seq): c
        for c in Clock.objects.filter(case_id__in=numbers, seq__in={r.clock_seq for r in rows})
    }
    lines = []
    for row in rows:
        case = cases.get(row.case_id)
        if case is None:
            continue
        clock = clocks.get((row.case_id, row.clock_seq))
        words, tone = stage_words(row.stage)
        lines.append(
            {
                "row": row,
                "case": case,
                "words": words,
                "tone": tone,
                "rule": rule_title(clock.rule) if clock else "",
                "done": clock is not None and clock.state not in ("open", "suspended"),
                "url": reverse("desk:case", args=[str(case.pk)]),
            }
        )
    return page(
        request, "desk/reminders.html", {"title": _("提醒"), "lines": lines}, current="desk:reminders"
    )


@desk()
@require_POST
def read_all(request: DeskRequest) -> HttpResponse:
    """Marks reminders as read: one, or all."""
    rows = Reminder.objects.filter(recipient_id=request.staff.pk, read_at=None)
    one = request.POST.get("one", "")
    if one.isdigit():
        rows = rows.filter(pk=int(one))
    rows.update(read_at=request.now)
    return going(request, reverse("desk:reminders"))
