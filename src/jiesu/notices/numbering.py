"""Numbers of documents: 资市监投不〔2026〕第12号. The serial itself is counted per bureau, form and year by the case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from django.utils.translation import gettext as _

from jiesu.notices.errors import Code, NoticeError
from jiesu.notices.templates import DATA, template

_NAME = re.compile(r"^[\u4e00-\u9fff]{1,8}$")
_OFFICE_WORDS = re.compile(r"(市场监督管理|市场监管|市监).*$")
_PLACE_ENDS = re.compile(r"(?<=..)(省|市|县|区)$")
_YEARS = range(2000, 3000)


def is_numbered(form: str) -> bool:
    """Whether a notice carries a document number; raises `unknown_form`.

    >>> is_numbered("6"), is_numbered("consent")
    (True, False)
    """
    return template(form).form in _data()["types"]


def document_number(bureau_short: str, form: str, year: int, serial: int) -> str:
    """The number of a document.

    Args:
        bureau_short: short name of the bureau, as `bureau_abbreviation` or the bureau's setting gives it.
        form: key of the notice.
        year: year of issue.
        serial: next number of this bureau, form and year, from 1.

    Raises:
        NoticeError: ``unknown_form``, ``bad_number``.

    >>> document_number("资", "6", 2026, 12)
    '资市监投不〔2026〕第12号'
    """
    if not is_numbered(form):
        raise NoticeError(
            Code.BAD_NUMBER, form=form, why=_("“%(title)s”不编文号") % {"title": template(form).title}
        )
    if not _NAME.match(bureau_short):
        raise NoticeError(Code.BAD_NUMBER, form=form, why=_("机关代字应为 1 至 8 个汉字"))
    if year not in _YEARS or serial < 1:
        raise NoticeError(Code.BAD_NUMBER, form=form, why=_("年份或者序号不对"))
    data = _data()
    written: str = data["pattern"].format(
        bureau=bureau_short, suffix=data["suffix"], type=data["types"][form], year=year, serial=serial
    )
    return written


def bureau_abbreviation(*, division_code: str, name: str, settings: Mapping[str, str] | None = None) -> str:
    """The short name of a bureau in document numbers.

    Args:
        division_code: 6 or 12 digits of the bureau's division.
        name: full or short name of the bureau, for bureaus that are not listed.
        settings: division code (6 digits) → short name; goes before the shipped list.

    >>> bureau_abbreviation(division_code="430902", name="益阳市资阳区市场监督管理局")
    '资'
    >>> bureau_abbreviation(division_code="430103", name="天心区市场监督管理局")
    '天心'
    """
    code = division_code[:6]
    known = {**_data()["bureaus"], **(settings or {})}
    return str(known.get(code) or _PLACE_ENDS.sub("", _OFFICE_WORDS.sub("", name))[-8:])


@cache
def _data() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DATA / "numbering.yaml").read_text(encoding="utf-8"))
    return content
