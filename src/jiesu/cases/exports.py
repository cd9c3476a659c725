"""Long lists as spreadsheets: asked for at the desk, written by the worker, fetched by whoever asked, gone after a day.

Rows are the truth: what waits or was interrupted is owed, and a job only hurries it. A process that is killed leaves
nothing half done: the sheet is begun again, and becomes one with its row and with the line of the access log that says
who took which rows out. The file lies sealed with a key of its own, which goes with the row.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from jiesu.cases import jobs, keys
from jiesu.cases.models import ExportRun
from jiesu.cases.worklists import MOST_EXPORTED, Filters, Item, Scope, base, each_in, scopes
from jiesu.people.access import record_access
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.entering import by_id
from jiesu.people.models import AccessAct, Staff
from jiesu.people.visibility import kinds_seen

#: Whoever needs a list longer makes it anew: it is of yesterday.
KEPT = timedelta(days=1)
#: Of one person at once; one after another they are written anyway.
MOST_UNDER_WAY = 3
#: Of one person at all; a newer one pushes the oldest out.
MOST_KEPT = 20
#: A sheet that ends its process so often ends every process.
MOST_ATTEMPTS = 3
#: So many rows are written between two looks at the row of the run: some tenths of a second.
STEP = 1_000
UNDER_WAY = (ExportRun.Status.WAITING, ExportRun.Status.RUNNING)
OVER = (ExportRun.Status.DONE, ExportRun.Status.FAILED)
#: The lock of whoever writes: one process at a time, so that the worker's other places stay free.
_WRITING = (0x6A69_6510, 0)

_logger = logging.getLogger(__name__)

#: Writes a sheet of items, as they stand at an instant, to a path; what it needs meanwhile it leaves beside it.
Write = Callable[[Iterable[Item], Path, datetime], None]


class Code(StrEnum):
    """Stable codes of what is refused."""

    TOO_MANY = "exports_too_many"
    NOT_THERE = "export_not_there"
    RIGHTS_CHANGED = "export_rights_changed"


MESSAGES = {
    Code.TOO_MANY: _("您已有 %(most)d 份导出还没有写完，请等其中一份写好，或者取消一份。"),
    Code.NOT_THERE: _("这份导出不在了，请重新导出。"),
    Code.RIGHTS_CHANGED: _("写好之后您的岗位或者代班有了变化，这份清单不能再下载，请重新导出。"),
}


class ExportError(Exception):
    """What cannot be exported or fetched.

    Args:
        code: stable code.
        data: numbers that explain it.
    """

    def __init__(self, code: Code, **data: int) -> None:
        self.code = code
        self.message = str(MESSAGES[code]) % data
        super().__init__(self.message)


class _Removed(Exception):
    """The asker has taken the wish back, or another process has taken it over."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants.

    Args:
        scope: key of a scope of the asker; empty where there is none.
        words: scope and filters as the asker reads them.
    """

    scope: str
    filters: Filters
    words: str


def codes(filters: Filters) -> dict[str, Any]:
    """The filters as codes, for the access log; of a text only that there was one."""
    plain = {k: v for k, v in vars(filters).items() if v and k != "text"}
    return {k: str(v) for k, v in plain.items()} | ({"text": True} if filters.text else {})


def begin(
    *, actor: Actor, scope: Scope | None, filters: Filters, words: str, language: str, at: datetime
) -> ExportRun:
    """Takes the wish down and queues its writing; a wish that is under way already is given back as it is.

    Args:
        words: scope and filters as the asker reads them.
        language: code of the language of the sheet.

    Raises:
        ExportError: ``exports_too_many``.
    """
    wish = json.dumps(
        {"scope": scope.key if scope else "", "filters": asdict(filters)}, default=date.isoformat
    )
    same = keys.lookup("export", f"{language}\x00{wish}")
    with transaction.atomic():
        # One person's wishes come one after another, however often and in however many windows a button is pressed.
        asker = Staff.objects.select_for_update(no_key=True).only("pk").get(pk=actor.staff_id or 0)
        own = {bytes(run.same): run for run in _of(actor).filter(status__in=UNDER_WAY)}
        if same in own:
            return own[same]
        if len(own) >= MOST_UNDER_WAY:
            raise ExportError(Code.TOO_MANY, most=MOST_UNDER_WAY)
        key = keys.new_data_key()
        run = ExportRun.objects.create(
            staff_id=asker.pk,
            language=language,
            same=same,
            sealed=keys.encrypt(key, json.dumps({"wish": wish, "words": words})),
            wrapped_key=keys.wrap(key),
            created_at=at,
        )
        jobs.queue_again("write_exports", priority=0, timestamp=int(at.timestamp()))
    for oldest in _of(actor).filter(status__in=OVER).order_by("-pk")[MOST_KEPT - MOST_UNDER_WAY :]:
        remove(oldest)
    return run


def asked(run: ExportRun) -> Asked:
    """What was asked for."""
    plain = json.loads(keys.decrypt(keys.unwrap(run.wrapped_key), run.sealed))
    wish = json.loads(plain["wish"])
    filters = wish["filters"]
    for day in ("since", "until"):
        filters[day] = date.fromisoformat(filters[day]) if filters[day] else None
    return Asked(scope=wish["scope"], filters=Filters(**filters), words=plain["words"])


def _of(actor: Actor) -> QuerySet[ExportRun]:
    return ExportRun.objects.filter(staff_id=actor.staff_id or 0)


def own(actor: Actor, *, at: datetime) -> QuerySet[ExportRun]:
    """What the actor has asked for and what is still kept, the newest first."""
    return _of(actor).exclude(_past(at)).order_by("-pk")


def _past(at: datetime) -> Q:
    return Q(status__in=OVER, finished_at__lte=at - KEPT)


def entitled(run: ExportRun, actor: Actor) -> bool:
    """Whether the actor asked for it and still has every right by which its rows were seen."""
    seen_by = run.rights
    return (
        run.staff_id == actor.staff_id
        and (seen_by["organisation"], seen_by["office"]) == (actor.organisation_id, actor.office_id)
        and actor.roles.issuperset(seen_by["roles"])
        and actor.covers.issuperset(seen_by["covers"])
    )


def _rights(actor: Actor) -> dict[str, Any]:
    return {
        "organisation": actor.organisation_id,
        "office": actor.office_id,
        "roles": sorted(actor.roles),
        "covers": sorted(actor.covers),
    }


def fetch(run: ExportRun, *, actor: Actor, at: datetime) -> bytes:
    """The sheet, for whoever asked for it; that it was fetched is on record.

    Raises:
        ExportError: ``export_not_there``, ``export_rights_changed``.
    """
    if run.status != ExportRun.Status.DONE or run.finished_at is None or run.finished_at <= at - KEPT:
        raise ExportError(Code.NOT_THERE)
    if not entitled(run, actor):
        raise ExportError(Code.RIGHTS_CHANGED)
    try:
        content = keys.decrypt_bytes(keys.unwrap(run.wrapped_key), _path(run.pk).read_bytes())
    except (InvalidTag, OSError) as error:
        raise ExportError(Code.NOT_THERE) from error
    detail = {"export": run.pk, "rows": run.rows}
    record_access(actor=actor, act=AccessAct.DOWNLOAD, at=at, detail=detail)
    return content


def write_owed(*, write: Write, now: Callable[[], datetime]) -> int:
    """Writes what is owed, in the order in which it was asked for; gives how many sheets became ready.

    Nobody waits for whoever is writing: that process finds what has been asked for meanwhile. A run that is under way
    here has lost its process, for this one has the lock.
    """
    written = 0
    while True:
        with _alone() as alone:
            while alone and (run := _owed().first()) is not None:
                written += _carry_out(run, write, now)
        # What was asked for while the lock was still held, and given up by its job for that.
        if not alone or not _owed().exists():
            return written


def _owed() -> QuerySet[ExportRun]:
    return ExportRun.objects.filter(status__in=UNDER_WAY).order_by("pk")


@contextmanager
def _alone() -> Iterator[bool]:
    """Holds the lock of whoever writes; False where another process has it. It goes with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _WRITING)
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", _WRITING)


def _carry_out(run: ExportRun, write: Write, now: Callable[[], datetime]) -> bool:
    """Writes one sheet from its first row; whether it has become ready. Afterwards the run is over or gone."""
    _clear(run.pk)
    if run.attempts >= MOST_ATTEMPTS:
        return _failed(run, ExportRun.Problem.INTERRUPTED, now())
    before, run.attempts = run.attempts, run.attempts + 1
    mine = ExportRun.objects.filter(pk=run.pk, attempts=before, status__in=UNDER_WAY)
    if not mine.update(status=ExportRun.Status.RUNNING, attempts=run.attempts, rows=0, total=0):
        return False
    try:
        return _Writing(run, now).all(write)
    except _Removed:
        return False
    except (OperationalError, InterfaceError):
        # The database has gone away: the sweep begins again when it is back.
        raise
    except Exception as error:
        _logger.exception("export %s was not written", run.pk)
        problem = ExportRun.Problem.FULL if _no_space(error) else ExportRun.Problem.BROKEN
        return _failed(run, problem, now())


def _failed(run: ExportRun, problem: ExportRun.Problem, at: datetime) -> bool:
    """Ends a run without a sheet; False, for it has not become ready."""
    _still_mine(run).update(status=ExportRun.Status.FAILED, problem=problem, finished_at=at)
    return False


def _still_mine(run: ExportRun) -> QuerySet[ExportRun]:
    """The run, unless it was taken back or another process has begun it again."""
    return ExportRun.objects.filter(pk=run.pk, attempts=run.attempts, status__in=UNDER_WAY)


def _no_space(error: BaseException | None) -> bool:
    """Whether an error comes from a full disk, however it was wrapped."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


class _Writing:
    """One attempt at a sheet."""

    def __init__(self, run: ExportRun, now: Callable[[], datetime]) -> None:
        self.run = run
        self.now = now
        self.rows = 0
        self.cut = False

    def all(self, write: Write) -> bool:
        """Reads the rows with the asker's rights of this moment, writes and seals the sheet, ends the run."""
        run, at, wanted = self.run, self.now(), asked(self.run)
        staff = by_id(run.staff_id, at=at)
        actor = actor_for(staff, at) if staff is not None else Actor()
        scope = next((s for s in scopes(actor) if s.key == wanted.scope), None)
        if not kinds_seen(actor) or (scope is None and wanted.scope):
            return _failed(run, ExportRun.Problem.RIGHTS, at)
        rows = base(actor, scope, wanted.filters, at)
        self._tell(total=rows.order_by()[:MOST_EXPORTED].count())
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_draft(run.pk), dir=folder) as place:
            sheet = Path(place) / "sheet"
            with translation.override(run.language):
                found = each_in(actor, rows, order=wanted.filters.order, most=MOST_EXPORTED + 1)
                write(self._told(found), sheet, at)
            size = sheet.stat().st_size
            sealed = keys.encrypt_bytes(keys.unwrap(run.wrapped_key), sheet.read_bytes())
        self._keep(sealed)
        with transaction.atomic():
            self._tell(
                status=ExportRun.Status.DONE,
                rows=self.rows,
                cut=self.cut,
                size=size,
                rights=_rights(actor),
                finished_at=self.now(),
            )
            detail = {
                "rows": self.rows,
                "scope": wanted.scope,
                "filters": codes(wanted.filters),
                "export": run.pk,
            }
            record_access(actor=actor, act=AccessAct.EXPORT, at=self.now(), detail=detail)
        return True

    def _told(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items; the run says how many there have been."""
        for item in items:
            if self.rows == MOST_EXPORTED:
                self.cut = True
            else:
                self.rows += 1
                if self.rows % STEP == 0:
                    self._tell(rows=self.rows)
            yield item

    def _tell(self, **values: Any) -> None:
        if _still_mine(self.run).update(**values):
            return
        if not ExportRun.objects.filter(pk=self.run.pk).exists():
            _path(self.run.pk).unlink(missing_ok=True)
        raise _Removed

    def _keep(self, sealed: bytes) -> None:
        """Puts the file in its place whole or not at all, on disk before the row says that it is there."""
        handle, name = tempfile.mkstemp(prefix=_draft(self.run.pk), dir=_folder())
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        Path(name).rename(_path(self.run.pk))


def _folder() -> Path:
    return Path(settings.JIESU.home) / "exports"


def _path(pk: int) -> Path:
    return _folder() / f"{pk}.sealed"


def _draft(pk: int) -> str:
    """How the names of what is being written begin."""
    return f".{pk}."


def _clear(pk: int) -> None:
    """Removes what a killed process has left of a sheet; what it wrote before sealing lies in the clear."""
    for path in _folder().glob(f"{_draft(pk)}*"):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove(run: ExportRun) -> None:
    """Removes a sheet and that it was asked for, under way or over. The access log keeps that it was written.

    The row goes first and its key with it: who is killed in between leaves a file that nobody can read.
    """
    ExportRun.objects.filter(pk=run.pk).delete()
    _path(run.pk).unlink(missing_ok=True)


def due(at: datetime) -> QuerySet[ExportRun]:
    """Sheets, and wishes that failed, that have been kept for their time."""
    return ExportRun.objects.filter(_past(at))


def erase(at: datetime) -> int:
    """Removes what has been kept for its time; gives how many. May stop anywhere and be run again."""
    gone = 0
    for run in due(at).order_by("pk"):
        remove(run)
        gone += 1
    _remove_left_over()
    return gone


def _remove_left_over() -> None:
    """Files and drafts of runs that are gone, and drafts of runs that are over."""
    folder = _folder()
    found = [(path, *_named(path)) for path in folder.iterdir()] if folder.is_dir() else []
    numbers = {pk for _path, pk, _draft in found}
    there = dict(ExportRun.objects.filter(pk__in=numbers).values_list("pk", "status"))
    for path, pk, draft in found:
        if pk and (pk not in there or (draft and there[pk] in OVER)):
            _remove(path)


def _named(path: Path) -> tuple[int, bool]:
    """Of which run a file is and whether it is a draft; 0 for a name that is not ours."""
    number = path.name.lstrip(".").split(".", 1)[0]
    return (int(number) if number.isascii() and number.isdigit() else 0), path.name.startswith(".")
