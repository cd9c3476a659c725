"""Several people at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from jiesu.cases.errors import ActionError
from jiesu.intake.errors import IntakeError


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """All at the same time, each on a connection of its own; a refusal is given back as a result."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return deed()
        except (ActionError, IntakeError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))
