"""The industry of a business: the section of the national classification in which the registry enters it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from jiesu.businesses.errors import BusinessError, Code
from jiesu.businesses.models import Business

_FILE = Path(__file__).parent / "data" / "industries.yaml"


@cache
def sections() -> dict[str, str]:
    """The sections of GB/T 4754, letters and names, in their order.

    >>> sections()["H"], len(sections())
    ('住宿和餐饮业', 20)
    """
    found: dict[str, str] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))["sections"]
    return found


def classify(*, business: int, industry: str) -> None:
    """Enter the industry of a business; an empty one takes it away.

    Args:
        industry: letter of a section.

    Raises:
        BusinessError: ``business_industry_unknown``, ``business_unknown``.
    """
    if industry and industry not in sections():
        raise BusinessError(Code.INDUSTRY_UNKNOWN)
    if not Business.objects.filter(pk=business).update(industry=industry):
        raise BusinessError(Code.UNKNOWN)
