"""Notices: the official forms and letters, their numbers, and the channels that carry them. No table with a case.

>>> from datetime import date
>>> from jiesu.notices import NoticeFields, render
>>> made = render("5", on=date(2026, 4, 15), fields=NoticeFields(
...     bureau_name="益阳市资阳区市场监督管理局", number="资市监投受〔2026〕第1号", case_number=430902260000000001,
...     addressee_name="张三", received_on=date(2026, 4, 14), matter="购买电饭煲质量争议"))
>>> made.title
'投诉受理决定书'
"""

from jiesu.notices.errors import Code, NoticeError
from jiesu.notices.fields import ADDRESSEES, ELEMENTS, METHODS, OTHER_MATTERS, Element, Kind, NoticeFields
from jiesu.notices.numbering import bureau_abbreviation, document_number, is_numbered
from jiesu.notices.phrases import Phrase, phrases, situations
from jiesu.notices.rendering import SHORT_LIMIT, Rendered, needs, render, speaks_of_report

__all__ = [
    "ADDRESSEES",
    "ELEMENTS",
    "METHODS",
    "OTHER_MATTERS",
    "SHORT_LIMIT",
    "Code",
    "Element",
    "Kind",
    "NoticeError",
    "NoticeFields",
    "Phrase",
    "Rendered",
    "bureau_abbreviation",
    "document_number",
    "is_numbered",
    "needs",
    "phrases",
    "render",
    "situations",
    "speaks_of_report",
]
