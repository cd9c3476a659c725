"""Answers to common questions, each with its legal source, found by shared bigrams. Entries: ``data/knowledge/*.yaml``."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache

from jiesu.triage.lexicon import DATA, read
from jiesu.triage.similarity import bigrams


@dataclass(frozen=True, slots=True)
class Source:
    """Where the law says it. ``text`` is the number of the stored text, ``quote`` its very words."""

    title: str
    article: str
    quote: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question, its answer and its sources; in force from ``valid_from``."""

    key: str
    question: str
    answer: str
    keywords: tuple[str, ...]
    sources: tuple[Source, ...]
    valid_from: date

    @property
    def cited(self) -> str:
        """The sources in one line, for the answer."""
        return "；".join(f"《{s.title}》{s.article}" for s in self.sources)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry with a score (0-100) and the words that led to it."""

    entry: Entry
    score: int
    words: tuple[str, ...]


def search(query: str, *, on: date | None = None, limit: int = 5) -> list[Found]:
    """Entries that fit a question, best first; ``on`` leaves out what was not yet in force.

    >>> search("网购的衣服七天内能退吗")[0].entry.key
    'return-seven-days'
    """
    asked = bigrams(query)
    if not asked:
        return []
    weights = _weights()
    whole = sum(weights.get(gram, 3.0) for gram in asked)
    found = []
    for entry in entries():
        if on is not None and on < entry.valid_from:
            continue
        question, answer = _grams(entry.key)
        strong = asked & question
        weak = (asked & answer) - question
        hits = [word for word in entry.keywords if word in query]
        score = sum(weights[g] for g in strong) + 0.25 * sum(weights[g] for g in weak)
        score = score / whole + 0.35 * min(len(hits), 2)
        if strong or hits:
            found.append(Found(entry, min(100, round(100 * score)), tuple(hits) or tuple(sorted(strong))[:4]))
    found.sort(key=lambda f: -f.score)
    return [f for f in found if f.score >= 10][:limit]


@cache
def entries() -> tuple[Entry, ...]:
    """All entries, in the order of the files."""
    return tuple(
        Entry(
            key=row["key"],
            question=row["question"],
            answer=row["answer"].strip(),
            keywords=tuple(row.get("keywords", ())),
            sources=tuple(
                Source(title=s["title"], article=s["article"], quote=s["quote"], text=s["text"])
                for s in row["sources"]
            ),
            valid_from=row["valid_from"],
        )
        for file in sorted((DATA / "knowledge").glob("*.yaml"))
        for row in read(file)["entries"]
    )


def entry(key: str) -> Entry:
    """One entry; raises ``KeyError``."""
    return {e.key: e for e in entries()}[key]


@cache
def _grams(key: str) -> tuple[frozenset[str], frozenset[str]]:
    found = entry(key)
    return bigrams(found.question + "\n" + "\n".join(found.keywords)), bigrams(found.answer)


@cache
def _weights() -> dict[str, float]:
    """Rare bigrams tell more than common ones."""
    counts = Counter(gram for e in entries() for gram in (_grams(e.key)[0] | _grams(e.key)[1]))
    return {gram: math.log(1 + len(entries()) / count) for gram, count in counts.items()}
