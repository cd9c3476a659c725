"""``POST /contacts``: a contact becomes one or two cases."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Body, Router, Schema, Status
from pydantic import Field

from jiesu.cases.errors import Code as CaseCode
from jiesu.cases.kinds import Channel
from jiesu.intake import limits
from jiesu.intake.forms import STRICT_CHANNELS, ContactForm, FormError, read
from jiesu.intake.registering import register
from jiesu.people.actors import Actor, Party, citizen
from jiesu.people.tokens import Scope
from jiesu.triage.kind import suggest
from jiesu.web.api import documented
from jiesu.web.api.auth import OptionalBearer, caller
from jiesu.web.api.idempotency import Key
from jiesu.web.api.problems import Problem, invalid, unauthenticated
from jiesu.web.api.schemas import ContactCreated

router = Router(tags=["来件"])

#: Roles that take in contacts, at the desk as here.
REGISTERS = ("calltaker", "dispatcher", "handler", "officehead")
_CITIZENS: dict[str, Party] = {"complaint": "complainant", "report": "informant"}


class PersonIn(Schema):
    """来件人。"""

    name: str = Field("", examples=["张小明"])
    phone: str = Field("", examples=["13812345678"])
    address: str = Field("", examples=["益阳市资阳区大码头街道1号"])
    id_type: str = ""
    id_number: str = ""
    email: str = ""
    representative: bool = Field(False, description="共同投诉的代表人（第十二条）")


class AgentIn(Schema):
    """代理人及其授权（第十一条）。"""

    name: str = ""
    phone: str = ""
    address: str = ""
    id_type: str = ""
    id_number: str = ""
    matter: str = Field("", description="委托事项")
    powers: str = Field("", description="权限")
    period: str = Field("", description="期限")


class RespondentIn(Schema):
    """被投诉人、被举报人。`platform_address` 是店铺在平台上公示的地址（第十三条）。"""

    name: str = Field("", examples=["资阳区好再来超市"])
    address: str = Field("", examples=["益阳市资阳区金花湖路1号"])
    phone: str = ""
    unified_credit_code: str = ""
    platform: str = ""
    platform_address: str = ""
    shop_url: str = ""


class ContactIn(Schema):
    """一次来件。`channel` 为 `portal` 的，缺项即退回；其他渠道可以不完整，缺的内容记在案上。"""

    kind: Literal["complaint", "report", "consultation", "other", "auto"] = Field(
        "auto", description="auto：由系统提出类型建议，由人确认"
    )
    channel: Channel = Field(description="来件渠道", examples=["hotline"])
    text: str = Field("", description="事实和理由；网上提交最多 3000 字，其他 20000 字")
    demand: str = Field("", description="具体请求")
    amount: str | float | None = Field(None, description="涉及金额（元）", examples=["299.00"])
    occurred_on: str = Field("", examples=["2026-10-31"])
    received_on: str = Field("", description="收到的日期或者时刻；不填为现在")
    received_reason: str = Field("", description="补登的原因")
    external_number: str = Field("", description="其他平台的编号，如 12345 工单号")
    tracking_number: str = Field("", description="邮寄单号")
    service_due: str = Field("", description="其他平台要求的最后一日")
    line: str = Field("", description="线路或者窗口")
    subject: str = Field("", description="问题类别")
    anonymous: bool = False
    complainant: PersonIn | None = None
    informant: PersonIn | None = None
    joint: list[PersonIn] = Field(default_factory=list, description="共同投诉的全体投诉人")
    joint_agreed: bool = False
    agent: AgentIn | None = None
    respondent: RespondentIn | None = None
    consent_disclosure: bool | None = Field(None, description="同意公示")
    consent_commission: bool | None = Field(None, description="同意委托调解")


EXAMPLES: dict[str, Any] = {
    "complaint": {
        "summary": "电话登记的投诉",
        "value": {
            "kind": "complaint",
            "channel": "hotline",
            "text": "10月31日在该超市买的电饭煲用了一天就坏了，要求退货被拒绝。",
            "demand": "退还货款299元",
            "amount": "299.00",
            "occurred_on": "2026-10-31",
            "complainant": {"name": "张小明", "phone": "13812345678", "address": "益阳市资阳区大码头街道1号"},
            "respondent": {"name": "资阳区好再来超市", "address": "益阳市资阳区金花湖路1号"},
            "consent_commission": True,
        },
    },
    "report": {
        "summary": "网上提交的匿名举报（不需要令牌）",
        "value": {
            "kind": "report",
            "channel": "portal",
            "text": "该店货架上的牛奶已过保质期三天仍在销售。",
            "anonymous": True,
            "respondent": {"name": "资阳区好再来超市", "address": "益阳市资阳区金花湖路1号"},
        },
    },
    "handed_over": {
        "summary": "12345 转来，由系统建议类型",
        "value": {
            "kind": "auto",
            "channel": "12345",
            "external_number": "YY2026110200017",
            "service_due": "2026-11-06",
            "text": "市民来电反映健身房关门，预付卡余额1200元不退。",
        },
    },
}


@router.post(
    "/contacts",
    operation_id="create_contact",
    summary="登记来件",
    auth=OptionalBearer(Scope.CONTACTS_WRITE),
    response={201: ContactCreated, **documented.errors(400, 401, 403, 409, 413, 415, 422, 429)},
    openapi_extra=documented.body(ContactIn, EXAMPLES),
)
def create_contact(
    request: HttpRequest, body: Annotated[dict[str, Any], Body()], idempotency_key: Key = None
) -> Status[dict[str, Any]]:
    """一次来件立为一件或者两件。网上渠道（`portal`）不需要令牌，每个地址每小时最多 60 次；其他渠道需要
    `contacts:write` 范围的令牌，并记为令牌所属人员登记。网络中断后请以同一 `Idempotency-Key` 重复提交。"""
    who = caller(request)
    if who.actor is None:
        limits.allow(limits.CONTACTS, request.META.get("REMOTE_ADDR", ""), at=who.at)
    try:
        form = read(body)
    except FormError as error:
        raise invalid({path: problem.message for path, problem in error.problems.items()}) from error
    done = register(
        form=form,
        actor=_registrar(who.actor, form),
        at=who.at,
        key=idempotency_key,
        suggest_kind=suggest,
    )
    return Status(
        201,
        {
            "contact": str(done.contact.pk),
            "cases": [
                {"number": str(c.number), "kind": c.kind, "state": c.state, "query_code": c.query_code}
                for c in done.cases
            ],
        },
    )


def _registrar(actor: Actor | None, form: ContactForm) -> Actor:
    if actor is None:
        if form.channel not in STRICT_CHANNELS:
            raise unauthenticated()
        return citizen(_CITIZENS.get(form.kind, "consumer"))
    if not actor.has(*REGISTERS):
        raise Problem(CaseCode.NOT_PERMITTED, _("您没有登记来件的权限。"))
    return actor
