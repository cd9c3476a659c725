"""What a message holds that a form would ask for: days, sums, telephones, names of businesses. For prefilling only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from jiesu.people.masking import mask_phone

_DATE = re.compile(
    r"(?:(?P<year>(?:19|20)?\d{2})\s*[年./-]\s*)?(?P<month>1[0-2]|0?[1-9])\s*[月./-]\s*(?P<day>3[01]|[12]\d|0?[1-9])\s*[日号]?(?![\d%])"
)
_RELATIVE = re.compile(r"今天|昨天|昨日|前天|大前天")
_BACK = {"今天": 0, "昨天": 1, "昨日": 1, "前天": 2, "大前天": 3}
_SUM = re.compile(
    r"(?P<sign>[¥￥]\s*)?(?P<number>\d{1,3}(?:[,，]\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d{1,4})?)\s*(?P<ten>万)?\s*(?P<unit>元|块钱?|圆|RMB)?"
)
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[- ]?[2-8]\d{6,7}|400[- ]?\d{3}[- ]?\d{4})(?!\d)")
_TAILS = (
    "有限责任公司|股份有限公司|有限公司|分公司|公司|旗舰店|专卖店|专营店|直营店|连锁店|商店|超市|便利店|生活馆|水果店|药房|药店|"
    "饭店|酒店|宾馆|民宿|酒楼|餐厅|餐馆|火锅店|烧烤店|奶茶店|美食城|健身房|健身中心|健身会所|美容院|美发店|理发店|会所|养生馆|理疗馆|足浴城|"
    "驾校|培训学校|培训中心|培训机构|早教中心|幼儿园|影楼|摄影|洗车店|车行|加油站|商场|商城|购物广场|农贸市场|批发市场|建材市场|"
    "经营部|商行|工作室|俱乐部|游泳馆|乐园|粉店|面馆|粉馆|农家乐|面包店|蛋糕店|服装店|手机店|眼镜店|金店|宠物店|网店|门店|店"
)
_NAME = re.compile(
    rf"(?P<name>[\u4e00-\u9fffA-Za-z0-9·&（）()“”\"]{{2,28}}?(?:{_TAILS}))(?!员|长|家|主|里|铺|面|的人)"
)
_BEFORE = re.compile(
    r"^.*(?:举报|投诉|反映|在|去|到|于|从|由|向|被|找|是|叫|给|把|将|和|与|及|名为|名叫|一家|这家|该家|位于|附近的|购买|光顾|[，。；：,;:、“\"\s])"
)
_GENERIC = frozenset(
    {
        "公司",
        "本店",
        "该店",
        "这家店",
        "商家",
        "门店",
        "网店",
        "商店",
        "超市",
        "饭店",
        "酒店",
        "该公司",
        "我公司",
        "实体店",
        "小店",
        "家店",
        "商场",
        "加油站",
        "药店",
        "驾校",
        "培训机构",
        "健身房",
        "物业公司",
        "贵公司",
        "我店",
        "他店",
        "她店",
        "本公司",
        "店",
        "书店",
        "开店",
    }
)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as written and as it may be shown."""

    number: str
    masked: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found, in the order of the text. Sums are fen. Everything is a suggestion for a person to check."""

    dates: tuple[date, ...]
    amounts: tuple[int, ...]
    phones: tuple[Phone, ...]
    respondents: tuple[str, ...]

    @property
    def occurred_on(self) -> date | None:
        """The first day that is named."""
        return self.dates[0] if self.dates else None

    @property
    def amount(self) -> int | None:
        """The largest sum that is named, in fen."""
        return max(self.amounts, default=None)

    @property
    def respondent(self) -> str:
        """The first business that is named."""
        return self.respondents[0] if self.respondents else ""


def facts(text: str, *, today: date) -> Facts:
    """Days (none after ``today``), sums, telephones and names of businesses in a text.

    >>> found = facts("2020年9月24日在步步高超市花了35.5元，电话13812345678", today=date(2020, 10, 1))
    >>> found.occurred_on, found.amount, found.respondent, found.phones[0].masked
    (datetime.date(2020, 9, 24), 3550, '步步高超市', '138****5678')
    """
    return Facts(
        dates=tuple(dict.fromkeys(_dates(text, today))),
        amounts=tuple(dict.fromkeys(_amounts(text))),
        phones=tuple(Phone(m.group(), mask_phone(m.group())) for m in _PHONE.finditer(text)),
        respondents=tuple(dict.fromkeys(_names(text))),
    )


def _dates(text: str, today: date) -> list[date]:
    found: list[tuple[int, date]] = []
    for match in _DATE.finditer(text):
        # 3.5 is a number; a day without its year needs 月.
        if match["year"] is None and "月" not in match.group():
            continue
        day = _day(match, today)
        if day is not None and day <= today:
            found.append((match.start(), day))
    found += [(m.start(), today - timedelta(days=_BACK[m.group()])) for m in _RELATIVE.finditer(text)]
    return [day for _, day in sorted(found, key=lambda pair: pair[0])]


def _day(match: re.Match[str], today: date) -> date | None:
    month, day = int(match["month"]), int(match["day"])
    year = match["year"]
    try:
        if year is None:
            # Without a year the last such day before today is meant.
            this = date(today.year, month, day)
            return this if this <= today else date(today.year - 1, month, day)
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    except ValueError:
        return None


def _amounts(text: str) -> list[int]:
    found = []
    for match in _SUM.finditer(text):
        if not match["unit"] and not match["sign"] and not match["ten"]:
            continue
        if (
            match["ten"]
            and not match["unit"]
            and not match["sign"]
            and text[match.end() : match.end() + 1] in "人名户件个家多"
        ):
            continue
        try:
            number = Decimal(re.sub("[,，]", "", match["number"]))
        except InvalidOperation:
            continue
        fen = int(number * (10_000 if match["ten"] else 1) * 100)
        if 0 < fen <= 10**13:
            found.append(fen)
    return found


def _names(text: str) -> list[str]:
    found = []
    for match in _NAME.finditer(text):
        name = _BEFORE.sub("", match["name"]).strip('“”"（）()的了')
        name = re.sub(r"^(?:我|我们|本人|一个|某个|那个|这个|楼下|附近)", "", name)
        if len(name) >= 3 and name not in _GENERIC:
            found.append(name)
    return found
