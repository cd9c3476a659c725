"""Every quote in the data is compared with the stored text of its instrument, character by character."""

import os
import re
from pathlib import Path

import pytest
import yaml

from jiesu.law.model import Status
from jiesu.law.source import DATA, instrument

TEXTS = Path(os.environ.get("JIESU_LAW_TEXTS", Path(__file__).parents[3] / "shared" / "law" / "texts"))
FORM_TEXT = "25"


def entries():
    """(file, entry) for everything in the data that quotes an instrument."""
    for file in sorted(DATA.rglob("*.yaml")):
        if file.name == "instruments.yaml":
            continue
        yield from (
            (file.name, entry) for entry in quoting(yaml.safe_load(file.read_text("utf-8")), rulebook=None)
        )


def quoting(node, *, rulebook):
    if isinstance(node, list):
        for item in node:
            yield from quoting(item, rulebook=rulebook)
    elif isinstance(node, dict):
        rulebook = node.get("rulebook", rulebook)
        if "instrument" in node:
            yield {**node, "rulebook": rulebook}
        for value in node.values():
            yield from quoting(value, rulebook=rulebook)


def squeezed(text):
    return re.sub(r"[\s　]", "", text)


@pytest.fixture(scope="session")
def texts():
    if not TEXTS.is_dir():
        pytest.skip(f"the texts of the law are not here: {TEXTS} (set JIESU_LAW_TEXTS)")
    return {file.name[:2]: squeezed(file.read_text("utf-8")) for file in TEXTS.glob("*.txt")}


def test_every_quote_stands_in_its_text(texts):
    wrong = []
    for file, entry in entries():
        quote, source = entry.get("quote") or "", instrument(entry["instrument"])
        status = Status(entry.get("status", source.status))
        if not quote or status is Status.FROM_MEMORY:
            continue
        number = FORM_TEXT if file == "forms.yaml" else source.text
        assert number is not None, f"{file}: {source.key} is quoted without a stored text"
        if not all(squeezed(part) in texts[number] for part in quote.split("……")):
            wrong.append(f"{file} {source.key} {entry['article']}: {quote}")
    assert wrong == []


def test_whatever_was_read_in_full_is_quoted():
    missing = [
        (file, entry["instrument"], entry["article"])
        for file, entry in entries()
        if not entry.get("quote")
        and entry["instrument"] != "service"
        and Status(entry.get("status", instrument(entry["instrument"]).status)) is Status.READ_IN_FULL
    ]
    assert missing == []


def test_a_quoted_article_is_the_article_that_holds_the_words(texts):
    """The first article named must be where the words stand (paragraphs and items are not told apart)."""
    wrong = []
    for file, entry in entries():
        source = instrument(entry["instrument"])
        quote = (entry.get("quote") or "").split("……")[0]
        if file == "forms.yaml" or not quote or source.text is None or source.key in ("civil_code",):
            continue
        if Status(entry.get("status", source.status)) is Status.FROM_MEMORY:
            continue
        named = re.match(r"第[一二三四五六七八九十百]+条", entry["article"])
        if named is None:
            continue
        raw = next(TEXTS.glob(f"{source.text}*")).read_text("utf-8")
        starts = [
            (m.start(), m.group(1))
            for m in re.finditer(
                r"(?:^|(?<=。))(第[一二三四五六七八九十百]+条)(?:第[一二三]款)?(?=[　 \n市])", raw, re.M
            )
        ]
        holding = {
            article
            for (begin, article), (end, _) in zip(starts, [*starts[1:], (len(raw), "")], strict=True)
            if squeezed(quote) in squeezed(raw[begin:end])
        }
        if named.group() not in holding:
            wrong.append(f"{file} {source.key} {entry['article']} stands in {holding}: {quote[:30]}")
    assert wrong == []
