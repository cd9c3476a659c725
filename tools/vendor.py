"""Refresh or check the browser assets under src/jiesu/web/static/vendor.

    python tools/vendor.py           fetch the pinned packages with npm and rewrite files and VENDOR.json
    python tools/vendor.py --check   offline: every file has the recorded hash, every icon used exists

The list of packages is VENDOR.json itself: to move to a new version, change `version` there and run
this script. npm finds its registry in the operator's own configuration, so no host is named here.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "jiesu" / "web"
VENDOR = WEB / "static" / "vendor"
LIST = VENDOR / "VENDOR.json"

ICON_USE = re.compile(r"""{%\s*icon\s+["']([a-z0-9-]+)["']""")
# A literal name handed to a component or written in a view's navigation.
ICON_GIVEN = re.compile(r"""\bicon\s*[=:]\s*["']([a-z0-9-]+)["']|["']icon["']\s*:\s*["']([a-z0-9-]+)["']""")
# Hashed static names make the storage follow these comments to maps that we do not ship.
SOURCE_MAP = re.compile(rb"\n?(?://[#@]|/\*[#@])\s*sourceMappingURL=[^\n*]*(?:\*/)?\s*$")

MIT = """MIT License

{copyright}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT
OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class File(TypedDict):
    source: str  # path inside the package; "MIT" where the package ships no licence text; "sprite" for icons
    path: str  # path below static/vendor
    sha256: str


class Package(TypedDict, total=False):
    name: str
    version: str
    licence: str
    copyright: str
    files: list[File]
    icons: list[str]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_list() -> list[Package]:
    packages: list[Package] = json.loads(LIST.read_text(encoding="utf-8"))["packages"]
    return packages


def fetch(package: Package, folder: Path) -> tarfile.TarFile:
    """Download one package at its exact version and open it."""
    wanted = f"{package['name']}@{package['version']}"
    done = subprocess.run(
        ["npm", "pack", wanted, "--silent", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    return tarfile.open(folder / done.stdout.strip().splitlines()[-1])


def member(archive: tarfile.TarFile, path: str) -> bytes:
    handle = archive.extractfile(f"package/{path}")
    if handle is None:
        raise SystemExit(f"vendor: no file {path}")
    return handle.read()


def sprite(archive: tarfile.TarFile, icons: list[str]) -> bytes:
    """One SVG with a symbol per icon: a few kilobytes instead of a font of five thousand."""
    symbols = []
    for name in sorted(set(icons)):
        svg = member(archive, f"icons/outline/{name}.svg").decode("utf-8")
        body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        shapes = [
            line.strip() for line in body.splitlines() if line.strip() and 'd="M0 0h24v24H0z"' not in line
        ]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(shapes)}</symbol>')
    head = '<svg xmlns="http://www.w3.org/2000/svg">'
    return (head + "\n" + "\n".join(symbols) + "\n</svg>\n").encode("utf-8")


def content(archive: tarfile.TarFile, package: Package, file: File) -> bytes:
    if file["source"] == "sprite":
        return sprite(archive, package["icons"])
    if file["source"] == "MIT":
        return MIT.format(copyright=package["copyright"]).encode("utf-8")
    data = member(archive, file["source"])
    return SOURCE_MAP.sub(b"\n", data) if file["path"].endswith((".js", ".css")) else data


def refresh() -> None:
    packages = read_list()
    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            with fetch(package, Path(folder)) as archive:
                for file in package["files"]:
                    data = content(archive, package, file)
                    target = VENDOR / file["path"]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(data)
                    file["sha256"] = digest(data)
    LIST.write_text(json.dumps({"packages": packages}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def icons_used() -> dict[str, Path]:
    used: dict[str, Path] = {}
    for path in sorted([*WEB.rglob("*.html"), *WEB.rglob("*.py")]):
        text = path.read_text(encoding="utf-8")
        for name in ICON_USE.findall(text):
            used.setdefault(name, path)
        for first, second in ICON_GIVEN.findall(text):
            used.setdefault(first or second, path)
    return used


def faults() -> list[str]:
    """What differs between the list and the tree, one sentence each."""
    found: list[str] = []
    listed = {LIST}
    icons: set[str] = set()
    for package in read_list():
        icons |= set(package.get("icons", []))
        for file in package["files"]:
            target = VENDOR / file["path"]
            listed.add(target)
            if not target.is_file():
                found.append(f"{file['path']}: missing")
            elif digest(target.read_bytes()) != file["sha256"]:
                found.append(f"{file['path']}: not the recorded SHA-256")
    for path in sorted(VENDOR.rglob("*")):
        if path.is_file() and path not in listed:
            found.append(f"{path.relative_to(VENDOR)}: not in VENDOR.json")
    for name, path in sorted(icons_used().items()):
        if name not in icons:
            found.append(f"icon {name!r} ({path.relative_to(ROOT)}): add it to VENDOR.json and refresh")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="refresh or check the vendored browser assets")
    parser.add_argument("--check", action="store_true", help="only compare files with VENDOR.json")
    if not parser.parse_args().check:
        refresh()
    found = faults()
    for line in found:
        print(f"vendor: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
