"""How a citizen enters: number and query code, counted and locked against guessing."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.db import transaction

from jiesu.cases.kinds import LinkType
from jiesu.cases.models import Case, Link
from jiesu.cases.opening import query_code_hash
from jiesu.intake import limits
from jiesu.intake.errors import Code, IntakeError

MOST_TRIES = 5
LOCKED = timedelta(minutes=15)
NUMBER_DIGITS = 18


def enter(number: str, code: str, *, at: datetime, who: str = "") -> Case:
    """The case that number and query code open together.

    The answer is the same for a number that does not exist and for a wrong code; both are counted and locked alike.

    Args:
        number: as typed, blanks and dashes allowed.
        code: as typed.
        who: address of the client, for the limit on tries.

    Raises:
        IntakeError: ``query_wrong``, ``query_locked``, ``too_many_requests``.
    """
    digits = "".join(c for c in number if c.isdigit())
    letters = "".join(c for c in code.upper() if c.isalnum())
    # The row is locked while a try is judged and counted: tries at once are judged one after another.
    with transaction.atomic():
        case = (
            Case.objects.select_for_update().filter(pk=int(digits), redacted_at=None).first()
            if len(digits) == NUMBER_DIGITS
            else None
        )
        opened = _tried(case, letters, at)
    if opened:
        assert case is not None
        return case
    if opened is None:
        raise IntakeError(Code.QUERY_LOCKED)
    if who:
        limits.allow(limits.TRIES, who, at=at)
    if case is None and _unknown(digits, at):
        raise IntakeError(Code.QUERY_LOCKED)
    locked = case is not None and case.query_locked_until is not None and case.query_locked_until > at
    raise IntakeError(Code.QUERY_LOCKED if locked else Code.QUERY_WRONG)


def _tried(case: Case | None, letters: str, at: datetime) -> bool | None:
    """Whether the code opens the case; None while it is locked. A wrong one is counted on the locked row."""
    if case is None:
        return False
    if case.query_locked_until is not None and case.query_locked_until > at:
        return None
    if _opens(case, letters):
        if case.query_failures:
            case.query_failures, case.query_locked_until = 0, None
            case.save(update_fields=("query_failures", "query_locked_until"))
        return True
    case.query_failures += 1
    if case.query_failures >= MOST_TRIES:
        case.query_failures, case.query_locked_until = 0, at + LOCKED
    case.save(update_fields=("query_failures", "query_locked_until"))
    return False


def _opens(case: Case, code: str) -> bool:
    if _matches(case, code):
        return True
    # A matter that went on as another kind is still this person's; a split report is not told to the complaint.
    sources = Link.objects.filter(case_id=case.pk, type=LinkType.CONVERTED, initiating=False).values(
        "other_id"
    )
    return any(_matches(source, code) for source in Case.objects.filter(pk__in=sources))


def _matches(case: Case, code: str) -> bool:
    return bool(case.query_code_hash) and hmac.compare_digest(
        bytes(case.query_code_hash or b""), query_code_hash(case.pk, code)
    )


def _unknown(digits: str, at: datetime) -> bool:
    """Counts a try at a number that does not exist as if it did; tells whether that was one too many."""
    return limits.count("query_number", digits, seconds=int(LOCKED.total_seconds()), at=at) >= MOST_TRIES
