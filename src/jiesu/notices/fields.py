"""The elements that notices are made of: their names, labels and kinds, and how a value is read and written.

``NoticeFields`` is the contract with the case: it fills in what it knows, ``render`` picks what the form needs.
"""

# ruff: noqa: RUF009  (`_element` is `dataclasses.field` with a label, not a default that is computed)
from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jiesu.notices.errors import Code, NoticeError

SHANGHAI = ZoneInfo("Asia/Shanghai")
Label = str | Promise


class Kind(StrEnum):
    """How a value is read and written."""

    LINE = "line"
    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    MONEY = "money"
    WHOLE = "whole"
    FLAG = "flag"
    CODE = "code"
    CODES = "codes"


#: Longest value in characters; what is longer was not meant for a notice.
LONGEST = {Kind.LINE: 300, Kind.TEXT: 8000, Kind.CODE: 60}

#: Roles that a notice can be addressed to.
ADDRESSEES: Mapping[str, Label] = {
    "complainant": _("投诉人"),
    "respondent": _("被投诉人"),
    "informant": _("举报人"),
    "enquirer": _("来电人"),
    "organisation": _("机关、机构"),
}

METHODS: Mapping[str, str] = {"on_site": "现场", "phone": "电话", "video": "视频", "internet": "互联网"}

#: Matters that are no complaint or report (order 121 art. 44, order 20 art. 39), by key and as notices name them.
OTHER_MATTERS: Mapping[str, str] = {
    "consultation": "咨询",
    "information_request": "政府信息公开申请",
    "administrative_review": "行政复议申请",
    "discipline": "纪检监察检举控告",
    "petition": "信访事项",
    "suggestion": "意见建议",
    "other_department": "其他部门职责范围内的事项",
}


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a form."""

    name: str
    label: Label
    kind: Kind
    required: bool = False


def _element(label: Label, kind: Kind = Kind.LINE) -> Any:
    return field(default=None, metadata={"label": label, "kind": kind})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFields:
    """What a case can put into a notice. Leave out what is not known; `needs` says what a form asks for.

    Days may be ``date``, ``datetime`` or ISO text; instants without a zone are Asia/Shanghai; sums are fen.
    """

    # Who issues it. Decisions are in the bureau's name; an office is a contact only (order 121 art. 30).
    bureau_name: str | None = _element(_("出具机关"))
    """Full name of the bureau (legal person), never of an office."""
    bureau_phone: str | None = _element(_("机关电话"))
    """Telephone of the bureau."""
    bureau_address: str | None = _element(_("通信地址"))
    """Postal address of the bureau."""
    office_name: str | None = _element(_("联系机构"))
    """Market office or section that handles the case; printed as contact only."""
    office_phone: str | None = _element(_("联系机构电话"))
    """Its telephone."""
    contact_person: str | None = _element(_("联系人"))
    """Name of the handler."""
    number: str | None = _element(_("文号"))
    """Document number as made by ``document_number``."""
    case_number: str | int | None = _element(_("登记编号"))
    """Number of the case, 18 digits."""
    issued_on: date | None = _element(_("落款日期"), Kind.DAY)
    """Day printed under the bureau's name; the day of ``on`` if left out."""

    # Who receives it, and the parties.
    to: str | None = _element(_("收件人类型"), Kind.CODE)
    """One of ``ADDRESSEES``; may be left out where a form has only one."""
    addressee_name: str | None = _element(_("收件人"))
    """Name of the person, business or organisation addressed."""
    complainant_name: str | None = _element(_("投诉人"))
    """Name of the complainant (with 等 for a joint complaint)."""
    respondent_name: str | None = _element(_("被投诉人"))
    """Name of the business."""
    complainant_details: str | None = _element(_("投诉人信息"), Kind.TEXT)
    """Form 9: what the record of agreement says of the complainant beside the name."""
    respondent_details: str | None = _element(_("被投诉人信息"), Kind.TEXT)
    """Form 9: credit code, address, contact person of the business."""
    complainant_agent: str | None = _element(_("投诉人的委托代理人"))
    """Form 9."""
    respondent_agent: str | None = _element(_("被投诉人的委托代理人"))
    """Form 9."""

    # The matter.
    received_on: date | None = _element(_("收到日期"), Kind.DAY)
    """Day of receipt by the bureau."""
    accepted_on: date | None = _element(_("受理日期"), Kind.DAY)
    """Day of acceptance."""
    matter: str | None = _element(_("事由"))
    """The matter in one line: what was bought and what the dispute is about. Nothing of a report."""
    claims: str | None = _element(_("投诉请求"), Kind.TEXT)
    """Form 9: facts and claims."""
    note: str | None = _element(_("补充说明"), Kind.TEXT)
    """Form 5, consent: a remark of the handler."""

    # Decisions.
    ground: str | Sequence[str] | None = _element(_("事由（条、款、项）"), Kind.CODES)
    """Forms 6, 8: key of the ground in ``jiesu.law`` ("121.16.3"), or several."""
    item: str | None = _element(_("发现存在的情形"), Kind.CODE)
    """Form 8, ground "on review found": key of the refusal ground, or "42" for order 121 art. 42."""
    reasons: str | None = _element(_("理由"), Kind.TEXT)
    """Facts and reasons, told word for word."""
    competent: str | None = _element(_("有权处理的机关"))
    """Who is competent: form 6 ground (1), no_authority, food_transfer."""
    earlier: str | None = _element(_("已经受理或者处理的机构和编号"))
    """Form 6 ground (2)."""

    # Asking for something.
    items: str | None = _element(_("需要提供的材料"), Kind.TEXT)
    """Form 4: identity documents; materials: what is missing."""
    answer_by: date | None = _element(_("答复日期"), Kind.DAY)
    """Last day to answer; before the acceptance deadline for form 4 and materials."""

    # Mediation.
    commission: bool | None = _element(_("同时征求委托调解的意见"), Kind.FLAG)
    """consent: also ask whether mediation may be commissioned."""
    commission_body: str | None = _element(_("受委托的调解组织"))
    """consent: the council or other body that would mediate."""
    session_at: datetime | None = _element(_("调解时间"), Kind.MOMENT)
    """Form 7."""
    session_place: str | None = _element(_("调解地点"))
    """Form 7: place, or number or link of a session that is not on site."""
    session_method: str | None = _element(_("调解方式"), Kind.CODE)
    """Form 7: one of ``METHODS``."""
    mediator: str | None = _element(_("调解人员"))
    """Forms 7 and 9."""
    bring: str | None = _element(_("请携带的材料"), Kind.TEXT)
    """Form 7."""
    recusal_by: date | None = _element(_("回避申请期限"), Kind.DAY)
    """Form 7: last day to apply for recusal; without it, until mediation begins."""
    recused: bool | None = _element(_("是否回避"), Kind.FLAG)
    """recusal: whether the mediator steps back; then the new one is named."""
    terms: str | None = _element(_("协议内容"), Kind.TEXT)
    """Form 9."""
    recovered: int | None = _element(_("为消费者挽回损失"), Kind.MONEY)
    """Form 9: fen."""

    # Reports.
    duty_law: str | None = _element(_("告知所依据的法律、法规、规章"))
    """Form 10: title of the instrument."""
    duty_article: str | None = _element(_("告知所依据的条"))
    """Form 10: article of the duty to tell."""
    result: str | None = _element(_("处理结果"), Kind.TEXT)
    """Form 10, courtesy: what is told."""
    within_regulation: bool | None = _element(_("属于市场监督管理部门职责范围"), Kind.FLAG)
    """no_authority: then the competent bureau is named."""

    # Distribution, consultations, other matters.
    case_kind: str | None = _element(_("来件性质"))
    """Form 3: 投诉 or 举报."""
    sender_name: str | None = _element(_("来件人"))
    """Form 3: who complained or informed."""
    report_by: date | None = _element(_("报告日期"), Kind.DAY)
    """Form 3: day by which the result is to be reported."""
    copies: int | None = _element(_("附材料份数"), Kind.WHOLE)
    """Form 3."""
    pages: int | None = _element(_("附材料页数"), Kind.WHOLE)
    """Form 3."""
    reply: str | None = _element(_("答复内容"), Kind.TEXT)
    """answer."""
    source: str | None = _element(_("答复依据"), Kind.TEXT)
    """answer: law and article, or entry of the knowledge base."""
    other_matter: str | None = _element(_("事项"))
    """other_channel: what the matter is: a key of ``OTHER_MATTERS`` or its name in Chinese."""
    advice: str | None = _element(_("告知内容"), Kind.TEXT)
    """other_channel: where and how to raise it."""
    follow_url: str | None = _element(_("查询网址"))
    """Short text only: where the query code can be used."""

    def given(self) -> dict[str, Any]:
        """Name → value of what was filled in."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) is not None}


ELEMENTS: Mapping[str, Element] = {
    f.name: Element(f.name, f.metadata["label"], f.metadata["kind"]) for f in fields(NoticeFields)
}


def chinese_day(day: date) -> str:
    """A day as notices write it.

    >>> chinese_day(date(2026, 4, 15))
    '2026年4月15日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_moment(at: datetime) -> str:
    """An instant as notices write it, in Asia/Shanghai.

    >>> chinese_moment(datetime(2026, 4, 20, 14, 30))
    '2026年4月20日（星期一）14时30分'
    """
    week = "一二三四五六日"[at.weekday()]
    return f"{chinese_day(at)}（星期{week}）{at.hour}时{at.minute:02d}分"


def yuan(fen: int) -> str:
    """A sum in yuan.

    >>> yuan(128050)
    '1280.50元'
    """
    return f"{Decimal(fen) / 100:.2f}元"


_BREAKS = re.compile(r"\s*[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+\s*")


def clean(text: str, *, lines: bool) -> str:
    """Text without control and direction characters; without line breaks unless ``lines``.

    A name must not be able to forge a line of a notice, nor turn its reading direction.

    >>> clean("张\\u202e三\\n特此通知", lines=False)
    '张三 特此通知'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = _BREAKS.sub(" ", text)
    kept = "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return kept.strip()


def read(element: Element, value: object) -> Any:
    """A value as the kind of its element asks, or None if it is empty.

    Raises:
        NoticeError: ``bad_element``.
    """
    if value is None:
        return None
    reader = _READERS[element.kind]
    try:
        return reader(element, value)
    except (TypeError, ValueError) as error:
        if isinstance(error, NoticeError):
            raise
        raise _bad(element, str(_("格式不对"))) from error


def written(element: Element, value: Any) -> str:
    """A value that was read, as the text of a notice shows it."""
    if value is None:
        return ""
    if element.kind is Kind.DAY:
        return chinese_day(value)
    if element.kind is Kind.MOMENT:
        return chinese_moment(value)
    if element.kind is Kind.MONEY:
        return yuan(value)
    if element.kind is Kind.FLAG:
        return "是" if value else "否"
    if element.kind is Kind.CODES:
        return "、".join(value)
    return str(value)


def _bad(element: Element, why: str) -> NoticeError:
    return NoticeError(Code.BAD_ELEMENT, element=element.name, label=str(element.label), why=why)


def _text(element: Element, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(element.name)
    # str() of the characters: a subclass marked safe for HTML must not stay one.
    text = clean("".join(str(value)), lines=element.kind is Kind.TEXT)
    longest = LONGEST[element.kind]
    if len(text) > longest:
        raise _bad(element, str(_("最多 %(longest)d 字") % {"longest": longest}))
    return text or None


def _day(element: Element, value: object) -> date | None:
    if isinstance(value, str):
        if not value.strip():
            return None
        value = datetime.fromisoformat(value) if len(value) > len("2026-04-15") else date.fromisoformat(value)
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    raise TypeError(element.name)


def _moment(element: Element, value: object) -> datetime | None:
    if isinstance(value, str):
        if not value.strip():
            return None
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI) if value.tzinfo else value.replace(tzinfo=SHANGHAI)
    if isinstance(value, date):
        return datetime.combine(value, time(), SHANGHAI)
    raise TypeError(element.name)


def _whole(element: Element, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(element.name)
    return value


def _flag(element: Element, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(element.name)
    return value


def _codes(element: Element, value: object) -> tuple[str, ...] | None:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(isinstance(v, str) for v in values):
        raise TypeError(element.name)
    return tuple(v for v in values if v) or None


_READERS = {
    Kind.LINE: _text,
    Kind.TEXT: _text,
    Kind.CODE: _text,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.MONEY: _whole,
    Kind.WHOLE: _whole,
    Kind.FLAG: _flag,
    Kind.CODES: _codes,
}
