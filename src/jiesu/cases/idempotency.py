"""The answer given to an Idempotency-Key, kept so that a repeated post gets the same one and does nothing twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jiesu import statements
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.models import AnsweredKey
from jiesu.people.actors import Actor

#: An answer to an Idempotency-Key is kept this long.
KEY_KEPT = timedelta(days=7)


def owner_of(actor: Actor) -> str:
    """Whose keys these are: a key of one person never answers another."""
    return (
        f"staff:{actor.staff_id}" if actor.staff_id is not None else ("system" if actor.system else "public")
    )


def plain(raw: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(dict(raw), default=str, sort_keys=True))


def body_hash(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def answered(owner: str, key: str, body: Any, at: datetime) -> Any | None:
    """The stored answer of a key, or None after taking the key for the running request.

    Two requests with one key at once: the second waits for the first to end, then gets its answer.

    Raises:
        ActionError: ``idempotency_mismatch`` when the key came with another body.
    """
    text, values = taking(owner, key, body, at)
    return None if statements.run(text, values) else given(owner, key, body)


def taking(owner: str, key: str, body: Any, at: datetime) -> tuple[str, list[Any]]:
    """The statement that takes a key nobody has taken, and its values."""
    return (
        "INSERT INTO cases_answeredkey (owner, key, body_hash, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (owner, key) DO NOTHING",
        [owner, key[:120], body_hash(body), at],
    )


def given(owner: str, key: str, body: Any) -> Any:
    """The stored answer of a key that is taken.

    Raises:
        ActionError: ``idempotency_mismatch``, ``idempotency_running``.
    """
    row = AnsweredKey.objects.get(owner=owner, key=key[:120])
    if row.body_hash != body_hash(body):
        raise ActionError(Code.IDEMPOTENCY_MISMATCH, _("同一请求标识已用于不同的内容，请换一个标识。"))
    if row.response is None:
        raise ActionError(Code.IDEMPOTENCY_RUNNING, _("同一请求正在处理，请稍后再试。"))
    return row.response


def remember(owner: str, key: str, response: Any, status: int = 201) -> None:
    """Stores the answer of a key taken with ``answered``, in the same transaction."""
    statements.run(*remembering(owner, key, response, status))


def remembering(owner: str, key: str, response: Any, status: int = 201) -> tuple[str, list[Any]]:
    """The statement with which ``remember`` stores, and its values, for whoever writes other rows with it."""
    return (
        "UPDATE cases_answeredkey SET response = %s, status = %s WHERE owner = %s AND key = %s",
        [json.dumps(response), status, owner, key[:120]],
    )
