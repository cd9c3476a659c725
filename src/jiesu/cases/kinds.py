"""The words of a case: kinds, states, channels, capacities. One word per idea, the same on every face."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(TextChoices):
    """What a case is (order 121 arts. 3, 27, 44)."""

    COMPLAINT = "complaint", _("投诉")
    REPORT = "report", _("举报")
    LEAD = "lead", _("线索")
    CONSULTATION = "consultation", _("咨询")
    OTHER = "other", _("其他")


class State(TextChoices):
    """Where a case stands. Each kind's table says which of these it uses."""

    REGISTERED = "registered", _("待分送")
    ROUTED = "routed", _("待处理")
    ACCEPTED = "accepted", _("已受理")
    MEDIATING = "mediating", _("调解中")
    REFUSED = "refused", pgettext_lazy("state", "不予受理")
    AGREED = "agreed", _("达成协议")
    TERMINATED = "terminated", pgettext_lazy("state", "终止调解")
    WITHDRAWN = "withdrawn", _("受理前撤回")
    VERIFYING = "verifying", _("核查中")
    FILED = "filed", _("已立案")
    DECLINED = "declined", pgettext_lazy("state", "不予立案")
    NO_AUTHORITY = "no_authority", _("无处理权限")
    TRANSFERRED = "transferred", _("已移交")
    REPEATED = "repeated", _("重复举报")
    MERGED = "merged", _("已合并")
    ANSWERED = "answered", _("已答复")
    REDIRECTED = "redirected", _("已告知途径")
    CONVERTED = "converted", _("已转办")
    CLOSED = "closed", _("已办结")


#: States in which nothing statutory is left to do; a clock marked ``after_close`` may still run there.
ENDED = frozenset({State.CLOSED, State.MERGED, State.CONVERTED})


class Channel(TextChoices):
    """How a contact came in (order 121 art. 8)."""

    PORTAL = "portal", _("互联网")
    HOTLINE = "hotline", _("热线电话")
    COUNTER = "counter", _("受理窗口")
    LETTER = "letter", _("邮寄")
    STATION = "station", _("消费投诉站")
    HOTLINE_12345 = "12345", _("12345 转办")
    PLATFORM = "platform", _("全国12315平台")
    COUNCIL = "council", _("消委会转来")
    IMPORT = "import", _("批量导入")
    API = "api", _("接口")
    INTERNAL = "internal", _("内部发现")


class PartyRole(TextChoices):
    COMPLAINANT = "complainant", _("投诉人")
    INFORMANT = "informant", _("举报人")
    ENQUIRER = "enquirer", _("咨询人")
    RESPONDENT = "respondent", _("被投诉人")
    REPORTED = "reported", _("被举报人")
    AGENT = "agent", _("代理人")
    REPRESENTATIVE = "representative", _("代表人")


#: The party that brought the case in, by kind; the one on the other side.
BRINGER: Mapping[str, PartyRole | None] = {
    Kind.COMPLAINT: PartyRole.COMPLAINANT,
    Kind.REPORT: PartyRole.INFORMANT,
    Kind.LEAD: None,
    Kind.CONSULTATION: PartyRole.ENQUIRER,
    Kind.OTHER: PartyRole.ENQUIRER,
}
OPPOSITE: Mapping[str, PartyRole] = {
    Kind.COMPLAINT: PartyRole.RESPONDENT,
    Kind.REPORT: PartyRole.REPORTED,
    Kind.LEAD: PartyRole.REPORTED,
    Kind.CONSULTATION: PartyRole.RESPONDENT,
    Kind.OTHER: PartyRole.RESPONDENT,
}


class ClockState(TextChoices):
    OPEN = "open", _("计时中")
    SUSPENDED = "suspended", _("暂停计时")
    MET = "met", _("按期完成")
    MET_LATE = "met_late", _("逾期完成")
    VOID = "void", _("已作废")


class NationalStatus(TextChoices):
    """Where the case stands on the national 12315 platform (order 121 arts. 8, 40)."""

    TO_ENTER = "to_enter", _("待录入")
    ENTERED = "entered", _("已录入")
    RETURNED = "returned", _("被退回")
    NOT_APPLICABLE = "not_applicable", _("不适用")


class LinkType(TextChoices):
    SPLIT = "split", _("同一来件拆分")
    LEAD = "lead", _("由此产生的线索")
    CONVERTED = "converted", _("转为")
    DUPLICATE = "duplicate", _("重复投诉")
    REPEAT = "repeat", _("重复举报")
    MERGED = "merged", _("并入")
