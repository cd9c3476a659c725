"""Reads the notice templates under `data/` into frozen shapes, and complains precisely about a bad one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jiesu.notices.errors import Code, NoticeError
from jiesu.notices.fields import ADDRESSEES, ELEMENTS

DATA = Path(__file__).parent / "data"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

#: Words that the code makes from elements and the law; templates may use them beside the elements.
DERIVED = frozenset(
    {
        "order",
        "you",
        "contact",
        "phone",
        "where",
        "ground_articles",
        "ground_words",
        "item_words",
        "remedies",
        "bring_words",
        "body_words",
        "method_words",
        "pages_words",
        "sender_words",
        "competent_words",
        "commission_short",
    }
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph, and when it is printed."""

    text: str
    given: str = ""
    lacking: str = ""
    during: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class Cite:
    """Where a placeholder's articles come from: an action of `jiesu.law`, or a ground."""

    action: str = ""
    grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One notice: who may get it, what it needs, its paragraphs and its short text per addressee."""

    form: str
    title: str
    to: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    required_if: Mapping[str, str]
    grounds: str
    any_issuer: bool
    cites: Mapping[str, Cite]
    paragraphs: tuple[Paragraph, ...]
    short: Mapping[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """Elements that the notice knows, required ones first."""
        return tuple(dict.fromkeys((*self.required, *self.optional)))


def template(form: str) -> Template:
    """The template of a notice; raises `unknown_form`."""
    try:
        return templates()[form]
    except KeyError:
        raise NoticeError(Code.UNKNOWN_FORM, form=form) from None


@cache
def templates() -> Mapping[str, Template]:
    """All templates by key of the notice; raises `bad_data`."""
    common = _read(DATA / "common.yaml")
    found: dict[str, Template] = {}
    for file in sorted((DATA / "forms").glob("*.yaml")):
        made = _template(_read(file), common, where=file.name)
        if made.form in found:
            raise NoticeError(Code.BAD_DATA, where=file.name, why=f"文书重复：{made.form}")
        found[made.form] = made
    return found


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _template(row: Mapping[str, Any], common: Mapping[str, Any], *, where: str) -> Template:
    layout = row.get("layout", "letter")
    entries = [*common["heads"][layout], *row["body"], *common["feet"][layout]]
    own = tuple(row["required"])
    made = Template(
        form=row["form"],
        title=row["title"],
        to=tuple(row["to"]),
        required=(*common["required"], *own),
        optional=tuple(n for n in (*row.get("optional", ()), *common["optional"]) if n not in own),
        required_if=dict(row.get("required_if", {})),
        grounds=row.get("grounds", ""),
        any_issuer=row.get("issuer") == "any",
        cites={name: _cite(c) for name, c in row.get("cites", {}).items()},
        paragraphs=tuple(_paragraph(e) for e in entries),
        short=dict(row["short"]),
    )
    for why in _faults(made):
        raise NoticeError(Code.BAD_DATA, where=where, why=why)
    return made


def _cite(row: Mapping[str, Any]) -> Cite:
    grounds = tuple(row[k] for k in ("ground", "or") if k in row)
    return Cite(action=row.get("action", ""), grounds=grounds)


def _paragraph(entry: str | Mapping[str, str]) -> Paragraph:
    if isinstance(entry, str):
        return Paragraph(entry)
    return Paragraph(
        text=entry["text"],
        given=entry.get("if", ""),
        lacking=entry.get("unless", ""),
        during=entry.get("during", ""),
        to=entry.get("to", ""),
    )


def _faults(made: Template) -> Iterator[str]:
    known = {*made.names, *made.cites, *DERIVED}
    for name in made.names:
        if name not in ELEMENTS:
            yield f"没有要素 {name}"
    for role in made.to:
        if role not in ADDRESSEES:
            yield f"没有收件人类型 {role}"
        if role not in made.short:
            yield f"缺少发给 {role} 的短文本"
    for paragraph in made.paragraphs:
        for name in (*PLACEHOLDER.findall(paragraph.text), paragraph.given, paragraph.lacking):
            if name and name not in known:
                yield f"没有占位符 {name}"
    for text in made.short.values():
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                yield f"短文本没有占位符 {name}"
