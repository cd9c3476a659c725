"""The readable page: the OpenAPI document as plain values for a template."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from jiesu.cases.kinds import Kind
from jiesu.cases.lifecycle import TABLES
from jiesu.web.api.app import document
from jiesu.web.api.problems import CATALOGUE


def reference() -> dict[str, Any]:
    """Operations, problems, actions by kind and types, in reading order, in the language of the reader."""
    return _reference_in(get_language() or settings.LANGUAGE_CODE)


@cache
def _reference_in(_language: str) -> dict[str, Any]:
    found = document()
    return {
        "title": found["info"]["title"],
        "version": found["info"]["version"],
        "intro": [line.removeprefix("- ") for line in found["info"]["description"].splitlines() if line],
        "operations": [
            _operation(path, method, operation)
            for path, methods in found["paths"].items()
            for method, operation in methods.items()
        ],
        "problems": [
            {"code": str(code), "status": status, "title": str(title)}
            for code, (status, title) in CATALOGUE.items()
        ],
        "kinds": [
            {"kind": kind, "label": str(Kind(kind).label), "actions": _actions(kind)} for kind in TABLES
        ],
        "types": [
            {"name": name, "description": shape.get("description", ""), "fields": _fields(shape)}
            for name, shape in sorted(found["components"]["schemas"].items())
            if not name.startswith("action.") and "properties" in shape
        ],
    }


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    bodies = operation.get("requestBody", {}).get("content", {})
    media: str = next(iter(bodies), "")
    content: dict[str, Any] = bodies.get(media, {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "scopes": [scope for need in operation.get("security", []) for scope in need.get("Bearer", [])],
        "open": not operation.get("security") or {} in operation["security"],
        "parameters": [
            {
                "name": p["name"],
                "place": p["in"],
                "required": p.get("required", False),
                "type": _type(p["schema"]),
                "description": p.get("description", ""),
            }
            for p in operation.get("parameters", [])
        ],
        "media": media,
        "body": _type(content.get("schema", {})) if content else "",
        "examples": [
            {"summary": e["summary"], "text": json.dumps(e["value"], ensure_ascii=False, indent=2)}
            for e in content.get("examples", {}).values()
        ],
        "answers": [
            {
                "status": status,
                "type": _type(_schema_of(answer)),
                "description": answer.get("description", ""),
            }
            for status, answer in operation["responses"].items()
        ],
    }


def _schema_of(answer: dict[str, Any]) -> dict[str, Any]:
    for content in answer.get("content", {}).values():
        return dict(content.get("schema", {}))
    return {}


def _type(shape: dict[str, Any]) -> str:
    """A JSON schema in a word or two.

    >>> _type({"type": "array", "items": {"$ref": "#/components/schemas/NewCase"}})
    'NewCase[]'
    """
    if "$ref" in shape:
        return str(shape["$ref"]).rsplit("/", 1)[-1]
    for name in ("anyOf", "oneOf", "allOf"):
        if name in shape:
            return " | ".join(dict.fromkeys(_type(s) for s in shape[name]))
    if shape.get("type") == "array":
        return f"{_type(shape.get('items', {}))}[]"
    if "enum" in shape:
        return " | ".join(str(v) for v in shape["enum"])
    return str(shape.get("type", "any"))


def _fields(shape: dict[str, Any]) -> list[dict[str, Any]]:
    required = set(shape.get("required", []))
    return [
        {
            "name": name,
            "type": _type(field),
            "required": name in required,
            "description": field.get("description", ""),
            "example": next(iter(field.get("examples", [])), ""),
        }
        for name, field in shape["properties"].items()
    ]


def _actions(kind: str) -> list[dict[str, Any]]:
    return [
        {
            "name": row.action,
            "label": str(row.label),
            "fields": [
                {"name": f.name, "label": str(f.label), "type": f.type.value, "required": f.required}
                for f in row.fields
            ],
        }
        for row in TABLES[kind].rows.values()
        if row.group != "hidden"
    ]
