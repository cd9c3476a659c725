"""How a citizen follows a case: entering with number and code, and what is shown of it in plain words.

Only what concerns this person is here. Nothing of a linked report, of proposals, of a lead, of internal notes; of a
report only what its informant is told (order 121 art. 37).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiesu import law
from jiesu.cases import keys
from jiesu.cases.act import act, load, offered
from jiesu.cases.draft import Draft
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import CaseState, ClockFact
from jiesu.cases.kinds import BRINGER, Kind, LinkType, State
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.choices import NOTICE_TITLES
from jiesu.cases.models import Case, Event, File, Link, Message
from jiesu.cases.opening import query_code_hash
from jiesu.intake import limits
from jiesu.intake.errors import Code, IntakeError
from jiesu.people.actors import SHANGHAI, SYSTEM, Actor, citizen
from jiesu.places.models import Organisation

MOST_TRIES = 5
LOCKED = timedelta(minutes=15)
NUMBER_DIGITS = 18

Words = str | Promise

# --- entering -------------------------------------------------------------------------------------------------


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
    case = Case.objects.filter(pk=int(digits)).first() if len(digits) == NUMBER_DIGITS else None
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


# --- what is shown --------------------------------------------------------------------------------------------


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
class Followed:
    """A case as its citizen sees it.

    Args:
        asked: what the bureau has asked this person for, with the day until which it is waited for.
        actions: names of what this person may do now.
        joint: others are represented, so withdrawing needs their consent.
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
    actions: frozenset[str]
    joint: bool
    closed: bool
    rated: int | None
    converted: int | None


@dataclass(frozen=True)
class _Told:
    label: Words
    text: Words = ""


# Events that a citizen is told of, and how. Whatever is not here stays inside.
_SHARED: dict[str, _Told] = {
    "register": _Told(gettext_lazy("已收到"), gettext_lazy("12315 已登记您的来件。")),
    "route": _Told(gettext_lazy("已分送"), gettext_lazy("已分送{bureau}处理。")),
    "return_to_centre": _Told(gettext_lazy("重新分送"), gettext_lazy("正在重新确定有权处理的单位。")),
    "designate_jurisdiction": _Told(gettext_lazy("已指定处理单位"), gettext_lazy("由{bureau}处理。")),
    "take_over": _Told(gettext_lazy("上级直接处理"), gettext_lazy("由{bureau}直接处理。")),
    "withdraw": _Told(gettext_lazy("您已撤回投诉")),
    "add_evidence": _Told(gettext_lazy("收到补充材料")),
    "urge": _Told(gettext_lazy("收到催办"), gettext_lazy("已提醒承办单位。")),
    "transfer_food_matter": _Told(gettext_lazy("已移交有权处理的部门"), gettext_lazy("详见告知。")),
    "close": _Told(gettext_lazy("已办结")),
    "reopen": _Told(gettext_lazy("恢复办理")),
    "convert": _Told(gettext_lazy("已转办"), gettext_lazy("您反映的事项已转为另一件办理。")),
    "rate": _Told(gettext_lazy("您已评价")),
}
_BY_KIND: dict[str, dict[str, _Told]] = {
    Kind.COMPLAINT: {
        "accept": _Told(gettext_lazy("决定受理"), gettext_lazy("您的投诉符合规定，已经受理。")),
        "refuse": _Told(gettext_lazy("决定不予受理"), gettext_lazy("理由和其他解决途径见告知书。")),
        "request_materials": _Told(gettext_lazy("请您补充材料"), gettext_lazy("需要的材料和日期见通知。")),
        "request_identity": _Told(
            gettext_lazy("请您提供身份证明"), gettext_lazy("需要的材料和日期见通知书。")
        ),
        "ask_consent": _Told(gettext_lazy("征求双方是否同意调解"), gettext_lazy("双方都同意，才能调解。")),
        "schedule_session": _Told(
            gettext_lazy("安排调解"), gettext_lazy("时间：{starts_at}。地点见通知书。")
        ),
        "record_session": _Told(gettext_lazy("进行了调解")),
        "commission": _Told(gettext_lazy("委托调解"), gettext_lazy("经双方同意，委托调解组织调解。")),
        "start_appraisal": _Told(gettext_lazy("开始鉴定"), gettext_lazy("鉴定时间不计入调解期限。")),
        "end_appraisal": _Told(gettext_lazy("鉴定结束")),
        "start_testing": _Told(gettext_lazy("开始检测"), gettext_lazy("检测时间不计入调解期限。")),
        "end_testing": _Told(gettext_lazy("检测结束")),
        "request_recusal": _Told(gettext_lazy("申请调解人员回避"), gettext_lazy("决定之前中止调解。")),
        "decide_recusal": _Told(gettext_lazy("已决定是否回避")),
        "settle": _Told(gettext_lazy("双方自行和解")),
        "agree": _Told(gettext_lazy("达成调解协议")),
        "terminate": _Told(
            gettext_lazy("终止调解"), gettext_lazy("理由见告知书。您仍可以申请仲裁或者起诉。")
        ),
        "revoke_decision": _Told(gettext_lazy("撤销原决定，重新处理")),
    },
    Kind.REPORT: {
        "record_verification": _Told(
            gettext_lazy("正在核查"), gettext_lazy("执法人员正在核查您反映的情况。")
        ),
        "extend": _Told(gettext_lazy("延长核查期限"), gettext_lazy("情况复杂，经批准延长。")),
        "file_case": _Told(gettext_lazy("核查已完成"), gettext_lazy("依法应当告知您的，会在“通知”里告知。")),
        "decline_filing": _Told(
            gettext_lazy("核查已完成"), gettext_lazy("依法应当告知您的，会在“通知”里告知。")
        ),
        "inform_no_authority": _Told(gettext_lazy("本机关无处理权限"), gettext_lazy("详见告知。")),
        "close_repeat": _Told(
            gettext_lazy("与您先前的举报重复"), gettext_lazy("先前已经处理，不再重复处理。")
        ),
        "merge_repeat": _Told(gettext_lazy("并入您先前的举报"), gettext_lazy("补充的情况将一并核查。")),
        "inform_informant": _Told(gettext_lazy("已告知处理结果")),
    },
    Kind.CONSULTATION: {"answer": _Told(gettext_lazy("已答复"), gettext_lazy("答复内容见“通知”。"))},
    Kind.OTHER: {
        "answer": _Told(gettext_lazy("已答复"), gettext_lazy("答复内容见“通知”。")),
        "return_to_12345": _Told(
            gettext_lazy("已退回 12345 热线"), gettext_lazy("由 12345 转有关部门办理。")
        ),
        "inform_other_channel": _Told(gettext_lazy("已告知相应途径"), gettext_lazy("详见“通知”。")),
        "refer_internal": _Told(gettext_lazy("已转内部机构办理")),
    },
}

#: Actions of the tables that are a citizen's own.
OWN_ACTIONS = frozenset({"add_evidence", "send_message", "urge", "withdraw", "rate", "request_recusal"})
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
        Case.DoesNotExist: there is no such case any more.
    """
    case = Case.objects.select_related("organisation", "office", "registered_by").get(pk=number)
    draft = load(case)
    state = draft.state
    events = list(Event.objects.filter(case_id=number).order_by("seq"))
    own = _own_parties(state)
    messages = _messages(number, state, own)
    may = {o.action for o in offered(case, state, actor_of(case.kind), at)} & OWN_ACTIONS
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
        actions=frozenset(may),
        joint=any(p.represented_by for p in state.facts.parties),
        closed=case.state in (State.CLOSED, State.MERGED, State.CONVERTED),
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
    told = {**_SHARED, **_BY_KIND.get(case.kind, {})}
    rows = table(case.kind).rows
    names = _organisations(events)
    found: list[Step] = []
    for event in events:
        words = told.get(event.type)
        if words is None or (event.type == "add_evidence" and event.actor_kind != "citizen"):
            continue
        data = event.data.get("in", {})
        row = rows.get(event.type)
        on = event.at.astimezone(SHANGHAI).date()
        cited = law.articles(row.article, on=on) if row is not None and row.article else ()
        starts = data.get("starts_at")
        text = str(words.text).format(
            bureau=names.get(data.get("organisation") or event.organisation_id or 0, _("有权处理的单位")),
            starts_at=_minute(datetime.fromisoformat(starts)) if starts else "",
        )
        at = case.received_at if event.type == "register" else event.at
        found.append(Step(label=str(words.label), text=text, at=at, article=cited[0].label if cited else ""))
    return found


def _minute(instant: datetime) -> str:
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def _organisations(events: Iterable[Event]) -> dict[int, str]:
    wanted = {int(e.data.get("in", {}).get("organisation") or e.organisation_id or 0) for e in events}
    return dict(Organisation.objects.filter(pk__in=wanted).values_list("pk", "name"))


_WAITING: dict[tuple[str, str], tuple[Words, str]] = {
    (Kind.COMPLAINT, State.REGISTERED): (gettext_lazy("等待分送到有权处理的市场监督管理局"), ""),
    (Kind.COMPLAINT, State.ROUTED): (gettext_lazy("等待决定是否受理，并告知您"), "complaint.acceptance"),
    (Kind.COMPLAINT, State.ACCEPTED): (gettext_lazy("等待双方表示是否同意调解"), "complaint.mediation"),
    (Kind.COMPLAINT, State.MEDIATING): (gettext_lazy("正在调解"), "complaint.mediation"),
    (Kind.COMPLAINT, State.REFUSED): (gettext_lazy("等待办结"), ""),
    (Kind.COMPLAINT, State.AGREED): (gettext_lazy("等待办结"), ""),
    (Kind.COMPLAINT, State.TERMINATED): (gettext_lazy("等待告知双方和办结"), "complaint.termination_notice"),
    (Kind.COMPLAINT, State.WITHDRAWN): (gettext_lazy("等待办结"), ""),
    (Kind.REPORT, State.REGISTERED): (gettext_lazy("等待分送到有权处理的市场监督管理局"), ""),
    (Kind.REPORT, State.ROUTED): (gettext_lazy("等待核查"), "report.verification"),
    (Kind.REPORT, State.VERIFYING): (gettext_lazy("正在核查，并决定是否立案"), "report.verification"),
    (Kind.REPORT, State.FILED): (gettext_lazy("等待办结"), "report.informant_notice"),
    (Kind.REPORT, State.DECLINED): (gettext_lazy("等待办结"), "report.informant_notice"),
    (Kind.CONSULTATION, State.REGISTERED): (gettext_lazy("等待答复"), ""),
    (Kind.CONSULTATION, State.ROUTED): (gettext_lazy("等待答复"), ""),
    (Kind.OTHER, State.REGISTERED): (gettext_lazy("等待处理"), ""),
    (Kind.OTHER, State.ROUTED): (gettext_lazy("等待处理"), ""),
}


def _awaited(case: Case, state: CaseState, at: datetime) -> Awaited | None:
    found = _WAITING.get((case.kind, case.state))
    if found is None:
        return None
    label, rule = found
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
