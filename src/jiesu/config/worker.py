"""The worker process: runs the queued jobs and the periodic ones."""

from __future__ import annotations

import asyncio
import os
import socket

import django
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiesu.config.settings")


async def _run() -> None:
    # By name: jobs are declared on an application that exists only now.
    import_string("jiesu.config.jobs.retry_stalled")
    async with app.open_async():
        await app.run_worker_async(
            name=f"jiesu@{socket.gethostname()}",
            # One may read a sheet, one write a list and one sweep for minutes; what people wait for finds a fourth.
            concurrency=4,
            # A job that was told goes at once; the poll finds what nobody told about.
            listen_notify=True,
            fetch_job_polling_interval=5,
            shutdown_graceful_timeout=15,
            delete_jobs="successful",
        )


def main() -> None:
    """Work until told to stop."""
    django.setup()
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]  # of Django's connector
    with app.replace_connector(connector):
        asyncio.run(_run())


if __name__ == "__main__":
    main()
