"""What a citizen is told of a case, in plain words. What is not named here stays inside.

Of a report only that it is looked into and when that is over: the outcome is told by notice, where the law has it told
(order 121 art. 37).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiesu.cases.kinds import Kind, State

Words = str | Promise


@dataclass(frozen=True)
class Told:
    label: Words
    text: Words = ""


# Events that a citizen is told of, and how. Whatever is not here stays inside.
_SHARED: dict[str, Told] = {
    "register": Told(gettext_lazy("已收到"), gettext_lazy("12315 已登记您的来件。")),
    "route": Told(gettext_lazy("已分送"), gettext_lazy("已分送{bureau}处理。")),
    "return_to_centre": Told(gettext_lazy("重新分送"), gettext_lazy("正在重新确定有权处理的单位。")),
    "designate_jurisdiction": Told(gettext_lazy("已指定处理单位"), gettext_lazy("由{bureau}处理。")),
    "take_over": Told(gettext_lazy("上级直接处理"), gettext_lazy("由{bureau}直接处理。")),
    "withdraw": Told(gettext_lazy("您已撤回投诉")),
    "add_evidence": Told(gettext_lazy("收到补充材料")),
    "urge": Told(gettext_lazy("收到催办"), gettext_lazy("已提醒承办单位。")),
    "transfer_food_matter": Told(gettext_lazy("已移交有权处理的部门"), gettext_lazy("详见告知。")),
    "close": Told(gettext_lazy("已办结")),
    "reopen": Told(gettext_lazy("恢复办理")),
    "convert": Told(gettext_lazy("已转办"), gettext_lazy("您反映的事项已转为另一件办理。")),
    "rate": Told(gettext_lazy("您已评价")),
}
_BY_KIND: dict[str, dict[str, Told]] = {
    Kind.COMPLAINT: {
        "accept": Told(gettext_lazy("决定受理"), gettext_lazy("您的投诉符合规定，已经受理。")),
        "refuse": Told(gettext_lazy("决定不予受理"), gettext_lazy("理由和其他解决途径见告知书。")),
        "request_materials": Told(gettext_lazy("请您补充材料"), gettext_lazy("需要的材料和日期见通知。")),
        "request_identity": Told(
            gettext_lazy("请您提供身份证明"), gettext_lazy("需要的材料和日期见通知书。")
        ),
        "ask_consent": Told(gettext_lazy("征求双方是否同意调解"), gettext_lazy("双方都同意，才能调解。")),
        "record_consent": Told(gettext_lazy("记录了您的意见"), gettext_lazy("{answer}。")),
        "schedule_session": Told(gettext_lazy("安排调解"), gettext_lazy("时间：{starts_at}。地点见通知书。")),
        "record_session": Told(gettext_lazy("进行了调解")),
        "commission": Told(gettext_lazy("委托调解"), gettext_lazy("经双方同意，委托调解组织调解。")),
        "start_appraisal": Told(gettext_lazy("开始鉴定"), gettext_lazy("鉴定时间不计入调解期限。")),
        "end_appraisal": Told(gettext_lazy("鉴定结束")),
        "start_testing": Told(gettext_lazy("开始检测"), gettext_lazy("检测时间不计入调解期限。")),
        "end_testing": Told(gettext_lazy("检测结束")),
        "request_recusal": Told(gettext_lazy("申请调解人员回避"), gettext_lazy("决定之前中止调解。")),
        "decide_recusal": Told(gettext_lazy("已决定是否回避")),
        "change_claim": Told(gettext_lazy("您变更了投诉请求")),
        "settle": Told(gettext_lazy("双方自行和解")),
        "agree": Told(gettext_lazy("达成调解协议")),
        "terminate": Told(gettext_lazy("终止调解"), gettext_lazy("理由见告知书。您仍可以申请仲裁或者起诉。")),
        "revoke_decision": Told(gettext_lazy("撤销原决定，重新处理")),
    },
    Kind.REPORT: {
        "record_verification": Told(gettext_lazy("正在核查"), gettext_lazy("执法人员正在核查您反映的情况。")),
        "extend": Told(gettext_lazy("延长核查期限"), gettext_lazy("情况复杂，经批准延长。")),
        "file_case": Told(gettext_lazy("核查已完成"), gettext_lazy("依法应当告知您的，会在“通知”里告知。")),
        "decline_filing": Told(
            gettext_lazy("核查已完成"), gettext_lazy("依法应当告知您的，会在“通知”里告知。")
        ),
        "inform_no_authority": Told(gettext_lazy("本机关无处理权限"), gettext_lazy("详见告知。")),
        "close_repeat": Told(
            gettext_lazy("与您先前的举报重复"), gettext_lazy("先前已经处理，不再重复处理。")
        ),
        "merge_repeat": Told(gettext_lazy("并入您先前的举报"), gettext_lazy("补充的情况将一并核查。")),
        "inform_informant": Told(gettext_lazy("已告知处理结果")),
    },
    Kind.CONSULTATION: {"answer": Told(gettext_lazy("已答复"), gettext_lazy("答复内容见“通知”。"))},
    Kind.OTHER: {
        "answer": Told(gettext_lazy("已答复"), gettext_lazy("答复内容见“通知”。")),
        "return_to_12345": Told(gettext_lazy("已退回 12345 热线"), gettext_lazy("由 12345 转有关部门办理。")),
        "inform_other_channel": Told(gettext_lazy("已告知相应途径"), gettext_lazy("详见“通知”。")),
        "refer_internal": Told(gettext_lazy("已转内部机构办理")),
    },
}

_WAITING: dict[tuple[str, str], tuple[Words, str]] = {
    (Kind.COMPLAINT, State.REGISTERED): (gettext_lazy("等待分送到有权处理的市场监督管理局"), ""),
    (Kind.COMPLAINT, State.ROUTED): (gettext_lazy("等待决定是否受理，并告知您"), "complaint.acceptance"),
    (Kind.COMPLAINT, State.ACCEPTED): (gettext_lazy("等待双方表示是否同意调解"), "complaint.mediation"),
    (Kind.COMPLAINT, State.MEDIATING): (gettext_lazy("正在调解"), "complaint.mediation"),
    (Kind.COMPLAINT, State.REFUSED): (gettext_lazy("已决定不予受理"), ""),
    (Kind.COMPLAINT, State.AGREED): (gettext_lazy("已达成调解协议，等待办结"), ""),
    (Kind.COMPLAINT, State.TERMINATED): (gettext_lazy("等待告知双方和办结"), "complaint.termination_notice"),
    (Kind.COMPLAINT, State.WITHDRAWN): (gettext_lazy("已撤回，等待办结"), ""),
    (Kind.REPORT, State.REGISTERED): (gettext_lazy("等待分送到有权处理的市场监督管理局"), ""),
    (Kind.REPORT, State.ROUTED): (gettext_lazy("等待核查"), "report.verification"),
    (Kind.REPORT, State.VERIFYING): (gettext_lazy("正在核查，并决定是否立案"), "report.verification"),
    (Kind.REPORT, State.FILED): (gettext_lazy("核查已完成，等待办结"), "report.informant_notice"),
    (Kind.REPORT, State.DECLINED): (gettext_lazy("核查已完成，等待办结"), "report.informant_notice"),
    (Kind.REPORT, State.NO_AUTHORITY): (gettext_lazy("已告知本机关无处理权限"), ""),
    (Kind.REPORT, State.REPEATED): (gettext_lazy("与先前的举报重复，不再重复处理"), ""),
    (Kind.CONSULTATION, State.REGISTERED): (gettext_lazy("等待答复"), ""),
    (Kind.CONSULTATION, State.ROUTED): (gettext_lazy("等待答复"), ""),
    (Kind.OTHER, State.REGISTERED): (gettext_lazy("等待处理"), ""),
    (Kind.OTHER, State.ROUTED): (gettext_lazy("等待处理"), ""),
}


#: The same for every kind.
_OVER: dict[str, Words] = {
    State.TRANSFERRED: gettext_lazy("已移交有权处理的部门"),
    State.ANSWERED: gettext_lazy("已答复"),
    State.REDIRECTED: gettext_lazy("已告知相应途径"),
}


def told_of(kind: str, event: str) -> Told | None:
    """The words for an event of a case of that kind; None where the citizen is not told of it."""
    return _BY_KIND.get(kind, {}).get(event) or _SHARED.get(event)


#: What is waited for once this person has said whether to mediate.
_SAID: dict[bool, Words] = {
    True: gettext_lazy("您已同意，等待商家表示是否同意调解"),
    False: gettext_lazy("您不同意调解，等待承办单位作出终止决定并告知您"),
}


def waiting_for(kind: str, state: str, *, agreed: bool | None = None) -> tuple[Words, str]:
    """What is waited for in a state, and the rule whose clock runs for it, if any.

    Args:
        agreed: whether this person has agreed to mediation; None before an answer.
    """
    if agreed is not None and (kind, state) == (Kind.COMPLAINT, State.ACCEPTED):
        return _SAID[agreed], _WAITING[kind, state][1]
    return _WAITING.get((kind, state), (_OVER.get(state, _("正在办理")), ""))
