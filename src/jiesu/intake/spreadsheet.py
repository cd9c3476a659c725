"""Spreadsheets as rows with named columns, and the sheet of refused rows that goes back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
import yaml
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiesu.intake import reading

FILE = Path(__file__).parent / "data" / "imports.yaml"
#: The reading process gets this long, whatever it does.
PATIENCE = 180
MOST_BYTES = 512 * 1024 * 1024
#: Bytes of a part of the rows, as they are kept.
PART = 256 * 1024


class Code(StrEnum):
    """Stable codes of files that cannot be imported."""

    UNREADABLE = "file_unreadable"
    TOO_LARGE = "file_too_large"
    EMPTY = "file_empty"
    NO_COLUMNS = "columns_unknown"
    COLUMN_TWICE = "column_twice"
    UNKNOWN_FORMAT = "format_unknown"


MESSAGES = {
    Code.UNREADABLE: _("读不出这个文件：请用 Excel 另存为 .xlsx 或者 CSV（UTF-8、GBK 均可）后再导入。"),
    Code.TOO_LARGE: format_lazy(
        _("文件过大：一次最多 {rows} 行、{columns} 列，请拆分后再导入。"),
        rows=f"{reading.MOST_ROWS:,}",
        columns=reading.MOST_COLUMNS,
    ),
    Code.EMPTY: _("文件里没有数据行：第一行应是列名，其下是数据。"),
    Code.NO_COLUMNS: _(
        "第一行里没有认出“内容”一列：第一行应是列名，上面的表名、说明行请删去；请核对列名，或者选择对应的表格格式。"
    ),
    Code.COLUMN_TWICE: _("有两列表示同一项内容，请删去或者改名其中一列："),
    Code.UNKNOWN_FORMAT: _("没有这种表格格式。"),
}


class SheetError(Exception):
    """A file that cannot be imported as a whole.

    Args:
        code: stable code.
        more: names of columns, where they explain it.
    """

    def __init__(self, code: Code, more: str = "") -> None:
        self.code = code
        self.message = f"{MESSAGES[code]}{more}"
        super().__init__(self.message)


@dataclass(frozen=True)
class Format:
    """A kind of spreadsheet.

    Args:
        columns: field of the form → names that its column may have.
        channel: channel of its rows, unless a column says otherwise.
        service_days: working days until the other platform wants an answer, where the sheet does not say.
        handover: rows count as received when they are imported.
        ignored: columns that are known and left out.
        alone: knows its own columns only, and is recognised by them.
    """

    key: str
    label: str
    columns: Mapping[str, Sequence[str]]
    channel: str
    service_days: int
    handover: bool
    ignored: frozenset[str]
    alone: bool = False


class Row(NamedTuple):
    """One row: its number as people see it in the file, and its cells as they stand there."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Head:
    """The first row: names of columns, the place of each field, names that nobody knows."""

    names: tuple[str, ...]
    places: Mapping[str, int]
    unknown: tuple[str, ...]

    def value(self, row: Row, field: str) -> str:
        """The row's text of one field; empty where it has none."""
        place = self.places.get(field)
        return row.cells[place] if place is not None and place < len(row.cells) else ""


@cache
def _told() -> Mapping[str, Any]:
    told: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return told


@cache
def formats() -> Mapping[str, Format]:
    """All formats by key."""
    found: dict[str, Format] = {}
    for key, told in _told()["formats"].items():
        common = {} if told.get("alone") else _told()["columns"]
        found[key] = Format(
            key=key,
            label=told["label"],
            columns={**common, **told.get("columns", {})},
            channel=str(told.get("channel", "import")),
            service_days=int(told.get("service_days", 0)),
            handover=told.get("receipt") == "handover",
            ignored=frozenset(_bare(n) for n in told.get("ignored", ())),
            alone=bool(told.get("alone")),
        )
    return found


def format_named(key: str) -> Format:
    """Raises SheetError ``format_unknown``."""
    try:
        return formats()[key]
    except KeyError:
        raise SheetError(Code.UNKNOWN_FORMAT) from None


def fitting(names: Sequence[str]) -> Format:
    """The format whose own columns are all there, else the standard one."""
    there = {_bare(n) for n in names}
    for layout in formats().values():
        own = [*layout.columns.values(), *((n,) for n in layout.ignored)]
        if layout.alone and all(any(_bare(s) in there for s in synonyms) for synonyms in own):
            return layout
    return formats()["standard"]


@lru_cache(maxsize=1024)
def word(kind: str, text: str) -> str:
    """A kind or channel by its Chinese name; an unknown one comes back as it is, for the check to name."""
    known: Mapping[str, str] = _told()[kind]
    return str(known.get(text.strip(), text.strip()))


_NOISE = re.compile(r"[\s（）()：:_\-*/]+")


def _bare(name: str) -> str:
    """A column's name without what people add to it.

    >>> _bare(" 金额（元） ")
    '金额元'
    """
    return _NOISE.sub("", name).lower()


def head(names: Sequence[str], layout: Format) -> Head:
    """Finds the columns.

    Raises:
        SheetError: ``column_twice``, ``columns_unknown``.
    """
    known = {_bare(synonym): f for f, synonyms in layout.columns.items() for synonym in synonyms}
    places: dict[str, int] = {}
    unknown: list[str] = []
    for place, name in enumerate(names):
        found = known.get(_bare(name))
        if found is None:
            if name and _bare(name) not in layout.ignored:
                unknown.append(name[:40])
        elif found in places:
            raise SheetError(Code.COLUMN_TWICE, f"“{names[places[found]][:40]}”、“{name[:40]}”")
        else:
            places[found] = place
    if not {"text", "title", "demand"} & places.keys():
        raise SheetError(Code.NO_COLUMNS)
    return Head(tuple(n[:120] for n in names), places, tuple(unknown))


class Sheet:
    """A file that has been read: its head and its rows, which lie in a file of lines until it is closed."""

    def __init__(self, lines: Path, layout: Format | None) -> None:
        self._lines = lines
        with lines.open(encoding="utf-8") as file:
            first = file.readline()
            self.count = sum(1 for line in file if line != "[]\n")
        if not first or not self.count:
            raise SheetError(Code.EMPTY)
        names = json.loads(first)
        self.layout = layout or fitting(names)
        self.head = head(names, self.layout)

    def parts(self) -> Iterator[bytes]:
        """The rows as they lie there, one JSON list per line, in parts of some hundred kB; empty ones keep their line."""
        with self._lines.open("rb") as file:
            next(file)
            while lines := file.readlines(PART):
                yield b"".join(lines)


class opened:  # noqa: N801 - reads as a word: with opened(path, layout) as sheet
    """Reads a file in a process of its own and removes what it wrote.

    Raises:
        SheetError: ``file_unreadable``, ``file_too_large``, ``file_empty``, ``column_twice``, ``columns_unknown``.
    """

    def __init__(self, path: Path, layout: Format | None) -> None:
        self.path, self.layout = path, layout
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Sheet:
        if self.path.stat().st_size > MOST_BYTES:
            raise SheetError(Code.TOO_LARGE)
        self._folder = tempfile.TemporaryDirectory(prefix="jiesu-import-")
        lines = Path(self._folder.name) / "rows.jsonl"
        try:
            read_apart(self.path, lines)
            return Sheet(lines, self.layout)
        except BaseException:
            self._folder.cleanup()
            raise

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()


def read_apart(path: Path, lines: Path) -> None:
    """Reads a spreadsheet in a process of its own into one JSON list per line.

    Raises:
        SheetError: ``file_unreadable``, ``file_too_large``.
    """
    # The parser sees a hostile file; it sees none of our secrets.
    kept = {
        k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
    }
    command = [sys.executable, "-m", "jiesu.intake.reading", str(path), str(lines)]
    try:
        done = subprocess.run(command, env=kept, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise SheetError(Code.TOO_LARGE) from None
    if done.returncode == reading.UNREADABLE:
        raise SheetError(Code.UNREADABLE)
    if done.returncode != 0:
        # Out of memory or time: the system ended it.
        raise SheetError(
            Code.TOO_LARGE if done.returncode in (reading.TOO_LARGE, -6, -9, -24) else Code.UNREADABLE
        )


def plain_rows(content: bytes) -> list[list[str]]:
    """The rows of a small sheet as texts, the head first; for sheets of one's own layout.

    Raises:
        SheetError: as ``read_apart``.
    """
    with tempfile.TemporaryDirectory(prefix="jiesu-sheet-") as folder:
        source, lines = Path(folder) / "sheet", Path(folder) / "rows.jsonl"
        source.write_bytes(content)
        read_apart(source, lines)
        with lines.open(encoding="utf-8") as file:
            return [json.loads(line) for line in file]


def returned(names: Sequence[str], rows: Iterable[tuple[Row, str]]) -> bytes:
    """The sheet that goes back: refused rows as they were, each with what is wrong. Every cell is a text."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    sheet = book.add_worksheet(gettext("未导入的行"))
    bold = book.add_format({"bold": True, "bg_color": "#FBE4E4", "border": 1})
    for place, name in enumerate((*names, gettext("原行号"), gettext("问题"))):
        sheet.write_string(0, place, name, bold)
    for line, (row, problem) in enumerate(rows, 1):
        for place, cell in enumerate(row.cells):
            sheet.write_string(line, place, cell[: reading.MOST_CHARACTERS])
        sheet.write_string(line, len(names), str(row.number))
        sheet.write_string(line, len(names) + 1, problem)
    book.close()
    return out.getvalue()
