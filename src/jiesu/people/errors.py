"""What can go wrong with people, settings and calendar years, as codes with data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Code(StrEnum):
    """Stable codes; the Chinese message is made from the error's data."""

    NOT_ALLOWED = "not_allowed"
    USERNAME_TAKEN = "username_taken"
    BAD_USERNAME = "bad_username"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - a code, not a secret
    ROLES_SEPARATED = "roles_separated"
    ROLE_NOT_HERE = "role_not_here"
    ROLE_HELD = "role_held"
    BAD_PERIOD = "bad_period"
    BAD_COVER = "bad_cover"
    UNKNOWN_SETTING = "unknown_setting"
    BAD_SETTING = "bad_setting"
    SETTING_LEVEL = "setting_level"
    SETTING_IN_PAST = "setting_in_past"
    SETTING_DECIDED = "setting_decided"
    SECOND_PERSON = "second_person"
    BAD_CALENDAR = "bad_calendar"
    BAD_SCOPE = "bad_scope"


_MESSAGES: Mapping[Code, Promise] = {
    Code.NOT_ALLOWED: _("您没有权限：{what}"),
    Code.USERNAME_TAKEN: _("登录名 {username} 已被使用"),
    Code.BAD_USERNAME: _("登录名 {username} 只能用小写字母、数字、点、横线，2 至 60 个字符"),
    Code.WEAK_PASSWORD: _("密码不符合要求：{why}"),
    Code.ROLES_SEPARATED: _("系统管理、安全管理、审计与业务角色应当分开，{name} 不能同时担任 {roles}"),
    Code.ROLE_NOT_HERE: _("{role} 不能设在 {organisation}：{why}"),
    Code.ROLE_HELD: _("{name} 在 {organisation} 已经担任 {role}"),
    Code.BAD_PERIOD: _("结束日 {until} 早于开始日 {since}"),
    Code.BAD_COVER: _("{deputy} 不能代 {absent}：{why}"),
    Code.UNKNOWN_SETTING: _("没有这项设置：{key}"),
    Code.BAD_SETTING: _("设置 {key} 的值 {value} 不对：{why}"),
    Code.SETTING_LEVEL: _("设置 {key} 只能由{level}以上市场监督管理部门设定"),
    Code.SETTING_IN_PAST: _("生效日 {valid_from} 已经过去，设置不能追溯"),
    Code.SETTING_DECIDED: _("这项设置变更已经处理，请刷新"),
    Code.SECOND_PERSON: _("设置变更须由另一人确认"),
    Code.BAD_CALENDAR: _("放假安排文件不对：{why}"),
    Code.BAD_SCOPE: _("没有这种接口范围：{scope}"),
}


class PeopleError(Exception):
    """Something about people or settings that cannot be done as asked.

    ``code`` is stable and meant for programs, ``data`` holds what the message is made from,
    ``str(error)`` is the message for people.
    """

    def __init__(self, code: Code, **data: Any) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        return str(_MESSAGES[self.code]).format(**self.data)
