"""Pictures and papers of a contact that is still being typed: kept through corrections, gone after a day.

Each lies encrypted under a key that is made from its token; the token is only on the citizen's page. Whoever reads the
folder reads nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from jiesu.cases import keys
from jiesu.cases.files import Upload, checked, safe_name

KEPT = timedelta(days=1)
TOKEN_BYTES = 24


@dataclass(frozen=True)
class Held:
    """A file that waits for its contact."""

    token: str
    name: str
    size: int
    picture: bool


def _folder() -> Path:
    return Path(settings.JIESU.home) / "held"


def _path(token: str) -> Path:
    return _folder() / hashlib.sha256(f"name:{token}".encode()).hexdigest()


def _key(token: str) -> bytes:
    return hashlib.sha256(f"key:{token}".encode()).digest()[: keys.KEY_BYTES]


def hold(upload: Upload) -> Held:
    """Checks a file and keeps it.

    Raises:
        ActionError: ``file_refused`` with what to do.
    """
    content, mime = checked(upload)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    held = Held(token, safe_name(upload.name), len(content), mime.startswith("image/"))
    head = json.dumps({"name": held.name, "size": held.size, "picture": held.picture}).encode()
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(_path(token), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(keys.encrypt_bytes(_key(token), len(head).to_bytes(4, "big") + head + content))
    return held


def _open(token: str) -> tuple[Held, bytes] | None:
    try:
        plain = keys.decrypt_bytes(_key(token), _path(token).read_bytes())
    except OSError:
        return None
    size = int.from_bytes(plain[:4], "big")
    head = json.loads(plain[4 : 4 + size])
    return Held(token, head["name"], head["size"], head["picture"]), plain[4 + size :]


def listed(tokens: Iterable[str]) -> list[Held]:
    """The files behind tokens; those that are gone are left out."""
    return [found[0] for token in dict.fromkeys(tokens) if (found := _open(token)) is not None]


def content(token: str) -> tuple[Held, bytes] | None:
    """One file and its content, for showing it to whoever has the token; None when it is gone."""
    return _open(token)


def uploads(tokens: Iterable[str]) -> list[Upload]:
    """The files behind tokens as they go into a case."""
    return [
        Upload(name=held.name, content=plain)
        for token in dict.fromkeys(tokens)
        if (found := _open(token)) is not None
        for held, plain in (found,)
    ]


def drop(tokens: Iterable[str]) -> None:
    """Removes files that have gone into a case, or that the citizen took back."""
    for token in tokens:
        _path(token).unlink(missing_ok=True)


def sweep(at: datetime) -> int:
    """Removes what nobody sent; gives how many."""
    gone = 0
    if not _folder().is_dir():
        return 0
    for path in _folder().iterdir():
        if path.stat().st_mtime < (at - KEPT).timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
