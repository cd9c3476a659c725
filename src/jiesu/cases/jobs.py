"""Jobs are queued by name in the action's own transaction. Rows are the truth; a lost job is found by the sweep."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

#: Priority of work that comes in masses and waits for nobody: what people are waiting for overtakes it.
IN_THE_BACKGROUND = -10


def queue(name: str, **arguments: object) -> None:
    """Queues a job by its name; it vanishes with the transaction if that is rolled back.

    Args:
        name: the task's name without the product's prefix.
        arguments: JSON values only; a case number goes as text.
    """
    app.configure_task(f"jiesu.{name}").defer(**arguments)  # type: ignore[arg-type]


def queue_again(name: str, *, priority: int = IN_THE_BACKGROUND, **arguments: object) -> None:
    """Queues a sweep that has not come to its end, behind what people wait for; one that waits already is enough."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(f"jiesu.{name}", priority=priority).defer(**arguments)  # type: ignore[arg-type]


def queue_each(name: str, each: Iterable[dict[str, Any]], *, priority: int = 0) -> None:
    """Queues a job once for each set of arguments, in one statement."""
    waiting = list(each)
    if waiting:
        app.configure_task(f"jiesu.{name}", priority=priority).batch_defer(*waiting)
