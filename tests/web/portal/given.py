"""Given: what a person types on the screens, and how a test reads a page."""

from __future__ import annotations

import re
from typing import Any

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
ANSWERS: dict[str, Any] = {
    "key": "a-key",
    "screen": "2",
    "text": "8月30日在好又多超市花35元买了一箱牛奶，已经过期，找店家退款，店家拒绝。",
    "wish": ["refund", "compensation"],
    "demand": "退 35 元",
    "amount": "35",
    "where": "shop",
    "respondent_name": "好又多超市",
    "respondent_address": "益阳市资阳区大码头街道五一西路20号",
    "name": "王小花",
    "phone": "13812345678",
    "address": "益阳市资阳区五一西路12号",
    "consent_disclosure": "1",
    "truth": "1",
}


def hidden(html: str, name: str) -> list[str]:
    """Values of the hidden fields of that name."""
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)">', html)


def words(html: str) -> str:
    """What a person reads: no marks, no script."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
