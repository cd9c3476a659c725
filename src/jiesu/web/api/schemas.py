"""What goes over the wire, as types: the documentation is made from these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from jiesu.cases.kinds import Kind, State
from jiesu.web.api.values import CaseNumber, Day, DayParameter, Instant, Yuan


class Problem(Schema):
    """RFC 9457 问题说明。程序按 `code` 判断；`detail` 给人看；`errors` 指出有问题的字段。"""

    type: str = Field(description="指向错误码说明的相对地址")
    title: str = Field(description="错误码的固定标题")
    status: int
    code: str = Field(description="固定的错误码", examples=["fields_invalid"])
    detail: str = Field(description="说明与处理办法")
    errors: dict[str, str] = Field(default_factory=dict, description="字段路径 → 提示")
    data: dict[str, Any] = Field(default_factory=dict, description="与错误有关的编号和代码")


class NewCase(Schema):
    number: CaseNumber
    kind: Kind
    state: State
    query_code: str | None = Field(None, description="查询码，只在这里给出一次", examples=["7KQ2M9XWTA"])


class ContactCreated(Schema):
    """登记结果。一次来件可以立一件或者两件。"""

    contact: str = Field(description="来件编号", examples=["1024"])
    cases: list[NewCase]


class OrganisationOut(Schema):
    id: int
    key: str = Field(examples=["430902-bureau"])
    name: str


class CaseOutline(Schema):
    """列表中的一件。看不到的部分为空。"""

    number: CaseNumber
    kind: Kind
    state: State
    state_label: str
    title: str
    respondent: str
    channel: str
    organisation: OrganisationOut | None
    received_at: Instant
    registered_at: Instant
    closed_at: Instant | None
    due_at: Instant | None = Field(description="此刻起即为逾期")
    due_on: Day | None = Field(description="最近期限的最后一日")
    due_rule: str
    late: bool
    external_number: str
    version: int


class CasePage(Schema):
    """一页。`next` 为空即到末尾。"""

    items: list[CaseOutline]
    next: str | None = Field(description="下一页的 cursor")


class Filters(Schema):
    """列表的筛选条件。"""

    state: list[State] = Field(default_factory=list, max_length=30, description="状态，可重复")
    kind: list[Kind] = Field(default_factory=list, max_length=10, description="类型，可重复")
    organisation: Annotated[str, Field(max_length=60)] = Field("", description="处理机关的 id 或者 key")
    due_before: DayParameter | None = Field(None, description="未办结，且最近期限的最后一日早于这一天")
    q: Annotated[str, Field(max_length=60)] = Field("", description="办件编号、外部编号，或者两个字以上的词")
    order: Literal["registered", "due"] = Field(
        "registered", description="新登记在前，或者先到期在前（只列未办结的）"
    )
    limit: int = Field(50, ge=1, le=200)
    cursor: Annotated[str, Field(max_length=300)] = ""


class PartyOut(Schema):
    """当事人。姓名、电话均为隐去后的形式，明文须另行调取并留痕。"""

    seq: int
    role: str
    role_label: str
    name: str
    phone: str
    represented_by: int | None


class ClockOut(Schema):
    seq: int
    rule: str = Field(examples=["complaint.acceptance"])
    title: str
    articles: list[str]
    statutory: bool
    started_on: Day
    due_on: Day | None
    due_at: Instant | None = Field(description="按小时计算的期限届满的时刻")
    state: Literal["open", "suspended", "met", "met_late", "void"]
    provisional: bool = Field(description="期限所在年份的放假安排尚未公布")
    met_on: Day | None
    pauses: list[list[Day | None]]
    extensions: int
    after_close: bool
    reason: str
    explanation: str


class EventOut(Schema):
    seq: int
    at: Instant
    type: str
    label: str
    actor: str
    article: str
    data: dict[str, Any]


class ChoiceOut(Schema):
    value: str
    label: str


class FieldOut(Schema):
    name: str
    type: str
    label: str
    required: bool
    help: str
    choices: list[ChoiceOut]
    value: Any = Field(None, description="建议的初始值")


class ActionOut(Schema):
    """现在可以办理的一项操作。`propose` 为真时须提交 `propose` 操作，由部门负责人批准。"""

    name: str
    label: str
    group: str
    article: str
    propose: bool
    warnings: list[str]
    fields: list[FieldOut]


class MessageOut(Schema):
    seq: int
    direction: Literal["in", "out"]
    form: str
    number: str
    title: str
    to: str
    status: str
    status_label: str
    required: bool
    channel: str
    created_at: Instant
    sent_at: Instant | None
    proven_at: Instant | None
    proof: str


class FileOut(Schema):
    seq: int
    name: str
    content_type: str
    size: int
    sha256: str
    purpose: str
    from_citizen: bool
    at: Instant


class LinkOut(Schema):
    type: str
    label: str
    number: CaseNumber
    pending: bool


class ContentOut(Schema):
    """所述内容。没有查看当事人权限的，其中的个人信息已隐去。"""

    facts: str
    demand: str
    amount: Yuan | None
    occurred_on: Day | None
    subject: str
    recovered: Yuan | None


class CaseOut(CaseOutline):
    """一件的全部可见内容。没有权限的部分为空。"""

    office: OrganisationOut | None
    assignee: str
    contact: str | None
    anonymous: bool
    arrived_at: Instant | None
    decided_at: Instant | None
    outcome: str
    national_status: str
    parts: list[str] = Field(description="可见的部分")
    content: ContentOut | None
    parties: list[PartyOut]
    clocks: list[ClockOut]
    events: list[EventOut]
    messages: list[MessageOut]
    files: list[FileOut]
    links: list[LinkOut]
    actions: list[ActionOut]


class Acted(Schema):
    """操作结果。"""

    event: int = Field(description="事件序号")
    version: int
    state: State
    messages: list[int] = Field(description="由此产生的告知的序号")
    created: list[CaseNumber] = Field(description="由此产生的案件")


class ActionIn(Schema, extra="allow"):
    """`version` 之外的字段随操作而定，见案件 `actions` 中该项的 `fields`，与 `version` 并列填写。"""

    version: int = Field(ge=0, le=2**31 - 1, description="读取案件时得到的 version")


class RevealIn(Schema):
    parties: list[Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(min_length=1, max_length=50)
    reason: Annotated[str, Field(min_length=2, max_length=200)]


class RevealedParty(Schema):
    seq: int
    role: str
    name: str
    phone: str
    address: str
    id_type: str
    id_number: str
    email: str


class Revealed(Schema):
    parties: list[RevealedParty]


class MessageBody(Schema):
    seq: int
    title: str
    number: str
    body: str


class CitizenStep(Schema):
    at: Instant
    label: str
    text: str
    article: str


class CitizenAwaited(Schema):
    """现在等待什么，最迟到哪一天。"""

    label: str
    text: str
    by: Day | None
    article: str
    provisional: bool
    suspended: bool
    late: bool


class CitizenNotice(Schema):
    seq: int
    at: Instant
    title: str
    number: str
    opened: bool
    body: str = Field(description="打开过的才有全文")


class CitizenWord(Schema):
    at: Instant
    mine: bool
    text: str


class CitizenCase(Schema):
    """凭编号和查询码看到的进展。"""

    number: CaseNumber
    kind: str
    kind_label: str
    received_at: Instant
    bureau: str = Field(description="正在处理的机关；尚未分送的为空")
    phone: str
    closed: bool
    steps: list[CitizenStep]
    awaited: CitizenAwaited | None
    asked_until: Day | None = Field(description="要求补充材料的，最迟答复日期")
    notices: list[CitizenNotice]
    words: list[CitizenWord]
    files: list[str]
    actions: list[str] = Field(description="还可以在网上做的：补充材料、留言、撤回、催办、评价")
    continued_as: CaseNumber | None


class DueOut(Schema):
    rule: str
    title: str
    statutory: bool
    started_at: Instant
    last_day: Day | None
    expires_at: Instant | None = Field(description="期限届满后的第一个时刻")
    provisional: bool
    articles: list[str]
    instrument: str
    calendar_version: str
    explanation: str
    lines: list[str]


class OrganisationItem(OrganisationOut):
    type: str
    level: str
    county: str
    city: str


class OrganisationPage(Schema):
    items: list[OrganisationItem]
