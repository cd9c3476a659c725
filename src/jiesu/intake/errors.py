"""What intake refuses, as codes with data."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Code(StrEnum):
    """Stable codes."""

    QUERY_WRONG = "query_wrong"
    QUERY_LOCKED = "query_locked"
    TOO_MANY = "too_many_requests"
    IMPORT_NOT_STOPPED = "import_not_stopped"
    IMPORT_UNDER_WAY = "import_under_way"


_MESSAGES: dict[Code, str | Promise] = {
    Code.QUERY_WRONG: _("编号或者查询码不对，请核对后再试。连续输错 5 次，要等 15 分钟。"),
    Code.QUERY_LOCKED: _("连续输错 5 次，为保护您的信息，请 15 分钟后再试。急需了解进度可以拨打 12315。"),
    Code.TOO_MANY: _(
        "您所在的网络提交得太频繁，请过 {minutes} 分钟再试；急需投诉举报可以拨打 12315。您填写的内容还在。"
    ),
    Code.IMPORT_NOT_STOPPED: _("这次导入现在没有停下，可能已经接着做了或者已经结束。请看现在的进度。"),
    Code.IMPORT_UNDER_WAY: _("系统正在接着做这次导入，现在不能放弃。请看现在的进度。"),
}
STATUS = {
    Code.QUERY_WRONG: 404, Code.QUERY_LOCKED: 429, Code.TOO_MANY: 429, Code.IMPORT_NOT_STOPPED: 409, Code.IMPORT_UNDER_WAY: 409,
}  # fmt: skip


class IntakeError(Exception):
    """A refusal with a stable ``code``, a Chinese ``message`` and the HTTP ``status`` that fits."""

    def __init__(self, code: Code, **data: Any) -> None:
        self.code = code
        self.data = data
        super().__init__(self.message)

    @property
    def message(self) -> str:
        return str(_MESSAGES[self.code]).format(**self.data)

    @property
    def status(self) -> int:
        return STATUS[self.code]
