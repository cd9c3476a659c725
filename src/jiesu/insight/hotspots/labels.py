"""The words that name a hot spot: what its contacts have in common, after a check that nobody is named. Pure.

A word is taken only where it stands in the contacts of several different people. Texts are masked first; names of
the parties and whoever is called by a calling (店长张三) are taken out. Reports are never read for a label.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from jiesu.people.masking import mask_name, mask_text

LONGEST = 8
WORDS = 4
#: The share of the contacts read in which a word must stand.
SHARE = 0.3
_RUN = re.compile(r"[\u3400-\u9fff]{2,}|[A-Za-z]{3,}")
_CALLINGS = (
    "老板娘?|店主|店长|经理|主任|负责人|法人代表?|法定代表人|房东|教练|老师|医生|司机|业务员|客服|销售|员工|保安|会计|工作人员|"
    "顾问|主管|同志|师傅|校长|院长|村长|书记"
)
_CALLED = re.compile(rf"(?P<cue>{_CALLINGS})(?P<is>(?:叫|名叫|是|姓|为)?)(?P<name>[\u4e00-\u9fff]{{2,3}})")
_TITLED = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{1,3}})(?={_CALLINGS}|先生|女士|小姐)")
#: What a word neither begins nor ends with.
_LOOSE = frozenset(
    "的了是在和与及或我你他她它们这那有也都就不要被把让给对于从到向为之其而且但还又很太吗呢吧啊请问个"
)


def words(
    texts: Sequence[tuple[str, str]], *, names: Iterable[str], weight: Callable[[str], float], least: int
) -> list[str]:
    """At most four words that characterise texts of different people, the strongest first.

    Args:
        texts: title and text, one pair per person; what stands in titles weighs more.
        names: names of people that must not appear.
        weight: how rare a piece of two or three characters is, 0 or more.
        least: in how many texts a word must stand.

    >>> words([("健身房关门", "不退会费")] * 2 + [("健身房关门了", "")], names=[], weight=lambda piece: 1.0, least=3)
    ['健身房关门']
    """
    needed = max(least, math.ceil(SHARE * len(texts)))
    hidden = sorted({n for n in names if len(n) >= 2}, key=lambda n: (-len(n), n))
    support: Counter[str] = Counter()
    headlines: Counter[str] = Counter()
    for title, text in texts:
        in_title = _candidates(title, hidden)
        headlines.update(in_title)
        support.update(in_title | _candidates(text, hidden))
    counted = {word: n for word, n in support.items() if n >= needed and _stands(word)}

    def score(word: str) -> float:
        share, shown = counted[word] / len(texts), headlines[word] / len(texts)
        return (share + 2 * shown) * _rarity(word, weight) * (1 + 0.1 * min(len(word), 6))

    scored = sorted(counted, key=lambda word: (-score(word), -len(word), word))
    chosen: list[str] = []
    for word in scored:
        longer = _longest(word, counted)
        # A piece of a sentence that several have copied is no word.
        if len(longer) <= LONGEST and not any(_overlap(longer, other) for other in chosen):
            chosen.append(longer)
        if len(chosen) == WORDS:
            break
    return chosen


def _candidates(text: str, hidden: Sequence[str]) -> set[str]:
    plain = mask_text(text)
    for name in hidden:
        plain = plain.replace(name, mask_name(name))
    plain = _CALLED.sub(lambda m: f"{m['cue']}*", plain)
    plain = _TITLED.sub("*", plain)
    found: set[str] = set()
    for run in _RUN.findall(plain):
        if run[0] < "\u3400":
            found.add(run.upper())
            continue
        for size in range(2, LONGEST + 2):
            found.update(run[i : i + size] for i in range(len(run) - size + 1))
    return found


def _stands(word: str) -> bool:
    return word[0] not in _LOOSE and word[-1] not in _LOOSE


def _rarity(word: str, weight: Callable[[str], float]) -> float:
    parts = [word.lower()] if word[0] < "\u3400" else [a + b for a, b in pairwise(word)]
    return sum(map(weight, parts)) / len(parts)


def _longest(word: str, counted: dict[str, int]) -> str:
    """The word grown by its neighbours as long as nearly all who write the one write the other."""
    grown = word
    while True:
        around = [
            w
            for w in counted
            if len(w) == len(grown) + 1 and grown in w and counted[w] >= 0.8 * counted[word]
        ]
        if not around:
            return grown
        grown = max(around, key=lambda w: (counted[w], w))


def _overlap(one: str, other: str) -> bool:
    """Whether two words say partly the same."""
    pairs = {a + b for a, b in pairwise(other)}
    return any(a + b in pairs for a, b in pairwise(one))
