"""The chain of events: each event's hash covers its content and the hash before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import rfc8785

from jiesu.cases.keys import hmac_sm3, ring

GENESIS = b"\x00" * 32


def stamp(at: datetime) -> str:
    """An instant as it enters the hash: UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link_hash(
    *,
    previous: bytes,
    case_id: int,
    seq: int,
    at: datetime,
    actor: int | None,
    actor_kind: str,
    organisation: int | None,
    type_: str,
    schema: int,
    data: dict[str, Any],
    audit_key: bytes | None = None,
) -> bytes:
    """HMAC-SM3 over the canonical JSON (RFC 8785) of an event and the hash before it, 32 bytes."""
    body = rfc8785.dumps(
        {
            "previous": bytes(previous).hex(),
            # As text: RFC 8785 numbers are doubles and a case number has 18 digits.
            "case": str(case_id),
            "seq": seq,
            "at": stamp(at),
            "actor": actor,
            "actor_kind": actor_kind,
            "organisation": organisation,
            "type": type_,
            "schema": schema,
            "data": data,
        }
    )
    return hmac_sm3(audit_key or ring().audit, body)
