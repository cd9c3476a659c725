"""Suggestions beside a case: what the machine thinks and why; taking or overruling it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from jiesu.cases.act import act
from jiesu.cases.kinds import Kind, State
from jiesu.law import factors
from jiesu.people.visibility import Part
from jiesu.places.models import Organisation
from jiesu.triage.subject import subjects
from jiesu.web.desk.addresses import case_url
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


#: What nobody asks any more once the case is with its bureau.
BEFORE_ROUTING = frozenset({"kind", "bureau", "mixed"})


URGENCY = {1: _("尽快"), 2: _("紧急"), 3: _("特别紧急")}


def numbers_of(row: Mapping[str, Any]) -> list[int]:
    """Numbers of other cases that a suggestion names."""
    value = row["value"]
    if row["topic"] != "duplicates" or not isinstance(value, list):
        return []
    return [int(v) for v in value if str(v).isdigit()]


def value_words(row: Mapping[str, Any], on: date) -> str:
    """What is suggested, in words."""
    topic, value = row["topic"], row["value"]
    if topic == "kind" and value in Kind.values:
        return str(Kind(value).label)
    if topic == "subject":
        return dict(subjects()).get(str(value), str(value))
    if topic == "bureau" and isinstance(value, dict):
        name = (
            Organisation.objects.filter(pk=value.get("organisation") or 0)
            .values_list("short_name", flat=True)
            .first()
        )
        return name or ""
    if topic == "factors" and isinstance(value, list):
        texts = {f.key: f.text for f in factors(on=on)}
        return _("；").join(texts.get(str(v), str(v)) for v in value)
    if topic == "urgency" and isinstance(value, int):
        return str(URGENCY.get(value, value))
    return ""


def suggestion_lines(file: CaseFile, seen: frozenset[int], on: date) -> list[dict[str, Any]]:
    """Suggestions that still wait for a person, for those who may read what they rest on.

    Args:
        seen: numbers of other cases that the reader may see; the rest is not named.
    """
    if not file.may(Part.CONTENT):
        return []
    found: list[dict[str, Any]] = []
    for row in file.children["suggestion_rows"]:
        late = file.case.state != State.REGISTERED and row["topic"] in BEFORE_ROUTING
        numbers = [n for n in numbers_of(row) if n in seen]
        # What the case says already is no suggestion.
        said = row["topic"] == "subject" and row["value"] == file.case.subject
        if row["taken"] is not None or late or said or (numbers_of(row) and not numbers):
            continue
        found.append(
            {
                **row,
                "label": TOPICS.get(row["topic"], row["topic"]),
                "words": value_words(row, on),
                "numbers": [(str(n), case_url("desk:case", n)) for n in numbers],
                "url": case_url("desk:suggestion", file.case.pk, row["seq"]),
            }
        )
    return found


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
    return going(request, case_url("desk:case", file.case.pk))
