"""What can go wrong when the law is asked, as codes with data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """Stable codes; the Chinese message is made from `data`."""

    UNKNOWN_RULE = "unknown_rule"
    UNKNOWN_GROUND = "unknown_ground"
    UNKNOWN_ACTION = "unknown_action"
    UNKNOWN_DECISION = "unknown_decision"
    UNKNOWN_FORM = "unknown_form"
    UNKNOWN_INSTRUMENT = "unknown_instrument"
    UNKNOWN_JURISDICTION = "unknown_jurisdiction"
    UNKNOWN_OPTION = "unknown_option"
    BAD_OPTION = "bad_option"
    NEEDS_OPTION = "needs_option"
    NOT_IN_FORCE = "not_in_force"
    NOT_EXTENDABLE = "not_extendable"
    TOO_MANY_EXTENSIONS = "too_many_extensions"
    NOT_PAUSABLE = "not_pausable"
    BAD_PAUSE = "bad_pause"
    BAD_START = "bad_start"
    BAD_CALENDAR = "bad_calendar"
    BAD_DATA = "bad_data"
    OUT_OF_RANGE = "out_of_range"


_MESSAGES: Mapping[Code, str] = {
    Code.UNKNOWN_RULE: "没有这条期限规则：{rule}",
    Code.UNKNOWN_GROUND: "没有这项事由：{ground}",
    Code.UNKNOWN_ACTION: "没有这个办理动作：{action}",
    Code.UNKNOWN_DECISION: "没有这种决定：{decision}",
    Code.UNKNOWN_FORM: "没有这种文书式样：{form}",
    Code.UNKNOWN_INSTRUMENT: "没有这部法律、法规或者规章：{instrument}",
    Code.UNKNOWN_JURISDICTION: "没有这种管辖情形：{kind} / {respondent_type}",
    Code.UNKNOWN_OPTION: "没有这项设置：{option}",
    Code.BAD_OPTION: "设置 {option} 的值不对：{value!r}（{why}）",
    Code.NEEDS_OPTION: "{rule} 的期限由文书或者设置确定，请给出 {option}",
    Code.NOT_IN_FORCE: "{on} 没有规定 {what} 的有效条文{why}",
    Code.NOT_EXTENDABLE: "{rule} 没有延长的规定",
    Code.TOO_MANY_EXTENSIONS: "{rule} 最多延长 {allowed} 次，给出了 {given} 次",
    Code.NOT_PAUSABLE: "{rule} 没有不计入期限的规定，不能停表",
    Code.BAD_PAUSE: "停表时间不对：{start} 至 {end}（{why}）",
    Code.BAD_START: "起算时间不对：{start!r}",
    Code.BAD_CALENDAR: "放假安排文件不对：{why}",
    Code.BAD_DATA: "法规数据不对：{where}：{why}",
    Code.OUT_OF_RANGE: "日期 {day} 超出日历范围（{first} 至 {last}）",
}


class LawError(ValueError):
    """A question that the law data cannot answer as asked.

    `code` is stable and meant for programs; `data` holds what the message was made from;
    `str(error)` is the Chinese message for people.

    >>> str(LawError(Code.UNKNOWN_RULE, rule="complaint.nothing"))
    '没有这条期限规则：complaint.nothing'
    """

    def __init__(self, code: Code, **data: object) -> None:
        self.code = code
        self.data: dict[str, object] = data
        super().__init__(_MESSAGES[code].format(**data))
