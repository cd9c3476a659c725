"""The access log in words: what somebody looked at, printed or changed, as an auditor reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from jiesu.cases.lifecycle.choices import ROLE_NAMES
from jiesu.people.models import AccessLog
from jiesu.people.roles import Role

#: Keys of the log's details as they read. What is not here is shown under its own name: nothing is left out.
LABELS = {
    "party": lazy("当事人"),
    "parties": lazy("当事人"),
    "role": lazy("身份"),
    "file": lazy("文件"),
    "message": lazy("告知"),
    "hits": lazy("命中"),
    "found": lazy("命中"),
    "length": lazy("检索字数"),
    "phone": lazy("按电话"),
    "list": lazy("清单"),
    "scope": lazy("范围"),
    "rows": lazy("行数"),
    "filters": lazy("筛选"),
    "face": lazy("入口"),
    "reason": lazy("理由"),
    "parts": lazy("内容"),
    "staff": lazy("人员"),
    "granted": lazy("授予角色"),
    "ended": lazy("终止角色"),
    "until": lazy("截止"),
    "token": lazy("令牌"),
    "scopes": lazy("权限"),
    "revoked": lazy("已撤销"),
    "created": lazy("新建人员"),
    "deactivated": lazy("停用人员"),
    "password": lazy("重设密码的人员"),
    "second_factor": lazy("第二重验证"),
    "calendar": lazy("日历年份"),
    "version": lazy("版本"),
    "sha256": lazy("校验值"),
}
SCOPES = {
    "mine": lazy("我的"),
    "office": lazy("本所"),
    "bureau": lazy("本局"),
    "centre": lazy("本中心"),
    "registered": lazy("本所登记"),
    "line": lazy("全部"),
    "below": lazy("本辖区"),
    "commissioned": lazy("委托调解"),
    "assisting": lazy("协办"),
}


def look_rows(rows: Iterable[AccessLog]) -> list[dict[str, Any]]:
    """Rows of the log, each with its details in words."""
    return [{"log": row, "words": detail_words(row.detail or {})} for row in rows]


def detail_words(detail: Mapping[str, Any]) -> str:
    """The details of one look.

    >>> detail_words({"party": 1, "role": "complainant"})
    '当事人 1 · 身份 投诉人'
    """
    said = (
        f"{LABELS.get(key, key)} {_value(key, value)}"
        for key, value in detail.items()
        if value not in ("", None, [], {})
    )
    return " · ".join(said)


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dict):
        return "、".join(f"{k}={v}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "、".join(str(v) for v in value)
    if key == "sha256":
        return str(value)[:16]
    if key == "role":
        return str(ROLE_NAMES.get(value, value))
    if key in ("granted", "ended") and value in Role.values:
        return str(Role(value).label)
    if key in ("list", "scope"):
        return str(SCOPES.get(str(value), value))
    return str(value)
