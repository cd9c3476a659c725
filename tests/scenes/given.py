"""Given: a contact as the portal takes it, and the people who route and handle what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jiesu.cases.act import Acted, act
from jiesu.intake.forms import read
from jiesu.intake.registering import Registered, Split, register
from jiesu.people.acting import actor_for
from jiesu.people.actors import Actor
from jiesu.people.models import Staff
from jiesu.places.queries import by_key

SHANGHAI = ZoneInfo("Asia/Shanghai")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def who(username: str, at: datetime) -> Actor:
    """The actor of a demonstration account."""
    return actor_for(Staff.objects.select_related("organisation__parent__parent").get(username=username), at)


def does(username: str, number: int, action: str, at: datetime, /, **data: Any) -> Acted:
    return act(number, action, data, actor=who(username, at), at=at)


def taken(
    at: datetime, *, split: Split | None = None, suggest: Callable[..., Any] | None = None, **changes: Any
) -> Registered:
    """A contact at the counter of the city centre."""
    body: dict[str, Any] = {
        "kind": "complaint",
        "channel": "counter",
        "text": "10月31日在该超市购买的电饭煲使用一天即损坏，要求退货被拒绝。",
        "demand": "退还货款 299 元",
        "amount": "299",
        "complainant": {
            "name": "王小花",
            "phone": "13812345678",
            "address": "益阳市资阳区大码头街道五一西路12号",
        },
        "respondent": {"name": "资阳区好再来超市", "address": "益阳市资阳区大码头街道五一西路20号"},
        "consent_disclosure": True,
        **changes,
    }
    actor = who("calltaker", at)
    return register(form=read(body), actor=actor, at=at, key=None, split=split, suggest_kind=suggest)


def bureau(key: str) -> int:
    return by_key(f"{key}-bureau").pk
