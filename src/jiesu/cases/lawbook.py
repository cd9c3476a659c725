"""The law as the tables ask for it: grounds, factors and articles on a day. A thin reader of ``jiesu.law``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from jiesu import law
from jiesu.law.options import defaults as law_defaults


@lru_cache(maxsize=512)
def refusal_grounds(on: date) -> tuple[law.Ground, ...]:
    """Grounds of non-acceptance in force (order 20 art. 15, order 121 art. 16)."""
    return tuple(law.grounds("complaint.refusal", on=on))


@lru_cache(maxsize=512)
def termination_grounds(on: date) -> tuple[law.Ground, ...]:
    """Grounds of termination in force (order 20 art. 21, order 121 art. 23)."""
    return tuple(law.grounds("complaint.termination", on=on))


def meaning(key: str, on: date) -> str:
    """What a ground of refusal or termination means, whatever its number in the instrument of that day.

    Returns an empty text for a key that is not in force on that day.
    """
    for ground in (*refusal_grounds(on), *termination_grounds(on)):
        if ground.key == key:
            return str(ground.meaning)
    return ""


@lru_cache(maxsize=2048)
def cited(action: str, on: date) -> str:
    """The articles that an action rests on, in words: 《…》第…条. Empty where the law names none on that day."""
    return "、".join(c.label for c in law.articles(action, on=on))


def option_defaults() -> Mapping[str, object]:
    """Settings that the law leaves open, at their defaults."""
    return law_defaults()


@lru_cache(maxsize=512)
def commission_needs_consent(on: date) -> bool:
    """Whether commissioning a council needs the consent of both (Regulation art. 46(4), order 121 art. 19)."""
    return any("同意" in c.quote for c in law.articles("commission", on=on))
