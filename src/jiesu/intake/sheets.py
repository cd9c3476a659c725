"""Sheets that were handed in: kept sealed for as long as their import needs them, then for their refused rows."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from jiesu.cases import keys
from jiesu.intake.import_models import ImportRun
from jiesu.intake.spreadsheet import (
    MOST_BYTES,
    PART,
    Code,
    Row,
    Sheet,
    SheetError,
    format_named,
    head,
    opened,
    returned,
)
from jiesu.people import settings as people_settings
from jiesu.people.actors import Actor
from jiesu.places.models import Organisation

#: For how many days after the import a sheet with refused rows is kept, so that they can be corrected; 0: for ever.
DAYS = "retention.sheet_days"


#: A file of more bytes is read by the worker: a web process that reads answers nobody else meanwhile.
READ_AT_ONCE = 1024 * 1024


def receive(
    *, path: Path, name: str, format: str, actor: Actor, registered_by: Organisation, at: datetime,
    dry_run: bool = False, channel: str = "", at_once: bool = True,
) -> ImportRun:  # fmt: skip
    """Takes a file in for importing: read once, in a process of its own, and its rows kept sealed until they are done.

    Args:
        format: key of a format; empty: recognised by its columns.
        registered_by: the organisation that registers its rows.
        channel: instead of the format's own.
        at_once: False leaves the reading of a long file to whoever carries the run out; what is wrong with it as a
            whole is then told by the run.

    Raises:
        SheetError: the file cannot be imported as a whole.
    """
    layout = format_named(format) if format else None
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SheetError(Code.TOO_LARGE)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    key = keys.new_data_key()
    run = ImportRun(
        name=name[-160:],
        sha256=digest,
        size=size,
        format=format,
        channel=channel,
        dry_run=dry_run,
        registered_by=registered_by,
        staff_id=actor.staff_id,
        created_at=at,
        touched_at=at,
        wrapped_key=keys.wrap(key),
    )
    if not at_once and size > READ_AT_ONCE:
        with transaction.atomic(), path.open("rb") as file:
            run.save()
            _keep(_handed_in(run), key, iter(lambda: file.read(PART), b""))
        return run
    with opened(path, layout) as sheet, transaction.atomic():
        run.save()
        _take(run, key, sheet)
    return run


def read_in(run: ImportRun) -> None:
    """Reads the file of a run of which nobody has read it; may be killed anywhere and be run again.

    Raises:
        SheetError: the file cannot be imported as a whole.
    """
    if run.rows:
        return
    if run.wrapped_key is None:
        raise SheetError(Code.UNREADABLE)
    key = keys.unwrap(run.wrapped_key)
    with tempfile.TemporaryDirectory(prefix="jiesu-import-") as folder:
        path = Path(folder) / "sheet"
        with path.open("wb") as out:
            for part in _parts(_handed_in(run), key):
                out.write(part)
        with opened(path, format_named(run.format) if run.format else None) as sheet:
            _take(run, key, sheet)
    _handed_in(run).unlink(missing_ok=True)


def _take(run: ImportRun, key: bytes, sheet: Sheet) -> None:
    """Keeps the rows of a sheet, then notes with the run what they are."""
    _keep(_kept(run), key, (json.dumps(sheet.head.names).encode(), *sheet.parts()))
    run.format = sheet.layout.key
    run.channel = run.channel or sheet.layout.channel
    run.rows = sheet.count
    run.unread_columns = list(sheet.head.unknown)
    run.save()


def _kept(run: ImportRun) -> Path:
    return Path(settings.JIESU.home) / "imports" / f"{run.pk}.sealed"


def _handed_in(run: ImportRun) -> Path:
    """The file as it was handed in, until it has been read."""
    return _kept(run).with_suffix(".file")


#: Before each sealed part stands its length.
_LENGTH = struct.Struct(">I")


def _keep(target: Path, key: bytes, parts: Iterable[bytes]) -> None:
    """Seals part by part, so that neither keeping nor reading takes more memory for a longer sheet."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("wb") as out:
        for part in parts:
            sealed = keys.encrypt_bytes(key, part)
            out.write(_LENGTH.pack(len(sealed)) + sealed)
        # On disk before the run is in the database: a sheet that a power cut has shortened would look whole.
        out.flush()
        os.fsync(out.fileno())


def _parts(path: Path, key: bytes) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while start := file.read(_LENGTH.size):
                yield keys.decrypt_bytes(key, file.read(_LENGTH.unpack(start)[0]))
    except (InvalidTag, OSError, ValueError, struct.error) as error:
        raise SheetError(Code.UNREADABLE) from error


class Kept:
    """A sheet as it was taken in, for as long as its import or its refused rows need it.

    Raises:
        SheetError: it is no longer there.
    """

    def __init__(self, run: ImportRun) -> None:
        if run.wrapped_key is None or not _kept(run).is_file():
            raise SheetError(Code.UNREADABLE)
        self._path, self._key = _kept(run), keys.unwrap(run.wrapped_key)
        self.head = head(json.loads(next(_parts(self._path, self._key))), format_named(run.format))

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, in order."""
        number = 1
        parts = _parts(self._path, self._key)
        next(parts)
        for part in parts:
            for line in part.splitlines():
                number += 1
                if cells := json.loads(line):
                    yield Row(number, tuple(cells))


def refused_sheet(run: ImportRun) -> bytes:
    """The refused rows of a run as a sheet to correct and import again.

    Raises:
        SheetError: the file is no longer there.
    """
    told: dict[int, list[str]] = {}
    for problem in run.problems:
        told.setdefault(problem["row"], []).append(problem["message"])
    sheet = Kept(run)
    rows = ((row, "；".join(told[row.number])) for row in sheet.rows() if row.number in told)
    return returned(sheet.head.names, rows)


def forget(run: ImportRun) -> None:
    """Removes what was handed in, and the key of its copies in back-ups; what was imported of it stays, and that it was.

    The key goes first: a run killed in between leaves a file that nobody can read, and ``erase`` takes it away.
    """
    ImportRun.objects.filter(pk=run.pk).update(wrapped_key=None)
    run.wrapped_key = None
    for path in (_handed_in(run), _kept(run)):
        path.unlink(missing_ok=True)


def due(at: datetime) -> QuerySet[ImportRun]:
    """Imports whose sheet has been kept for its time since they ended, or stopped and nobody went on with them."""
    days = people_settings.in_force(organisation=None, at=at)[DAYS]
    kept = ImportRun.objects.filter(wrapped_key__isnull=False)
    if days <= 0:
        return kept.none()
    before = at - timedelta(days=days)
    over = Q(status__in=(ImportRun.Status.DONE, ImportRun.Status.FAILED), finished_at__lt=before)
    return kept.filter(over | Q(status=ImportRun.Status.STOPPED, stopped_at__lt=before))


def erase(at: datetime) -> int:
    """Erases the sheets whose time is over; gives how many. May stop anywhere and be run again."""
    erased = 0
    for run in due(at).order_by("pk"):
        forget(run)
        erased += 1
    _remove_unreadable()
    return erased


def _remove_unreadable() -> None:
    """Files whose key went and that a killed process left behind."""
    folder = Path(settings.JIESU.home) / "imports"
    files = [path for path in folder.iterdir() if path.stem.isdigit()] if folder.is_dir() else []
    numbers = {int(path.stem) for path in files}
    gone = set(ImportRun.objects.filter(pk__in=numbers, wrapped_key=None).values_list("pk", flat=True))
    for path in files:
        if int(path.stem) in gone:
            path.unlink(missing_ok=True)
