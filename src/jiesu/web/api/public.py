"""What needs no token: following a case by its query code, and the law's periods."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from jiesu import law
from jiesu.cases.act import offered
from jiesu.cases.following import (
    QueryCodeWrong,
    citizen_of,
    clocks_shown,
    correspondence,
    open_by_code,
    state_of,
    state_shown,
    steps,
)
from jiesu.people import calendar
from jiesu.people.actors import SHANGHAI
from jiesu.places.models import Organisation, OrganisationType
from jiesu.web.api import documented
from jiesu.web.api.details import articles_of
from jiesu.web.api.problems import Code, Problem, invalid
from jiesu.web.api.schemas import CitizenCase, DueOut, OrganisationPage
from jiesu.web.api.throttles import Anonymous
from jiesu.web.api.values import day, instant
from jiesu.web.desk.clocks import rule_title

router = Router(tags=["公开"])

MOST_ORGANISATIONS = 200


@router.get(
    "/public/cases/{number}",
    operation_id="follow_case",
    summary="凭查询码看进展",
    auth=None,
    throttle=Anonymous("follow", 120, 3600),
    response={200: CitizenCase, **documented.errors(404, 422, 429)},
)
def follow_case(
    request: HttpRequest,
    number: str,
    code: Annotated[str, Query(max_length=40, description="登记时给出的查询码")] = "",
) -> dict[str, Any]:
    """来件人看到的进展：每一步的时间和依据、期限、告知内容。编号或查询码不对、查询被锁定，都是同一个 404
    `query_code_wrong`；连续输错 5 次，15 分钟内不能查询。"""
    at = timezone.now()
    try:
        case = open_by_code(number, code, at=at)
    except QueryCodeWrong as error:
        raise Problem(Code.QUERY_CODE_WRONG, str(error)) from error
    state = state_of(case)
    shown = state_shown(case)
    holder = case.organisation or case.registered_by
    return {
        "number": str(case.pk),
        "kind": case.kind,
        "state": shown.value,
        "state_label": str(shown.label),
        "received_at": instant(case.received_at),
        "closed_at": instant(case.closed_at),
        "organisation": holder.name,
        "steps": [{"at": instant(s.at), "label": s.label, "article": s.article} for s in steps(case)],
        "clocks": [
            {
                "title": rule_title(c.rule),
                "articles": articles_of(c),
                "due_on": day(c.due_on),
                "state": c.state,
                "provisional": c.provisional,
            }
            for c in clocks_shown(state)
        ],
        "messages": [
            {
                "seq": m.seq,
                "at": instant(m.at),
                "from_citizen": m.from_citizen,
                "title": m.title,
                "number": m.number,
                "body": m.body,
            }
            for m in correspondence(case)
        ],
        "can": [o.action for o in offered(case, state, citizen_of(case), at)],
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
