"""Reads a spreadsheet in a process of its own, which a hostile file may exhaust without harm.

``python -m jiesu.intake.reading IN OUT`` writes one JSON list of texts per row. Nothing of Django is loaded; memory and
time are limited by the system; formulas are never computed, their stored values are read.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path

import python_calamine

#: As many as one sheet of Excel holds below its head: more than a province registers in a year.
MOST_ROWS = 1_048_575
MOST_COLUMNS = 200
MOST_CHARACTERS = 32_767
#: A workbook that unpacks to more than this, or a hundred times its size, is no list of complaints.
MOST_UNPACKED = 1536 * 1024 * 1024
MOST_RATIO = 100
MOST_PARTS = 2_000
MEMORY = 3 * 1024**3
SECONDS = 120
ENCODINGS = ("utf-8-sig", "gb18030")

_PART = 1024 * 1024

#: Exit codes that say what is wrong with the file.
UNREADABLE, TOO_LARGE = 3, 4


class Unreadable(Exception):
    """Not a spreadsheet, or one that cannot be opened."""


class TooLarge(Exception):
    """More rows, columns or content than is taken in at once."""


def rows_of(path: Path) -> Iterator[list[str]]:
    """The rows of the first sheet as texts; the first is the head.

    Raises:
        Unreadable, TooLarge.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        return _bounded(_workbook(path))
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("xls")
    return _bounded(_csv(path))


def _bounded(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise TooLarge("rows")
        while row and not row[-1]:
            row.pop()
        if len(row) > MOST_COLUMNS:
            raise TooLarge("columns")
        # A cell that is too long is cut; the check of its field says so.
        yield [cell[: MOST_CHARACTERS + 1] for cell in row]


def _workbook(path: Path) -> Iterator[list[str]]:
    _check_archive(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheet = book.get_sheet_by_index(0)
        # Says where the used cells lie before they are spread out in memory.
        if sheet.total_width > MOST_COLUMNS * 5:
            raise TooLarge("columns")
        for row in sheet.iter_rows():
            yield [_text(value) for value in row]
    except (python_calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise Unreadable(str(error)) from error


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise Unreadable("not a workbook")
    except zipfile.BadZipFile as error:
        raise Unreadable(str(error)) from error
    unpacked = sum(p.file_size for p in parts)
    packed = sum(p.compress_size for p in parts) or 1
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        raise TooLarge("unpacked")
    if unpacked > 20 * 1024 * 1024 and unpacked > packed * MOST_RATIO:
        raise TooLarge("ratio")


def _text(value: object) -> str:
    """A cell as people would read it.

    >>> _text(13812345678.0), _text(128.5), _text(True), _text(None)
    ('13812345678', '128.5', '是', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).strip()


def _csv(path: Path) -> Iterator[list[str]]:
    encoding = _encoding(path)
    csv.field_size_limit(1024 * 1024)
    try:
        with path.open(encoding=encoding, newline="") as file:
            delimiter = max(",;\t", key=file.read(4096).split("\n", 1)[0].count)
            file.seek(0)
            for row in csv.reader(file, delimiter=delimiter):
                yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise Unreadable(str(error)) from error


def _encoding(path: Path) -> str:
    """The first encoding in which the whole file can be read."""
    for encoding in ENCODINGS:
        with suppress(UnicodeDecodeError), path.open(encoding=encoding, newline="") as file:
            while text := file.read(_PART):
                if "\x00" in text:
                    raise Unreadable("binary")
            return encoding
    raise Unreadable("encoding")


def _limit() -> None:
    """Bounds memory and time of this process, where the system lets it."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main(source: str, target: str) -> int:
    """Reads one file into lines of JSON."""
    _limit()
    try:
        with Path(target).open("w", encoding="utf-8") as out:
            for row in rows_of(Path(source)):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    except Unreadable as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    except (TooLarge, MemoryError) as error:
        print(error, file=sys.stderr)
        return TOO_LARGE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
