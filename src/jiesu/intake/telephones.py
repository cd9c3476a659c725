"""Telephone numbers in the form in which they are compared and looked up."""

from __future__ import annotations

import re
import unicodedata

_CUT = re.compile(r"[\s\-—–()（）.·]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}[2-9]\d{6,7}(?:[xX转]\d{1,6})?")
_SERVICE = re.compile(r"[48]00\d{7}|1\d{4,5}|[2-9]\d{6,7}")


def normal_phone(text: str) -> str | None:
    """The number without blanks, dashes and country code; None if it is no telephone number of China.

    >>> normal_phone(" +86 138-1234 5678 "), normal_phone("0737-4223315"), normal_phone("没有")
    ('13812345678', '07374223315', None)
    """
    number = _CUT.sub("", unicodedata.normalize("NFKC", text))
    number = re.sub(r"^(?:\+|00)86", "", number)
    if re.fullmatch(r"86" + _MOBILE.pattern, number):
        number = number[2:]
    for pattern in (_MOBILE, _LANDLINE, _SERVICE):
        if pattern.fullmatch(number):
            return number
    return None
