"""Jobs are queued by name in the action's own transaction. Rows are the truth; a lost job is found by the sweep."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
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


#: A job as procrastinate's own function takes it.
Job = dict[str, Any]

#: Queues a JSON list of jobs with the statement that writes what they are about. As ``SELECT`` it comes last.
DEFER = """
SELECT procrastinate_defer_jobs_v1(ARRAY(
    SELECT job FROM json_populate_recordset(NULL::procrastinate_job_to_defer_v1, %s::json) job))
"""


def job(name: str, **arguments: object) -> Job:
    """A job to be queued together with rows, see ``inserting``; arguments as for ``queue``."""
    return {**_declared(name), "args": arguments}


@cache
def _declared(name: str) -> Job:
    found = app.configure_task(f"jiesu.{name}").job
    return {"queue_name": found.queue, "task_name": found.task_name, "priority": found.priority}


def queue_again(name: str, *, priority: int = IN_THE_BACKGROUND, **arguments: object) -> None:
    """Queues a sweep that has not come to its end, behind what people wait for; one that waits already is enough."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(f"jiesu.{name}", priority=priority).defer(**arguments)  # type: ignore[arg-type]


def queue_each(name: str, each: Iterable[dict[str, Any]], *, priority: int = 0) -> None:
    """Queues a job once for each set of arguments, in one statement."""
    waiting = list(each)
    if waiting:
        app.configure_task(f"jiesu.{name}", priority=priority).batch_defer(*waiting)
