"""Reading request bodies: JSON that is JSON, of bounded size and depth, with text a database can keep."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja.parser import Parser

from jiesu.web.api.problems import Code, Problem, invalid, too_large

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 12
LARGEST_NUMBER = 2**63 - 1


class JsonParser(Parser):
    """Refuses what is not JSON, and what would only fail further in."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body as an object.

        Raises:
            Problem: ``unsupported_media_type``, ``too_large``, ``bad_json``, ``fields_invalid``.
        """
        if request.content_type != "application/json":
            raise Problem(
                Code.UNSUPPORTED_MEDIA_TYPE,
                _("请以 Content-Type: application/json 提交。"),
                headers={"Accept": "application/json"},
            )
        if len(request.body) > MOST_BYTES:
            raise too_large()
        return read_object(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        """Query and form values; text that cannot be kept is refused by name."""
        values: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        check_values(values)
        return values


def read_object(body: bytes) -> dict[str, Any]:
    """A JSON object from bytes.

    Raises:
        Problem: ``bad_json`` where it is none, ``fields_invalid`` for values that cannot be kept.

    >>> read_object(b'{"version": 3}')
    {'version': 3}
    """
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError) as error:
        raise Problem(Code.BAD_JSON, _("请求内容不是有效的 UTF-8 JSON，请检查后重新提交。")) from error
    if not isinstance(value, dict):
        raise Problem(Code.BAD_JSON, _("请求内容应当是一个 JSON 对象。"))
    check_values(value)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def check_values(values: dict[str, Any]) -> None:
    """Raises a Problem for text, numbers or nesting that cannot be kept, naming the fields."""
    errors: dict[str, str] = {}
    waiting: list[tuple[str, Any, int]] = [(name, value, 1) for name, value in values.items()]
    for name in values:
        if _unkeepable(name):
            errors["body"] = _("字段名含有无效字符。")
    while waiting:
        path, value, depth = waiting.pop()
        if isinstance(value, str):
            if _unkeepable(value):
                errors[_shown(path)] = _("含有无效字符。")
        elif isinstance(value, dict | list):
            if depth >= MOST_DEPTH:
                raise Problem(Code.BAD_JSON, _("JSON 嵌套过深。"))
            inside: list[tuple[Any, Any]] = list(
                value.items() if isinstance(value, dict) else enumerate(value)
            )
            for name, inner in inside:
                if isinstance(name, str) and _unkeepable(name):
                    errors[_shown(path)] = _("字段名含有无效字符。")
                waiting.append((f"{path}.{name}", inner, depth + 1))
        elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > LARGEST_NUMBER:
            errors[_shown(path)] = _("数字过大。")
    if errors:
        raise invalid(errors)


def _unkeepable(text: str) -> bool:
    """PostgreSQL keeps no NUL, UTF-8 no lone surrogate."""
    return _UNKEEPABLE.search(text) is not None


_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def _shown(path: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in path)[:200]
