"""The web process: granian serves the pages and, by itself, the collected static files."""

from __future__ import annotations

import os

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian

from jiesu.config import process


def main() -> None:
    """Serve until told to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiesu.config.settings")
    settings = process.read()
    Granian(
        "jiesu.config.wsgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.web_workers,
        # One Python thread: more threads share one lock and only make each request slower.
        blocking_threads=1,
        backlog=1024,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        static_path_route=["/static"],
        static_path_mount=[settings.home / "static"],
        # Names carry a hash of the content: a year is safe.
        static_path_expires=365 * 24 * 3600,
    ).serve()


if __name__ == "__main__":
    main()
