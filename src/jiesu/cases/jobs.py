"""Jobs are queued by name in the action's own transaction. Rows are the truth; a lost job is found by the sweep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from procrastinate.contrib.django import app


def queue(name: str, **arguments: object) -> None:
    """Queues a job by its name; it vanishes with the transaction if that is rolled back.

    Args:
        name: the task's name without the product's prefix.
        arguments: JSON values only; a case number goes as text.
    """
    app.configure_task(f"jiesu.{name}").defer(**arguments)  # type: ignore[arg-type]


def queue_each(name: str, each: Iterable[dict[str, Any]]) -> None:
    """Queues a job once for each set of arguments, in one statement."""
    waiting = list(each)
    if waiting:
        app.configure_task(f"jiesu.{name}").batch_defer(*waiting)
