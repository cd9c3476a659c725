"""Given: what a citizen writes, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

AT = datetime(2026, 9, 1, 2, tzinfo=UTC)

COMPLAINT: dict[str, Any] = {
    "kind": "complaint",
    "channel": "portal",
    "text": "8月30日在好又多超市买到过期牛奶，花了35元，店家拒绝退款。",
    "demand": "退款并赔偿",
    "amount": "35",
    "occurred_on": "2026-08-30",
    "complainant": {
        "name": "王小花",
        "phone": "138 1234 5678",
        "address": "湖南省益阳市资阳区大码头街道五一西路12号",
    },
    "respondent": {"name": "好又多超市", "address": "益阳市资阳区大码头街道五一西路20号"},
    "consent_disclosure": True,
    "consent_commission": False,
}
REPORT: dict[str, Any] = {
    "kind": "report",
    "channel": "portal",
    "text": "五一西路20号超市把过期牛奶改日期后再卖，昨晚八点在后门仓库看到。",
    "anonymous": True,
    "respondent": {"name": "好又多超市", "address": "益阳市资阳区大码头街道五一西路20号"},
}
