"""Addresses as logs may show them: enough to recognise one's own, not enough to use it."""

from __future__ import annotations

from jiesu.people.masking import mask_phone


def mask_recipient(address: str) -> str:
    """A telephone number, e-mail address or anything else that a message was sent to, masked.

    >>> mask_recipient("13800001234"), mask_recipient("li.si@example.cn"), mask_recipient("")
    ('138****1234', 'l***@example.cn', '')
    """
    if "@" in address:
        name, _at, host = address.rpartition("@")
        return f"{name[:1]}***@{host}"
    digits = sum(c.isdigit() for c in address)
    if digits >= len("1234567"):
        return mask_phone(address)
    return address[:1] + "***" if address else ""
