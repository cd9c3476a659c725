"""Fields of actions: one declaration for form, API, validation and event.

A cleaned value is JSON: text, whole number, yes/no, ISO date or instant, list of codes. Free text (``TEXT``) becomes
a sealed passage of the case before the event is written; the event keeps its seq and digest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

SHANGHAI = ZoneInfo("Asia/Shanghai")
Label = str | Promise


class Type(StrEnum):
    TEXT = "text"
    LINE = "line"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    MULTI = "multi"
    MONEY = "money"
    BOOL = "bool"
    WHOLE = "whole"
    STAFF = "staff"
    ORGANISATION = "organisation"
    CASE = "case"
    CODE = "code"


#: What a column of the database holds.
LARGEST = 2**63 - 1
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

#: Written in words by a person, so it is sealed and never enters the event.
SEALED = frozenset({Type.TEXT, Type.LINE})

Choices = tuple[tuple[str, Label], ...]


class BadValue(ValueError):
    """A value that a field refuses; the message says what to enter."""


@dataclass(frozen=True)
class Field:
    """One field of an action.

    Args:
        name: key in forms, API and events.
        type: see ``Type``.
        label: Chinese label.
        required: whether the action needs it; ``required_if`` may ask for it depending on the others.
        choices: fixed choices, or the name of a source that ``choices.py`` resolves for a case and a day.
        past: for dates and instants, refuse what lies after now.
        future: refuse what lies before today.
        prefill: name of the source of a starting value.
    """

    name: str
    type: Type
    label: Label
    required: bool = True
    help: Label = ""
    choices: Choices | str = ()
    past: bool = False
    future: bool = False
    minimum: int | None = None
    maximum: int | None = None
    length: int = 2000
    required_if: Callable[[Mapping[str, Any]], bool] | None = None
    prefill: str = ""
    restricted: bool = False

    def needed(self, data: Mapping[str, Any]) -> bool:
        return self.required or (self.required_if is not None and self.required_if(data))


def _whole(field: Field, raw: Any) -> int:
    if isinstance(raw, bool):
        raise BadValue(_("请填写整数。"))
    try:
        number = int(str(raw).strip())
    except ValueError:
        raise BadValue(_("请填写整数。")) from None
    if abs(number) > LARGEST:
        raise BadValue(_("数字过大。"))
    return number


def _plausible(value: date) -> date:
    """A day within living memory or to come: beyond, no calendar and no zone can count."""
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise BadValue(_("请核对年份。"))
    return value


_MONEY = re.compile(r"^\d{1,12}(\.\d{1,2})?$")


def parse_yuan(raw: Any) -> int:
    """A sum in yuan as fen, exactly.

    >>> parse_yuan("1,280.5")
    128050
    """
    text = (
        str(raw)
        .strip()
        .replace(",", "")
        .replace("，", "")
        .replace("¥", "")
        .replace("￥", "")
        .removesuffix("元")
    )
    if not _MONEY.match(text):
        raise BadValue(_("请填写金额，最多两位小数，例如 128.50。"))
    yuan, _dot, cents = text.partition(".")
    return int(yuan) * 100 + int((cents + "00")[:2])


def parse_date(raw: Any) -> date:
    if isinstance(raw, datetime):
        return raw.astimezone(SHANGHAI).date()
    if isinstance(raw, date):
        return raw
    text = str(raw).strip().replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "")
    parts = text.split("T")[0].split(" ")[0].split("-")
    try:
        return _plausible(date(*(int(p) for p in parts)))
    except BadValue:
        raise
    except (TypeError, ValueError, OverflowError):
        raise BadValue(_("请填写日期，例如 2026-09-25。")) from None


_LOOSE = re.compile(r"(\d{4})[-年](\d{1,2})[-月](\d{1,2})日?[ T]+(\d{1,2}):(.+)")


def _padded(text: str) -> str:
    """An instant as spreadsheets write it, with the digits that the standard asks for.

    >>> _padded("2026-9-5 8:30"), _padded("2026年9月5日 08:30:00")
    ('2026-09-05T08:30', '2026-09-05T08:30:00')
    """
    found = _LOOSE.fullmatch(text)
    if found is None:
        return text
    year, month, day, hour, rest = found.groups()
    return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{rest}"


def parse_instant(raw: Any) -> datetime:
    """An instant; without a zone it is a time of Asia/Shanghai."""
    if isinstance(raw, datetime):
        value = raw
    else:
        try:
            value = datetime.fromisoformat(_padded(str(raw).strip().replace("/", "-")))
        except ValueError:
            raise BadValue(_("请填写日期和时间，例如 2026-09-25 10:30。")) from None
    _plausible(value.date())
    return value if value.tzinfo else value.replace(tzinfo=SHANGHAI)


def _bool(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if text in ("1", "true", "yes", "on", "是"):
        return True
    if text in ("0", "false", "no", "off", "否"):
        return False
    raise BadValue(_("请选择是或者否。"))


def _when(field: Field, day: date, at: datetime) -> None:
    today = at.astimezone(SHANGHAI).date()
    if field.past and day > today:
        raise BadValue(_("日期不能晚于今天。"))
    if field.future and day < today:
        raise BadValue(_("日期不能早于今天。"))


def clean(field: Field, raw: Any, *, at: datetime, choices: Choices = ()) -> Any:
    """A raw value of a form or of JSON as the value that goes on, or BadValue with what to enter.

    Args:
        at: the instant of the action, against which past and future are judged.
        choices: the resolved choices of the field.
    """
    kind = field.type
    if kind in SEALED:
        text = str(raw).replace("\x00", "").replace("\r\n", "\n").strip()
        if len(text) > field.length:
            raise BadValue(
                _("最多 %(most)d 个字，现在有 %(now)d 个。") % {"most": field.length, "now": len(text)}
            )
        if kind == Type.LINE:
            text = " ".join(text.split())
        return text
    if kind == Type.DATE:
        day = parse_date(raw)
        _when(field, day, at)
        return day.isoformat()
    if kind == Type.DATETIME:
        instant = parse_instant(raw)
        if field.past and instant > at:
            raise BadValue(_("时间不能晚于现在。"))
        if field.future and instant < at:
            raise BadValue(_("时间不能早于现在。"))
        return instant.astimezone(SHANGHAI).isoformat()
    if kind == Type.BOOL:
        return _bool(raw)
    if kind == Type.MONEY:
        return parse_yuan(raw)
    if kind == Type.MULTI:
        values = [str(v) for v in (raw if isinstance(raw, list | tuple) else [raw])]
        known = {c[0] for c in choices}
        if known and any(v not in known for v in values):
            raise BadValue(_("请从所列选项中选择。"))
        return sorted(set(values))
    if kind in (Type.WHOLE, Type.STAFF, Type.ORGANISATION, Type.CASE):
        number = _whole(field, raw)
        if field.minimum is not None and number < field.minimum:
            raise BadValue(_("不能小于 %(least)d。") % {"least": field.minimum})
        if field.maximum is not None and number > field.maximum:
            raise BadValue(_("不能大于 %(most)d。") % {"most": field.maximum})
        if choices and str(number) not in {c[0] for c in choices}:
            raise BadValue(_("请从所列选项中选择。"))
        # A case number has 18 digits: as text it survives JSON in every language.
        return str(number) if kind == Type.CASE else number
    text = str(raw).strip()
    if choices and text not in {c[0] for c in choices}:
        raise BadValue(_("请从所列选项中选择。"))
    if len(text) > 200:
        raise BadValue(_("内容过长。"))
    return text
