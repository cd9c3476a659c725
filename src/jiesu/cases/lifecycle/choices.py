"""What a person may choose in a field, for one case on one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiesu import law
from jiesu.cases.facts import CaseState
from jiesu.cases.kinds import Kind, State
from jiesu.cases.lawbook import refusal_grounds, termination_grounds
from jiesu.cases.lifecycle.fields import Choices, Field, Label
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.notices import OTHER_MATTERS

#: Titles of notices that are no official form.
NOTICE_TITLES = {
    "3": gettext_lazy("投诉/举报分送通知书"),
    "4": gettext_lazy("限期提供身份证明材料通知书"),
    "5": gettext_lazy("投诉受理决定书"),
    "6": gettext_lazy("投诉不予受理决定书"),
    "7": gettext_lazy("投诉调解通知书"),
    "8": gettext_lazy("投诉终止调解决定书"),
    "9": gettext_lazy("投诉调解书"),
    "10": gettext_lazy("举报处理结果告知书"),
    "materials": gettext_lazy("补充材料通知"),
    "consent": gettext_lazy("征求调解意见"),
    "recusal": gettext_lazy("调解人员回避决定告知书"),
    "answer": gettext_lazy("咨询答复"),
    "courtesy": gettext_lazy("处理情况告知（非法定）"),
    "handling": gettext_lazy("投诉处理情况告知书"),
    "no_authority": gettext_lazy("无处理权限告知"),
    "food_transfer": gettext_lazy("食品安全事项移交告知"),
    "other_channel": gettext_lazy("相应途径告知"),
    "message": gettext_lazy("留言"),
}
ROLE_NAMES = {
    "complainant": gettext_lazy("投诉人"),
    "respondent": gettext_lazy("被投诉人"),
    "informant": gettext_lazy("举报人"),
    "reported": gettext_lazy("被举报人"),
    "enquirer": gettext_lazy("咨询人"),
    "agent": gettext_lazy("代理人"),
    "representative": gettext_lazy("代表人"),
}
FLAG_NAMES: dict[str, Label] = {
    "state_secret": gettext_lazy("可能涉及国家秘密，停止录入"),
    "antitrust": gettext_lazy("垄断、公平竞争审查"),
    "drug_registration": gettext_lazy("药品、医疗器械、化妆品注册备案"),
    "information_request": gettext_lazy("政府信息公开申请"),
    "review_application": gettext_lazy("行政复议申请"),
    "by_reference": gettext_lazy("其他投诉，参照办理"),
    "urgent": gettext_lazy("紧急"),
}
OTHER_CHANNELS: Choices = tuple(OTHER_MATTERS.items())
DUTY_SUBJECTS: Choices = (
    ("food", gettext_lazy("食品安全")),
    ("advertising", gettext_lazy("广告")),
    ("unfair_competition", gettext_lazy("反不正当竞争")),
    ("price", gettext_lazy("价格")),
    ("quality", gettext_lazy("产品质量")),
    ("special_equipment", gettext_lazy("特种设备")),
    ("other", gettext_lazy("其他")),
)


def _grounds(items: tuple[law.Ground, ...]) -> Choices:
    return tuple((g.key, f"（{_number(g.item)}）{g.text}") for g in items)


def _number(item: int) -> str:
    return "〇一二三四五六七八九"[item] if item < 10 else str(item)


def _unproven(case: CaseState, on: date) -> Choices:
    return tuple(
        (str(seq), f"{NOTICE_TITLES.get(n.form, n.form)} → {ROLE_NAMES.get(n.to, n.to)}")
        for seq, n in sorted(case.facts.notices.items())
        if n.proven_on is None and not n.void
    )


def _sessions(case: CaseState, on: date) -> Choices:
    planned = [s for s, f in sorted(case.facts.sessions.items()) if f.result == "planned"]
    return tuple((str(seq), _("第 %(n)d 次调解") % {"n": i}) for i, seq in enumerate(planned, 1))


def _proposals(case: CaseState, on: date) -> Choices:
    return tuple((str(seq), p.action) for seq, p in sorted(case.facts.proposals.items()))


def _extendable(case: CaseState, on: date) -> Choices:
    found: list[tuple[str, str]] = []
    for clock in case.clocks:
        if clock.running and clock.statutory:
            rule = law.rule(clock.rule)
            most = max((p.max_extensions for p in rule.provisions), default=0)
            if clock.extensions < most:
                found.append((clock.rule, rule.title))
    return tuple(found)


def _duties(case: CaseState, on: date) -> Choices:
    found: dict[str, str] = {}
    for subject in (*case.facts.subjects, "any"):
        for duty in law.informant_duties(subject=subject, on=on):
            found[duty.key] = f"{duty.citation.label}：{duty.told}"
    return (
        *found.items(),
        ("courtesy", str(_("没有法定告知义务，礼节性告知（非法定）"))),
        ("no_duty", str(_("没有法定告知义务，不再告知，理由如下"))),
    )


def _other_kinds(case: CaseState, on: date) -> Choices:
    kinds = {
        Kind.COMPLAINT: (Kind.REPORT,),
        Kind.REPORT: (Kind.COMPLAINT,),
    }.get(Kind(case.kind), (Kind.COMPLAINT, Kind.REPORT))
    return tuple((k.value, k.label) for k in kinds)


def _party_roles(case: CaseState, on: date) -> Choices:
    roles = dict.fromkeys(p.role for p in case.facts.parties)
    return tuple((r, ROLE_NAMES.get(r, r)) for r in roles)


def _open_parts(case: CaseState, on: date) -> Choices:
    parts = [s for s, c in sorted(case.facts.taking_part.items()) if c == "assisting"]
    return tuple((str(seq), _("第 %(n)d 项协办") % {"n": i}) for i, seq in enumerate(parts, 1))


def _parties(*roles: str) -> Callable[[CaseState, date], Choices]:
    """The parties of a case, counted within their role; faces that know the names put them in."""

    def source(case: CaseState, on: date) -> Choices:
        found: list[tuple[str, str]] = []
        for role in roles or dict.fromkeys(p.role for p in case.facts.parties):
            for n, party in enumerate(case.parties(role), 1):
                found.append((str(party.seq), f"{ROLE_NAMES.get(role, role)} {n}"))
        return tuple(found)

    return source


def _new_party_roles(case: CaseState, on: date) -> Choices:
    roles: dict[Kind, tuple[str, ...]] = {
        Kind.COMPLAINT: ("respondent", "complainant", "agent"),
        Kind.REPORT: ("reported",),
        Kind.LEAD: ("reported",),
    }
    return tuple((r, ROLE_NAMES[r]) for r in roles.get(Kind(case.kind), ("enquirer", "respondent")))


#: Items that were missing when a case was registered, by code (order 121 arts. 10–12, 28).
MISSING_ITEMS: dict[str, Label] = {
    "complainant_name": gettext_lazy("投诉人姓名"),
    "complainant_phone": gettext_lazy("投诉人电话号码"),
    "complainant_address": gettext_lazy("投诉人通讯地址"),
    "respondent_name": gettext_lazy("被投诉人名称"),
    "respondent_address": gettext_lazy("被投诉人地址"),
    "demand": gettext_lazy("具体的投诉请求"),
    "facts": gettext_lazy("事实依据"),
    "agent_authorisation": gettext_lazy("授权委托书"),
    "agent_identity": gettext_lazy("受托人身份证明"),
    "joint_agreement": gettext_lazy("各投诉人同意共同投诉"),
    "clue": gettext_lazy("具体线索和事实依据"),
    "reported_party": gettext_lazy("被举报人名称或者违法行为地点"),
    "phone_doubtful": gettext_lazy("电话号码"),
    "identity_doubtful": gettext_lazy("身份号码"),
    "credit_code_doubtful": gettext_lazy("统一社会信用代码"),
}


def _incomplete(case: CaseState, on: date) -> Choices:
    return tuple((code, MISSING_ITEMS.get(code, code)) for code in case.facts.incomplete)


def _flags(case: CaseState, on: date) -> Choices:
    return tuple((flag, FLAG_NAMES.get(flag, flag)) for flag in case.facts.flags)


def _found_later(case: CaseState, on: date) -> Choices:
    """What may be found after acceptance: the items of non-acceptance, and under order 121 also art. 42."""
    items = refusal_grounds(on)
    fraud = (("fraud", str(_("涉嫌骗取赔偿或者敲诈勒索，已移送公安机关"))),)
    return (*_grounds(items), *(fraud if any(g.instrument == "order121" for g in items) else ()))


def _deed(case: CaseState, on: date) -> law.Form | None:
    """Form 9 where the agreement was put on it and the form is in force."""
    if case.state != State.AGREED or case.facts.agreement != "form9":
        return None
    return next((f for f in law.forms(on=act_day(case, on)) if f.key == "9"), None)


def _deed_marks(case: CaseState, on: date) -> Choices:
    deed = _deed(case, on)
    return deed.marks if deed else ()


#: More copies than the form asks for may be made, for an agent or an appraiser.
MORE_COPIES = 3


def _deed_copies(case: CaseState, on: date) -> Choices:
    deed = _deed(case, on)
    if deed is None or deed.copies is None:
        return ()
    return tuple((str(n), _("%(n)d 份") % {"n": n}) for n in range(deed.copies, deed.copies + MORE_COPIES))


SOURCES: dict[str, Callable[[CaseState, date], Choices]] = {
    "kinds": lambda case, on: tuple((k.value, k.label) for k in Kind if k != Kind.LEAD),
    "other_kinds": _other_kinds,
    "grounds.refusal": lambda case, on: _grounds(refusal_grounds(act_day(case, on))),
    "grounds.termination": lambda case, on: _grounds(termination_grounds(act_day(case, on))),
    "grounds.refusal_or_42": lambda case, on: _found_later(case, act_day(case, on)),
    "open_parts": _open_parts,
    "parties": _parties(),
    "complainants": _parties("complainant"),
    "agents": _parties("agent"),
    "new_party_roles": _new_party_roles,
    "incomplete": _incomplete,
    "flags": _flags,
    "factors": lambda case, on: _in_force("complaint.factors", on),
    "filing_conditions": lambda case, on: _in_force("report.filing", on),
    "not_filing_grounds": lambda case, on: _in_force("report.not_filing", on),
    "unproven": _unproven,
    "planned_sessions": _sessions,
    "proposals": _proposals,
    "extendable": _extendable,
    "informant_duties": _duties,
    "duty_subjects": lambda case, on: DUTY_SUBJECTS,
    "other_channels": lambda case, on: OTHER_CHANNELS,
    "party_roles": _party_roles,
    "deed_marks": _deed_marks,
    "deed_copies": _deed_copies,
}

#: Sources that need the database; the face that shows the field fills them in.
OPEN_SOURCES = frozenset({"staff", "councils", "superiors", "knowledge", "subjects"})


def _in_force(name: str, on: date) -> Choices:
    try:
        return _grounds(tuple(law.grounds(name, on=on)))
    except law.LawError:
        return ()


def resolve(field: Field, case: CaseState, on: date) -> Choices:
    """The choices of a field for a case on a day; empty for free fields and for those the database fills."""
    if not isinstance(field.choices, str):
        return field.choices
    source = SOURCES.get(field.choices)
    return source(case, on) if source else ()
