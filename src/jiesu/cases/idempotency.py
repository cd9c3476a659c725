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
from jiesu.statements import Part

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
    """The stored answer of a key, or None after taking the key for the running transaction.

    Two requests with one key at once: the second waits for the first to end, then gets its answer.

    Raises:
        ActionError: ``idempotency_mismatch`` when the key came with another body; ``idempotency_running``.
    """
    taken = statements.run(
        "INSERT INTO cases_answeredkey (owner, key, body_hash, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (owner, key) DO NOTHING",
        [owner, key[:120], body_hash(body), at],
    )
    if taken:
        return None
    row = AnsweredKey.objects.get(owner=owner, key=key[:120])
    return agreed(row.body_hash, row.response, body)


def agreed(known_hash: str, response: Any, body: Any) -> Any:
    """The stored answer, if it was given to the same body.

    Raises:
        ActionError: ``idempotency_mismatch``, ``idempotency_running``.
    """
    if known_hash != body_hash(body):
        raise ActionError(Code.IDEMPOTENCY_MISMATCH, _("同一请求标识已用于不同的内容，请换一个标识。"))
    if response is None:
        raise ActionError(Code.IDEMPOTENCY_RUNNING, _("同一请求正在处理，请稍后再试。"))
    return response


def remember(owner: str, key: str, response: Any, status: int = 201) -> None:
    """Stores the answer of a key taken with ``answered``, in the same transaction."""
    statements.run(
        "UPDATE cases_answeredkey SET response = %s, status = %s WHERE owner = %s AND key = %s",
        [json.dumps(response), status, owner, key[:120]],
    )


#: The constraint that lets only one of two requests with the same key through.
ONCE = "answered_key_once"


def answering(owner: str, key: str, body: Any, *, response: Any, at: datetime, status: int = 201) -> Part:
    """The statement that takes a key together with its answer, for whoever writes all rows of a request at once.

    It breaks ``ONCE`` where a rival was faster, and nothing of the whole statement is written.
    """
    return (
        "INSERT INTO cases_answeredkey (owner, key, body_hash, at, response, status) VALUES (%s, %s, %s, %s, %s, %s)",
        [owner, key[:120], body_hash(body), at, json.dumps(response), status],
    )
