"""Whether the system lives and can work; numbers for a monitor on the same machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import psutil
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from jiesu.cases import keys
from jiesu.cases.models import Message
from jiesu.config.process import is_loopback

HEARTBEAT_WITHIN = timedelta(seconds=60)
UNSENT_WITHIN = timedelta(minutes=15)
"""A message older than this which is still to be sent makes the system not ready: duties are met by telling."""

_STARTED = time.monotonic()


@dataclass(frozen=True, slots=True)
class Readiness:
    """One answer to each question; ``None`` in the ages where there is nothing."""

    database: bool
    migrations: bool
    key_ring: bool
    worker_age: float | None
    unsent_age: float | None

    @property
    def worker(self) -> bool:
        """Whether a worker has given a sign of life lately."""
        return self.worker_age is not None and self.worker_age <= HEARTBEAT_WITHIN.total_seconds()

    @property
    def sending(self) -> bool:
        """Whether messages leave in time."""
        return self.unsent_age is None or self.unsent_age <= UNSENT_WITHIN.total_seconds()

    @property
    def ready(self) -> bool:
        """Whether everything is as it should be."""
        return self.database and self.migrations and self.key_ring and self.worker and self.sending


def readiness(*, now: datetime) -> Readiness:
    """Look at everything that work depends on."""
    ring = _key_ring()
    try:
        connection.ensure_connection()
        migrations = _migrated()
    except DatabaseError:
        return Readiness(database=False, migrations=False, key_ring=ring, worker_age=None, unsent_age=None)
    if not migrations:
        return Readiness(database=True, migrations=False, key_ring=ring, worker_age=None, unsent_age=None)
    return Readiness(
        database=True,
        migrations=True,
        key_ring=ring,
        worker_age=_age(_last_heartbeat(), now),
        unsent_age=_age(_oldest_unsent(now), now),
    )


def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _key_ring() -> bool:
    # Asked without making one: a ring that is gone must show, not be replaced.
    if not keys.ring_path().is_file():
        return False
    try:
        keys.ring()
    except (OSError, ValueError, KeyError):
        return False
    return True


def _last_heartbeat() -> datetime | None:
    beats: list[datetime] = list(
        ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True)[:1]
    )
    return beats[0] if beats else None


def _oldest_unsent(now: datetime) -> datetime | None:
    owed = Message.objects.filter(status=Message.Status.QUEUED, created_at__lte=now)
    oldest: datetime | None = owed.aggregate(oldest=Min("created_at"))["oldest"]
    return oldest


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else max(0.0, (now - moment).total_seconds())


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer while the process lives; touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when everything is ready and 503 otherwise; the body says what is not, without any figure."""
    state = readiness(now=timezone.now())
    body = {
        name: "ok" if good else "failed"
        for name, good in (
            ("database", state.database),
            ("migrations", state.migrations),
            ("key_ring", state.key_ring),
            ("worker", state.worker),
            ("sending", state.sending),
        )
    }
    answer = JsonResponse(body, status=200 if state.ready else 503)
    answer["Cache-Control"] = "no-store"
    return answer


def metrics(request: HttpRequest) -> HttpResponse:
    """Give figures in the text form that monitors read; to this machine only, and not through a proxy."""
    if settings.JIESU.proxies or not is_loopback(str(request.META.get("REMOTE_ADDR", ""))):
        return HttpResponseForbidden("loopback only\n", content_type="text/plain")
    state = readiness(now=timezone.now())
    figures: dict[str, float] = {
        "jiesu_ready": float(state.ready),
        "jiesu_web_uptime_seconds": time.monotonic() - _STARTED,
        "jiesu_web_resident_bytes": float(psutil.Process(os.getpid()).memory_info().rss),
    }
    if state.worker_age is not None:
        figures["jiesu_worker_heartbeat_age_seconds"] = state.worker_age
    if state.migrations:
        figures["jiesu_oldest_unsent_seconds"] = state.unsent_age or 0.0
        figures["jiesu_jobs_waiting"] = float(ProcrastinateJob.objects.filter(status="todo").count())
        figures["jiesu_jobs_failed"] = float(ProcrastinateJob.objects.filter(status="failed").count())
    lines = [f"# TYPE {name} gauge\n{name} {value:g}\n" for name, value in figures.items()]
    return HttpResponse("".join(lines), content_type="text/plain; version=0.0.4")
