"""How a citizen follows a case: by number and query code, and only what concerns the person who brought it in."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from jiesu.cases import keys, lawbook
from jiesu.cases.draft import load_state
from jiesu.cases.facts import CaseState, ClockFact
from jiesu.cases.kinds import Kind, State
from jiesu.cases.lifecycle import TABLES
from jiesu.cases.lifecycle.choices import NOTICE_TITLES
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.models import Case, Clock, Event, Message
from jiesu.cases.opening import query_code_hash
from jiesu.cases.sending import FOLLOWERS
from jiesu.people.actors import Actor, citizen

MOST_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
_NUMBER = re.compile(r"[0-9]{18}", re.ASCII)
_LONGEST_CODE = 40


class QueryCodeWrong(Exception):
    """Number and code do not fit. The same for an unknown number, a wrong code and a case locked for the moment."""

    def __init__(self) -> None:
        super().__init__(
            _("编号或者查询码不正确，请核对。同一编号连续输错%(tries)d次的，%(minutes)d分钟内不能查询。")
            % {"tries": MOST_TRIES, "minutes": int(LOCKED_FOR.total_seconds() // 60)}
        )


def open_by_code(number: str, code: str, *, at: datetime) -> Case:
    """The case that a number and its query code open.

    Five wrong codes lock the case for 15 minutes, for the right code too. Tries at one case come one after another,
    so that many at once are no more than five.

    Raises:
        QueryCodeWrong: they do not fit, or the case is locked.
    """
    number, code = number.strip(), code.strip()[:_LONGEST_CODE]
    if not _NUMBER.fullmatch(number):
        raise QueryCodeWrong
    given = query_code_hash(int(number), code)
    with transaction.atomic():
        case = (
            Case.objects.select_for_update(of=("self",))
            .select_related("organisation", "office", "registered_by")
            .filter(pk=int(number), query_code_hash__isnull=False, redacted_at=None)
            .first()
        )
        opened = case is not None and _try(case, given, at)
    # Outside the transaction: a refusal must not take the count of tries back with it.
    if case is None or not opened:
        raise QueryCodeWrong
    return case


def _try(case: Case, given: bytes, at: datetime) -> bool:
    if case.query_locked_until is not None and at < case.query_locked_until:
        return False
    right = hmac.compare_digest(bytes(case.query_code_hash or b""), given)
    if right and not case.query_failures:
        return True
    failures = 0 if right else case.query_failures + 1
    locked = at + LOCKED_FOR if failures >= MOST_TRIES else None
    Case.objects.filter(pk=case.pk).update(
        query_failures=0 if locked else failures, query_locked_until=locked
    )
    return right


def citizen_of(case: Case) -> Actor:
    """The actor that whoever brought the case in is towards it."""
    if case.kind == Kind.COMPLAINT:
        return citizen("complainant")
    return citizen("informant" if case.kind == Kind.REPORT else "consumer")


@dataclass(frozen=True)
class Step:
    """One step of the case as told to the citizen."""

    at: datetime
    action: str
    label: str
    article: str


@dataclass(frozen=True)
class Told:
    """A notice or a word, one way or the other."""

    seq: int
    at: datetime
    from_citizen: bool
    title: str
    number: str
    body: str


#: Events that the person who brought the case in may know of. What goes on inside a bureau is not among them.
SHOWN = frozenset(
    {
        "register", "route", "return_to_centre", "accept", "refuse", "request_materials", "request_identity",
        "ask_consent", "schedule_session", "record_session", "start_appraisal", "end_appraisal", "start_testing",
        "end_testing", "request_recusal", "decide_recusal", "commission", "agree", "settle", "withdraw", "terminate",
        "answer", "convert", "split", "inform_other_channel", "return_to_12345", "take_over", "revoke_decision",
        "reopen", "add_evidence", "send_message", "urge", "rate", "close",
    }
)  # fmt: skip
#: Of a report less: whether a case was filed is told by a notice where a duty exists, not by a page.
SHOWN_OF_REPORT = frozenset(
    {
        "register", "route", "return_to_centre", "inform_informant", "inform_no_authority", "transfer_food_matter",
        "add_evidence", "send_message", "urge", "rate", "close",
    }
)  # fmt: skip
_KEPT_BACK = frozenset({State.FILED, State.DECLINED, State.REPEATED})
_UNSEEN_MESSAGES = frozenset({Message.Status.DRAFT, Message.Status.VOID})


def steps(case: Case) -> list[Step]:
    """The steps so far, oldest first, with the articles of their day."""
    wanted = SHOWN_OF_REPORT if case.kind in (Kind.REPORT, Kind.LEAD) else SHOWN
    found: list[Step] = []
    for event in Event.objects.filter(case_id=case.pk, type__in=wanted).only("at", "type").order_by("seq"):
        row = next(
            (TABLES[k].rows[event.type] for k in (case.kind, *TABLES) if event.type in TABLES[k].rows), None
        )
        if row is not None:
            article = lawbook.cited(row.article, event.at.astimezone(SHANGHAI).date()) if row.article else ""
            found.append(Step(event.at, event.type, str(row.label), article))
    return found


def state_shown(case: Case) -> State:
    """The state as told to the citizen: an outcome of a report shows once the informant has been told."""
    state = State(case.state)
    if case.kind == Kind.REPORT and state in _KEPT_BACK and not (case.facts or {}).get("informed"):
        return State.VERIFYING
    return state


def state_of(case: Case) -> CaseState:
    """The case's state as a value, for what may be done next."""
    return load_state(case, Clock.objects.filter(case_id=case.pk))


def clocks_shown(state: CaseState) -> tuple[ClockFact, ...]:
    """The statutory periods that the citizen can hold the bureau to."""
    return tuple(
        c
        for c in state.clocks
        if c.statutory and c.state != "void" and not c.rule.startswith(("jurisdiction.", "lead."))
    )


def correspondence(case: Case) -> list[Told]:
    """What was told to the citizen, and what the citizen wrote, oldest first."""
    if not case.wrapped_key:
        return []
    key = keys.unwrap(case.wrapped_key)
    found: list[Told] = []
    for message in (
        Message.objects.filter(case_id=case.pk).exclude(status__in=_UNSEEN_MESSAGES).order_by("seq")
    ):
        incoming = message.direction == Message.Direction.IN
        if not incoming and message.to_role not in FOLLOWERS:
            continue
        title = message.subject or str(NOTICE_TITLES.get(message.form, message.form))
        body = keys.decrypt(key, message.sealed) if message.sealed else ""
        found.append(Told(message.seq, message.created_at, incoming, title, message.number, body))
    return found
