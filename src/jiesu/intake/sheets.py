"""Sheets that were handed in: kept sealed for as long as their import needs them, then for their refused rows."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from jiesu.cases import keys
from jiesu.intake.import_models import ImportRun
from jiesu.intake.spreadsheet import Code, Row, Sheet, SheetError, format_named, head, opened, returned
from jiesu.people import settings as people_settings
from jiesu.people.actors import Actor
from jiesu.places.models import Organisation

#: For how many days after the import a sheet with refused rows is kept, so that they can be corrected; 0: for ever.
DAYS = "retention.sheet_days"


def receive(
    *, path: Path, name: str, format: str, actor: Actor, registered_by: Organisation, at: datetime,
    dry_run: bool = False, channel: str = "",
) -> ImportRun:  # fmt: skip
    """Takes a file in for importing: read once, in a process of its own, and its rows kept sealed until they are done.

    Args:
        format: key of a format; empty: recognised by its columns.
        registered_by: the organisation that registers its rows.
        channel: instead of the format's own.

    Raises:
        SheetError: the file cannot be imported as a whole.
    """
    with opened(path, format_named(format) if format else None) as sheet:
        key = keys.new_data_key()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        with transaction.atomic():
            run = ImportRun.objects.create(
                name=name[-160:],
                sha256=digest,
                size=path.stat().st_size,
                format=sheet.layout.key,
                channel=channel or sheet.layout.channel,
                dry_run=dry_run,
                registered_by=registered_by,
                staff_id=actor.staff_id,
                created_at=at,
                touched_at=at,
                rows=sheet.count,
                unread_columns=list(sheet.head.unknown),
                wrapped_key=keys.wrap(key),
            )
            _keep(run, key, sheet)
    return run


def _kept(run: ImportRun) -> Path:
    return Path(settings.JIESU.home) / "imports" / f"{run.pk}.sealed"


#: Before each sealed part stands its length.
_LENGTH = struct.Struct(">I")


def _keep(run: ImportRun, key: bytes, sheet: Sheet) -> None:
    """Seals the rows part by part, so that neither keeping nor reading them takes more memory for a longer sheet."""
    target = _kept(run)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("wb") as out:
        for part in (json.dumps(sheet.head.names).encode(), *sheet.parts()):
            sealed = keys.encrypt_bytes(key, part)
            out.write(_LENGTH.pack(len(sealed)) + sealed)
        # On disk before the run is in the database: a sheet that a power cut has shortened would look whole.
        out.flush()
        os.fsync(out.fileno())


class Kept:
    """A sheet as it was taken in, for as long as its import or its refused rows need it.

    Raises:
        SheetError: it is no longer there.
    """

    def __init__(self, run: ImportRun) -> None:
        if run.wrapped_key is None or not _kept(run).is_file():
            raise SheetError(Code.UNREADABLE)
        self._path, self._key = _kept(run), keys.unwrap(run.wrapped_key)
        self.head = head(json.loads(next(self._parts())), format_named(run.format))

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty, in order."""
        number = 1
        parts = self._parts()
        next(parts)
        for part in parts:
            for line in part.splitlines():
                number += 1
                if cells := json.loads(line):
                    yield Row(number, tuple(cells))

    def _parts(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                while start := file.read(_LENGTH.size):
                    yield keys.decrypt_bytes(self._key, file.read(_LENGTH.unpack(start)[0]))
        except (InvalidTag, ValueError, struct.error) as error:
            raise SheetError(Code.UNREADABLE) from error


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
    _kept(run).unlink(missing_ok=True)


def due(at: datetime) -> QuerySet[ImportRun]:
    """Imports whose sheet has been kept for its time since they ended."""
    days = people_settings.in_force(organisation=None, at=at)[DAYS]
    over = ImportRun.objects.filter(status__in=(ImportRun.Status.DONE, ImportRun.Status.FAILED))
    if days <= 0:
        return over.none()
    return over.filter(finished_at__lt=at - timedelta(days=days), wrapped_key__isnull=False)


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
    files = {int(path.stem): path for path in folder.glob("*.sealed") if path.stem.isdigit()}
    for pk in ImportRun.objects.filter(pk__in=files, wrapped_key=None).values_list("pk", flat=True):
        files[pk].unlink(missing_ok=True)
