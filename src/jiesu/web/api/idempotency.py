"""The header ``Idempotency-Key``: one key, one answer, kept seven days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from ninja import Header

from jiesu.cases.idempotency import answered, owner_of, remember
from jiesu.people.actors import Actor

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=120,
        pattern=r"^[\x21-\x7e]+$",
        description="同一标识和内容重复提交，得到同一结果，只办理一次；保留 7 天",
        examples=["5f0c6f8e-1b7a-4a7e-9d0c-2f6b8f1d3c55"],
    ),
]


def once(
    key: str | None, body: Any, work: Callable[[], dict[str, Any]], *, actor: Actor, at: datetime, status: int
) -> dict[str, Any]:
    """The answer of a request, done once per key in the transaction of the work itself.

    Raises:
        ActionError: ``idempotency_mismatch`` for a key that came with another body.
    """
    if key is None:
        return work()
    with transaction.atomic():
        known: dict[str, Any] | None = answered(owner_of(actor), key, body, at)
        if known is not None:
            return known
        answer = work()
        remember(owner_of(actor), key, answer, status)
        return answer
