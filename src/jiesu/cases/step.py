"""One step of a case: state and action in, state, event, clocks and notices out. Pure; both doors run it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from jiesu.cases.clockwork import end_clocks, move_clocks
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState, ClockFact, Data, Decision, Facts, PartyFact, replace
from jiesu.cases.kinds import ENDED
from jiesu.cases.lawbook import cited
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.lifecycle.table import Branch, Context, Row
from jiesu.cases.telling import NoticeDraft, settle_told, tell_parties


@dataclass(frozen=True)
class ChildDraft:
    seq: int
    table: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Stepped:
    """What one step gives. ``clocks`` are those opened or changed."""

    state: CaseState
    row: Row
    seq: int
    type: str
    data: Data
    clocks: tuple[ClockFact, ...] = ()
    notices: tuple[NoticeDraft, ...] = ()
    children: tuple[ChildDraft, ...] = ()
    follow: tuple[tuple[str, Data], ...] = ()
    jobs: tuple[str, ...] = ()


def find_row(case: CaseState, action: str) -> Row:
    """The row of an action for this case, whatever its state.

    Raises:
        ActionError: ``unknown_action`` where the kind has no such action.
    """
    row = table(case.kind).rows.get(action)
    if row is None:
        raise ActionError(
            Code.UNKNOWN_ACTION, _("此类案件没有这项操作。"), data={"action": action, "kind": case.kind}
        )
    return row


#: The flag that stops a case, and what may still be done to it: nothing that takes words in.
STOPPED = "state_secret"
GOES_ON = frozenset({"clear_flag", "end_as_secret", "notify", "recalculate", "link_back", "reject"})


def lawful(row: Row, case: CaseState, on: date) -> bool:
    """Whether some instrument knows the action on the day whose law governs it."""
    return bool(cited(row.article, act_day(case, on)))


def check(case: CaseState, row: Row, data: Data, ctx: Context) -> None:
    """Raises ActionError where the state or a guard forbids the action."""
    if case.state not in row.states:
        raise ActionError(
            Code.NOT_ALLOWED_IN_STATE,
            _("案件现在的状态不能进行这项操作，请刷新后查看可办事项。"),
            data={"action": row.action, "state": case.state},
        )
    if STOPPED in case.facts.flags and row.action not in GOES_ON:
        raise ActionError(
            Code.GUARD_FAILED,
            _("此件已标记可能涉及国家秘密，停止录入和办理；请部门负责人解除标记，或者转涉密渠道办理。"),
            data={"action": row.action, "reason": STOPPED},
        )
    if row.only_with_law and not lawful(row, case, ctx.on):
        raise ActionError(
            Code.GUARD_FAILED,
            _("现行规定没有这项操作的依据，不能办理。"),
            data={"action": row.action, "reason": "not_in_force"},
        )
    for guard in row.guards:
        refusal = guard(case, data, ctx)
        if refusal is not None:
            raise ActionError(
                Code.GUARD_FAILED,
                refusal.message,
                fields={refusal.field: refusal.message} if refusal.field else {},
                data={"action": row.action, "reason": refusal.reason},
            )


def step(case: CaseState, action: str, data: Data, ctx: Context) -> Stepped:
    """Takes one action.

    Args:
        case: the case as it stands.
        action: name of the action.
        data: cleaned fields; free texts already replaced by their references.
        ctx: when, who, calendar, settings, and the seq of the event.

    Raises:
        ActionError: where the life-cycle table, a guard or the law forbids it.
    """
    row = find_row(case, action)
    check(case, row, data, ctx)
    state = _after(case, row, data, ctx)
    taken = ctx.seq + 1
    changed: dict[int, ClockFact] = {}
    for move in row.moves:
        state, taken, moved = move_clocks(state, move, data, ctx, taken)
        changed.update({c.seq: c for c in moved})
    drafts: list[NoticeDraft] = []
    for tell in row.tells:
        state, taken, told = tell_parties(state, tell, data, ctx, taken)
        drafts.extend(told)
    state, settled = settle_told(state, ctx)
    changed.update({c.seq: c for c in settled})
    children: list[ChildDraft] = []
    for child in row.children(case, data, ctx) if row.children else ():
        children.append(ChildDraft(taken, child.table, child.values))
        taken += 1
    state = _number_children(state, children, ctx)
    if state.state in ENDED and case.state not in ENDED:
        state, ended = end_clocks(state, ctx)
        changed.update({c.seq: c for c in ended})
        state = replace(state, closed_at=ctx.at)
    elif case.state in ENDED and state.state not in ENDED:
        state = replace(state, closed_at=None)
    state = replace(state, next_seq=taken, version=case.version + (0 if row.quiet else 1))
    return Stepped(
        state=state,
        row=row,
        seq=ctx.seq,
        type=action,
        data=event_data(data, ctx),
        clocks=tuple(changed[s] for s in sorted(changed)),
        notices=tuple(drafts),
        children=tuple(children),
        follow=row.follow(case, data, ctx) if row.follow else (),
        jobs=row.jobs,
    )


def _after(case: CaseState, row: Row, data: Data, ctx: Context) -> CaseState:
    """Facts, columns, state and decision as the row changes them; clocks and notices come after."""
    state = replace(case, facts=row.fold(case, data, ctx) if row.fold else case.facts)
    if row.columns:
        state = replace(state, **row.columns(case, data, ctx))
    goal = row.to.choose(state, data, ctx) if isinstance(row.to, Branch) else row.to
    if goal is not None:
        state = replace(state, state=goal)
    if row.decides:
        decision = Decision(action=row.action, on=ctx.on, event=ctx.seq, ground=str(data.get("ground", "")))
        facts = replace(state.facts, decision=decision)
        return replace(state, decided_at=ctx.at, outcome=row.outcome or row.action, facts=facts)
    return replace(state, outcome=row.outcome) if row.outcome else state


def event_data(data: Data, ctx: Context) -> Data:
    """What the event keeps: the cleaned fields and what the clocks were computed with, so that a replay agrees."""
    kept: Data = {"in": {k: v for k, v in data.items() if v is not None}}
    kept["calendar"] = ctx.calendar.version
    if ctx.options:
        kept["options"] = dict(ctx.options)
    if ctx.party:
        kept["party"] = ctx.party
    if ctx.authority is not None:
        kept["authority"] = ctx.authority
    return kept


#: Capacities of participants whose part ends before the case does.
PARTS_THAT_END = frozenset({"assisting", "disputing", "commissioned"})


def _number_children(state: CaseState, children: list[ChildDraft], ctx: Context) -> CaseState:
    """Lets the facts know the seq under which sessions and proposals were stored."""
    facts: Facts = state.facts
    for child in children:
        if child.table == "session":
            sessions = dict(facts.sessions)
            sessions[child.seq] = replace(sessions.pop(-1), event=ctx.seq)
            session_notices = tuple(s for s, n in facts.notices.items() if n.event == ctx.seq)
            sessions[child.seq] = replace(sessions[child.seq], notices=session_notices)
            facts = replace(facts, sessions=sessions)
        elif child.table == "proposal":
            proposals = dict(facts.proposals)
            proposals[child.seq] = proposals.pop(-1)
            facts = replace(facts, proposals=proposals)
        elif child.table == "party":
            known = any(child.values.get(k) for k in ("phone", "address", "email"))
            party = PartyFact(seq=child.seq, role=str(child.values["role"]), reachable=known)
            facts = replace(facts, parties=(*facts.parties, party))
        elif child.table == "participant" and child.values["capacity"] in PARTS_THAT_END:
            taking_part = {**facts.taking_part, child.seq: str(child.values["capacity"])}
            facts = replace(facts, taking_part=taking_part)
    return replace(state, facts=facts)
