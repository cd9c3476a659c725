"""What can be wrong with a business, a credit code or an identity number, as codes with data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Code(StrEnum):
    """Stable codes; the Chinese message is made from the error's data."""

    NAME_MISSING = "business_name_missing"
    UNKNOWN = "business_unknown"
    INDUSTRY_UNKNOWN = "business_industry_unknown"
    CREDIT_CODE_LENGTH = "credit_code_length"
    CREDIT_CODE_CHARACTER = "credit_code_character"
    CREDIT_CODE_PREFIX = "credit_code_prefix"
    CREDIT_CODE_CHECK = "credit_code_check"
    RESIDENT_ID_LENGTH = "resident_id_length"
    RESIDENT_ID_FIFTEEN = "resident_id_fifteen"
    RESIDENT_ID_CHARACTER = "resident_id_character"
    RESIDENT_ID_DIVISION = "resident_id_division"
    RESIDENT_ID_BIRTH = "resident_id_birth"
    RESIDENT_ID_CHECK = "resident_id_check"


_MESSAGES: Mapping[Code, Promise] = {
    Code.NAME_MISSING: _("请填写经营者名称"),
    Code.UNKNOWN: _("没有找到这个经营者，请刷新页面后再试"),
    Code.INDUSTRY_UNKNOWN: _("请从国民经济行业分类的门类中选择行业"),
    Code.CREDIT_CODE_LENGTH: _("统一社会信用代码应当是18位，这里有{length}位"),
    Code.CREDIT_CODE_CHARACTER: _(
        "统一社会信用代码第{position}位的“{character}”不对：不使用字母 I、O、S、V、Z，第3至8位是数字"
    ),
    Code.CREDIT_CODE_PREFIX: _("统一社会信用代码前两位“{prefix}”不是登记管理部门和机构类别代码"),
    Code.CREDIT_CODE_CHECK: _("统一社会信用代码校验位不对，请核对有没有写错"),
    Code.RESIDENT_ID_LENGTH: _("公民身份号码应当是18位，这里有{length}位"),
    Code.RESIDENT_ID_FIFTEEN: _("15位的第一代居民身份证已经停止使用，请填写18位公民身份号码"),
    Code.RESIDENT_ID_CHARACTER: _("公民身份号码前17位应当是数字，第18位是数字或者X，第{position}位不对"),
    Code.RESIDENT_ID_DIVISION: _("公民身份号码前两位“{prefix}”不是省级代码"),
    Code.RESIDENT_ID_BIRTH: _("公民身份号码中的出生日期“{birth}”不对"),
    Code.RESIDENT_ID_CHECK: _("公民身份号码校验位不对，请核对有没有写错"),
}


class BusinessError(ValueError):
    """A business or a number that cannot be taken as written.

    ``code`` is stable and meant for programs, ``data`` holds what the message is made from (never the number itself),
    ``str(error)`` is the message for people.
    """

    def __init__(self, code: Code, **data: Any) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        return str(_MESSAGES[self.code]).format(**self.data)
