"""What needs no token: following a case by its query code, and the law's periods."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from jiesu import law
from jiesu.intake.entering import enter
from jiesu.intake.following import followed
from jiesu.people import calendar
from jiesu.people.actors import SHANGHAI
from jiesu.places.models import Organisation, OrganisationType
from jiesu.web.api import documented
from jiesu.web.api.problems import invalid
from jiesu.web.api.schemas import CitizenCase, DueOut, OrganisationPage
from jiesu.web.api.throttles import Anonymous
from jiesu.web.api.values import day, instant

router = Router(tags=["公开"])

MOST_ORGANISATIONS = 200


@router.get(
    "/public/cases/{number}",
    operation_id="follow_case",
    summary="凭查询码看进展",
    auth=None,
    response={200: CitizenCase, **documented.errors(404, 422, 429)},
)
def follow_case(
    request: HttpRequest,
    number: str,
    code: Annotated[str, Query(max_length=40, description="登记时给出的查询码")] = "",
) -> dict[str, Any]:
    """来件人看到的进展：每一步的时间和依据、现在等待什么、告知和留言。编号不存在与查询码不对，都是同一个 404
    `query_wrong`；连续输错 5 次，无论编号是否存在，15 分钟内都是 429 `query_locked`。告知书要在网上打开过才有全文：打开即为送达。"""
    at = timezone.now()
    case = enter(number, code, at=at, who=request.META.get("REMOTE_ADDR", ""))
    seen = followed(case.pk, at=at)
    awaited = seen.awaited
    return {
        "number": str(seen.number),
        "kind": seen.kind,
        "kind_label": seen.kind_label,
        "received_at": instant(seen.received_at),
        "bureau": seen.bureau,
        "phone": seen.phone,
        "closed": seen.closed,
        "steps": [
            {"at": instant(s.at), "label": s.label, "text": s.text, "article": s.article} for s in seen.steps
        ],
        "awaited": {
            "label": awaited.label,
            "text": awaited.text,
            "by": day(awaited.by),
            "article": awaited.article,
            "provisional": awaited.provisional,
            "suspended": awaited.suspended,
            "late": awaited.late,
        }
        if awaited is not None
        else None,
        "asked_until": day(seen.asked),
        "notices": [
            {
                "seq": n.seq,
                "at": instant(n.at),
                "title": n.title,
                "number": n.number,
                "opened": n.opened,
                "body": n.body,
            }
            for n in seen.notices
        ],
        "words": [{"at": instant(w.at), "mine": w.mine, "text": w.text} for w in seen.words],
        "files": list(seen.files),
        "actions": sorted(seen.actions),
        "continued_as": str(seen.converted) if seen.converted else None,
    }


@router.get(
    "/law/due",
    operation_id="law_due",
    summary="期限计算",
    auth=None,
    throttle=Anonymous("law", 600, 3600),
    response={200: DueOut, **documented.errors(422, 429)},
)
def law_due(
    request: HttpRequest,
    rule: Annotated[str, Query(max_length=60, examples=["complaint.acceptance"])],
    start: Annotated[
        str,
        Query(
            max_length=40, description="起算的日期或者时刻，无时区为北京时间", examples=["2026-09-25T10:30"]
        ),
    ],
    extensions: Annotated[int, Query(ge=0, le=9, description="已批准延长的次数")] = 0,
) -> dict[str, Any]:
    """最后一日及逐日说明，所据条文以起算之日有效者为准。"""
    begun = _start(start)
    try:
        found = law.due(rule, start=begun, extensions=extensions, calendar=calendar.current())
        lines = [line.text for line in law.account(found)]
    except law.LawError as error:
        field = "rule" if error.code in (law.Code.UNKNOWN_RULE, law.Code.NOT_IN_FORCE) else "start"
        raise invalid({field: str(error)}) from error
    return {
        "rule": found.rule,
        "title": found.title,
        "statutory": found.statutory,
        "started_at": instant(found.start),
        "last_day": day(found.last_day),
        "expires_at": instant(found.expires_at),
        "provisional": found.provisional,
        "articles": [p.citation.label for p in found.instruments],
        "instrument": found.instrument,
        "calendar_version": found.calendar_version,
        "explanation": "\n".join(lines),
        "lines": lines,
    }


def _start(text: str) -> datetime | date:
    text = text.strip().replace(" ", "T")
    try:
        value = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise invalid({"start": _("请填写日期或者时间，例如 2026-09-25。")}) from None
    if not 1990 <= value.year <= 2199:
        raise invalid({"start": _("日期超出范围。")})
    if isinstance(value, datetime) and value.tzinfo is None:
        value = value.replace(tzinfo=SHANGHAI)
    return value


@router.get(
    "/organisations",
    operation_id="list_organisations",
    summary="机构",
    auth=None,
    throttle=Anonymous("organisations", 600, 3600),
    response={200: OrganisationPage, **documented.errors(422, 429)},
)
def list_organisations(
    request: HttpRequest,
    division: Annotated[
        str, Query(pattern=r"^[0-9]{2,6}$", description="行政区划代码的前几位", examples=["4309"])
    ],
    type: Annotated[str, Query(max_length=20, description="如 bureau、centre、office")] = "",
) -> dict[str, Any]:
    """一个地区的机构及其 id，供分送等操作填写。最多 200 个。"""
    rows = Organisation.objects.filter(division_code__startswith=division, is_active=True)
    if type:
        if type not in OrganisationType.values:
            raise invalid(
                {"type": _("应当是下列之一：%(types)s。") % {"types": "、".join(OrganisationType.values)}}
            )
        rows = rows.filter(type=type)
    return {
        "items": [
            {
                "id": o.pk,
                "key": o.key,
                "name": o.name,
                "type": o.type,
                "level": o.level,
                "county": o.county,
                "city": o.city,
            }
            for o in rows.order_by("division_code", "pk")[:MOST_ORGANISATIONS]
        ]
    }
