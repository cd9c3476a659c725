"""The interface put together, and its OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, override
from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, get_schema
from ninja.renderers import JSONRenderer
from pydantic.json_schema import models_json_schema

from jiesu.cases.lifecycle import TABLES
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.web.api import cases, contacts, documented, public
from jiesu.web.api.auth import Bearer
from jiesu.web.api.parsing import JsonParser
from jiesu.web.api.problems import CATALOGUE, MEDIA_TYPE, install

ROOT = "api/v1"
VERSION = "1.0"
DESCRIPTION = """12315 投诉举报的接口。

- 令牌由 `jiesu token 用户名` 发放，放在请求头 `Authorization: Bearer …`；令牌的权限不超过本人的权限。
- 编号一律是文本；时刻为带 +08:00 的 ISO 8601；日期为 ISO 8601；金额为元，文本，两位小数。
- 出错时返回 `application/problem+json`（RFC 9457），`code` 固定不变，`errors` 指出有问题的字段。
- 提交时带上 `Idempotency-Key`，网络中断后可以放心重复提交。"""


class Renderer(JSONRenderer):
    """Chinese as it is, not as escapes."""

    json_dumps_params = {"ensure_ascii": False}


def build() -> NinjaAPI:
    """The interface with its parser, errors and routes."""
    api = NinjaAPI(
        title="接诉 Jiesu API",
        version=VERSION,
        description=DESCRIPTION,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        parser=JsonParser(),
        renderer=Renderer(),
    )
    install(api)
    api.add_router("", contacts.router)
    api.add_router("", cases.router)
    api.add_router("", public.router)
    return api


api = build()


def document() -> dict[str, Any]:
    """The OpenAPI document, its words in the language of the reader."""
    return _document_in(get_language() or settings.LANGUAGE_CODE)


@cache
def _document_in(language: str) -> dict[str, Any]:
    with override(language):
        found: dict[str, Any] = _in_words(_document())
    return found


def _in_words(value: Any) -> Any:
    """Summaries and descriptions in the active language; types, codes and examples as they are."""
    if isinstance(value, list):
        return [_in_words(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: gettext(item) if key in WORDS and isinstance(item, str) and item else _in_words(item)
        for key, item in value.items()
    }


WORDS = frozenset({"summary", "description"})


def _document() -> dict[str, Any]:
    """Routes and types, problems as such, and the fields of every action of every kind."""
    found: dict[str, Any] = json.loads(json.dumps(get_schema(api, path_prefix=f"{ROOT}/"), default=str))
    schemas: dict[str, Any] = found["components"]["schemas"]
    _, defined = models_json_schema(
        [(shape, "validation") for shape in documented.BODIES.values()], ref_template=REF_TEMPLATE
    )
    schemas.update(defined.get("$defs", {}))
    schemas.update(action_schemas())
    schemas["Problem"]["properties"]["code"]["enum"] = [str(code) for code in CATALOGUE]
    scopes = _scopes()
    for operations in found["paths"].values():
        for operation in operations.values():
            _as_problems(operation["responses"])
            if operation["operationId"] in scopes:
                scope, optional = scopes[operation["operationId"]]
                operation["security"] = [{"Bearer": [scope]}, *([{}] if optional else [])]
    found["components"]["securitySchemes"] = {
        "Bearer": {"type": "http", "scheme": "bearer", "description": "jiesu token 发放的令牌"}
    }
    return found


def document_bytes() -> bytes:
    """The same as it is sent."""
    return _bytes_in(get_language() or settings.LANGUAGE_CODE)


@cache
def _bytes_in(language: str) -> bytes:
    return json.dumps(_document_in(language), ensure_ascii=False).encode()


def _as_problems(responses: dict[str, Any]) -> None:
    """Refusals have a media type of their own and an example."""
    for status, response in responses.items():
        if int(status) < 400:
            continue
        content = response["content"].pop("application/json")
        code = next((c for c, (s, _title) in CATALOGUE.items() if s == int(status)), "internal_error")
        content["example"] = {
            "type": f"/api/v1/docs#problem-{code}",
            "title": str(CATALOGUE[code][1]),
            "status": int(status),
            "code": str(code),
            "detail": str(CATALOGUE[code][1]),
        }
        response["content"][MEDIA_TYPE] = content
        response["description"] = "、".join(str(c) for c, (s, _t) in CATALOGUE.items() if s == int(status))


def _scopes() -> dict[str, tuple[str, bool]]:
    """The scope that each operation asks for, and whether it goes without a token."""
    found: dict[str, tuple[str, bool]] = {}
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                for auth in operation.auth_callbacks:
                    if isinstance(auth, Bearer) and operation.operation_id:
                        found[operation.operation_id] = (auth.scope.value, type(auth) is not Bearer)
    return found


_JSON_TYPES: dict[Type, dict[str, Any]] = {
    Type.BOOL: {"type": "boolean"},
    Type.WHOLE: {"type": "integer"},
    Type.STAFF: {"type": "integer", "description": "人员 id"},
    Type.ORGANISATION: {"type": "integer", "description": "机构 id"},
    Type.DATE: {"type": "string", "format": "date"},
    Type.DATETIME: {"type": "string", "format": "date-time"},
    Type.MONEY: {"type": "string", "examples": ["299.00"]},
    Type.CASE: {"type": "string", "pattern": "^[0-9]{18}$"},
    Type.MULTI: {"type": "array", "items": {"type": "string"}},
}


def field_schema(field: Field) -> dict[str, Any]:
    """A field of an action as JSON schema."""
    shape = dict(_JSON_TYPES.get(field.type, {"type": "string"}))
    shape["title"] = str(field.label)
    if field.type in (Type.TEXT, Type.LINE):
        shape["maxLength"] = field.length
    if isinstance(field.choices, tuple) and field.choices:
        values = [str(value) for value, _label in field.choices]
        target = shape["items"] if field.type == Type.MULTI else shape
        target["enum"] = values
    return shape


def action_schemas() -> dict[str, Any]:
    """What each action of each kind takes, read from the life-cycle tables."""
    found: dict[str, Any] = {}
    for kind, table in TABLES.items():
        for row in table.rows.values():
            if row.group == "hidden":
                continue
            properties = {"version": {"type": "integer", "title": "version"}}
            properties |= {f.name: field_schema(f) for f in row.fields}
            found[f"action.{kind}.{row.action}"] = {
                "type": "object",
                "title": str(row.label),
                "properties": properties,
                "required": ["version", *(f.name for f in row.fields if f.required)],
            }
    return found
