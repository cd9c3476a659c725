"""Given: the desk, and a list that is long once it has more than one row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from python_calamine import CalamineWorkbook

from jiesu.cases import exports
from jiesu.cases.models import ExportRun
from jiesu.web.desk import exports as pages
from tests.web.desk.conftest import office, sign_in

__all__ = ["office", "sign_in"]

SignIn = Callable[[str], Client]


def folder() -> Path:
    """Where the sheets lie."""
    return Path(settings.JIESU.home) / "exports"


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    """A database that is rolled back gives its numbers out again: no file of another test lies under them."""
    yield
    for path in folder().glob("*") if folder().is_dir() else ():
        exports._remove(path)


@pytest.fixture
def short_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows are a long list."""
    monkeypatch.setattr(pages, "AT_ONCE", 1)


def press(client: Client, query: str = "?scope=mine") -> ExportRun:
    """The button of the queue; gives what is owed for it."""
    answer = client.post(f"/desk/queue/export/{query}")
    assert (answer.status_code, answer["Location"]) == (303, "/desk/exports/")
    return ExportRun.objects.latest("pk")


def rows_in(content: bytes) -> list[list[str]]:
    """The cells of a sheet."""
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]
