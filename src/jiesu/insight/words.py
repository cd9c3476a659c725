"""What the codes of breakdowns are called."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from jiesu import law
from jiesu.businesses.industries import sections
from jiesu.businesses.models import Business
from jiesu.cases.kinds import Channel, Kind
from jiesu.insight.figures import Label
from jiesu.law import LawError
from jiesu.triage.subject import subjects

#: No number of a business is longer.
MOST_DIGITS = 18
OUTCOMES: dict[str, Label] = {
    "accepted": _("已受理，调解中"),
    "agreed": _("达成协议"),
    "terminated": _("终止调解"),
    "refused": _("不予受理"),
    "withdrawn": _("受理前撤回"),
    "converted": _("转办"),
    "merged": _("合并"),
    "transferred": _("移交其他部门"),
}


def kind_word(code: str) -> str:
    """A kind of cases."""
    return str(Kind(code).label) if code in Kind.values else code


def channel_word(code: str) -> str:
    """A channel; what follows a bar is left out."""
    channel = code.partition("|")[0]
    return str(Channel(channel).label) if channel in Channel.values else channel


def outcome_word(code: str) -> str:
    """How a complaint ended."""
    return str(OUTCOMES.get(code, code))


def subject_word(code: str) -> str:
    """What a subject is called."""
    return dict(subjects()).get(code, code) if code else say("未分类")


def ground_word(code: str) -> str:
    """A ground in the words of its article."""
    try:
        return law.ground(code).text
    except LawError:
        return say("未注明") if code == "-" else code


def rule_word(code: str) -> str:
    """What a period is called."""
    try:
        return say(str(law.rule(code).title))
    except LawError:
        return code


def industry_word(code: str) -> str:
    """A section of the national classification of industries."""
    return sections().get(code, code) if code != "-" else say("未登记")


def platform_word(code: str) -> str:
    """The name of a platform."""
    return platform_words([code])[code]


def platform_words(codes: Collection[str]) -> dict[str, str]:
    """The names of platforms, in one query for all."""
    known = {code for code in codes if code.isascii() and code.isdigit() and len(code) <= MOST_DIGITS}
    names = dict(Business.objects.filter(pk__in=known).values_list("pk", "name")) if known else {}
    found = {code: names.get(int(code), code) if code in known else code for code in codes}
    return found | {"-": say("不涉及平台或者未登记")}
