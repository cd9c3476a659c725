"""Files of a case: checked, images made anew, encrypted with the case's key, written and synced before the row."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import filetype
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from jiesu.cases import keys
from jiesu.cases.draft import Draft
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import Data
from jiesu.cases.models import File

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 20
MOST_PIXELS = 60_000_000
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
OTHERS = {
    "application/pdf",
    "audio/mpeg",
    "audio/x-wav",
    "audio/m4a",
    "audio/amr",
    "video/mp4",
    "video/quicktime",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Upload:
    """A file as handed in. The name is for people only: the type comes from the content."""

    name: str
    content: bytes
    purpose: str = "evidence"
    restricted: bool = False


class FileStore(Protocol):
    """Where encrypted files lie."""

    def put(self, case_id: int, seq: int, sealed: bytes) -> None: ...

    def get(self, case_id: int, seq: int) -> bytes: ...

    def exists(self, case_id: int, seq: int) -> bool: ...

    def remove_all(self, case_id: int) -> int: ...


class FolderStore:
    """Files under ``JIESU_HOME/files/<division>/<case>/<seq>``."""

    def _folder(self, case_id: int) -> Path:
        return Path(settings.JIESU.home) / "files" / str(case_id)[:6] / str(case_id)

    def _path(self, case_id: int, seq: int) -> Path:
        return self._folder(case_id) / str(seq)

    def put(self, case_id: int, seq: int, sealed: bytes) -> None:
        """Writes whole or not at all, synced to disk. A leftover of a rolled-back action is overwritten."""
        path = self._path(case_id, seq)
        fresh = not path.parent.is_dir()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{seq}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        # A name is on disk when its folder is: that of the file and, of a case's first file, those above.
        for folder in path.parents[: 4 if fresh else 1]:
            _sync(folder)

    def get(self, case_id: int, seq: int) -> bytes:
        return self._path(case_id, seq).read_bytes()

    def exists(self, case_id: int, seq: int) -> bool:
        return self._path(case_id, seq).exists()

    def remove_all(self, case_id: int) -> int:
        """Removes every file of a case, leftovers of rolled-back actions included; gives how many."""
        folder = self._folder(case_id)
        if not folder.is_dir():
            return 0
        listed = list(folder.iterdir())
        for path in listed:
            path.unlink(missing_ok=True)
        folder.rmdir()
        _sync(folder.parent)
        return len(listed)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> FileStore:
    return FolderStore()


def refuse(message: str, name: str) -> ActionError:
    return ActionError(Code.FILE_REFUSED, message, fields={"files": message}, data={"name": name[:160]})


def checked(upload: Upload) -> tuple[bytes, str]:
    """The content to keep and its type.

    Images are decoded and encoded again: what is not picture (scripts, places, cameras) does not survive.

    Raises:
        ActionError: ``file_refused`` with what to do.
    """
    if not upload.content:
        raise refuse(_("文件“%(name)s”是空的，请重新选择。") % {"name": upload.name}, upload.name)
    if len(upload.content) > MOST_BYTES:
        raise refuse(_("文件“%(name)s”超过 20 MB，请压缩或者分开上传。") % {"name": upload.name}, upload.name)
    kind = filetype.guess(upload.content)
    mime = kind.mime if kind is not None else ""
    if mime in IMAGES:
        return _fresh_image(upload, mime), mime
    if mime in OTHERS:
        return upload.content, mime
    raise refuse(
        _("不能上传文件“%(name)s”：只收图片、PDF、录音、视频和 Word、Excel 文件。") % {"name": upload.name},
        upload.name,
    )


def _fresh_image(upload: Upload, mime: str) -> bytes:
    try:
        with Image.open(io.BytesIO(upload.content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise refuse(_("图片“%(name)s”过大，请缩小后上传。") % {"name": upload.name}, upload.name)
            turned = ImageOps.exif_transpose(image)
            if mime == "image/jpeg" and turned.mode not in ("RGB", "L"):
                turned = turned.convert("RGB")
            out = io.BytesIO()
            turned.save(out, format=IMAGES[mime], quality=90)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise refuse(
            _("图片“%(name)s”打不开，请重新拍照或者另存后上传。") % {"name": upload.name}, upload.name
        ) from error
    return out.getvalue()


def safe_name(name: str) -> str:
    """A file name for showing and for downloads: no path, no control characters.

    >>> safe_name("../../小票\\n.jpg")
    '小票.jpg'
    """
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in bare if c.isprintable()).strip()[:160] or "文件"


def store_files(draft: Draft, uploads: Sequence[Upload], *, at: datetime, from_citizen: bool) -> list[Data]:
    """Stores files under the case and adds their rows; returns what the event keeps: seq and SHA-256."""
    if len(uploads) > MOST_FILES:
        raise refuse(_("一次最多上传 %(most_files)s 个文件。") % {"most_files": MOST_FILES}, "")
    kept: list[Data] = []
    for upload in uploads:
        content, mime = checked(upload)
        seq = draft.take()
        digest = hashlib.sha256(content).hexdigest()
        store().put(draft.case.pk, seq, keys.encrypt_bytes(draft.key, content))
        draft.added.append(
            File(
                case_id=draft.case.pk,
                seq=seq,
                name=safe_name(upload.name),
                purpose=upload.purpose,
                content_type=mime,
                size=len(content),
                sha256=digest,
                from_citizen=from_citizen,
                restricted=upload.restricted,
                at=at,
            )
        )
        kept.append({"seq": seq, "sha256": digest})
    return kept


def read(file: File, data_key: bytes) -> bytes:
    """The plain content of a stored file.

    Raises:
        ValueError: when the content on disk is not what was stored.
    """
    content = keys.decrypt_bytes(data_key, store().get(file.case_id, file.seq))
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ValueError(f"file {file.case_id}/{file.seq} differs from what was stored")
    return content
