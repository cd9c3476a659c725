"""Pieces of the OpenAPI document that the types alone do not say."""

from __future__ import annotations

from typing import Any

from ninja import Schema

from jiesu.web.api.schemas import Problem

#: Bodies that are read by hand, whose types stand in the document all the same.
BODIES: dict[str, type[Schema]] = {}


def errors(*codes: int) -> dict[int, type[Schema]]:
    """The statuses with which an operation may refuse, each a problem document."""
    return dict.fromkeys((*codes, 500), Problem)


def body(shape: type[Schema], examples: dict[str, Any]) -> dict[str, Any]:
    """What an operation takes that reads its JSON by hand."""
    BODIES[shape.__name__] = shape
    return {
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{shape.__name__}"},
                    "examples": examples,
                }
            },
            "required": True,
        }
    }
