"""Logs: one JSON object a line, in ``JIESU_HOME/logs``, a file for each day, kept for at least six months."""

from __future__ import annotations

import json
import logging
import logging.handlers
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

KEPT_DAYS = 200
"""More than the six months that the Cybersecurity Law asks for (article 21)."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "taskName"}


class JsonLines(logging.Formatter):
    """One line of JSON for each record, with what the caller passed in ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record; times are UTC."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class DayFile(logging.Handler):
    """Append to the file of the day and remove files older than :data:`KEPT_DAYS`.

    Several processes write at once: each line is one ``O_APPEND`` write, and no process renames a file under another,
    as the standard library's rotating handlers do.
    """

    def __init__(self, *, folder: str, name: str = "jiesu") -> None:
        super().__init__()
        self.folder = Path(folder)
        self.stem = name
        self._day = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Append one line."""
        try:
            day = datetime.fromtimestamp(record.created, tz=UTC).date().isoformat()
            if day != self._day:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._remove_old(datetime.fromtimestamp(record.created, tz=UTC))
                self._day = day
            path = self.folder / f"{self.stem}-{day}.log"
            with path.open("ab", buffering=0) as file:
                file.write((self.format(record) + "\n").encode())
        except OSError:
            self.handleError(record)

    def _remove_old(self, now: datetime) -> None:
        for path in self.folder.glob(f"{self.stem}-*.log"):
            try:
                written = datetime.fromisoformat(path.stem.removeprefix(f"{self.stem}-")).replace(tzinfo=UTC)
            except ValueError:
                continue
            if (now - written).days > KEPT_DAYS:
                path.unlink(missing_ok=True)


def configuration(*, folder: Path, debug: bool) -> dict[str, Any]:
    """Give ``logging``'s dictionary: everything to the day's file, warnings to the terminal as well."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": "jiesu.config.logs.JsonLines"},
            "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        },
        "handlers": {
            "day": {"()": "jiesu.config.logs.DayFile", "folder": str(folder), "formatter": "json"},
            "terminal": {"class": "logging.StreamHandler", "formatter": "plain", "level": "WARNING"},
        },
        "root": {"handlers": ["day", "terminal"], "level": "INFO"},
        "loggers": {
            "django.db.backends": {"level": "INFO"},
            "django.request": {"level": "WARNING"},
            # A connection that a browser drops is not worth a line.
            "asyncio": {"level": "WARNING"},
            "procrastinate": {"level": "INFO" if not debug else "DEBUG"},
            # One line for each job that is queued says nothing that the job's own lines do not.
            "procrastinate.jobs": {"level": "WARNING" if not debug else "DEBUG"},
        },
    }
