"""``docs/figures.md`` says of every figure what the code says; ``make docs`` writes it anew."""

from __future__ import annotations

from pathlib import Path

from jiesu.insight.document import text

DOCUMENT = Path(__file__).parents[2] / "docs" / "figures.md"


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text()
