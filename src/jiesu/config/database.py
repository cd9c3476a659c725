"""Which PostgreSQL the application talks to, and as whom.

Two roles from the first migration on: the owner creates tables, the application's role only reads and writes them and
cannot change what must stand (events, access log, anchors).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from jiesu.config.process import Process

OWNER = "jiesu_owner"
APP = "jiesu_app"
NAME = "jiesu"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """How one role reaches one database."""

    host: str
    port: int
    name: str
    user: str
    password: str
    options: tuple[tuple[str, str], ...] = ()

    def conninfo(self) -> dict[str, Any]:
        """Give the keyword arguments of ``psycopg.connect``."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            **dict(self.options),
        }

    def settings(self, *, lock_timeout: str = "") -> dict[str, Any]:
        """Give the entry of Django's ``DATABASES``.

        :param lock_timeout: how long a statement may wait for a lock, such as ``2s``; empty for ever.
        """
        options: dict[str, Any] = dict(self.options)
        if lock_timeout:
            options["options"] = f"-c lock_timeout={lock_timeout}"
        # Allows ``jiesu.statements`` to prepare; the ORM's own cursors never do.
        options["prepare_threshold"] = 1
        return {
            "ENGINE": "jiesu.config.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            # One thread in each web process, so a connection kept by the thread does what a pool would, without
            # the pool's own threads; the health check finds a server that was restarted.
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """Both roles of one database."""

    owner: Login
    app: Login

    def write(self, path: Path) -> None:
        """Keep both in a file that only its owner may read."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"owner": asdict(self.owner), "app": asdict(self.app)}, indent=1))
        fresh.replace(path)


def read_logins(path: Path) -> Logins | None:
    """Read what :meth:`Logins.write` kept; ``None`` when Jiesu has not been started here yet."""
    if not path.is_file():
        return None
    kept = json.loads(path.read_text())
    return Logins(owner=_login(kept["owner"]), app=_login(kept["app"]))


def _login(kept: dict[str, Any]) -> Login:
    return Login(**{**kept, "options": tuple((str(name), str(value)) for name, value in kept["options"])})


def from_url(url: str) -> Login:
    """Read ``postgresql://user:password@host:port/name?sslmode=require``.

    >>> from_url("postgresql://u:p%40@db.example:5433/jiesu").password
    'p@'
    """
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return Login(
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=parts.port or 5432,
        name=unquote(parts.path.lstrip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=tuple(sorted(options.items())),
    )


def logins_file(home: Path) -> Path:
    """Where the two logins of ``JIESU_HOME`` are kept (mode 0600)."""
    return home / "keys" / "database.json"


def databases(process: Process) -> dict[str, dict[str, Any]]:
    """Give Django's ``DATABASES``: ``default`` as the application, ``owner`` for migrations.

    Before the first ``jiesu up`` nothing is known yet; a command then gets a connection error that its caller explains.
    """
    logins = read_logins(logins_file(process.home))
    if process.database_url and process.app_database_url:
        logins = Logins(owner=from_url(process.database_url), app=from_url(process.app_database_url))
    if logins is None:
        nowhere = str(process.home / "run")
        logins = Logins(
            owner=Login(host=nowhere, port=5432, name=NAME, user=OWNER, password=""),
            app=Login(host=nowhere, port=5432, name=NAME, user=APP, password=""),
        )
    return {
        "default": logins.app.settings(lock_timeout="10s"),
        # A migration that waits for a lock stops everybody behind it: it gives up and is tried again.
        "owner": logins.owner.settings(lock_timeout="2s"),
    }


class OneDatabase:
    """Both entries are the same database: everything is read and written as the application."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        """Read as the application."""
        return "default"

    def db_for_write(self, model: type, **hints: Any) -> str:
        """Write as the application."""
        return "default"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        """Allow every relation: there is one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Migrate as the owner only."""
        return db == "owner"
