"""What a message is: complaint, report, consultation or other, by weighted words, with reasons. No model is trained
and nothing is decided: whoever confirms the kind sees what spoke for it.

Complaint: a consumer has bought or used, there is a dispute, it is asked to be settled (order 121 art. 3). Report: a
violation of market regulation is told. Other: matters of other departments and matters with a procedure of their own
(art. 44), most of what a city receives. A letter with both is mixed (art. 9).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from jiesu.triage.lexicon import Matter, Signal, matters, signals

#: Raised whenever the word lists or the arithmetic change; stored beside each suggestion.
VERSION = "kind-3"

#: Words this near to the beginning say what the message is about.
LEAD = 60
FAR = 350
_LEAD_FACTOR, _FAR_FACTOR = 1.6, 0.6
_STRONG, _PLAIN = 3.0, 1.2
# A department must outweigh what speaks for market regulation by this factor.
_OTHER_FACTOR = 0.8
# Below this nothing in the text speaks for market regulation.
_ENOUGH = 2.5
_MIXED_COMPLAINT, _MIXED_REPORT = 4.5, 3.5
_CLAIMS = frozenset({"refund", "refused", "asks_mediation"})
_PUNISHES = frozenset({"says_report", "asks_punishment", "reward"})
_DISPUTES = _CLAIMS | {"rights", "prepaid", "runaway", "fault", "minor_topup"}
# What shows that the writer dealt with the business, not only lives beside it.
_DEALINGS = frozenset({"transaction", "prepaid", "refund", "minor_topup", "runaway"})
# What a sentence must hold to be about the writer's own purchase and claim.
_OF_OWN = _DISPUTES | {"transaction", "says_complaint"} - {"rights"}
_SENTENCE = re.compile(r"[^。！!？?；;\n]+[。！!？?；;\n]?")
_LABELS = {"complaint": "投诉", "report": "举报", "consultation": "咨询", "other": "其他"}


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion. ``confidence`` is 0-100; ``reasons`` are Chinese, the weightiest first.

    For ``other`` the matter, the department's name and what to tell are given. For a mixed letter ``for_complaint`` and
    ``for_report`` are its sentences that speak for each, so that a person can split it.
    """

    value: str
    confidence: int
    reasons: list[str]
    mixed: bool = False
    for_complaint: list[str] = field(default_factory=list)
    for_report: list[str] = field(default_factory=list)
    matter: str = ""
    department: str = ""
    tell: str = ""
    version: str = VERSION


@dataclass(frozen=True, slots=True)
class _Hit:
    signal: Signal
    words: str
    score: float


def suggest(
    text: str,
    *,
    demand: str | None = None,
    amount: int | None = None,
    respondent: str | None = None,
    said: str = "",
) -> Suggested:
    """The kind that the message looks like.

    Args:
        demand: what is asked for, where a form had a field for it; so too ``respondent``, the name of the other side.
        amount: the sum in fen.
        said: the kind, where somebody has said it: a letter that cannot be mixed is then not weighed any further.

    >>> suggest("我在步步高超市买到过期牛奶，要求退款并赔偿，商家拒绝处理").value
    'complaint'
    >>> suggest("小区物业乱收停车费，开发商不交房产证").department
    '住房和城乡建设部门'
    """
    whole = f"{text}\n{demand}" if demand else text
    as_said = Suggested(value=said, confidence=95, reasons=[])
    if said and not _may_be_mixed(whole):
        return as_said
    hits = _hits(whole)
    scores = _scores(hits)
    reasons_of_form: list[str] = []
    if demand and _says(demand, _CLAIMS):
        scores["complaint"] += 1.5
        reasons_of_form.append("诉求一栏提出了民事请求")
    if amount:
        scores["complaint"] += 1
        reasons_of_form.append(f"填写了争议金额{amount / 100:.2f}元")
    if respondent:
        scores["complaint"] += 0.5
        scores["report"] += 0.5
    if said and not _claims_and_tells(hits, scores):
        return as_said
    # A question about a matter is a consultation only if it is a matter of market regulation.
    if not any(h.signal.key == "market_matter" for h in hits):
        scores["consultation"] *= 0.4
    best = max(scores, key=lambda kind: scores[kind])
    other, weight, other_reasons = _matter(whole)
    if other is not None and (
        weight * _OTHER_FACTOR >= scores[best] or (other.special and weight >= _LEAD_FACTOR * _STRONG)
    ):
        return _other(other, weight, scores[best], other_reasons)
    if scores[best] < _ENOUGH:
        return _nothing(other, other_reasons, hits)
    rest = sorted((score for kind, score in scores.items() if kind != best), reverse=True)
    confidence = _confidence(scores[best], max(rest[0], weight * _OTHER_FACTOR))
    chosen = [_reason(h) for h in hits if h.signal.speaks_for == best] + (
        reasons_of_form if best == "complaint" else []
    )
    against = [_reason(h) for h in hits if h.signal.speaks_for != best]
    mixed, one, two = _mixed(whole, hits, scores)
    return Suggested(
        value=best,
        confidence=confidence,
        reasons=chosen + [f"另有：{reason}" for reason in against[:3]],
        mixed=mixed,
        for_complaint=one,
        for_report=two,
    )


def _hits(text: str) -> list[_Hit]:
    found = []
    for signal in signals("kind"):
        first = signal.pattern.search(text)
        if first is None:
            continue
        score = signal.weight * _place(first.start())
        found.append(_Hit(signal=signal, words=first.group()[:16], score=score))
    return sorted(found, key=lambda hit: -hit.score)


def _place(at: int) -> float:
    """What stands at the beginning says what a letter is about; what comes late in a long one is by the way."""
    return _LEAD_FACTOR if at < LEAD else 1 if at < FAR else _FAR_FACTOR


def _scores(hits: list[_Hit]) -> dict[str, float]:
    scores = {"complaint": 0.0, "report": 0.0, "consultation": 0.0}
    for hit in hits:
        scores[hit.signal.speaks_for] += hit.score
    keys = {hit.signal.key for hit in hits}
    # Punishing and "I report" weigh only where a violation is told; a claim only where something was bought.
    if not any(h.signal.speaks_for == "report" and h.signal.key not in _PUNISHES for h in hits):
        scores["report"] *= 0.5
    if not keys & {"merchant", "prepaid", "minor_topup"}:
        scores["complaint"] *= 0.6
    if not keys & _DISPUTES:
        scores["complaint"] *= 0.5
    if not keys & _DEALINGS:
        scores["complaint"] *= 0.7
    return scores


def _matter(text: str) -> tuple[Matter | None, float, list[str]]:
    """The matter of another department that weighs most, its weight and the words for it."""
    best: tuple[Matter | None, float, list[str]] = (None, 0.0, [])
    for matter in matters():
        weight, words = _weigh(matter, text)
        if weight > best[1]:
            best = (matter, weight, words)
    return best


def _weigh(matter: Matter, text: str) -> tuple[float, list[str]]:
    weight, words = 0.0, []
    for pattern, unit in ((matter.strong, _STRONG), (matter.plain, _PLAIN)):
        if pattern is None:
            continue
        # Most are not there, and looking for all takes longer than looking for one.
        if pattern.search(text) is None:
            continue
        found = list(pattern.finditer(text))
        distinct = list(dict.fromkeys(m.group()[:12] for m in found))
        words += distinct[:3]
        weight += unit * (_LEAD_FACTOR if found[0].start() < LEAD else 0.6)
        # What is said again weighs, but a long letter does not win by its length.
        weight += unit * 0.35 * min(len(distinct) - 1, 4)
    return weight, words


def _other(matter: Matter, weight: float, against: float, words: list[str]) -> Suggested:
    return Suggested(
        value="other",
        confidence=_confidence(weight, against),
        reasons=[f"出现“{'”“'.join(words[:4])}”：{matter.name}", f"属于{matter.department}的事项"],
        matter=matter.key,
        department=matter.department,
        tell=matter.tell,
    )


def _nothing(matter: Matter | None, words: list[str], hits: list[_Hit]) -> Suggested:
    reasons = ["没有出现市场监督管理事项的用语"] + [_reason(hit) for hit in hits[:2]]
    if matter is not None and words:
        reasons.append(f"出现“{'”“'.join(words[:3])}”：{matter.name}")
    return Suggested(
        value="other",
        confidence=30,
        reasons=reasons,
        matter=matter.key if matter else "",
        department=matter.department if matter else "",
        tell=matter.tell if matter else "",
    )


def _confidence(score: float, against: float) -> int:
    return max(20, min(95, round(100 * score / (score + against + 1.5))))


def _reason(hit: _Hit) -> str:
    return f"“{hit.words}”：{hit.signal.reason}（{_LABELS[hit.signal.speaks_for]}）"


def _may_be_mixed(text: str) -> bool:
    """Whether there is a claim and a call for punishment, without which no letter is mixed."""
    return _says(text, _PUNISHES) and _says(text, _CLAIMS)


def _says(text: str, wanted: frozenset[str]) -> bool:
    """Whether any of some signals stands in a text."""
    return any(signal.pattern.search(text) for signal in _named(wanted))


@cache
def _named(wanted: frozenset[str]) -> tuple[Signal, ...]:
    return tuple(signal for signal in signals("kind") if signal.key in wanted)


@cache
def _speaking_for(kind: str) -> frozenset[str]:
    return frozenset(signal.key for signal in signals("kind") if signal.speaks_for == kind)


def _claims_and_tells(hits: list[_Hit], scores: dict[str, float]) -> bool:
    """Whether the whole of a letter claims, tells a violation and calls for punishment, each strongly enough."""
    keys = {hit.signal.key for hit in hits}
    violation = any(h.signal.speaks_for == "report" and h.signal.key not in _PUNISHES for h in hits)
    return bool(
        keys & _CLAIMS
        and keys & _PUNISHES
        and violation
        and scores["complaint"] >= _MIXED_COMPLAINT
        and scores["report"] >= _MIXED_REPORT
    )


def _mixed(text: str, hits: list[_Hit], scores: dict[str, float]) -> tuple[bool, list[str], list[str]]:
    """A letter is mixed if it claims for itself and also tells a violation to be punished (art. 9)."""
    if not _claims_and_tells(hits, scores):
        return False, [], []
    one, two = [], []
    for sentence in (m.group().strip() for m in _SENTENCE.finditer(text)):
        if _says(sentence, _speaking_for("complaint") & _OF_OWN):
            one.append(sentence)
        if _says(sentence, _speaking_for("report")):
            two.append(sentence)
    return bool(one and two), one, two
