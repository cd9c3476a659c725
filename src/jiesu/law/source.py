"""Reads the YAML under `data/` into plain values and the shared shapes, and complains precisely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jiesu.law.errors import Code, LawError
from jiesu.law.model import Citation, Instrument, Rank, Status

DATA = Path(__file__).parent / "data"
Row = Mapping[str, Any]


def rows(*, folder: str, list_name: str) -> Iterator[Row]:
    """Every entry of `list_name` in the YAML files of a folder (or one file) under `data/`."""
    place = DATA / folder
    files = sorted(place.glob("*.yaml")) if place.is_dir() else [place.with_suffix(".yaml")]
    for file in files:
        yield from _content(file).get(list_name, ())


def yaml_files() -> Iterator[tuple[str, Row]]:
    """Every YAML file of the data with its path under `data/`."""
    for file in sorted(DATA.rglob("*.yaml")):
        yield file.relative_to(DATA).as_posix(), _content(file)


# The same safe language, read by C where PyYAML was built with it: ten times faster.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def _content(file: Path) -> Row:
    content: Row = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    return content


@cache
def instruments() -> Mapping[str, Instrument]:
    """All instruments by key."""
    found: dict[str, Instrument] = {}
    for row in rows(folder="instruments", list_name="instruments"):
        found[row["key"]] = Instrument(
            key=row["key"],
            title=row["title"],
            short=row["short"],
            number=row.get("number", ""),
            rank=Rank(row["rank"]),
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            text=row.get("text"),
            status=Status(row["status"]),
            note=row.get("note", ""),
        )
    return found


def instrument(key: str) -> Instrument:
    """One instrument; raises `unknown_instrument`.

    >>> instrument("order121").short
    '121号令'
    """
    try:
        return instruments()[key]
    except KeyError:
        raise LawError(Code.UNKNOWN_INSTRUMENT, instrument=key) from None


def citation(row: Row) -> Citation:
    """The citation part of any entry: instrument, article, quote, status, rulebook, validity."""
    where = f"{row.get('instrument')} {row.get('article')}"
    for name in ("instrument", "article"):
        if not row.get(name):
            raise LawError(Code.BAD_DATA, where=where, why=f"缺少 {name}")
    source = instrument(row["instrument"])
    return Citation(
        instrument=source,
        article=row["article"],
        quote=(row.get("quote") or "").strip(),
        status=Status(row.get("status", source.status)),
        rulebook=names(row.get("rulebook")),
        valid_from=row.get("valid_from", source.valid_from),
        valid_to=row.get("valid_to", source.valid_to),
    )


def names(value: object) -> tuple[str, ...]:
    """A YAML scalar or list as a tuple of strings."""
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return (str(value),)
