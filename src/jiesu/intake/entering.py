"""How a citizen enters: number and query code, counted and locked against guessing."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.db.models import F

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
    case = (
        Case.objects.filter(pk=int(digits), redacted_at=None).first()
        if len(digits) == NUMBER_DIGITS
        else None
    )
    if case is not None and case.query_locked_until is not None and case.query_locked_until > at:
        raise IntakeError(Code.QUERY_LOCKED)
    if case is not None and _opens(case, letters):
        if case.query_failures:
            Case.objects.filter(pk=case.pk).update(query_failures=0, query_locked_until=None)
        return case
    if who:
        limits.allow(limits.TRIES, who, at=at)
    raise IntakeError(Code.QUERY_LOCKED if _failed(case, digits, at) else Code.QUERY_WRONG)


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


def _failed(case: Case | None, digits: str, at: datetime) -> bool:
    """Counts a wrong try; tells whether that was one too many."""
    if case is None:
        return limits.count("query_number", digits, seconds=int(LOCKED.total_seconds()), at=at) >= MOST_TRIES
    Case.objects.filter(pk=case.pk).update(query_failures=F("query_failures") + 1)
    locked = Case.objects.filter(pk=case.pk, query_failures__gte=MOST_TRIES)
    return bool(locked.update(query_failures=0, query_locked_until=at + LOCKED))
