"""Everything stored of a case as plain values, for comparing what two doors have written."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model

from jiesu.cases import keys
from jiesu.cases import models as tables
from jiesu.cases.models import Case, Message

CHILDREN = (
    tables.Clock,
    tables.ContactEntry,
    tables.Event,
    tables.Link,
    tables.Message,
    tables.Participant,
    tables.Party,
    tables.Passage,
    tables.Proposal,
    tables.Session,
)


def rows(model: type[Model], key: bytes, case: int) -> list[dict[str, Any]]:
    """The rows of one table of one case, ciphers opened."""
    found = []
    for values in model._default_manager.filter(case_id=case).order_by("seq").values():
        if values.get("sealed") is not None:
            values["sealed"] = keys.decrypt(key, values["sealed"])
        plain = {k: bytes(v) if isinstance(v, memoryview) else v for k, v in values.items()}
        if model is Message and plain["status"] in ("queued", "sent"):
            # The one difference: nothing of a history is sent.
            plain |= {"status": "out", "next_try_at": None, "sent_at": None}
        found.append(plain)
    return found


def picture(case: int) -> dict[str, Any]:
    """Everything stored of one case, as plain values."""
    row = Case.objects.filter(pk=case).values().get()
    key = keys.unwrap(row["wrapped_key"])
    row = {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items()} | {"wrapped_key": key}
    shown = {"case": row, **{m.__name__: rows(m, key, case) for m in CHILDREN}}
    for table in ("cases_complaintwords", "cases_reportwords"):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT words::text FROM "{table}" WHERE case_id = %s', [case])
            shown[table] = cursor.fetchall()
    return shown
