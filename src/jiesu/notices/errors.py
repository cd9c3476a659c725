"""What can be wrong with a notice, as codes with data and a message for the person at the screen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Code(StrEnum):
    """Stable codes."""

    UNKNOWN_FORM = "unknown_form"
    UNKNOWN_ELEMENT = "unknown_element"
    MISSING_ELEMENT = "missing_element"
    BAD_ELEMENT = "bad_element"
    BAD_ADDRESSEE = "bad_addressee"
    BAD_GROUND = "bad_ground"
    NOT_IN_FORCE = "not_in_force"
    NOT_A_BUREAU = "not_a_bureau"
    REPORT_LEAKS = "report_leaks"
    UNCONFIRMED_ARTICLE = "unconfirmed_article"
    BAD_NUMBER = "bad_number"
    BAD_DATA = "bad_data"


_MESSAGES: Mapping[Code, Promise] = {
    Code.UNKNOWN_FORM: _("没有这种文书：%(form)s。"),
    Code.UNKNOWN_ELEMENT: _("文书没有这个要素：%(element)s。"),
    Code.MISSING_ELEMENT: _("%(title)s还缺：%(labels)s。请补充后再生成。"),
    Code.BAD_ELEMENT: _("“%(label)s”填写不正确：%(why)s。"),
    Code.BAD_ADDRESSEE: _("%(title)s不能发给这类收件人：%(to)s。"),
    Code.BAD_GROUND: _("%(title)s不能引用这项事由：%(ground)s（%(on)s）。"),
    Code.NOT_IN_FORCE: _("%(on)s没有出具%(title)s的有效依据。"),
    Code.NOT_A_BUREAU: _("文书须以局的名义出具，“%(name)s”只能作为联系机构。"),
    Code.REPORT_LEAKS: _("发给被投诉人的文书不得出现举报内容，请修改“%(label)s”。"),
    Code.UNCONFIRMED_ARTICLE: _("告知依据的条号尚未确认：%(article)s。请先由法制机构确认。"),
    Code.BAD_NUMBER: _("文号不正确：%(why)s。"),
    Code.BAD_DATA: _("文书数据有误：%(where)s：%(why)s。"),
}


class NoticeError(ValueError):
    """A notice that cannot be made as asked.

    ``code`` is stable and meant for programs; ``data`` holds what the message was made from (names of elements and
    forms, never what somebody wrote in them); ``str(error)`` is the Chinese message.

    >>> NoticeError(Code.UNKNOWN_FORM, form="99").code.value
    'unknown_form'
    """

    def __init__(self, code: Code, **data: object) -> None:
        self.code = code
        self.data: dict[str, object] = data
        super().__init__(str(_MESSAGES[code]) % data)
