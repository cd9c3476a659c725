"""``/cases``: lists, one case, the actions on it, its files and messages."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Body, File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from jiesu.cases import keys
from jiesu.cases.act import act
from jiesu.cases.errors import ActionError
from jiesu.cases.errors import Code as CaseCode
from jiesu.cases.facts import CaseState
from jiesu.cases.files import MOST_BYTES, MOST_FILES, Upload, read
from jiesu.cases.lifecycle import table
from jiesu.cases.models import Message, Party
from jiesu.intake.links import complete_links
from jiesu.people.access import record_access
from jiesu.people.models import AccessAct
from jiesu.people.tokens import Scope
from jiesu.people.visibility import Part
from jiesu.web.api import documented
from jiesu.web.api.auth import Bearer, Caller, caller
from jiesu.web.api.details import BRINGERS, Reading, title_of
from jiesu.web.api.idempotency import Key
from jiesu.web.api.outlines import page
from jiesu.web.api.problems import invalid
from jiesu.web.api.schemas import (
    Acted,
    ActionIn,
    CaseOut,
    CasePage,
    Filters,
    MessageBody,
    Revealed,
    RevealIn,
)
from jiesu.web.api.values import number_of
from jiesu.web.desk.choices import Known
from jiesu.web.desk.forms import check_choices

router = Router(tags=["案件"])
READ = Bearer(Scope.CASES_READ)
ACT = Bearer(Scope.CASES_ACT)

Whole = Annotated[int, Field(ge=0, le=2**31 - 1)]


@router.get(
    "/cases",
    operation_id="list_cases",
    summary="案件列表",
    auth=READ,
    response={200: CasePage, **documented.errors(401, 403, 422)},
)
def list_cases(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """本人有权看到的案件。翻页：把上一页的 `next` 作为 `cursor`，其他条件不变；`next` 为空即到末尾。"""
    who = caller(request)
    return page(filters, actor=who.staff, at=who.at)


@router.get(
    "/cases/{number}",
    operation_id="get_case",
    summary="一件案件",
    auth=READ,
    response={200: CaseOut, **documented.errors(401, 403, 404)},
)
def get_case(request: HttpRequest, number: str) -> dict[str, Any]:
    """案件中本人有权看到的部分，以及本人现在可以办理的事项。不存在的和无权看到的，一律 404。查看举报会留痕。"""
    who = caller(request)
    return Reading(number_of(number), actor=who.staff, at=who.at).document()


@router.post(
    "/cases/{number}/actions/{action}",
    operation_id="act_on_case",
    summary="办理",
    auth=ACT,
    response={200: Acted, **documented.errors(400, 401, 403, 404, 409, 413, 415, 422)},
    openapi_extra=documented.body(
        ActionIn,
        {
            "accept": {"summary": "受理投诉", "value": {"version": 4}},
            "route": {"summary": "分送", "value": {"version": 2, "organisation": 31, "office": 57}},
            "notify": {
                "summary": "记录已经告知",
                "value": {
                    "version": 5,
                    "message": 21,
                    "result": "delivered",
                    "channel": "phone",
                    "told_at": "2026-11-03T10:20:00+08:00",
                    "proof": "call_record",
                    "reference": "LY-001",
                },
            },
            "propose": {
                "summary": "拟不予受理，报负责人批准",
                "value": {
                    "version": 5,
                    "action": "refuse",
                    "ground": "121.16.3",
                    "reasons": "不能证明存在消费关系。",
                },
            },
        },
    ),
)
def act_on_case(
    request: HttpRequest,
    number: str,
    action: str,
    body: Annotated[dict[str, Any], Body()],
    idempotency_key: Key = None,
) -> dict[str, Any]:
    """办理一项操作：`version` 取自读到的案件，其余字段见该案件 `actions` 中所列。案件在读取之后已有变化的，
    409 `case_changed`，什么也不做。须经批准的操作（`propose` 为真）改为提交 `propose`，`action` 写明所拟操作。"""
    who = caller(request)
    fields = dict(body)
    version = _version(fields.pop("version", None))
    return _act(who, number_of(number), action, fields, version=version, key=idempotency_key)


@router.post(
    "/cases/{number}/files",
    operation_id="add_files",
    summary="补充材料",
    auth=ACT,
    response={200: Acted, **documented.errors(400, 401, 403, 404, 409, 413, 415, 422)},
)
def add_files(
    request: HttpRequest,
    number: str,
    files: Annotated[
        list[UploadedFile], File(description="图片、PDF、录音、视频、Word 或 Excel，每个不超过 20 MB")
    ],
    description: Annotated[str, Form(max_length=2000)],
    version: Annotated[int | None, Form(ge=0, le=2**31 - 1)] = None,
    from_party: Annotated[str, Form(max_length=40, description="提交人，如 complainant")] = "",
    idempotency_key: Key = None,
) -> dict[str, Any]:
    """以 multipart/form-data 提交文件，即 `add_evidence` 操作。图片重新编码，类型以内容为准。"""
    who = caller(request)
    fields: dict[str, Any] = {"description": description}
    if from_party:
        fields["from_party"] = from_party
    return _act(
        who,
        number_of(number),
        "add_evidence",
        fields,
        version=version,
        key=idempotency_key,
        files=uploads(files),
    )


@router.get(
    "/cases/{number}/files/{seq}",
    operation_id="get_file",
    summary="下载文件",
    auth=READ,
    response={200: bytes, **documented.errors(401, 403, 404)},
)
def get_file(request: HttpRequest, number: str, seq: str) -> HttpResponse:
    """文件内容，总是作为附件。下载会留痕。"""
    who = caller(request)
    reading = Reading(number_of(number), actor=who.staff, at=who.at)
    file = next((f for f in reading.files() if str(f.seq) == seq), None)
    if file is None or reading.data_key is None:
        raise _part_hidden()
    record_access(
        actor=who.staff,
        act=AccessAct.DOWNLOAD,
        at=who.at,
        case_id=file.case_id,
        detail={"face": "api", "file": file.seq},
    )
    try:
        content = read(file, reading.data_key)
    except FileNotFoundError as error:
        raise _part_hidden() from error
    response = HttpResponse(content, content_type=file.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@router.get(
    "/cases/{number}/messages/{seq}",
    operation_id="get_message",
    summary="告知和留言的全文",
    auth=READ,
    response={200: MessageBody, **documented.errors(401, 403, 404)},
)
def get_message(request: HttpRequest, number: str, seq: str) -> dict[str, Any]:
    """全文含有当事人的信息，查看会留痕。"""
    who = caller(request)
    reading = Reading(number_of(number), actor=who.staff, at=who.at)
    message = None
    if reading.sees(Part.CORRESPONDENCE) and reading.data_key is not None and _small(seq):
        message = Message.objects.filter(case_id=reading.case.pk, seq=int(seq)).first()
    if message is None or reading.data_key is None:
        raise _part_hidden()
    record_access(
        actor=who.staff,
        act=AccessAct.REVEAL,
        at=who.at,
        case_id=message.case_id,
        detail={"face": "api", "message": message.seq},
    )
    body = keys.decrypt(reading.data_key, message.sealed) if message.sealed else ""
    return {"seq": message.seq, "title": title_of(message), "number": message.number, "body": body}


@router.post(
    "/cases/{number}/reveal",
    operation_id="reveal_parties",
    summary="调取当事人信息",
    auth=READ,
    response={200: Revealed, **documented.errors(400, 401, 403, 404, 413, 415, 422)},
)
def reveal_parties(request: HttpRequest, number: str, body: RevealIn) -> dict[str, Any]:
    """姓名、电话、地址的明文。每次调取连同理由记入查阅日志。"""
    who = caller(request)
    reading = Reading(number_of(number), actor=who.staff, at=who.at)
    wanted = dict.fromkeys(body.parties)
    rows = {p.seq: p for p in Party.objects.filter(case_id=reading.case.pk, seq__in=wanted)}
    allowed = [
        rows[seq]
        for seq in wanted
        if seq in rows
        and (reading.knows_bringer if rows[seq].role in BRINGERS else reading.sees(Part.RESPONDENT))
    ]
    if len(allowed) != len(wanted) or reading.data_key is None:
        raise _part_hidden()
    record_access(
        actor=who.staff,
        act=AccessAct.REVEAL,
        at=who.at,
        case_id=reading.case.pk,
        detail={"face": "api", "parties": list(wanted), "reason": body.reason},
    )
    return {"parties": [_plain(p, reading.data_key) for p in allowed]}


def _plain(party: Party, data_key: bytes) -> dict[str, Any]:
    known = json.loads(keys.decrypt(data_key, party.sealed)) if party.sealed else {}
    names = ("name", "phone", "address", "id_type", "id_number", "email")
    return {"seq": party.seq, "role": party.role, **{n: known.get(n, "") for n in names}}


def _part_hidden() -> ActionError:
    """Nothing of that number, or nothing that this person may see: nothing tells which."""
    return ActionError(CaseCode.CASE_NOT_FOUND, _("没有找到这项内容，或者您无权查看。"))


def _small(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _version(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 2**31 - 1:
        raise invalid({"version": _("请填写读取案件时得到的 version（整数）。")})
    return given


def uploads(files: list[UploadedFile]) -> list[Upload]:
    """Uploaded files as the case takes them; one byte more than allowed is read, so that it can be refused by name."""
    if len(files) > MOST_FILES:
        raise invalid({"files": _("一次最多上传 %(most)d 个文件。") % {"most": MOST_FILES}})
    return [Upload(name=(f.name or "")[:160], content=f.read(MOST_BYTES + 1)) for f in files]


def _act(
    who: Caller,
    number: int,
    action: str,
    fields: dict[str, Any],
    *,
    version: int | None,
    key: str | None,
    files: list[Upload] | None = None,
) -> dict[str, Any]:
    """Takes the action once per key, then lets linked cases follow at once instead of at the next sweep."""
    said = {
        "case": str(number),
        "action": action,
        "version": version,
        "fields": fields,
        "files": [hashlib.sha256(f.content).hexdigest() for f in files or ()],
    }
    done = act(
        number,
        action,
        fields,
        actor=who.staff,
        at=who.at,
        version=version,
        key=key,
        body=said,
        files=files or (),
        check=lambda state: _check(state, who, action, fields),
    )
    if done.linked:
        complete_links(number, at=who.at)
    return done.told


def _check(state: CaseState, who: Caller, action: str, fields: dict[str, Any]) -> None:
    """People and organisations must be those on offer: the tables cannot know them."""
    rows = table(state.kind).rows
    named = [*rows[action].fields]
    if action == "propose" and isinstance(fields.get("action"), str) and fields["action"] in rows:
        named += rows[fields["action"]].fields
    texts = {
        k: str(v) if isinstance(v, int | float) else v for k, v in fields.items() if not isinstance(v, dict)
    }
    check_choices(named, Known(actor=who.staff, state=state, now=who.at), action, texts)
