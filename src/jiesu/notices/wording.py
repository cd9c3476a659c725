"""The law's own words as notices quote them: articles, grounds, remedies. Nothing here is written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from jiesu import law
from jiesu.notices.errors import Code, NoticeError
from jiesu.notices.fields import chinese_day
from jiesu.notices.templates import Cite, Template

#: The two orders on complaints and reports; one of them is in force on any day since 2020.
ORDERS = ("order121", "order20")
#: Key by which a termination names order 121 art. 42 instead of an item of art. 16.
ARTICLE_42 = "42"


def order(*, on: date, title: str) -> law.Instrument:
    """The order on complaints and reports in force on a day; raises `not_in_force`."""
    for key in ORDERS:
        if law.instrument(key).in_force(on=on):
            return law.instrument(key)
    raise NoticeError(Code.NOT_IN_FORCE, on=chinese_day(on), title=title)


def cite(citations: Sequence[law.Citation]) -> str:
    """Articles in the order given, those of one instrument together.

    >>> cite(law.articles("refuse", on=date(2026, 5, 1)))
    '《市场监督管理投诉举报处理办法》第十五条、第十六条和《中华人民共和国消费者权益保护法实施条例》第四十六条第二款'
    """
    by_title: dict[str, list[str]] = {}
    for citation in citations:
        articles = by_title.setdefault(citation.instrument.title, [])
        if citation.article not in articles:
            articles.append(citation.article)
    parts = [f"《{title}》{'、'.join(articles)}" for title, articles in by_title.items()]
    return "和".join(("、".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def cited(source: Cite, *, on: date, title: str) -> tuple[law.Citation, ...]:
    """The citations behind a placeholder on a day; raises `not_in_force` where the law had none."""
    if source.action:
        found = law.articles(source.action, on=on)
    else:
        found = tuple(
            g.citation
            for name in source.grounds
            for g in law.grounds(name.partition(":")[0], on=on)
            if g.meaning == name.partition(":")[2]
        )
    if not found:
        raise NoticeError(Code.NOT_IN_FORCE, on=chinese_day(on), title=title)
    return found


def chosen_grounds(template: Template, keys: Sequence[str], *, on: date) -> tuple[law.Ground, ...]:
    """The grounds named by key, in the order of the article.

    Raises:
        NoticeError: ``bad_ground`` for a key that is not in this form's list on that day.
    """
    listed = law.grounds(template.grounds, on=on)
    for key in keys:
        if key not in {g.key for g in listed}:
            raise NoticeError(Code.BAD_GROUND, title=template.title, ground=key, on=chinese_day(on))
    return tuple(g for g in listed if g.key in keys)


def ground_articles(grounds: Sequence[law.Ground]) -> str:
    """《…》第十六条第（三）项."""
    return cite([g.citation for g in grounds])


def ground_words(grounds: Sequence[law.Ground]) -> str:
    """The items with their numbers, word for word."""
    return "；\n".join(f"（{number(g.item)}）{g.text}" for g in grounds) + "。"


def item_citation(key: str, *, template: Template, on: date) -> law.Citation:
    """What a termination "on review found" rests on: an item of non-acceptance, or order 121 art. 42.

    Raises:
        NoticeError: ``bad_ground``.
    """
    if key in (ARTICLE_42, "121.42") and law.instrument("order121").in_force(on=on):
        return next(c for c in law.articles("transfer_to_police", on=on) if c.instrument.key == "order121")
    for ground in law.grounds("complaint.refusal", on=on):
        if ground.key == key:
            return ground.citation
    raise NoticeError(Code.BAD_GROUND, title=template.title, ground=key, on=chinese_day(on))


def remedies(*, on: date) -> str:
    """Consumer Protection Law art. 39, word for word."""
    lead = next(c for c in law.articles("remedies", on=on) if c.instrument.key == "consumer_law").quote
    items = "；".join(f"（{number(r.item)}）{r.text}" for r in law.remedies(on=on))
    return f"{lead}：{items}。"


def number(value: int) -> str:
    """A small number in Chinese, as items are counted.

    >>> number(7), number(12), number(20)
    ('七', '十二', '二十')
    """
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(value, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
