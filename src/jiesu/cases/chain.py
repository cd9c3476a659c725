"""The chain of events: each event's hash covers its content and the hash before it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring as _quoted
from typing import Any

from jiesu.cases.keys import keyed_sm3, ring
from jiesu.cases.models import Event

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

GENESIS = b"\x00" * 32


def canonical(data: dict[str, Any]) -> bytes:
    """RFC 8785 for what events hold: names in ASCII, whole numbers, no fractions. The library is ten times slower.

    >>> canonical({"b": 1, "a": "市"}).decode()
    '{"a":"市","b":1}'
    """
    return _ENCODER.encode(data).encode()


class Canonical(str):
    """An event's data that is written down already, in canonical form."""

    __slots__ = ()


class Blanks:
    """Canonical JSON of objects that share all but a few fields: written once, and those filled in again and again.

    >>> Blanks({"b": 1}, ("a",)).filled({"a": "市"})
    '{"a":"市","b":1}'
    """

    def __init__(self, shared: Mapping[str, Any], names: Iterable[str]) -> None:
        blank = {*names}
        self._before: list[tuple[str, str]] = []
        text = "{"
        for place, name in enumerate(sorted({*shared, *blank})):
            text += f"{',' if place else ''}{_quoted(name)}:"
            if name in blank:
                self._before.append((text, name))
                text = ""
            else:
                text += _written(shared[name])
        self._rest = text + "}"

    def filled(self, values: Mapping[str, Any]) -> Canonical:
        """The whole with these values in its blanks."""
        text = "".join([before + _written(values[name]) for before, name in self._before])
        return Canonical(text + self._rest)


def _written(value: Any) -> str:
    """Canonical JSON of one value; what blanks mostly hold without the encoder, which takes ten times as long."""
    shape = type(value)
    if shape is str:
        return _quoted(value)
    if shape is int:
        return str(value)
    if value is None:
        return "null"
    if shape is dict:
        return "{" + ",".join([f"{_quoted(key)}:{_written(value[key])}" for key in sorted(value)]) + "}"
    if shape is Canonical:
        return str(value)
    return _ENCODER.encode(value)


# Of a batch all events bear one instant.
@lru_cache(maxsize=64)
def stamp(at: datetime) -> str:
    """An instant as it enters the hash: UTC, microseconds.

    >>> stamp(datetime(2026, 11, 2, 1, 0, tzinfo=UTC))
    '2026-11-02T01:00:00.000000Z'
    """
    # Four times as fast as ``strftime``.
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


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
    data: dict[str, Any] | Canonical,
    audit_key: bytes | None = None,
) -> bytes:
    """HMAC-SM3 over the canonical JSON (RFC 8785) of an event and the hash before it, 32 bytes."""
    text = _written(
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
    return keyed_sm3(audit_key or ring().audit, text.encode())


def hash_of(event: Event, *, previous: bytes) -> bytes:
    """The hash of an event's row after the hash before it."""
    return link_hash(
        previous=previous,
        case_id=event.case_id,
        seq=event.seq,
        at=event.at,
        actor=event.actor_id,
        actor_kind=event.actor_kind,
        organisation=event.organisation_id,
        type_=event.type,
        schema=event.schema,
        data=event.data,
    )
