"""What must be done once before web and worker start: migrations, reference data, static files, demonstration."""

from __future__ import annotations

import os
import secrets
import sys
import time
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError
from django.utils.module_loading import import_string

from jiesu.config import process
from jiesu.config.postgres_install import DatabaseServerError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiesu.config.settings")


def ensure_session_key(keys: Path) -> None:
    """Make the key that signs sessions, if there is none (mode 0600)."""
    path = keys / "django.key"
    if path.exists():
        return
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(secrets.token_urlsafe(48))


def migrate(*, tries: int = 20) -> None:
    """Bring the schema up to date as the owner.

    A migration gives up when it would have to wait for a lock, so that nobody queues behind it; it is tried again.

    :param tries: how often.
    :raises OperationalError: the lock was never free, or the database cannot be reached.
    """
    for attempt in range(1, tries + 1):
        try:
            call_command("migrate", database="owner", interactive=False, verbosity=0)
        except OperationalError as error:
            if "lock timeout" not in str(error) or attempt == tries:
                raise
            time.sleep(min(attempt, 10))
        else:
            return


def main() -> int:
    """Prepare the database and the folders; run by the supervisor as a process of its own."""
    ensure_session_key(process.read().keys)
    django.setup()
    migrate()
    # By name, because it reads models, which exist only now.
    try:
        import_string("jiesu.config.first_start.run")(demo=settings.JIESU.demo)
    except DatabaseServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
