"""What a case needs next, and what its events say, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from jiesu.cases.kinds import Kind
from jiesu.cases.models import Case

#: The next act by state, where the facts do not say something more pressing.
NEXT: dict[str, dict[str, str]] = {
    Kind.COMPLAINT: {
        "registered": noop("分送"),
        "routed": noop("决定是否受理"),
        "accepted": noop("征求双方调解意见"),
        "mediating": noop("安排调解"),
        "refused": noop("办结"),
        "agreed": noop("办结"),
        "terminated": noop("办结"),
        "withdrawn": noop("办结"),
    },
    Kind.REPORT: {
        "registered": noop("分送"),
        "routed": noop("核查"),
        "verifying": noop("决定是否立案"),
        "filed": noop("告知举报人"),
        "declined": noop("告知举报人"),
        "no_authority": noop("办结"),
        "transferred": noop("办结"),
        "repeated": noop("办结"),
    },
    Kind.LEAD: {
        "routed": noop("核查"),
        "verifying": noop("决定是否立案"),
        "filed": noop("办结"),
        "declined": noop("办结"),
        "transferred": noop("办结"),
    },
    Kind.CONSULTATION: {
        "registered": noop("答复"),
        "routed": noop("答复"),
        "answered": noop("办结"),
        "transferred": noop("办结"),
    },
    Kind.OTHER: {
        "registered": noop("告知途径或者退回"),
        "routed": noop("答复"),
        "answered": noop("办结"),
        "redirected": noop("办结"),
        "transferred": noop("办结"),
    },
}
MUST_ASSIGN = frozenset({"routed"})


def next_act(case: Case) -> str:
    """The next required act of a case, as a person says it; empty when nothing is left to do."""
    if case.closed_at is not None:
        return ""
    facts: Mapping[str, Any] = case.facts or {}
    if facts.get("proposals"):
        return _("等待审批")
    if failed(case):
        return _("重新告知")
    if case.state == "registered" and facts.get("confirmed") is False:
        return _("确认来件类型")
    if facts.get("recusal_pending"):
        return _("决定是否回避")
    if facts.get("mixed") == "suggested":
        return _("拆分或者确认不拆分")
    if facts.get("dispute"):
        return _("处理管辖争议")
    if case.state in MUST_ASSIGN and case.assignee_id is None:
        return _("指派承办人")
    if facts.get("appraisal"):
        return _("等待鉴定检测结果")
    if case.unproven and case.state not in ("routed", "accepted", "mediating", "verifying"):
        return _("记录送达")
    if case.state == "accepted" and case.unproven:
        return _("记录送达")
    if case.state == "accepted" and facts.get("express_refusals"):
        return _("有一方不同意，终止调解")
    if case.state == "mediating":
        return _mediation(facts)
    if (
        case.kind == Kind.REPORT
        and case.state in ("filed", "declined")
        and (facts.get("informed") or case.anonymous)
    ):
        return _("办结")
    said = NEXT.get(case.kind, {}).get(case.state)
    return _(said) if said else ""


def _mediation(facts: Mapping[str, Any]) -> str:
    sessions = list((facts.get("sessions") or {}).values())
    if any(s.get("result", "planned") == "planned" for s in sessions):
        return _("到时调解并记录")
    if any(s.get("result") == "agreed" for s in sessions):
        return _("记载调解协议")
    if any(s.get("result") == "no_agreement" for s in sessions):
        return _("再次调解或者终止")
    return _("安排调解")


def failed(case: Case) -> bool:
    """Whether a required notice could not be delivered and is still unproven."""
    notices = (case.facts or {}).get("notices") or {}
    return any(
        n.get("failed") and not n.get("proven_on") and not n.get("void") and n.get("required", True)
        for n in notices.values()
    )


def proof_words(case: Case) -> str:
    """What proof is still missing; empty when none is."""
    if failed(case):
        return _("告知失败")
    return _("待证明 %(n)d") % {"n": case.unproven} if case.unproven else ""
