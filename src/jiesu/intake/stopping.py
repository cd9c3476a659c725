"""An import that met an error which nobody foresaw: told in plain words to whoever handed the sheet in.

It goes on by itself some times, for most of it passes: a database that starts anew, a full disk. Then it waits for a person,
who continues it or gives it up. What came in stays, and is not written again. The account of the error stands in the log
alone, under a reference: it may hold what citizens told.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jiesu.cases import jobs
from jiesu.intake import locks, sheets
from jiesu.intake.errors import Code, IntakeError
from jiesu.intake.import_models import ImportRun

_logger = logging.getLogger(__name__)
#: So often it is begun again by itself.
TRIES = 5
Cause = ImportRun.Cause

_WORDS: dict[str, str | Promise] = {
    Cause.DATABASE: _("数据库暂时连不上或者没有响应。"),
    Cause.STORAGE: _("服务器的磁盘读不出或者写不进，可能是磁盘满了。"),
    Cause.MEMORY: _("服务器的内存不够。"),
    Cause.OTHER: _("系统内部出了没有预料到的错误，不是表格填写的问题。"),
}


def words(run: ImportRun) -> str:
    """Why a run has stopped, for a person."""
    return str(_WORDS.get(run.cause, _WORDS[Cause.OTHER]))


def note(run: ImportRun, error: Exception, *, at: datetime) -> None:
    """Notes that a run has stopped, and logs the account of it under a reference.

    A database that is not there takes no note either: the log has it, and the sweep goes on.
    """
    reference = secrets.token_hex(4).upper()
    _logger.error("import %s stopped, reference %s", run.pk, reference, exc_info=error)
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    try:
        with transaction.atomic():
            ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING).update(
                failures=F("failures") + 1,
                stopped_at=at,
                touched_at=at,
                cause=_cause(error),
                reference=reference,
            )
            tried = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING, failures__gte=TRIES)
            tried.update(status=ImportRun.Status.STOPPED)
    except DatabaseError:
        _logger.exception("import %s: the stop was not noted", run.pk)


def clear(run: ImportRun) -> None:
    """Nothing is left of a stop once the run is over; to be saved."""
    run.failures, run.stopped_at, run.cause, run.reference = 0, None, "", ""


def go_on(run_id: int, *, organisation: int | None, at: datetime) -> None:
    """Continues a run that has stopped, from where it was.

    Raises:
        IntakeError: ``import_not_stopped``.
    """
    with transaction.atomic():
        stopped = _stopped(run_id, organisation)
        clear(stopped)
        stopped.status, stopped.touched_at = ImportRun.Status.WAITING, at
        stopped.save()
        jobs.queue("import_file", run=run_id)


def give_up(run_id: int, *, organisation: int | None, at: datetime) -> None:
    """Ends a run that has stopped: what came in stays, nothing more comes, the sheet is removed.

    Raises:
        IntakeError: ``import_not_stopped``; ``import_under_way`` where it has just been taken up again.
    """
    with locks.alone(locks.of_run(run_id)) as mine:
        if not mine:
            raise IntakeError(Code.IMPORT_UNDER_WAY)
        with transaction.atomic():
            stopped = _stopped(run_id, organisation)
            stopped.status = ImportRun.Status.FAILED
            stopped.error = gettext("已放弃，没有做完的行不再导入；已经导入的保留。")
            stopped.finished_at = stopped.touched_at = at
            stopped.save()
        sheets.forget(stopped)


def _stopped(run_id: int, organisation: int | None) -> ImportRun:
    rows = ImportRun.objects.select_for_update().filter(pk=run_id, registered_by_id=organisation)
    open_now = (ImportRun.Status.RUNNING, ImportRun.Status.STOPPED)
    found = rows.filter(status__in=open_now, failures__gt=0).first()
    if found is None:
        raise IntakeError(Code.IMPORT_NOT_STOPPED)
    return found


def _cause(error: Exception) -> str:
    if isinstance(error, (OperationalError, InterfaceError)):
        return Cause.DATABASE
    if isinstance(error, MemoryError):
        return Cause.MEMORY
    return Cause.STORAGE if isinstance(error, OSError) else Cause.OTHER
