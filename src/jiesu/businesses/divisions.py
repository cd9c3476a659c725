"""Where a business lies, from its address."""

from jiesu.places.addresses import Confidence, locate


def division_of(address: str) -> str:
    """The division that an address lies in, where that is beyond doubt; else an empty text."""
    found = locate(address)
    return found.code if found.confidence is Confidence.HIGH else ""
