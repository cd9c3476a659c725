"""What hot spots and warnings refuse, as codes, with what to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Code(StrEnum):
    """Stable codes of refusals."""

    NOT_FOUND = "hot_spot_not_found"
    NOT_PERMITTED = "hot_spot_not_permitted"
    BAD_TITLE = "hot_spot_bad_title"
    REASON_NEEDED = "hot_spot_reason_needed"
    SAME_SPOT = "hot_spot_same"
    NO_CASES = "hot_spot_no_cases"
    TOO_FEW = "hot_spot_too_few_people"
    LEFT_TOO_FEW = "hot_spot_left_too_few_people"
    NOTHING_OPEN = "hot_spot_nothing_open"
    BAD_DAY = "notice_bad_day"
    ANSWER_NEEDED = "notice_answer_needed"
    NOTICE_NOT_FOUND = "notice_not_found"
    ANSWERED = "notice_answered"
    NOTICE_WITHDRAWN = "notice_withdrawn"
    NOTICE_STATE = "notice_state"
    NOTICE_CHANGED = "notice_changed"
    BAD_WARNING = "warning_bad_text"
    PERSONAL_DATA = "warning_personal_data"
    SECOND_PERSON = "warning_second_person"
    DECIDED = "warning_decided"


_MESSAGES: dict[Code, str | Promise] = {
    Code.NOT_FOUND: _("没有找到这个热点，或者其中没有足够多您有权查看的办件。"),
    Code.NOT_PERMITTED: _("您没有权限处理热点和消费警示，请联系督办员或者部门负责人。"),
    Code.BAD_TITLE: _("名称应为 2 至 60 个字，不能含有姓名、电话、住址等个人信息。"),
    Code.REASON_NEEDED: _("请写明理由，最多 200 个字。"),
    Code.SAME_SPOT: _("请选择另一个热点。"),
    Code.NO_CASES: _("请在这个热点的办件中勾选；所选办件可能已经移出，请刷新页面。"),
    Code.TOO_FEW: _("拆分出来的办件涉及的不同的人太少，不能单独成为热点；可以改为移出。"),
    Code.LEFT_TOO_FEW: _(
        "这样剩下的不同的人太少，原来的热点就看不到了，也放不回来；整个热点都不需要的，请改为忽略。"
    ),
    Code.BAD_DAY: _("请填写答复期限，应当在今天以后。"),
    Code.ANSWER_NEEDED: _("请写明办理和核查情况，最多 1000 个字。"),
    Code.NOTICE_NOT_FOUND: _("没有找到这份督办单，或者它不是发给本机关的。"),
    Code.ANSWERED: _("本机关已经答复过这份督办单，请刷新页面。"),
    Code.NOTICE_WITHDRAWN: _("这份督办单已由发出机关撤回，不用再答复。"),
    Code.NOTICE_STATE: _("{bureau}：{state}，不能{deed}。请刷新页面，看清现在的情况。"),
    Code.NOTICE_CHANGED: _(
        "您打开页面以后情况有变：{bureau}，{at} {deed}。这次没有办理，请看清下面的新情况再办。"
    ),
    Code.NOTHING_OPEN: _("这个热点没有您有权查看的未办结办件，无需督办。"),
    Code.BAD_WARNING: _("请填写标题（60 字以内）和正文（10 至 2000 字）。"),
    Code.PERSONAL_DATA: _("标题或者正文里好像有姓名、电话、住址等个人信息，请删去后再提交。"),
    Code.SECOND_PERSON: _("起草人不能审批自己起草的消费警示，请由本机关另一位负责人审批。"),
    Code.DECIDED: _("这份消费警示已经处理过了，请刷新页面。"),
}


class HotSpotError(Exception):
    """Something that cannot be done, and what to do.

    Args:
        code: stable code.
        data: what its words name.
    """

    def __init__(self, code: Code, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    @property
    def message(self) -> str:
        """What is wrong and what to do."""
        return str(_MESSAGES[self.code]).format(**self.data)
