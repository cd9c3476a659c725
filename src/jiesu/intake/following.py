"""A case as its citizen sees it, in plain words.

Only what concerns this person is here. Nothing of a linked report, of proposals, of a lead, of internal notes; of a
report only what its informant is told (order 121 art. 37).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from jiesu import law
from jiesu.cases import keys
from jiesu.cases.act import act, load
from jiesu.cases.draft import Draft
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, ClockFact
from jiesu.cases.kinds import BRINGER, Kind, LinkType, PartyRole, State
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import NOTICE_TITLES
from jiesu.cases.models import Case, Event, File, Message
from jiesu.cases.offering import offered
from jiesu.intake.told import told_of, waiting_for
from jiesu.people.actors import SHANGHAI, SYSTEM, Actor, citizen
from jiesu.places.models import Organisation


@dataclass(frozen=True)
class Step:
    """Something that has happened, in plain words."""

    label: str
    text: str
    at: datetime
    article: str = ""


@dataclass(frozen=True)
class Awaited:
    """What is waited for now, and until when at the latest."""

    label: str
    text: str = ""
    by: date | None = None
    article: str = ""
    provisional: bool = False
    suspended: bool = False
    late: bool = False


@dataclass(frozen=True)
class NoticeSeen:
    """A notice to this person. ``body`` is empty until it has been opened."""

    seq: int
    title: str
    number: str
    at: datetime
    opened: bool
    body: str = ""


@dataclass(frozen=True)
class Word:
    """One message between the bureau and this person."""

    at: datetime
    mine: bool
    text: str


@dataclass(frozen=True)
class Question:
    """What the bureau has asked this person to decide freely: mediation, or mediation by a commissioned body.

    Args:
        subject: ``mediation`` or ``commission``.
        agreed: the answer on record; None while there is none.
        article: what the consent rests on.
        refusal: what the law makes of a refusal, with its article; empty where it has no consequence.
    """

    subject: str
    agreed: bool | None
    article: str
    refusal: str = ""


@dataclass(frozen=True)
class Followed:
    """A case as its citizen sees it.

    Args:
        questions: what this person is asked to agree to, answered or not.
        asked: what the bureau has asked this person for, with the day until which it is waited for.
        actions: names of what this person may do now.
        joint: others are represented, so what gives away their rights needs their consent on file.
        converted: number of the case as which it goes on.
    """

    number: int
    kind: str
    kind_label: str
    state: str
    respondent: str
    received_at: datetime
    bureau: str
    phone: str
    steps: tuple[Step, ...]
    awaited: Awaited | None
    asked: date | None
    notices: tuple[NoticeSeen, ...]
    words: tuple[Word, ...]
    files: tuple[str, ...]
    questions: tuple[Question, ...]
    actions: frozenset[str]
    joint: bool
    closed: bool
    rated: int | None
    converted: int | None


#: Actions of the tables that are a citizen's own.
OWN_ACTIONS = frozenset(
    {
        "add_evidence",
        "change_claim",
        "record_consent",
        "send_message",
        "urge",
        "withdraw",
        "rate",
        "request_recusal",
    }
)
_ASKS = frozenset({"request_materials", "request_identity"})
_DONE_ASKING = frozenset({"accept", "refuse", "withdraw", "close"})


def actor_of(kind: str) -> Actor:
    """The citizen as an actor in a case of that kind."""
    return citizen(
        "complainant" if kind == Kind.COMPLAINT else "informant" if kind == Kind.REPORT else "consumer"
    )


def followed(number: int, *, at: datetime) -> Followed:
    """The case as its citizen sees it now.

    Raises:
        Case.DoesNotExist: there is no such case any more, or its personal data has been erased.
    """
    case = Case.objects.select_related("organisation", "office", "registered_by").get(
        pk=number, redacted_at=None
    )
    draft = load(case)
    state = draft.state
    events = list(Event.objects.filter(case_id=number).order_by("seq"))
    own = _own_parties(state)
    messages = _messages(number, state, own)
    may = {o.action for o in offered(case, state, actor_of(case.kind), at)} & OWN_ACTIONS
    questions = _questions(state, events, at) if "record_consent" in may else ()
    return Followed(
        number=number,
        kind=case.kind,
        kind_label=str(Kind(case.kind).label),
        state=case.state,
        respondent=case.respondent,
        received_at=case.received_at,
        bureau=case.organisation.name if case.organisation else "",
        phone=_phone(case),
        steps=tuple(_steps(case, events)),
        awaited=_awaited(case, state, at),
        asked=_asked(events),
        notices=tuple(_notice(draft, m) for m in messages if m.form != "message"),
        words=tuple(_word(draft, m) for m in messages if m.form == "message"),
        files=tuple(
            File.objects.filter(case_id=number, from_citizen=True)
            .order_by("seq")
            .values_list("name", flat=True)
        ),
        questions=questions,
        actions=frozenset(may if questions else may - {"record_consent"}),
        joint=_speaks_for_others(state),
        closed=case.state in CLOSED,
        rated=state.facts.rated,
        converted=next(
            (n for t, n in state.facts.links if t == LinkType.CONVERTED and case.state == State.CONVERTED),
            None,
        ),
    )


def _phone(case: Case) -> str:
    for organisation in (case.office, case.organisation, case.registered_by):
        if organisation is not None and organisation.phone:
            return str(organisation.phone)
    return "12315"


def _own_parties(state: CaseState) -> frozenset[int]:
    """Party rows under which this person is told: the first who brought it in, and whoever is told in their place.

    The query code is given to whoever lodged; in a joint complaint others are told by themselves.
    """
    bringer = BRINGER[Kind(state.kind)]
    first = next((p for p in state.facts.parties if p.role == bringer), None)
    if first is None:
        return frozenset()
    return frozenset({first.seq} | ({first.represented_by} if first.represented_by else set()))


def _speaks_for_others(state: CaseState) -> bool:
    agents = {p.seq for p in state.parties(PartyRole.AGENT)}
    return any(p.represented_by and p.represented_by not in agents for p in state.facts.parties)


def _messages(number: int, state: CaseState, own: frozenset[int]) -> list[Message]:
    bringer = BRINGER[Kind(state.kind)]
    rows = Message.objects.filter(case_id=number).exclude(
        status__in=[Message.Status.DRAFT, Message.Status.VOID]
    )
    return [
        m
        for m in rows.order_by("created_at", "seq")
        if m.direction == Message.Direction.IN
        or (m.to_role == bringer and (m.party_seq is None or m.party_seq in own))
    ]


def _steps(case: Case, events: Iterable[Event]) -> list[Step]:
    rows = table(case.kind).rows
    names = _organisations(events)
    found: list[Step] = []
    for event in events:
        words = told_of(case.kind, event.type)
        data = event.data.get("in", {})
        if words is None or not _concerns(event, data):
            continue
        row = rows.get(event.type)
        on = event.at.astimezone(SHANGHAI).date()
        topic = (
            _register_topic(case.kind)
            if event.type == "register"
            else (row.article if row is not None else "")
        )
        cited = law.articles(topic, on=on) if topic else ()
        starts = data.get("starts_at")
        text = str(words.text).format(
            bureau=names.get(data.get("organisation") or event.organisation_id or 0, _("有权处理的单位")),
            starts_at=_minute(datetime.fromisoformat(starts)) if starts else "",
            answer=_answer(data),
        )
        at = case.received_at if event.type == "register" else event.at
        found.append(Step(label=str(words.label), text=text, at=at, article=cited[0].label if cited else ""))
    return found


def _concerns(event: Event, data: Mapping[str, Any]) -> bool:
    """What the other side has said or handed in is told to this person by the bureau, not by this list."""
    if event.type == "add_evidence":
        return event.actor_kind == "citizen"
    return event.type != "record_consent" or data.get("party") == PartyRole.COMPLAINANT


def _answer(data: Mapping[str, Any]) -> str:
    said = {
        ("mediation", True): _("同意调解"),
        ("mediation", False): _("不同意调解"),
        ("commission", True): _("同意委托调解"),
        ("commission", False): _("不同意委托调解"),
    }
    return str(said.get((str(data.get("subject")), bool(data.get("consent"))), ""))


def _register_topic(kind: str) -> str:
    """What a citizen has to bring forward, by kind; a question has no such article."""
    return {Kind.COMPLAINT.value: "register", Kind.REPORT.value: "register_report"}.get(kind, "")


def _minute(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _organisations(events: Iterable[Event]) -> dict[int, str]:
    wanted = {int(e.data.get("in", {}).get("organisation") or e.organisation_id or 0) for e in events}
    return dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))


#: States in which nothing more is waited for.
CLOSED = frozenset({State.CLOSED.value, State.MERGED.value, State.CONVERTED.value})


def _awaited(case: Case, state: CaseState, at: datetime) -> Awaited | None:
    if case.state in CLOSED:
        return None
    label, rule = waiting_for(
        case.kind, case.state, agreed=state.facts.consents.get(PartyRole.COMPLAINANT.value)
    )
    clock = state.clock(rule) if rule else None
    today = at.astimezone(SHANGHAI).date()
    if clock is None:
        return _undated(case, str(label), today)
    late = clock.due_on is not None and today > clock.due_on
    return Awaited(
        label=str(label),
        text=_clock_words(clock, late),
        by=clock.due_on,
        article=_cited(clock),
        provisional=clock.provisional,
        suspended=clock.state == "suspended",
        late=late,
    )


def _undated(case: Case, label: str, today: date) -> Awaited:
    if case.state != State.REGISTERED or case.kind not in (Kind.COMPLAINT, Kind.REPORT):
        return Awaited(label)
    cited = law.articles("distribute", on=today)
    text = _("12315 中心应当及时分送；处理期限从有权处理的局收到之日起算。")
    return Awaited(label, text, article=cited[0].label if cited else "")


def _clock_words(clock: ClockFact, late: bool) -> str:
    if clock.state == "suspended":
        return _("正在鉴定或者检测，这段时间不计入期限。")
    if late:
        return _("已经超过期限。您可以催办，也可以拨打 12315。")
    return ""


def _cited(clock: ClockFact) -> str:
    try:
        return f"《{law.instrument(clock.instrument).title}》{clock.article}"
    except law.LawError:
        return clock.article


def _asked(events: Iterable[Event]) -> date | None:
    """The day until which material is waited for, unless the person has sent something since."""
    asked: date | None = None
    for event in events:
        if event.type in _ASKS:
            asked = date.fromisoformat(event.data["in"]["answer_by"])
        elif event.type in _DONE_ASKING or (event.type == "add_evidence" and event.actor_kind == "citizen"):
            asked = None
    return asked


def _questions(state: CaseState, events: Iterable[Event], at: datetime) -> tuple[Question, ...]:
    """What has been asked of this person (order 121 arts. 18 and 19); a refusal of mediation ends it (art. 23)."""
    asked = [e.data.get("in", {}) for e in events if e.type == "ask_consent"]
    if not asked:
        return ()
    today = at.astimezone(SHANGHAI).date()
    side = PartyRole.COMPLAINANT.value
    found = [
        Question("mediation", state.facts.consents.get(side), _article("mediate", today), _refused(today))
    ]
    if any(data.get("commission") for data in asked):
        answer = state.facts.commission_consents.get(side)
        if not answer and not _said(events, side, "commission"):
            # A box left alone on lodging is no answer to a question asked since.
            answer = None
        found.append(Question("commission", answer, _article("commission", today)))
    return tuple(found)


def _said(events: Iterable[Event], side: str, subject: str) -> bool:
    given = (e.data.get("in", {}) for e in events if e.type == "record_consent")
    return any(data.get("party") == side and data.get("subject") == subject for data in given)


def _article(topic: str, on: date) -> str:
    cited = law.articles(topic, on=on)
    return cited[0].label if cited else ""


def _refused(on: date) -> str:
    try:
        return law.ground("complaint.termination:absent_or_refused", on=on).citation.label
    except law.LawError:
        return ""


def _plain(draft: Draft, message: Message) -> str:
    return keys.decrypt(draft.key, bytes(message.sealed)) if message.sealed else ""


def _notice(draft: Draft, message: Message) -> NoticeSeen:
    opened = message.status == Message.Status.PROVEN
    return NoticeSeen(
        seq=message.seq,
        title=message.subject or str(NOTICE_TITLES.get(message.form, message.form)),
        number=message.number,
        at=message.created_at,
        opened=opened,
        body=_plain(draft, message) if opened else "",
    )


def _word(draft: Draft, message: Message) -> Word:
    return Word(
        at=message.created_at, mine=message.direction == Message.Direction.IN, text=_plain(draft, message)
    )


def open_notice(number: int, seq: int, *, at: datetime) -> NoticeSeen | None:
    """One notice to this person with its words. Opening one that is unproven is the proof that it arrived.

    None where there is no such notice to this person.
    """
    case = Case.objects.get(pk=number)
    draft = load(case)
    mine = {
        m.seq: m for m in _messages(number, draft.state, _own_parties(draft.state)) if m.form != "message"
    }
    message = mine.get(seq)
    if message is None:
        return None
    if message.status != Message.Status.PROVEN and seq in draft.state.facts.notices:
        _prove(number, seq, at)
    return NoticeSeen(
        seq=seq,
        title=message.subject or str(NOTICE_TITLES.get(message.form, message.form)),
        number=message.number,
        at=message.created_at,
        opened=True,
        body=_plain(draft, message),
    )


def _prove(number: int, seq: int, at: datetime) -> None:
    data = {
        "message": seq,
        "result": "delivered",
        "channel": "internet",
        "told_at": at.isoformat(),
        "proof": "portal_view",
    }
    try:
        act(number, "notify", data, actor=SYSTEM, at=at, key=f"portal_view:{number}:{seq}")
    except ActionError:
        # Somebody has recorded another proof in this instant: then it needs none. Otherwise it is a real refusal.
        if not Message.objects.filter(case_id=number, seq=seq, status=Message.Status.PROVEN).exists():
            raise
