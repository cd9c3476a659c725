"""Translations: Chinese is the source, English must be complete.

python tools/catalogues.py --update   collect the marked strings, keep what is translated, compile
python tools/catalogues.py --check    fail where a string is missing, untranslated, or the compiled file is old
python tools/catalogues.py --missing  print what has no English yet, as JSON
python tools/catalogues.py --fill F   take English from a JSON file {source: English}
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parent.parent / "src" / "jiesu"
FOLDER = SOURCE / "locale" / "en" / "LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"
KEYWORDS = {
    **{name: None for name in ("_", "gettext", "gettext_lazy", "gettext_noop", "say", "later", "lazy", "noop")},
    **{name: (1, 2) for name in ("ngettext", "ngettext_lazy")},
    **{name: ((1, "c"), 2) for name in ("pgettext", "pgettext_lazy")},
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def marked() -> Iterator[tuple[str, int, str | tuple[str, ...], str | None]]:
    """Every marked string: file, line, text (or singular and plural), context."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        with path.open("rb") as file:
            for line, message, _comments, context in extract("python", file, keywords=KEYWORDS):
                yield str(path.relative_to(SOURCE)), line, message, context
    for path in sorted(SOURCE.rglob("*.html")):
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for line, message, _comments, context in extract(
            "python", io.BytesIO(code.encode()), keywords=KEYWORDS
        ):
            yield str(path.relative_to(SOURCE)), line, message, context


def template() -> Catalog:
    """All marked strings that hold Chinese, with the file they stand in."""
    catalog = Catalog(locale="en", domain="django", project="jiesu", version="", fuzzy=False, charset="utf-8")
    for file, _line, message, context in marked():
        texts = message if isinstance(message, tuple) else (message,)
        if not texts[0]:
            continue
        catalog.add(message, locations=[(file, 1)], context=context)
    return catalog


def stored() -> Catalog:
    if not PO.exists():
        return Catalog(locale="en", domain="django")
    with PO.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def merged() -> Catalog:
    """The marked strings of now with the English of before; what is no longer marked is gone."""
    now, before = template(), stored()
    for message in now:
        old = before.get(message.id, message.context) if message.id else None
        if old is not None:
            message.string = old.string
    now.creation_date = None
    return now


def untranslated(catalog: Catalog) -> list[str]:
    found = []
    for message in catalog:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if not all(strings) or not strings[0]:
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def broken(catalog: Catalog) -> list[str]:
    """Strings whose English lost or invented a placeholder."""
    found = []
    for message in catalog:
        if not message.id or isinstance(message.id, tuple) or not message.string:
            continue
        wanted = sorted(m.group(0) for m in PLACEHOLDER.finditer(message.id))
        given = sorted(m.group(0) for m in PLACEHOLDER.finditer(str(message.string)))
        if wanted != given:
            found.append(message.id)
    return found


def rendered(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, sort_output=True, omit_header=False, width=100, include_lineno=False)
    lines = [
        line
        for line in out.getvalue().splitlines(keepends=True)
        if not line.startswith((b'"PO-Revision', b'"POT-Cr', b'"Generated'))
    ]
    return b"".join(lines)


def compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def write(catalog: Catalog) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(rendered(catalog))
    with PO.open("rb") as file:
        MO.write_bytes(compiled(read_po(file, locale="en", domain="django")))


def fill(catalog: Catalog, english: dict[str, str | list[str]]) -> int:
    """Take English by source text; ``context^source`` where there is a context, a list where there is a plural."""
    count = 0
    for message in catalog:
        key = message.id if isinstance(message.id, str) else message.id[0]
        given = english.get(f"{message.context}^{key}" if message.context else key) if key else None
        if not given:
            continue
        if isinstance(message.id, tuple):
            forms = [given] if isinstance(given, str) else given
            message.string = (forms[0], forms[-1])
        else:
            message.string = given if isinstance(given, str) else given[0]
        count += 1
    return count


def check(catalog: Catalog) -> list[str]:
    problems = [f"no English: {text}" for text in untranslated(catalog)]
    problems += [f"placeholders differ: {text}" for text in broken(catalog)]
    if not PO.exists() or PO.read_bytes() != rendered(catalog):
        problems.append("django.po is not current: run python tools/catalogues.py --update")
    else:
        with PO.open("rb") as file:
            if not MO.exists() or MO.read_bytes() != compiled(read_po(file, locale="en", domain="django")):
                problems.append("django.mo is not current: run python tools/catalogues.py --update")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group(required=True)
    for name in ("update", "check", "missing"):
        group.add_argument(f"--{name}", action="store_true")
    group.add_argument("--fill", type=Path)
    options = parser.parse_args()
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    catalog = merged()
    if options.check:
        problems = check(catalog)
        print("\n".join(problems[:40]) or "translations are complete")
        return 1 if problems else 0
    if options.missing:
        json.dump(untranslated(catalog), sys.stdout, ensure_ascii=False, indent=0)
        return 0
    if options.fill:
        print(fill(catalog, json.loads(options.fill.read_text(encoding="utf-8"))), "strings taken")
    write(catalog)
    print(len(untranslated(catalog)), "strings without English")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
