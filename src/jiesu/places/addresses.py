"""Finds the division of an address by the names of divisions.

Give it **address fields only**: the address of the respondent, of the platform, of the place where it
happened. Never give it what a complaint says: 沅江芦笋 and 安化黑茶 are goods, not places, and a text
names many places that have nothing to do with jurisdiction. Should such a text come all the same, the
answer has low confidence.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from jiesu.places.models import DivisionLevel
from jiesu.places.names import short_name, without_parents
from jiesu.places.source import DivisionRow, by_code, divisions, full_place_name, parents


class Confidence(StrEnum):
    """How far an answer can be relied on. Only a high one may be offered as a ready choice."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Form(StrEnum):
    """How a name was written."""

    FULL = "full"  # 资阳区
    RENAMED = "renamed"  # 宁乡县, since 2017 宁乡市
    SHORT = "short"  # 资阳


@dataclass(frozen=True, slots=True)
class Located:
    """Codes of the divisions found (empty where unknown), how sure, and why, in Chinese.

    ``candidates`` are the codes of all divisions that fit equally well when there are several.
    """

    province: str = ""
    city: str = ""
    county: str = ""
    town: str = ""
    village: str = ""
    confidence: Confidence = Confidence.NONE
    reasons: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The most exact code found."""
        return self.village or self.town or self.county or self.city or self.province


@dataclass(frozen=True, slots=True)
class _Alias:
    text: str
    row: DivisionRow
    form: Form


@dataclass(frozen=True, slots=True)
class _Path:
    """A reading of the beginning of the address: the matched names from the highest to the lowest."""

    at: int = 0
    found: tuple[_Alias, ...] = ()

    @property
    def row(self) -> DivisionRow | None:
        return self.found[-1].row if self.found else None


@dataclass(frozen=True)
class _Index:
    by_start: dict[str, list[_Alias]] = field(default_factory=dict)
    above: dict[str, frozenset[str]] = field(default_factory=dict)
    inside: dict[str, list[_Alias]] = field(default_factory=dict)


_RANK = {level: rank for rank, level in enumerate(DivisionLevel.values)}
_UPPER = frozenset({DivisionLevel.PROVINCE, DivisionLevel.CITY, DivisionLevel.COUNTY})
_LOWER = frozenset({DivisionLevel.TOWN, DivisionLevel.VILLAGE})
_VARIANTS = {
    DivisionLevel.COUNTY: ("县", "市", "区"),
    DivisionLevel.TOWN: ("街道", "镇", "乡", "街道办"),
    DivisionLevel.VILLAGE: ("社区", "村", "居委会", "村委会"),
}
# Written in many ways and not by the rule of short names.
_WRITTEN = {
    "430971": ("大通湖区", "大通湖"),
    "430972": ("益阳高新区", "高新区", "高新技术产业开发区", "高新技术开发区", "益阳国家高新区"),
    "430671": ("屈原区", "屈原管理区"),
    "430771": ("西洞庭",),
}
_NOISE = re.compile(r"[\s,，。.、;；:：/\\|\-—_·()（）【】\[\]“”\"'‘’]+")
_LEAD = re.compile(
    "^(?:(?:联系|详细|经营|注册|收货|发货|事发|所在)?(?:地址|地点|住址)|中华人民共和国|中国|位于|地处|在)+"
)
# 市 and 区 that begin another word: 沅江市场, 益阳市民, 资阳区域.
_NOT_A_TAIL = re.compile(
    "^(?:市(?:场(?!路|街|村|社区)|民|面|售|价)|区(?:域|别|间|分)|县(?:级)|乡(?:亲|村|土)|镇(?:静))"
)
# A road or a village that bears the name of a division elsewhere: 中山路, 长沙路, 城关镇.
_NAMESAKE = re.compile("^(?:[东南西北中]?(?:路|街|大道|大街)|巷|弄|桥|镇|乡|村|社区|广场|小区|花园|大厦)")
_ADDRESS_WORD = re.compile(
    "省|自治[区州县]|[市县](?![场民面售价])|区(?![域别间分])|[镇乡村弄巷](?!产|土|亲)|街|道|路|号|大厦|广场|小区|社区|组|栋|楼|单元|门面|商铺|商场"
)


def clean(address: str) -> str:
    """The address without spaces and punctuation, in normal width, without a heading such as 地址：.

    >>> clean("地址： 湖南省 益阳市，资阳区（大码头）")
    '湖南省益阳市资阳区大码头'
    """
    return _LEAD.sub("", _NOISE.sub("", unicodedata.normalize("NFKC", address)))


def _aliases(row: DivisionRow) -> Iterable[_Alias]:
    own = without_parents(row.name, [p.name for p in parents(row)])
    short = short_name(own, row.level)
    yield from (_Alias(text, row, Form.FULL) for text in {row.name, own, *_WRITTEN.get(row.code, ())})
    if short != own:
        yield _Alias(short, row, Form.SHORT)
        if own.endswith(("自治州", "自治县")):
            yield _Alias(short + own[-1], row, Form.FULL)
        for tail in _VARIANTS.get(DivisionLevel(row.level), ()):
            if short + tail != own:
                yield _Alias(short + tail, row, Form.RENAMED)


@cache
def _index() -> _Index:
    index = _Index()
    full = {row.name for row in divisions() if row.level in _UPPER}
    for row in divisions():
        if row.is_group:
            continue
        above = frozenset(p.code for p in parents(row))
        index.above[row.code] = above
        for alias in _aliases(row):
            # 资阳 + 市 is a city of its own: an old name never hides a present one.
            if alias.form is Form.RENAMED and alias.text in full:
                continue
            index.by_start.setdefault(alias.text[:2], []).append(alias)
            if row.level in _LOWER:
                for code in above:
                    index.inside.setdefault(code, []).append(alias)
    for found in index.by_start.values():
        found.sort(key=lambda a: -len(a.text))
    return index


def _known_well(alias: _Alias, below: DivisionRow | None) -> bool:
    """Towns are known for one province and villages for one city: without the place above, such a name may be
    anywhere in China."""
    if alias.row.level == DivisionLevel.VILLAGE:
        return below is not None and below.level != DivisionLevel.PROVINCE
    return alias.row.level != DivisionLevel.TOWN or below is not None or alias.form is Form.FULL


def _matches(text: str, at: int, below: DivisionRow | None) -> list[_Alias]:
    """Names that stand at a position; with ``below`` only those inside that division."""
    index = _index()
    found = []
    for alias in index.by_start.get(text[at : at + 2], ()):
        if not text.startswith(alias.text, at):
            continue
        if below is not None and below.code not in index.above[alias.row.code]:
            continue
        if not _known_well(alias, below):
            continue
        end = at + len(alias.text)
        if alias.form is Form.SHORT and _NAMESAKE.match(text[end:]):
            continue
        if alias.form is not Form.SHORT and _NOT_A_TAIL.match(text[end - 1 :]):
            continue
        found.append(alias)
    return found


def _read(text: str) -> list[_Path]:
    """All readings of the beginning of the text, each as deep as it goes."""
    complete: list[_Path] = []
    waiting = [_Path()]
    while waiting:
        path = waiting.pop()
        onward = [
            _Path(path.at + len(alias.text), (*path.found, alias))
            for alias in _matches(text, path.at, path.row)
            if path.row is None or _RANK[alias.row.level] > _RANK[path.row.level]
        ]
        if onward:
            waiting.extend(onward)
        if path.found:
            complete.append(path)
    return complete


def _weight(path: _Path) -> tuple[int, int, int, int]:
    """Better readings first: more of the text explained, more full names, fewer old ones, shorter chain."""
    forms = [alias.form for alias in path.found]
    return (
        path.at,
        forms.count(Form.FULL),
        -forms.count(Form.RENAMED),
        -len(forms),
    )


def locate(address: str) -> Located:
    """The division of an address field; see the module's note on what must not be given to it.

    Pure and cached by nothing but the index of names; an address takes well under a millisecond.

    >>> found = locate("湖南省益阳市资阳区大码头街道五一西路12号")
    >>> found.code, found.confidence.value
    ('430902005', 'high')
    >>> locate("鼓楼区中山路1号").confidence.value
    'low'
    """
    # No address is longer; a text pasted by mistake must not cost time.
    text = clean(address[:400])
    paths = _read(text)
    if not paths:
        return _search(text)
    best = max(_weight(path) for path in paths)
    leading = [path for path in paths if _weight(path) == best]
    codes = _highest({_last(path).code for path in leading})
    if len(codes) > 1:
        return _several(codes, text, leading[0])
    return _deepen(next(path for path in leading if _last(path).code == codes[0]), text)


def _highest(codes: set[str]) -> list[str]:
    """Without those inside another one (喀什市 in 喀什地区); a province goes before what shares its name (海南)."""
    outer = sorted(code for code in codes if not (_index().above[code] & codes))
    provinces = [code for code in outer if by_code()[code].level == DivisionLevel.PROVINCE]
    return provinces if len(provinces) == 1 else outer


def _last(path: _Path) -> DivisionRow:
    return path.found[-1].row


def _deepen(path: _Path, text: str) -> Located:
    """Look for a town or village further on in the address, and for a contradiction."""
    row = _last(path)
    reasons = [_reason(alias) for alias in path.found]
    rest = text[path.at :]
    confidence = _confidence(path, rest)
    lower = _lower(row, rest)
    if lower is not None:
        reasons.append(f"地址中的“{lower.text}”属于{full_place_name(lower.row.code)}")
        row = lower.row
        confidence = Confidence.MEDIUM if confidence is Confidence.LOW else confidence
    elif other := _contradiction(row, rest):
        reasons.append(f"“{other.text}”不在{full_place_name(row.code)}，地址前后不一致")
        return _located(row, Confidence.LOW, reasons, (row.code, other.row.code))
    if path.found[0].row.level == DivisionLevel.TOWN:
        reasons.append("只写了乡镇街道，外省可能有同名的地方")
    elif confidence is Confidence.LOW:
        reasons.append("只有简称或者缺少地址用语，不能确定是地址")
    return _located(row, confidence, reasons)


def _confidence(path: _Path, rest: str) -> Confidence:
    forms = {alias.form for alias in path.found}
    last = path.found[-1]
    if forms == {Form.SHORT} and len(path.found) == 1:
        # A bare short name may be part of a product's name; only an address around it makes it a place.
        if not _ADDRESS_WORD.search(rest):
            return Confidence.LOW
        return Confidence.MEDIUM if last.row.level in _UPPER else Confidence.LOW
    if forms == {Form.SHORT} and not rest and _RANK[last.row.level] >= _RANK[DivisionLevel.COUNTY]:
        return Confidence.HIGH
    if Form.RENAMED in forms and len(path.found) == 1:
        return Confidence.MEDIUM
    if last.row.level in _LOWER and len(path.found) == 1:
        return Confidence.MEDIUM
    if last.form is Form.SHORT and rest and not _ADDRESS_WORD.search(rest):
        return Confidence.LOW if len(path.found) == 1 else Confidence.MEDIUM
    return Confidence.HIGH


def _lower(row: DivisionRow, rest: str) -> _Alias | None:
    """The town or village of ``row`` named in full somewhere in the rest; None if none or several are."""
    named = _named_inside(row.code)
    hits = [
        alias
        for at in range(len(rest) - _LONG_ENOUGH + 1)
        for alias in named.get(rest[at : at + _LONG_ENOUGH], ())
        if rest.startswith(alias.text, at) and _known_well(alias, row)
    ]
    if not hits:
        return None
    longest = max(len(alias.text) for alias in hits)
    best = [alias for alias in hits if len(alias.text) == longest]
    full = [alias for alias in best if alias.form is Form.FULL] or best
    codes = {alias.row.code for alias in full}
    return full[0] if len(codes) == 1 else None


#: So many characters of a name stand for a place inside an address.
_LONG_ENOUGH = 3


@cache
def _named_inside(code: str) -> dict[str, list[_Alias]]:
    """Names in full of what lies in a division, long enough to stand for it inside an address, by how they begin."""
    found: dict[str, list[_Alias]] = {}
    for alias in _index().inside.get(code, ()):
        if alias.form is not Form.SHORT and len(alias.text) >= _LONG_ENOUGH:
            found.setdefault(alias.text[:_LONG_ENOUGH], []).append(alias)
    return found


def _contradiction(row: DivisionRow, rest: str) -> _Alias | None:
    """A county written in full right after a city that it does not belong to."""
    if row.level not in (DivisionLevel.PROVINCE, DivisionLevel.CITY):
        return None
    return next(
        (
            alias
            for alias in _matches(rest, 0, None)
            if alias.form is Form.FULL
            and alias.row.level in (DivisionLevel.CITY, DivisionLevel.COUNTY)
            and row.code not in _index().above[alias.row.code]
            and alias.row.code != row.code
        ),
        None,
    )


def _search(text: str) -> Located:
    """No division at the beginning: names further on may still tell, but never with high confidence."""
    for at in range(1, len(text) - 1):
        rest = text[at:]
        if not any(len(path.found) > 1 or _full_upper(path) for path in _read(rest)):
            continue
        inner = locate(rest)
        reasons = (*inner.reasons, "区划名称不在地址开头")
        confidence = Confidence.LOW if inner.confidence is Confidence.LOW else Confidence.MEDIUM
        return replace(inner, confidence=confidence, reasons=reasons)
    return Located(reasons=("地址中没有找到区划名称",))


def _full_upper(path: _Path) -> bool:
    return path.found[0].form is Form.FULL and path.found[0].row.level in _UPPER


def _several(codes: list[str], text: str, sample: _Path) -> Located:
    """Several divisions fit: keep what they share, offer them all."""
    rest = text[sample.at :]
    deeper = [(code, hit) for code in codes if (hit := _lower(by_code()[code], rest)) is not None]
    if len(deeper) == 1:
        code, hit = deeper[0]
        reasons = [
            f"“{sample.found[-1].text}”有{len(codes)}处，其中只有{full_place_name(code)}有“{hit.text}”"
        ]
        return _located(hit.row, Confidence.MEDIUM, reasons)
    shared: list[DivisionRow] = []
    lines = [[*parents(by_code()[code]), by_code()[code]] for code in codes]
    for step in zip(*lines, strict=False):
        if len({row.code for row in step}) > 1:
            break
        shared.append(step[0])
    names = "、".join(full_place_name(code) for code in codes[:6])
    more = "等" if len(codes) > 6 else ""
    reason = f"“{sample.found[-1].text}”可能是：{names}{more}，共{len(codes)}处，请补充上级地名"
    if not shared:
        return Located(confidence=Confidence.LOW, reasons=(reason,), candidates=tuple(codes))
    return _located(shared[-1], Confidence.LOW, [reason], tuple(codes))


def _located(
    row: DivisionRow, confidence: Confidence, reasons: Iterable[str], candidates: tuple[str, ...] = ()
) -> Located:
    codes = {step.level: step.code for step in [*parents(row), row]}
    return Located(
        province=codes.get(DivisionLevel.PROVINCE, ""),
        city=codes.get(DivisionLevel.CITY, ""),
        county=codes.get(DivisionLevel.COUNTY, ""),
        town=codes.get(DivisionLevel.TOWN, ""),
        village=codes.get(DivisionLevel.VILLAGE, ""),
        confidence=confidence,
        reasons=tuple(reasons),
        candidates=candidates,
    )


def _reason(alias: _Alias) -> str:
    if alias.form is Form.FULL:
        return f"“{alias.text}”是{full_place_name(alias.row.code)}"
    if alias.form is Form.RENAMED:
        return f"“{alias.text}”可能是{full_place_name(alias.row.code)}的旧称或者误写"
    return f"“{alias.text}”是{full_place_name(alias.row.code)}的简称"
