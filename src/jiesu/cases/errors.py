"""What a case refuses, as codes with data. The text tells a person what to do next."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stable codes of refusals; part of the public API."""

    CASE_NOT_FOUND = "case_not_found"
    NOT_ALLOWED_IN_STATE = "not_allowed_in_state"
    NOT_PERMITTED = "not_permitted"
    UNKNOWN_ACTION = "unknown_action"
    FIELDS_INVALID = "fields_invalid"
    CASE_CHANGED = "case_changed"
    GUARD_FAILED = "guard_failed"
    NEEDS_APPROVAL = "needs_approval"
    OPEN_DUTIES = "open_duties"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    IDEMPOTENCY_RUNNING = "idempotency_running"
    FILE_REFUSED = "file_refused"
    REDACTED = "redacted"


STATUS = {
    Code.CASE_NOT_FOUND: 404,
    Code.NOT_PERMITTED: 403,
    Code.UNKNOWN_ACTION: 404,
    Code.CASE_CHANGED: 409,
    Code.NOT_ALLOWED_IN_STATE: 409,
    Code.IDEMPOTENCY_RUNNING: 409,
}


class ActionError(Exception):
    """An action that cannot be taken, and why.

    Args:
        code: stable code.
        message: Chinese text for the person at the screen: what is wrong and what to do.
        fields: field name → message, for bad input.
        data: codes and ids that explain the refusal (never personal data).

    >>> ActionError(Code.NOT_PERMITTED, "您没有办理此案的权限。").status
    403
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        fields: dict[str, str] | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields or {}
        self.data = data or {}

    @property
    def status(self) -> int:
        """HTTP status that fits the code; 422 where the input itself is at fault."""
        return STATUS.get(self.code, 422)
