"""What a person may choose in a field, for one case on one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiesu import law
from jiesu.cases.facts import CaseState
from jiesu.cases.kinds import Kind
from jiesu.cases.lawbook import refusal_grounds, termination_grounds
from jiesu.cases.lifecycle.fields import Choices, Field
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
    "answer": gettext_lazy("咨询答复"),
    "courtesy": gettext_lazy("处理情况告知（非法定）"),
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


SOURCES: dict[str, Callable[[CaseState, date], Choices]] = {
    "kinds": lambda case, on: tuple((k.value, k.label) for k in Kind if k != Kind.LEAD),
    "other_kinds": _other_kinds,
    "grounds.refusal": lambda case, on: _grounds(refusal_grounds(on)),
    "grounds.termination": lambda case, on: _grounds(termination_grounds(on)),
    "grounds.refusal_or_42": lambda case, on: (
        *_grounds(refusal_grounds(on)),
        ("fraud", str(_("涉嫌骗取赔偿或者敲诈勒索，已移送公安机关"))),
    ),
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
