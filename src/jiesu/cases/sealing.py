"""A party's plain values as columns: sealed, masked for lists, indexed for exact look-up."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from jiesu.cases import keys
from jiesu.people.masking import mask_name, mask_phone

BUSINESS_ROLES = frozenset({"respondent", "reported"})


def sealed_columns(key: bytes, role: str, plain: dict[str, str]) -> dict[str, Any]:
    """The columns of a party's row that hold who it is.

    Args:
        key: data key of the case.
        role: undertakings are shown by name and not looked up by telephone.
        plain: name, phone, address, id_type, id_number, email and what else is known; empty values left out.
    """
    name, phone, number = (plain.get(k, "") for k in ("name", "phone", "id_number"))
    business = role in BUSINESS_ROLES
    return {
        "name_masked": (name if business else mask_name(name))[:120] if name else "",
        "phone_masked": mask_phone(phone)[:40] if phone else "",
        "sealed": keys.encrypt_bytes(key, to_json(plain)),
        "phone_index": keys.lookup("phone", phone) if phone and not business else None,
        "id_index": keys.lookup("identity", number.upper()) if number else None,
    }
