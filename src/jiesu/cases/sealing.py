"""What people say and who they are, as rows: sealed, masked for lists, indexed for exact look-up."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from jiesu.cases import keys
from jiesu.cases.models import Party, Passage
from jiesu.making import made
from jiesu.people.masking import mask_name, mask_phone

BUSINESS_ROLES = frozenset({"respondent", "reported"})


def sealed_columns(key: bytes, role: str, plain: dict[str, str]) -> dict[str, Any]:
    """The columns of a party's row that hold who it is.

    Args:
        key: data key of the case.
        role: undertakings are shown by name and not looked up by telephone.
        plain: name, phone, address, id_type, id_number, email and what else is known; empty values left out.
    """
    name, phone, number = plain.get("name", ""), plain.get("phone", ""), plain.get("id_number", "")
    business = role in BUSINESS_ROLES
    return {
        "name_masked": (name if business else mask_name(name))[:120] if name else "",
        "phone_masked": mask_phone(phone)[:40] if phone else "",
        "sealed": keys.encrypt_bytes(key, to_json(plain)),
        "phone_index": keys.lookup("phone", phone) if phone and not business else None,
        "id_index": keys.lookup("identity", number.upper()) if number else None,
    }


def party_row(
    case_id: int,
    key: bytes,
    seq: int,
    role: str,
    plain: dict[str, str],
    *,
    capacity: str = "",
    represented_by: int | None = None,
    business_id: int | None = None,
) -> Party:
    """A party's row: plain values sealed, masked copies and look-up indexes beside them."""
    return made(
        Party,
        case_id=case_id,
        seq=seq,
        role=role,
        **sealed_columns(key, role, plain),
        capacity=capacity,
        represented_by=represented_by,
        business_id=business_id,
    )


def passage_row(case_id: int, key: bytes, seq: int, purpose: str, text: str) -> Passage:
    """A free text's row: sealed, with the digest that the event keeps of it."""
    return made(
        Passage,
        case_id=case_id,
        seq=seq,
        purpose=purpose,
        sealed=keys.encrypt(key, text),
        digest=keys.salted_digest(key, seq, text),
    )


def reference(passage: Passage) -> dict[str, Any]:
    """What an event keeps of a free text."""
    return {"text": passage.seq, "digest": passage.digest}
