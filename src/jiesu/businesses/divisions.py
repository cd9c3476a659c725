"""Where a business lies, from its address."""

import re
from functools import lru_cache

from jiesu.places.addresses import Confidence, locate

_NUMBER = re.compile(r"\d+")


def division_of(address: str) -> str:
    """The division that an address lies in, where that is beyond doubt; else an empty text.

    No division has a number in its name: of a street all houses lie where one of them does, and are looked up once.
    """
    return _of_street(_NUMBER.sub("0", address[:400]))


@lru_cache(maxsize=4096)
def _of_street(address: str) -> str:
    found = locate(address)
    return found.code if found.confidence is Confidence.HIGH else ""
