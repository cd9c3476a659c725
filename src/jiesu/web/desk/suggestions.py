"""Suggestions beside a case: what the machine thinks and why; taking or overruling it is recorded."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from jiesu.cases.act import act
from jiesu.cases.kinds import Kind
from jiesu.people.visibility import Part
from jiesu.places.models import Organisation
from jiesu.triage.subject import subjects
from jiesu.web.desk.casefile import CaseFile, read
from jiesu.web.desk.doors import DeskRequest, desk
from jiesu.web.desk.frame import going

TOPICS = {
    "kind": _("来件类型"),
    "subject": _("问题类别"),
    "bureau": _("处理机关"),
    "urgency": _("紧急程度"),
    "duplicate": _("可能重复"),
    "duplicates": _("可能重复"),
    "factors": _("第十七条判断因素"),
    "mixed": _("可能同时包含投诉和举报"),
}


def value_words(topic: str, value: Any) -> str:
    """What is suggested, in words."""
    plain = value
    if isinstance(value, dict):
        plain = value.get("label") or value.get("name") or value.get("value") or value.get("kind") or ""
        if not plain and value.get("organisation"):
            return (
                Organisation.objects.filter(pk=value["organisation"])
                .values_list("short_name", flat=True)
                .first()
                or ""
            )
    if topic == "kind" and plain in Kind.values:
        return str(Kind(plain).label)
    if topic == "subject":
        return dict(subjects()).get(str(plain), str(plain))
    if isinstance(plain, list):
        return "、".join(str(p) for p in plain)
    return str(plain)


def suggestion_lines(file: CaseFile, seen: frozenset[int]) -> list[dict[str, Any]]:
    """Suggestions that still wait for a person, for those who may read what they rest on."""
    if not file.may(Part.CONTENT):
        return []
    return [
        {
            **row,
            "label": TOPICS.get(row["topic"], row["topic"]),
            "words": value_words(row["topic"], row["value"]),
            "url": reverse("desk:suggestion", args=[str(file.case.pk), row["seq"]]),
        }
        for row in file.children["suggestion_rows"]
        if row["taken"] is None
    ]


@desk()
@require_POST
def decide(request: DeskRequest, number: int, seq: int) -> HttpResponse:
    """Records that a suggestion was taken or overruled."""
    file = read(number, actor=request.actor)
    if not file.may(Part.CONTENT):
        raise Http404
    if not any(s["seq"] == seq for s in file.children["suggestion_rows"]):
        raise Http404
    act(
        file.case.pk,
        "decide_suggestion",
        {"suggestion": seq, "taken": request.POST.get("taken") == "1"},
        actor=request.actor,
        at=request.now,
    )
    return going(request, reverse("desk:case", args=[str(file.case.pk)]))
