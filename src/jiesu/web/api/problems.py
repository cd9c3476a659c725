"""Errors of the interface as RFC 9457 problem documents with stable codes."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.core.exceptions import (
    DisallowedHost,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from jiesu.cases.errors import ActionError
from jiesu.cases.errors import Code as CaseCode
from jiesu.intake.errors import Code as IntakeCode
from jiesu.intake.errors import IntakeError

logger = logging.getLogger("jiesu.api")

MEDIA_TYPE = "application/problem+json"
#: Where the readable page explains each code; the problem's ``type`` points there.
EXPLAINED_AT = "/api/v1/docs#problem-"


class Code(StrEnum):
    """Codes of the interface itself; what a case refuses has the codes of ``jiesu.cases.errors``."""

    BAD_REQUEST = "bad_request"
    BAD_JSON = "bad_json"
    UNAUTHENTICATED = "unauthenticated"
    SCOPE_MISSING = "scope_missing"
    ADDRESS_UNKNOWN = "address_unknown"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INTERNAL_ERROR = "internal_error"


#: Code → (status, title). Titles never change with the occurrence.
CATALOGUE: dict[str, tuple[int, Any]] = {
    Code.BAD_REQUEST: (400, gettext_lazy("请求格式不正确")),
    Code.BAD_JSON: (400, gettext_lazy("请求内容不是有效的 JSON")),
    Code.UNAUTHENTICATED: (401, gettext_lazy("需要有效的访问令牌")),
    Code.SCOPE_MISSING: (403, gettext_lazy("令牌没有这项权限")),
    CaseCode.NOT_PERMITTED: (403, gettext_lazy("没有办理权限")),
    Code.ADDRESS_UNKNOWN: (404, gettext_lazy("没有这个地址")),
    IntakeCode.QUERY_WRONG: (404, gettext_lazy("编号或者查询码不对")),
    CaseCode.CASE_NOT_FOUND: (404, gettext_lazy("没有找到案件")),
    CaseCode.UNKNOWN_ACTION: (404, gettext_lazy("没有这项操作")),
    Code.METHOD_NOT_ALLOWED: (405, gettext_lazy("不支持这种请求方法")),
    CaseCode.CASE_CHANGED: (409, gettext_lazy("案件已有变化")),
    CaseCode.NOT_ALLOWED_IN_STATE: (409, gettext_lazy("现在的状态不能进行这项操作")),
    CaseCode.IDEMPOTENCY_RUNNING: (409, gettext_lazy("同一请求正在处理")),
    Code.TOO_LARGE: (413, gettext_lazy("请求内容过大")),
    Code.UNSUPPORTED_MEDIA_TYPE: (415, gettext_lazy("不支持的内容类型")),
    CaseCode.FIELDS_INVALID: (422, gettext_lazy("内容需要改正")),
    CaseCode.GUARD_FAILED: (422, gettext_lazy("办理条件不具备")),
    CaseCode.NEEDS_APPROVAL: (422, gettext_lazy("须经批准")),
    CaseCode.OPEN_DUTIES: (422, gettext_lazy("还有未完成的事项")),
    CaseCode.IDEMPOTENCY_MISMATCH: (422, gettext_lazy("请求标识已用于不同的内容")),
    CaseCode.FILE_REFUSED: (422, gettext_lazy("文件不能接收")),
    CaseCode.REDACTED: (422, gettext_lazy("个人信息已按期删除")),
    IntakeCode.TOO_MANY: (429, gettext_lazy("请求过于频繁")),
    IntakeCode.QUERY_LOCKED: (429, gettext_lazy("输错次数过多")),
    Code.INTERNAL_ERROR: (500, gettext_lazy("系统错误")),
}


class Problem(Exception):
    """A refusal of the interface.

    Args:
        code: one of ``CATALOGUE``.
        detail: Chinese text for a person: what is wrong and what to do.
        errors: path of the field → message.
        data: further members: codes and ids, never personal data.
        headers: headers of the answer.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        errors: Mapping[str, str] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = str(code)
        self.detail = detail
        self.errors = dict(errors or {})
        self.data = dict(data or {})
        self.headers = dict(headers or {})
        self.status = status or (CATALOGUE[code][0] if code in CATALOGUE else 422)

    def body(self) -> dict[str, Any]:
        """The document, as RFC 9457 names its members."""
        title = str(CATALOGUE[self.code][1]) if self.code in CATALOGUE else self.detail
        document: dict[str, Any] = {
            "type": f"{EXPLAINED_AT}{self.code}",
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = self.errors
        if self.data:
            document["data"] = self.data
        return document

    def response(self) -> HttpResponse:
        """The answer itself."""
        content = json.dumps(self.body(), ensure_ascii=False, default=str)
        return HttpResponse(
            content,
            status=self.status,
            content_type=MEDIA_TYPE,
            headers={"Cache-Control": "no-store", **self.headers},
        )


def invalid(errors: Mapping[str, str]) -> Problem:
    """A problem about fields: 422 ``fields_invalid``."""
    return Problem(CaseCode.FIELDS_INVALID, _("有内容需要改正，请按提示修改。"), errors=errors)


def of_action_error(error: ActionError) -> Problem:
    """What a case refuses, as a problem."""
    return Problem(str(error.code), error.message, errors=error.fields, data=error.data, status=error.status)


def of_intake_error(error: IntakeError) -> Problem:
    """What the public side refuses, with the time to wait where there is one."""
    minutes = error.data.get("minutes")
    wait = {"Retry-After": str(int(minutes) * 60)} if minutes else {}
    return Problem(str(error.code), error.message, status=error.status, headers=wait)


def unauthenticated() -> Problem:
    """No token, or one that is unknown, ended or revoked: nothing tells which."""
    return Problem(
        Code.UNAUTHENTICATED,
        _("请在 Authorization 请求头中提供有效的访问令牌（Bearer）。"),
        headers={"WWW-Authenticate": 'Bearer realm="jiesu"'},
    )


def address_unknown() -> Problem:
    return Problem(Code.ADDRESS_UNKNOWN, _("没有这个地址，接口说明见 /api/v1/docs。"))


def method_not_allowed(allowed: str) -> Problem:
    return Problem(
        Code.METHOD_NOT_ALLOWED,
        _("这个地址只支持：%(methods)s。") % {"methods": allowed},
        headers={"Allow": allowed},
    )


def too_large() -> Problem:
    return Problem(Code.TOO_LARGE, _("请求内容过大，请分开提交或者压缩后再提交。"))


#: pydantic's error types in words; ``{…}`` are taken from the error's context.
_WORDS: dict[str, Any] = {
    "missing": gettext_lazy("必须填写。"),
    "extra_forbidden": gettext_lazy("没有这一项，请核对字段名。"),
    "string_type": gettext_lazy("应当是文字。"),
    "string_too_long": gettext_lazy("最多 {max_length} 个字。"),
    "string_too_short": gettext_lazy("至少 {min_length} 个字。"),
    "string_pattern_mismatch": gettext_lazy("格式不正确。"),
    "string_unicode": gettext_lazy("含有无效字符。"),
    "int_type": gettext_lazy("应当是整数。"),
    "int_parsing": gettext_lazy("应当是整数。"),
    "int_from_float": gettext_lazy("应当是整数。"),
    "int_parsing_size": gettext_lazy("数字过大。"),
    "greater_than_equal": gettext_lazy("不能小于 {ge}。"),
    "less_than_equal": gettext_lazy("不能大于 {le}。"),
    "enum": gettext_lazy("应当是下列之一：{expected}。"),
    "literal_error": gettext_lazy("应当是下列之一：{expected}。"),
    "dict_type": gettext_lazy("应当是一组字段。"),
    "model_type": gettext_lazy("应当是一组字段。"),
    "model_attributes_type": gettext_lazy("应当是一组字段。"),
    "list_type": gettext_lazy("应当是列表。"),
    "too_long": gettext_lazy("最多 {max_length} 项。"),
    "bool_type": gettext_lazy("应当是 true 或者 false。"),
    "bool_parsing": gettext_lazy("应当是 true 或者 false。"),
}
_DATES = ("date_", "datetime_")


def words_for(error: Mapping[str, Any]) -> str:
    """One validation error in words for a person."""
    kind = str(error.get("type", ""))
    if kind == "value_error":
        return str(error.get("ctx", {}).get("error", "")) or _("内容不正确。")
    if kind.startswith(_DATES):
        return _("请填写日期或者时间，例如 2026-09-25。")
    text = _WORDS.get(kind)
    if text is None:
        return _("内容不正确。")
    try:
        return str(text).format(**error.get("ctx", {}))
    except KeyError:
        return _("内容不正确。")


def path_of(location: Iterable[Any]) -> str:
    """The path of a field as clients know it, without the names of our parameters.

    >>> path_of(("body", "body", "complainant", "phone")), path_of(("query", "limit")), path_of(("body", "body"))
    ('complainant.phone', 'limit', 'body')
    """
    parts = [str(p) for p in location]
    if len(parts) > 1:
        parts = parts[1:]
    if len(parts) > 1 and parts[0] in ("body", "filters", "form"):
        parts = parts[1:]
    return ".".join(parts)


def _of_validation(error: ValidationError) -> Problem:
    errors: dict[str, str] = {}
    for each in error.errors:
        errors.setdefault(path_of(each.get("loc", ())), words_for(each))
    return invalid(errors)


def _of_http_error(error: HttpError) -> Problem:
    cause = error.__cause__
    if isinstance(cause, Problem):
        return cause
    if isinstance(error, AuthenticationError):
        return unauthenticated()
    if isinstance(error, Throttled):
        return Problem(IntakeCode.TOO_MANY, _("请求过于频繁，请稍后再试。"))
    if cause is not None:
        return Problem(Code.BAD_REQUEST, _("请求内容无法读取，请检查后重新提交。"))
    return Problem(Code.BAD_REQUEST, str(error), status=error.status_code)


def problem_for(error: Exception) -> Problem | None:
    """The problem that tells a client about an exception; None where the fault is ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, ActionError):
        return of_action_error(error)
    if isinstance(error, IntakeError):
        return of_intake_error(error)
    if isinstance(error, ValidationError):
        return _of_validation(error)
    if isinstance(error, HttpError):
        return _of_http_error(error)
    if isinstance(error, Http404):
        return address_unknown()
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large()
    if isinstance(error, DisallowedHost):
        return Problem(Code.BAD_REQUEST, _("请求的主机名不被接受。"))
    if isinstance(error, MultiPartParserError | SuspiciousOperation | OSError) and not isinstance(
        error, FileNotFoundError | PermissionError
    ):
        return Problem(Code.BAD_REQUEST, _("请求内容无法读取，请检查后重新提交。"))
    return None


def install(api: NinjaAPI) -> None:
    """Makes every error of the interface a problem document."""

    def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        problem = problem_for(error) if isinstance(error, Exception) else None
        if problem is None:
            logger.error(
                "%s %s",
                request.method,
                request.path,
                exc_info=error if isinstance(error, Exception) else None,
            )
            problem = Problem(Code.INTERNAL_ERROR, _("系统出现错误，请稍后再试；已提交的内容没有被处理。"))
        return problem.response()

    for kind in (Exception, Http404, HttpError, ValidationError, ActionError, IntakeError, Problem):
        api.add_exception_handler(kind, answer)
