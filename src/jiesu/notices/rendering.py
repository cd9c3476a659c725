"""Makes a notice: checks its elements, chooses the law of the day, fills the template. Text in, text out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from jiesu import law
from jiesu.notices import wording
from jiesu.notices.errors import Code, NoticeError
from jiesu.notices.fields import (
    ADDRESSEES,
    ELEMENTS,
    METHODS,
    OTHER_MATTERS,
    Element,
    Kind,
    NoticeFields,
    read,
    written,
)
from jiesu.notices.templates import PLACEHOLDER, Paragraph, Template, template

#: Longest short text, in characters: five parts of one SMS.
SHORT_LIMIT = 300
_SHORT_VALUE = 40
_WHOLE = frozenset({"ground_articles", "where"})

#: A market office, section or team is a contact, never the issuer (order 121 art. 30).
_NOT_A_BUREAU = ("所", "分所", "站", "科", "股", "处", "大队", "中队", "支队", "总队", "中心")
#: Where these words stand together they name the order, not somebody's report.
_HARMLESS = re.compile(r"投诉举报")
_REPORT = re.compile(r"举\s*报")

#: What a ground's decision must carry, by the words of `jiesu.law`, and the element that carries it.
_CARRIED = {"competent_organ": "competent", "earlier_number": "earlier", "named_item": "item"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished notice. `body` and `short` are plain text: who shows them as HTML escapes them."""

    form: str
    title: str
    body: str
    short: str
    elements: Mapping[str, Any]
    """Everything the document is made of, ready for JSON, for a later printed form."""

    @property
    def text(self) -> str:
        """The whole document: issuer, title, body."""
        return f"{self.elements['values']['bureau_name']}\n{self.title}\n\n{self.body}"


def needs(form: str, *, on: date, to: str | None = None) -> tuple[Element, ...]:
    """The elements of a notice, in the order of the form, each with its label and whether it is required.

    Args:
        form: key of the notice ("5", "materials", …).
        on: the day whose law is cited.
        to: the addressee, to check that the notice may go there.

    Raises:
        NoticeError: ``unknown_form``, ``bad_addressee``, ``not_in_force``.

    >>> [e.name for e in needs("5", on=date(2026, 4, 15)) if e.required]
    ['bureau_name', 'case_number', 'addressee_name', 'number', 'received_on', 'matter']
    """
    made = template(form)
    _check_addressee(made, to)
    _citations(made, on)
    return tuple(replace(ELEMENTS[n], required=n in made.required) for n in made.names)


def render(form: str, *, on: date, fields: Mapping[str, Any] | NoticeFields) -> Rendered:
    """Makes a notice.

    Args:
        form: key of the notice: "3" to "10", "materials", "consent", "recusal", "answer", "courtesy", "no_authority",
            "food_transfer", "other_channel".
        on: the day whose law is cited (the day of the decision; setting ``transition.act``).
        fields: elements by the names of ``NoticeFields``; those that the form does not know are left out.

    Raises:
        NoticeError: ``unknown_form``, ``unknown_element``, ``missing_element``, ``bad_element``, ``bad_addressee``,
            ``bad_ground``, ``not_in_force``, ``not_a_bureau``, ``report_leaks``, ``unconfirmed_article``.
    """
    made = template(form)
    values = _values(made, fields)
    to = _check_addressee(made, values.get("to"))
    if "to" not in made.required:
        values["to"] = to
    values.setdefault("issued_on", on)
    _check(made, values, to)
    citations = _citations(made, on)
    grounds = wording.chosen_grounds(made, values["ground"], on=on) if made.grounds else ()
    _check_missing(made, values, grounds)
    words = _words(made, values, to=to, on=on, citations=citations, grounds=grounds)
    paragraphs = (_fill(p.text, words) for p in made.paragraphs if _printed(p, values, words, to=to, on=on))
    elements = _elements(made, values, on=on, citations=citations, grounds=grounds)
    return Rendered(
        form=form,
        title=elements["title"],
        body="\n".join(paragraphs),
        short=_short(made.short[to], words),
        elements=elements,
    )


def _values(made: Template, fields: Mapping[str, Any] | NoticeFields) -> dict[str, Any]:
    given = fields.given() if isinstance(fields, NoticeFields) else fields
    for name in given:
        if name not in ELEMENTS:
            raise NoticeError(Code.UNKNOWN_ELEMENT, element=name)
    read_values = {name: read(ELEMENTS[name], given.get(name)) for name in made.names}
    return {name: value for name, value in read_values.items() if value is not None}


def _check_addressee(made: Template, to: str | None) -> str:
    if to is None:
        return made.to[0]
    if to not in made.to:
        raise NoticeError(
            Code.BAD_ADDRESSEE, form=made.form, title=made.title, to=str(ADDRESSEES.get(to, to)), addressee=to
        )
    return to


def _check(made: Template, values: Mapping[str, Any], to: str) -> None:
    _check_missing(made, values, ())
    if not made.any_issuer and str(values["bureau_name"]).endswith(_NOT_A_BUREAU):
        raise NoticeError(Code.NOT_A_BUREAU, name=values["bureau_name"])
    if values.get("session_method", "on_site") not in METHODS:
        raise _bad("session_method", "可选 " + "、".join(METHODS))
    matter = OTHER_MATTERS.get(values.get("other_matter", ""), values.get("other_matter", "事项"))
    if matter.isascii():
        raise _bad("other_matter", "可选 " + "、".join(OTHER_MATTERS) + "，或者写明事项名称")
    if "待确认" in values.get("duty_article", ""):
        raise NoticeError(Code.UNCONFIRMED_ARTICLE, article=values["duty_article"])
    if to == "respondent":
        for name, value in values.items():
            if name != "matter" and speaks_of_report(str(value)):
                raise NoticeError(Code.REPORT_LEAKS, element=name, label=str(ELEMENTS[name].label))


def _check_missing(made: Template, values: Mapping[str, Any], grounds: tuple[law.Ground, ...]) -> None:
    wanted = list(made.required)
    wanted += [name for name, condition in made.required_if.items() if values.get(condition)]
    wanted += [_CARRIED[need] for g in grounds for need in g.needs if need in _CARRIED]
    missing = [name for name in wanted if name not in values]
    if missing:
        labels = "、".join(str(ELEMENTS[name].label) for name in missing)
        raise NoticeError(
            Code.MISSING_ELEMENT, form=made.form, title=made.title, labels=labels, elements=tuple(missing)
        )


def speaks_of_report(text: str) -> bool:
    """Whether a text that goes to the business mentions a report (order 121 art. 37); naming the order is harmless.

    >>> speaks_of_report("依据《市场监督管理投诉举报处理办法》"), speaks_of_report("另有人举报你店")
    (False, True)
    """
    return _REPORT.search(_HARMLESS.sub("", text)) is not None


def _bad(name: str, why: str) -> NoticeError:
    return NoticeError(Code.BAD_ELEMENT, element=name, label=str(ELEMENTS[name].label), why=why)


def _citations(made: Template, on: date) -> dict[str, tuple[law.Citation, ...]]:
    wording.order(on=on, title=made.title)
    return {name: wording.cited(source, on=on, title=made.title) for name, source in made.cites.items()}


def _words(
    made: Template,
    values: Mapping[str, Any],
    *,
    to: str,
    on: date,
    citations: Mapping[str, tuple[law.Citation, ...]],
    grounds: tuple[law.Ground, ...],
) -> dict[str, str]:
    words = {name: written(ELEMENTS[name], value) for name, value in values.items()}
    words |= {name: wording.cite(found) for name, found in citations.items()}
    words["order"] = f"《{wording.order(on=on, title=made.title).title}》"
    words["you"] = {"respondent": "你（单位）", "organisation": "你局"}.get(to, "你")
    words["contact"] = _contact(words)
    words["phone"] = words.get("office_phone") or words.get("bureau_phone") or "12315"
    words["where"] = f"在 {words['follow_url']} " if "follow_url" in words else ""
    words["bring_words"] = words.get("bring", "身份证明和与争议有关的材料")
    words["body_words"] = words.get("commission_body", "消费者协会或者依法成立的其他调解组织")
    words["commission_short"] = "，是否同意委托调解" if values.get("commission") else ""
    words["sender_words"] = words.get("sender_name", "来件人")
    words["pages_words"] = f"，共{words['pages']}页" if "pages" in words else ""
    words["competent_words"] = f"有处理权限的机关：{words['competent']}。" if "competent" in words else ""
    words["method_words"] = (
        f"（{METHODS[values['session_method']]}方式）" if "session_method" in values else ""
    )
    if grounds:
        words["ground_articles"] = wording.ground_articles(grounds)
        words["ground_words"] = wording.ground_words(grounds)
        words["remedies"] = wording.remedies(on=on)
    if "item" in values:
        found = wording.item_citation(values["item"], template=made, on=on)
        words["item_words"] = f"{found.label}规定的情形：{found.quote}。"
    if "other_matter" in words:
        words["other_matter"] = OTHER_MATTERS.get(words["other_matter"], words["other_matter"])
    if "duty_law" in words:
        words["duty_law"] = words["duty_law"].strip("《》")
    if to == "respondent" and speaks_of_report(words.get("matter", "")):
        # The line was taken from what the consumer wrote and may name a report; the business need not know it.
        words["matter"] = "消费纠纷"
    return words


def _contact(words: Mapping[str, str]) -> str:
    parts = [
        ("联系机构", words.get("office_name")),
        ("联系人", words.get("contact_person")),
        ("联系电话", words.get("office_phone") or words.get("bureau_phone")),
        ("通信地址", words.get("bureau_address")),
    ]
    return "　".join(f"{label}：{value}" for label, value in parts if value)


def _printed(
    paragraph: Paragraph, values: Mapping[str, Any], words: Mapping[str, str], *, to: str, on: date
) -> bool:
    def filled(name: str) -> bool:
        return bool(values[name] if name in values else words.get(name))

    if paragraph.given and not filled(paragraph.given):
        return False
    if paragraph.lacking and filled(paragraph.lacking):
        return False
    if paragraph.to and paragraph.to != to:
        return False
    return not paragraph.during or law.instrument(paragraph.during).in_force(on=on)


def _fill(text: str, words: Mapping[str, str]) -> str:
    """One pass over the template: what a value holds is never read again, so braces in it mean nothing."""
    return PLACEHOLDER.sub(lambda match: words.get(match[1], ""), text)


def _short(text: str, words: Mapping[str, str]) -> str:
    """The short text with what people wrote cut to size; the articles of the decision stay whole."""
    cut = {name: value if name in _WHOLE else _cut(value, _SHORT_VALUE) for name, value in words.items()}
    return _cut(_fill(text, cut), SHORT_LIMIT)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _elements(
    made: Template,
    values: Mapping[str, Any],
    *,
    on: date,
    citations: Mapping[str, tuple[law.Citation, ...]],
    grounds: tuple[law.Ground, ...],
) -> dict[str, Any]:
    official = next((f for f in law.forms(on=on) if f.key == made.form), None)
    kept: dict[str, Any] = {
        "form": made.form,
        "title": official.title if official else made.title,
        "official": official is not None,
        "on": on.isoformat(),
        "instrument": wording.order(on=on, title=made.title).key,
        "values": {name: _json(ELEMENTS[name], value) for name, value in values.items()},
        "citations": {
            name: [{"label": c.label, "quote": c.quote, "instrument": c.instrument.key} for c in found]
            for name, found in citations.items()
        },
    }
    if made.grounds:
        # The printed form shows the whole list with boxes.
        kept["grounds"] = [
            {
                "key": g.key,
                "article": g.citation.label,
                "item": g.item,
                "text": g.text,
                "ticked": g in grounds,
            }
            for g in law.grounds(made.grounds, on=on)
        ]
        kept["remedies"] = [r.text for r in law.remedies(on=on)]
    if "item" in values:
        found = wording.item_citation(values["item"], template=made, on=on)
        kept["item"] = {"label": found.label, "quote": found.quote}
    return kept


def _json(element: Element, value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return list(value) if element.kind is Kind.CODES else value
