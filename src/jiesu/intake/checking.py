"""Checks what a contact says: what the law asks for (order 121 arts. 10–12, 28) and whether it can be true.

The portal asks before it sends. Telephone, counter, letter, import and API never refuse a contact for a missing item:
it is registered as incomplete and asked for, or decided upon, later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from jiesu.businesses.credit_codes import check_credit_code
from jiesu.businesses.errors import BusinessError
from jiesu.businesses.resident_ids import check_resident_id
from jiesu.cases.facts import replace
from jiesu.cases.kinds import Channel
from jiesu.cases.lifecycle.fields import SHANGHAI, BadValue, Label, parse_date, parse_instant, parse_yuan
from jiesu.intake.forms import KINDS, NOBODY, STRICT_CHANNELS, Agent, ContactForm, Person, Problem, Respondent
from jiesu.intake.telephones import normal_phone

MOST_TEXT = {True: 3000, False: 20000}
MOST_REPRESENTATIVES = 2
#: What a code looks like; the column of the case holds no more of it.
_CODE = re.compile(r"[a-z0-9_]{1,20}")

#: Items that the law asks for, in its order; a case without them is marked with these codes.
INCOMPLETE: dict[str, Label] = {
    "complainant_name": gettext_lazy("投诉人姓名（第十条第一项）"),
    "complainant_phone": gettext_lazy("投诉人电话号码（第十条第一项）"),
    "complainant_address": gettext_lazy("投诉人通讯地址（第十条第一项）"),
    "respondent_name": gettext_lazy("被投诉人名称（第十条第二项）"),
    "respondent_address": gettext_lazy("被投诉人地址（第十条第二项）"),
    "demand": gettext_lazy("具体的投诉请求（第十条第三项）"),
    "facts": gettext_lazy("事实依据（第十条第三项）"),
    "agent_authorisation": gettext_lazy("授权委托书的事项、权限和期限（第十一条）"),
    "agent_identity": gettext_lazy("受托人身份证明（第十一条）"),
    "joint_agreement": gettext_lazy("各投诉人同意共同投诉（第十二条）"),
    "clue": gettext_lazy("具体线索和事实依据（第二十八条）"),
    "reported_party": gettext_lazy("被举报人名称或者违法行为地点（第二十八条）"),
    "phone_doubtful": gettext_lazy("电话号码可能有误"),
    "identity_doubtful": gettext_lazy("身份号码可能有误"),
    "credit_code_doubtful": gettext_lazy("统一社会信用代码可能有误"),
}
CHANNELS = frozenset(Channel.values)
#: Receipt and typing are one thing here, so an earlier receipt needs a reason.
AT_ONCE = frozenset({"hotline", "counter"})


@dataclass(frozen=True)
class Checked:
    """A form after checking.

    Args:
        form: with normal numbers; what a date or a sum could not hold has moved into the text.
        received_at: first receipt.
        back_dated: received on an earlier day than it is registered.
        problems: path of a field → what is wrong; a form with problems is not registered.
        incomplete: codes of missing items, see ``INCOMPLETE``.
        amount: disputed sum in fen.
    """

    form: ContactForm
    received_at: datetime
    back_dated: bool
    problems: dict[str, Problem]
    incomplete: tuple[str, ...]
    amount: int | None = None


def strict_for(channel: str) -> bool:
    """Whether a channel asks for everything before it sends."""
    return channel in STRICT_CHANNELS


def check(form: ContactForm, *, strict: bool, at: datetime, some_files: bool = False) -> Checked:
    """Checks a form.

    Args:
        strict: the citizen types herself: missing and doubtful items are problems, not marks.
        at: now; nothing is received or happens later.
        some_files: files came along, so a contact without a word is still a contact.
    """
    return _Checking(form, strict=strict, at=at, some_files=some_files).run()


def validate(form: ContactForm, strict: bool, *, at: datetime) -> dict[str, Problem]:
    """Only what is wrong, by field; see ``check``."""
    return check(form, strict=strict, at=at).problems


class _Checking:
    def __init__(self, form: ContactForm, *, strict: bool, at: datetime, some_files: bool) -> None:
        self.form = form
        self.strict = strict
        self.at = at
        self.today = at.astimezone(SHANGHAI).date()
        self.some_files = some_files
        self.problems: dict[str, Problem] = {}
        self.incomplete: list[str] = []

    def run(self) -> Checked:
        self._kind_and_channel()
        received_at, back_dated = self._receipt()
        self._people()
        self._agent()
        self._respondent()
        self._words()
        amount = self._amount()
        self._subject()
        self._occurred_on()
        self._service_due()
        return Checked(
            form=self.form,
            received_at=received_at,
            back_dated=back_dated,
            problems=self.problems,
            incomplete=tuple([c for c in INCOMPLETE if c in self.incomplete]) if self.incomplete else (),
            amount=amount,
        )

    def _bad(self, path: str, code: str, message: str) -> None:
        self.problems.setdefault(path, Problem(code, message))

    def _missing(self, path: str, code: str, message: Label) -> None:
        if self.strict:
            self._bad(path, code, str(message))
        else:
            self.incomplete.append(code)

    def _doubtful(self, path: str, code: str, message: Label) -> None:
        """A value that cannot be right: the citizen corrects it, staff keep it as it was said."""
        self._missing(path, code, message)

    def _kind_and_channel(self) -> None:
        if self.form.kind not in KINDS:
            self._bad("kind", "kind_unknown", _("类型应当是投诉、举报、咨询、其他或者自动判断。"))
        if self.form.channel not in CHANNELS:
            self._bad("channel", "channel_unknown", _("没有这种来件渠道。"))
        form = self.form
        nothing = not (form.text or form.demand or form.people or form.respondent.given)
        if nothing and not self.some_files and not self.strict:
            self._bad("text", "empty", _("来件没有任何内容，请至少填写一项。"))

    def _receipt(self) -> tuple[datetime, bool]:
        given = self.form.received_on
        if not given:
            return self.at, False
        try:
            received = _instant(given)
        except BadValue as bad:
            self._bad("received_on", "received_on_wrong", str(bad))
            return self.at, False
        if received > self.at:
            if received.astimezone(SHANGHAI).date() > self.today:
                self._bad("received_on", "received_later_than_now", _("收到日期不能晚于今天。"))
            received = self.at
        if received.astimezone(SHANGHAI).date() == self.today:
            return (self.at if len(given) <= 10 else received), False
        if self.strict:
            self._bad(
                "received_on", "received_on_not_here", _("网上提交以提交时间为收到时间，不能填写更早的日期。")
            )
        elif self.form.channel in AT_ONCE and not (self.form.received_reason or self.form.external_number):
            self._bad(
                "received_reason",
                "received_reason_missing",
                _("收到日期早于今天，请写明补登的原因，将记录在案。"),
            )
        return received, True

    def _people(self) -> None:
        if self.form.kind == "report" and self.form.anonymous:
            self._hide()
        form = self.form
        complaint = form.kind == "complaint"
        if complaint and form.anonymous:
            self._missing(
                "anonymous",
                "complainant_name",
                gettext_lazy("投诉需要真实身份，才能依法调解并把结果告诉您；不愿留下身份的，可以举报。"),
            )
        if complaint and not form.people:
            self._whole_person("complainant", Person())
        for path, person in self._named_people():
            if complaint:
                self._whole_person(path, person)
        if form.kind in ("consultation", "other") and self.strict and not any(p.phone for p in form.people):
            self._bad("complainant.phone", "phone_missing", _("请填写手机号码，我们把答复告诉您。"))
        self._clean_people()
        if len(form.joint) > 1:
            if not form.joint_agreed:
                self._missing(
                    "joint_agreed", "joint_agreement", gettext_lazy("共同投诉须经每位投诉人同意，请确认。")
                )
            if sum(p.representative for p in form.joint) > MOST_REPRESENTATIVES:
                self._bad("joint", "too_many_representatives", _("共同投诉的代表人最多两名。"))

    def _hide(self) -> None:
        """Whoever reports without a name leaves none; a number to call back on is the person's own choice."""
        form = self.form
        self.form = replace(form, informant=form.informant.unnamed(), complainant=form.complainant.unnamed())

    def _named_people(self) -> Iterator[tuple[str, Person]]:
        form = self.form
        if form.joint:
            yield from ((f"joint.{n}", p) for n, p in enumerate(form.joint) if p.given)
        elif form.kind == "report" and form.informant.given:
            yield "informant", form.informant
        elif form.complainant.given:
            yield "complainant", form.complainant
        elif form.informant.given:
            yield "informant", form.informant

    def _whole_person(self, path: str, person: Person) -> None:
        """Order 121 art. 10(1): name, telephone number, postal address and other true identity."""
        if not person.name:
            self._missing(f"{path}.name", "complainant_name", gettext_lazy("请填写您的真实姓名。"))
        elif self.strict and not _plausible_name(person.name):
            self._bad(f"{path}.name", "name_wrong", _("请填写身份证上的姓名。"))
        if not person.phone:
            self._missing(
                f"{path}.phone", "complainant_phone", gettext_lazy("请填写您的电话号码，办理结果要告诉您。")
            )
        if not person.address:
            self._missing(
                f"{path}.address",
                "complainant_address",
                gettext_lazy("请填写您的通讯地址，法律文书要寄给您。"),
            )

    def _clean_people(self) -> None:
        form = self.form
        cleaned: dict[str, Any] = {
            name: self._clean_person(name, person)
            for name, person in (("complainant", form.complainant), ("informant", form.informant))
            if person is not NOBODY
        }
        if form.joint:
            cleaned["joint"] = tuple(self._clean_person(f"joint.{n}", p) for n, p in enumerate(form.joint))
        self.form = replace(form, **cleaned)

    def _clean_person(self, path: str, person: Person) -> Person:
        phone, id_number = self._contact(path, person.phone, person.id_type, person.id_number)
        return replace(person, name=" ".join(person.name.split()), phone=phone, id_number=id_number)

    def _contact(self, path: str, phone: str, id_type: str, id_number: str) -> tuple[str, str]:
        if phone:
            normal = normal_phone(phone)
            if normal is None:
                self._doubtful(
                    f"{path}.phone",
                    "phone_doubtful",
                    gettext_lazy("电话号码不对，请填写11位手机号码，或者带区号的固定电话。"),
                )
            phone = normal or phone[:40]
        if id_number and id_type in ("", "resident_id"):
            try:
                id_number = check_resident_id(id_number, today=self.today).number
            except BusinessError as error:
                self._doubtful(f"{path}.id_number", "identity_doubtful", f"{error}。")
        return phone, id_number

    def _agent(self) -> None:
        agent: Agent = self.form.agent
        if not agent.given:
            return
        if not agent.name:
            self._missing("agent.name", "agent_identity", gettext_lazy("请填写受托人姓名。"))
        if not agent.authorised:
            self._missing(
                "agent.matter",
                "agent_authorisation",
                gettext_lazy("请填写授权委托书上的委托事项、权限和期限。"),
            )
        if not agent.id_number:
            self._missing("agent.id_number", "agent_identity", gettext_lazy("请填写受托人的身份证件号码。"))
        phone, id_number = self._contact("agent", agent.phone, agent.id_type, agent.id_number)
        self.form = replace(self.form, agent=replace(agent, phone=phone, id_number=id_number))

    def _respondent(self) -> None:
        respondent: Respondent = self.form.respondent
        if self.form.kind == "complaint":
            if not respondent.name:
                self._missing(
                    "respondent.name",
                    "respondent_name",
                    gettext_lazy("请填写商家名称，招牌、小票、店铺首页上都有。"),
                )
            if not (respondent.address or respondent.platform_address or respondent.platform):
                self._missing(
                    "respondent.address",
                    "respondent_address",
                    gettext_lazy(
                        "请填写商家地址，写到街道门牌或者附近的标志；凭地址才能分给当地市场监管部门。"
                    ),
                )
        elif self.form.kind == "report":
            if not respondent.given:
                self._missing(
                    "respondent.name",
                    "reported_party",
                    gettext_lazy("请填写被举报的商家名称，或者违法行为发生的地点。"),
                )
            elif not (respondent.address or respondent.platform_address or respondent.platform):
                self._missing(
                    "respondent.address",
                    "reported_party",
                    gettext_lazy("请填写违法行为发生的地点，便于当地核查。"),
                )
        code = respondent.unified_credit_code
        if code:
            try:
                code = check_credit_code(code)
            except BusinessError as error:
                self._doubtful("respondent.unified_credit_code", "credit_code_doubtful", f"{error}。")
            self.form = replace(self.form, respondent=replace(respondent, unified_credit_code=code))

    def _words(self) -> None:
        form = self.form
        most = MOST_TEXT[self.strict]
        for name in ("text", "demand"):
            length = len(getattr(form, name))
            if length > most:
                self._bad(
                    name,
                    "too_long",
                    _("最多 %(most)d 个字，现在有 %(now)d 个。") % {"most": most, "now": length},
                )
        if form.kind == "complaint":
            if len(form.text) < (5 if self.strict else 1):
                self._missing("text", "facts", gettext_lazy("请写明什么时候、买了什么、发生了什么。"))
            if not form.demand:
                self._missing(
                    "demand", "demand", gettext_lazy("请写明您希望怎么解决，比如退款、换货、赔偿。")
                )
        elif form.kind == "report":
            if len(form.text) < (5 if self.strict else 1):
                self._missing("text", "clue", gettext_lazy("请写明看到的违法行为：时间、地点、怎么发现的。"))
        elif self.strict and len(form.text) < 5:
            self._bad("text", "text_missing", _("请写明您想问的问题。"))

    def _amount(self) -> int | None:
        if not self.form.amount:
            return None
        try:
            return _fen(self.form.amount)
        except BadValue as bad:
            if self.strict:
                self._bad("amount", "amount_wrong", str(bad))
            else:
                self._into_text(gettext_lazy("涉及金额"), self.form.amount)
                self.form = replace(self.form, amount="")
            return None

    def _subject(self) -> None:
        given = self.form.subject
        if given and not _CODE.fullmatch(given):
            # Another system's name of a category is free text, which the event may not hold.
            self._into_text(gettext_lazy("问题类别"), given)
            self.form = replace(self.form, subject="")

    def _occurred_on(self) -> None:
        given = self.form.occurred_on
        if not given:
            return
        try:
            day = _day(given)
        except BadValue as bad:
            if self.strict:
                self._bad("occurred_on", "occurred_on_wrong", str(bad))
            else:
                # “上个月” says something, though it is no date: events hold dates only, so the words join the text.
                self._into_text(gettext_lazy("发生时间"), given)
                self.form = replace(self.form, occurred_on="")
            return
        if day > self.today:
            self._bad("occurred_on", "occurred_later_than_now", _("发生日期不能晚于今天。"))
        self.form = replace(self.form, occurred_on=day.isoformat())

    def _service_due(self) -> None:
        given = self.form.service_due
        if given:
            try:
                self.form = replace(self.form, service_due=_day(given).isoformat())
            except BadValue as bad:
                self._bad("service_due", "service_due_wrong", str(bad))

    def _into_text(self, label: Label, words: str) -> None:
        with override(
            settings.LANGUAGE_CODE
        ):  # kept with the case: the authority's language, not the reader's
            label = str(label)
        joined = f"{self.form.text}\n（{label}：{words}）".strip()
        self.form = replace(self.form, text=joined)


#: The rows of a sheet name the same days and sums over and over.
_day = lru_cache(maxsize=4096)(parse_date)
_fen = lru_cache(maxsize=4096)(parse_yuan)


@lru_cache(maxsize=4096)
def _instant(given: str) -> datetime:
    if len(given) <= 11:
        return datetime.combine(parse_date(given), time(), SHANGHAI)
    return parse_instant(given)


def _plausible_name(name: str) -> bool:
    """Not digits, not one letter; names of minorities and foreigners are long and have dots and blanks."""
    return len(name) >= 2 and not any(c.isdigit() for c in name)
