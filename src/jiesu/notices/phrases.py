"""Phrase templates (话术) for handlers, by situation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import yaml

from jiesu.notices.errors import Code, NoticeError
from jiesu.notices.templates import DATA


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing to say. 〔 〕 marks what the speaker fills in.

    `audience`: complainant, respondent, both, informant or enquirer.
    """

    situation: str
    title: str
    audience: str
    text: str


def phrases(situation: str | None = None) -> tuple[Phrase, ...]:
    """The phrases of a situation, or all, in the order of the work.

    Raises:
        NoticeError: ``bad_data`` for a situation that does not exist.

    >>> phrases("urged")[0].title
    '回应催促'
    """
    if situation is None:
        return _all()
    found = tuple(p for p in _all() if p.situation == situation)
    if not found:
        raise NoticeError(Code.BAD_DATA, where="phrases.yaml", why=f"没有情形 {situation}")
    return found


def situations() -> dict[str, str]:
    """Key → Chinese title of every situation, in the order of the work."""
    return {p.situation: p.title for p in _all()}


@cache
def _all() -> tuple[Phrase, ...]:
    content = yaml.safe_load((DATA / "phrases.yaml").read_text(encoding="utf-8"))
    return tuple(
        Phrase(situation=row["key"], title=row["title"], audience=row["audience"], text=text)
        for row in content["situations"]
        for text in row["phrases"]
    )
