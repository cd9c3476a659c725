"""Periodic jobs that belong to nobody's domain: those of a worker that was killed, and old ones."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from jiesu.cases import exports
from jiesu.intake import imports
from jiesu.triage import kind as triage_kind
from jiesu.web.desk import workbook

STALLED_AFTER = 45
"""Seconds without a heartbeat (one each ten) after which a worker counts as dead."""


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.retry_stalled", queueing_lock="jiesu.retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of a killed worker to the living one."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        await manager.retry_job(job, retry_at=datetime.now(tz=UTC))


@app.periodic(cron="17 3 * * *")
@app.task(name="jiesu.remove_old_jobs", queueing_lock="jiesu.remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Forget finished jobs after a week; what they did is on the cases."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=7 * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )


@app.task(name="jiesu.import_file")
def import_file(run: int) -> None:
    """Read a spreadsheet that was received; from where it stopped, if its process was killed."""
    imports.carry_out(
        run, suggest_kind=triage_kind.suggest, now=timezone.now, processes=imports.most_processes()
    )


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.sweep_imports", queueing_lock="jiesu.sweep_imports")
def sweep_imports(timestamp: int) -> None:
    """Go on with imports whose job was lost; one that fails keeps none of the others waiting."""
    failed: list[Exception] = []
    for run in imports.owed(timezone.now()):
        try:
            import_file(run)
        except Exception as error:
            failed.append(error)
    if failed:
        raise ExceptionGroup("imports", failed)


@app.periodic(cron="* * * * *")
@app.task(name="jiesu.write_exports", queueing_lock="jiesu.write_exports")
def write_exports(timestamp: int) -> int:
    """When somebody asks for a long list, and each minute: sheets that are owed; none is written beside another."""
    return exports.write_owed(write=workbook.write, now=timezone.now)


@app.periodic(cron="*/5 * * * *")
@app.task(name="jiesu.erase_exports", queueing_lock="jiesu.erase_exports")
def erase_exports(timestamp: int) -> int:
    """Every five minutes: sheets that have been kept for a day, and what a killed process has left of others."""
    return exports.erase(timezone.now())
