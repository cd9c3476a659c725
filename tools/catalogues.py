"""Translations: Chinese is the source, English must be complete.

python tools/catalogues.py --update   collect the marked strings, keep what is translated, compile
python tools/catalogues.py --check    fail where a string is missing, untranslated, or the compiled file is old
python tools/catalogues.py --missing  print what has no English yet, as JSON
python tools/catalogues.py --fill F   take English from a JSON file {source: English}
python tools/catalogues.py --unmarked list Chinese that a reader could see and that nobody marked

Beside what is marked in code and templates, the names of periods and settings (law data) and the words of the
interface's documentation (descriptions and docstrings) are collected: code shows them through ``gettext``.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import yaml
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
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "say", "later", "lazy", "noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MADE = datetime(2026, 1, 1, tzinfo=UTC)
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


def named() -> Iterator[tuple[str, str]]:
    """Names of periods and settings in the law data: file, text."""
    data = SOURCE / "law" / "data"
    for path in (*sorted((data / "rules").glob("*.yaml")), data / "options.yaml"):
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in (*body.get("rules", ()), *body.get("options", ())):
            for key in ("title", "label", "note"):
                if key in row and (key != "note" or "label" in row):
                    yield str(path.relative_to(SOURCE)), row[key]


def documented() -> Iterator[tuple[str, str]]:
    """Words of the interface's documentation: file, text."""
    for path in sorted((SOURCE / "web" / "api").glob("*.py")):
        for text in _documentation(ast.parse(path.read_text(encoding="utf-8"))):
            if CHINESE.search(text):
                yield str(path.relative_to(SOURCE)), text


def _documentation(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        pairs: Iterable[tuple[object, ast.expr]] = ()
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""
        elif isinstance(node, ast.Call):
            pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
        elif isinstance(node, ast.Dict):
            pairs = [
                (getattr(key, "value", None), value)
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            pairs = [(node.targets[0].id.lower(), node.value)]
        for name, value in pairs:
            if name in ("summary", "description") and isinstance(value, ast.Constant):
                yield str(value.value)


def template() -> Catalog:
    """All marked strings that hold Chinese, with the file they stand in."""
    catalog = Catalog(locale="en", domain="django", project="jiesu", version="", fuzzy=False, charset="utf-8")
    for file, _line, message, context in marked():
        texts = message if isinstance(message, tuple) else (message,)
        if not texts[0]:
            continue
        catalog.add(message, locations=[(file, 1)], context=context)
    for file, text in (*named(), *documented()):
        catalog.add(text, locations=[(file, 1)])
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
    now.creation_date = MADE
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
    """Strings whose English lost or invented a placeholder, in any of its forms."""
    found = []
    for message in catalog:
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        wanted = placeholders(ids[0])
        if ids[0] and any(string and placeholders(string) != wanted for string in strings):
            found.append(ids[0])
    return found


def placeholders(text: str) -> list[str]:
    """What is filled into a text, in alphabetical order.

    >>> placeholders("%(n)d of {all}")
    ['%(n)d', '{all}']
    """
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text))


def rendered(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, sort_output=True, omit_header=False, width=100, include_lineno=False)
    lines = [
        line
        for line in out.getvalue().splitlines(keepends=True)
        if not line.startswith((b'"PO-Revision', b'"POT-Cr', b'"Generated'))
    ]
    return b"".join(lines)


def texts_only(po: bytes) -> list[bytes]:
    """Without the lines that name files: a string that only moved needs no new catalogue."""
    return [line for line in po.splitlines() if not line.startswith(b"#:")]


def compiled(catalog: Catalog) -> bytes:
    """The file that is read at run time. It holds no time of its making: the same texts give the same bytes."""
    catalog.creation_date = catalog.revision_date = MADE
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
    if not PO.exists() or texts_only(PO.read_bytes()) != texts_only(rendered(catalog)):
        problems.append("django.po is not current: run python tools/catalogues.py --update")
    else:
        with PO.open("rb") as file:
            if not MO.exists() or MO.read_bytes() != compiled(read_po(file, locale="en", domain="django")):
                problems.append("django.mo is not current: run python tools/catalogues.py --update")
    return problems


#: Where Chinese stays as it is, and why.
STAYS = {
    "law/": "the law's own words and the accounts made of them; plain Python without Django",
    "notices/": "notices bind in Chinese; reasons from gateways go to the log",
    "triage/": "word lists; reasons are kept with the suggestion",
    "places/": "names of places and bodies, patterns of addresses",
    "config/": "start-up and commands say both languages side by side",
    "people/demonstration.py": "invented people",
    "people/masking.py": "patterns of names",
    "people/actors.py": "names kept with what was done",
    "web/templatetags/gallery.py": "sample page of the building blocks",
    "web/templates/base/gallery": "sample page of the building blocks",
    "web/desk/platform.py": "column heads of the national platform's tables",
    "cases/apps.py": "name of the application",
    "cases/reply_bundle.py": "the file for a review or a lawsuit is in Chinese",
    "insight/document.py": "writes a document of the project",
    "insight/hotspots/labels.py": "word lists",
    "insight/wall/ground.py": "what names of bodies end in",
    "web/desk/papers.py": "name of that file",
    "web/templates/components/language.html": "a language names itself",
    "web/api/app.py": "name of the interface; its words are collected as documentation",
}
#: Words that are read from what people type, or stored with a case and so never translated.
KEPT = frozenset(
    ("元", "年", "月", "日", "是", "否", "等", "同意", "公司", "文件", "补充材料", "批量导入")
) | {
    "\n（依据：",
    "〇一二三四五六七八九",
}
HIDDEN = (
    r"\{#.*?#\}",
    r"\{% comment.*?endcomment %\}",
    r"<!--.*?-->",
    r"\{% blocktrans(?:late)?\b.*?endblocktrans(?:late)? %\}",
    r"\{% trans(?:late)?\b.*?%\}",
    r"""_\((?:"[^"]*"|'[^']*')\)""",
)


def unmarked() -> Iterator[str]:
    """Chinese outside a marking call or tag, as file:line: text, but for what stays."""
    known = KEPT | {text for _file, text in (*documented(), *named())}
    for path in (*sorted(SOURCE.rglob("*.py")), *sorted(SOURCE.rglob("*.html"))):
        name = str(path.relative_to(SOURCE))
        if "migrations" in path.parts or name.startswith(tuple(STAYS)):
            continue
        code = path.read_text(encoding="utf-8")
        for line, text in _loose(ast.parse(code)) if path.suffix == ".py" else _bare(code):
            if text not in known:
                yield f"{name}:{line}: {text[:80]!r}"


def _loose(tree: ast.Module) -> Iterator[tuple[int, str]]:
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            examples = [keyword.value for keyword in node.keywords if keyword.arg in ("examples", "tags")]
            for part in (*(node.args if called in (*KEYWORDS, "compile") else ()), *examples):
                passed.update(id(inner) for inner in ast.walk(part))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if getattr(key, "value", None) == "value":  # an example in the interface's documentation
                    passed.update(id(inner) for inner in ast.walk(value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in passed:
            continue
        if CHINESE.search(node.value):
            yield node.lineno, node.value


def _bare(code: str) -> Iterator[tuple[int, str]]:
    for pattern in HIDDEN:
        code = re.sub(pattern, lambda found: "\n" * found.group(0).count("\n"), code, flags=re.DOTALL)
    for number, line in enumerate(code.split("\n"), 1):
        if CHINESE.search(line):
            yield number, line.strip()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group(required=True)
    for name in ("update", "check", "missing", "unmarked"):
        group.add_argument(f"--{name}", action="store_true")
    group.add_argument("--fill", type=Path)
    options = parser.parse_args()
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    if options.unmarked:
        found = list(unmarked())
        print("\n".join(found) or "nothing unmarked")
        return 1 if found else 0
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
