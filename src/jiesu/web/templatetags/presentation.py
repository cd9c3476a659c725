"""How values look in words: days, money, numbers, masks, clocks. Pure functions, no rules of law.

What counts as near or late is decided by whoever builds the chip; the only default here is the
colour of a chip whose `level` was left open.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, ngettext

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING = "—"

# Below this many units left a chip turns orange unless its maker gave a level.
NEAR = 3

COLOURS = ("red", "orange", "green", "blue", "azure", "teal", "purple", "secondary")

# States, kinds and tones by the look they deserve: red waits for us, orange needs attention, blue is
# under way, green is good, purple left for enforcement, grey is over.
TONES: dict[str, str] = {
    # kinds
    "complaint": "blue",
    "report": "orange",
    "consultation": "teal",
    # tones, for labels without a state
    "waiting": "red",
    "attention": "orange",
    "doing": "blue",
    "accepted": "azure",
    "good": "green",
    "filed": "purple",
    "done": "secondary",
    # states
    "registered": "red",
    "received": "red",
    "new": "red",
    "pending": "red",
    "routed": "red",
    "returned": "orange",
    "supplement": "orange",
    "suspended": "orange",
    "paused": "orange",
    "verifying": "orange",
    "extended": "red",
    "overdue": "red",
    "mediating": "blue",
    "handling": "blue",
    "open": "blue",
    "settling": "blue",
    "transferred": "purple",
    "settled": "green",
    "agreed": "green",
    "satisfied": "green",
    "met": "green",
    "pass": "green",
    "fail": "red",
    "met_late": "orange",
    "answered": "secondary",
    "closed": "secondary",
    "terminated": "secondary",
    "refused": "secondary",
    "rejected": "secondary",
    "not_accepted": "secondary",
    "withdrawn": "secondary",
    "merged": "secondary",
    "void": "secondary",
}


@dataclass(frozen=True, kw_only=True)
class DueChip:
    """One clock as a chip.

    `state`: open, suspended, met, met_late, void or none. `left`: units until the last day, 0 on
    the day itself, negative when late. `unit`: workday, day or hour. `level` (red, orange, green,
    azure, secondary) overrides the colour; `label` overrides the words; `due` is shown on hover
    and read aloud; `url` leads to the account of the clock.
    """

    state: str = "open"
    left: int | None = None
    unit: str = "day"
    due: date | datetime | None = None
    provisional: bool = False
    level: str = ""
    label: str = ""
    url: str = ""


def chip_from(value: DueChip | Mapping[str, Any] | None) -> DueChip:
    if value is None:
        return DueChip(state="none")
    return value if isinstance(value, DueChip) else DueChip(**value)


def due_words(chip: DueChip) -> str:
    """The words on a chip.

    >>> due_words(DueChip(left=3, unit="workday"))
    '剩 3 个工作日'
    """
    if chip.label:
        return chip.label
    fixed = {
        "suspended": gettext("暂停计时"),
        "met": gettext("已办结"),
        "met_late": gettext("逾期办结"),
        "void": gettext("已失效"),
        "none": gettext("无时限"),
    }
    if chip.state in fixed:
        return fixed[chip.state]
    if chip.left is None:
        return gettext("计时中")
    n = abs(chip.left)
    if chip.left < 0:
        return {
            "workday": ngettext("超期 %(n)d 个工作日", "超期 %(n)d 个工作日", n),
            "hour": ngettext("超期 %(n)d 小时", "超期 %(n)d 小时", n),
        }.get(chip.unit, ngettext("超期 %(n)d 日", "超期 %(n)d 日", n)) % {"n": n}
    if n == 0:
        return gettext("不足 1 小时") if chip.unit == "hour" else gettext("今日到期")
    return {
        "workday": ngettext("剩 %(n)d 个工作日", "剩 %(n)d 个工作日", n),
        "hour": ngettext("剩 %(n)d 小时", "剩 %(n)d 小时", n),
    }.get(chip.unit, ngettext("剩 %(n)d 日", "剩 %(n)d 日", n)) % {"n": n}


def due_colour(chip: DueChip) -> str:
    if chip.level:
        return chip.level
    if chip.state in ("met", "void", "none"):
        return "secondary"
    if chip.state == "met_late":
        return "orange"
    if chip.state == "suspended":
        return "azure"
    if chip.left is None:
        return "secondary"
    if chip.left <= 0 or chip.unit == "hour":
        return "red"
    return "orange" if chip.left <= NEAR else "green"


def due_icon(chip: DueChip) -> str:
    if chip.state == "suspended":
        return "clock-pause"
    if chip.state in ("met", "met_late"):
        return "check"
    if chip.state in ("void", "none"):
        return "minus"
    return "clock-exclamation" if chip.left is not None and chip.left < 0 else "clock"


def colour_of(code: str) -> str:
    """The badge colour of a state, kind, tone or of a colour itself; grey when unknown."""
    return code if code in COLOURS else TONES.get(code, "secondary")


def shanghai(value: date | datetime) -> date | datetime:
    """An aware instant as seen in Shanghai; a naive one already is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(SHANGHAI)
    return value


def day_words(value: date | datetime | None) -> str:
    return NOTHING if value is None else shanghai(value).strftime("%Y-%m-%d")


def moment_words(value: date | datetime | None) -> str:
    """To the minute; a bare date stays a date.

    >>> from datetime import timezone
    >>> moment_words(datetime(2026, 11, 23, 1, 30, tzinfo=timezone.utc))
    '2026-11-23 09:30'
    """
    if value is None:
        return NOTHING
    seen = shanghai(value)
    return seen.strftime("%Y-%m-%d %H:%M") if isinstance(seen, datetime) else day_words(seen)


def yuan_words(fen: int | None) -> str:
    """Money held in fen.

    >>> yuan_words(3354692)
    '¥33,546.92'
    """
    if fen is None:
        return NOTHING
    sign = "−" if fen < 0 else ""
    whole, rest = divmod(abs(int(fen)), 100)
    return f"{sign}¥{whole:,}.{rest:02d}"


def number_groups(number: int | str) -> tuple[str, ...]:
    """A case number cut for the eye: division, year, sequence. The spaces are CSS, copies stay whole.

    >>> number_groups(430900200000012345)
    ('430900', '20', '0000012345')
    """
    text = str(number)
    return (text[:6], text[6:8], text[8:]) if len(text) == 18 and text.isdigit() else (text,)


def mask_words(value: str | None, kind: str = "") -> str:
    """Hide the middle of a value for display. Stored masks come first; this serves what has none.

    >>> mask_words("13812345678"), mask_words("张小明", "name")
    ('138****5678', '张**')
    """
    text = (value or "").strip()
    if not text:
        return NOTHING
    if kind == "name" or (not kind and len(text) <= 4):
        return text[0] + "*" * max(len(text) - 1, 1)
    if kind == "address":
        return text[:6] + "****"
    if len(text) <= 7:
        return text[0] + "*" * (len(text) - 1)
    keep = (3, 4) if len(text) <= 12 else (6, 2)
    return f"{text[: keep[0]]}{'*' * max(len(text) - sum(keep), 4)}{text[-keep[1] :]}"


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    help: str = ""
    chosen: bool = False


def options_of(choices: Iterable[Any], value: object) -> list[Option]:
    """Choices as tuples, mappings or bare strings, with the chosen ones marked."""
    chosen: set[str]
    if value is None:
        chosen = set()
    elif isinstance(value, str) or not isinstance(value, Sequence | set | frozenset):
        chosen = {str(value)}
    else:
        chosen = {str(item) for item in value}
    options = []
    for choice in choices:
        if isinstance(choice, Mapping):
            key, label, note = str(choice["value"]), str(choice["label"]), str(choice.get("help") or "")
        elif isinstance(choice, str):
            key, label, note = choice, choice, ""
        else:
            key, label, note = str(choice[0]), str(choice[1]), str(choice[2]) if len(choice) > 2 else ""
        options.append(Option(key, label, note, key in chosen))
    return options
