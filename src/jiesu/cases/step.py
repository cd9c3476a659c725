"""One step of a case: state and action in, state, event, clocks and notices out. Pure; both doors run it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState, ClockFact, Data, Decision, Facts, Notice, PartyFact, replace
from jiesu.cases.kinds import ENDED, ClockState, State
from jiesu.cases.lawbook import cited
from jiesu.cases.lifecycle import table
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.lawday import act_day
from jiesu.cases.lifecycle.table import (
    Branch,
    Context,
    Extend,
    Hand,
    Meet,
    Move,
    NewChild,
    Pause,
    Recount,
    Restart,
    Resume,
    Row,
    Start,
    Tell,
    Void,
)
from jiesu.law import LawError, due

EVENT_SCHEMA = 1


@dataclass(frozen=True)
class NoticeDraft:
    """A notice that the step issues; the door renders, numbers and stores it under ``seq``."""

    seq: int
    form: str
    to: str
    party: int | None
    required: bool


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
    taken = ctx.seq + 1
    changed: dict[int, ClockFact] = {}
    state = replace(case, facts=row.fold(case, data, ctx) if row.fold else case.facts)
    if row.columns:
        state = replace(state, **row.columns(case, data, ctx))
    goal = row.to.choose(state, data, ctx) if isinstance(row.to, Branch) else row.to
    if goal is not None:
        state = replace(state, state=goal)
    if row.decides:
        ground = str(data.get("ground", ""))
        decision = Decision(action=action, on=ctx.on, event=ctx.seq, ground=ground)
        state = replace(
            state,
            decided_at=ctx.at,
            outcome=row.outcome or action,
            facts=replace(state.facts, decision=decision),
        )
    elif row.outcome:
        state = replace(state, outcome=row.outcome)
    for move in row.moves:
        state, taken, moved = _move(state, move, data, ctx, taken)
        changed.update({c.seq: c for c in moved})
    drafts: list[NoticeDraft] = []
    for tell in row.tells:
        state, taken, told = _tell(state, tell, data, ctx, taken)
        drafts.extend(told)
    state, settled = _settle_told(state, ctx)
    changed.update({c.seq: c for c in settled})
    children: list[ChildDraft] = []
    for child in row.children(case, data, ctx) if row.children else ():
        children.append(ChildDraft(taken, child.table, child.values))
        taken += 1
    state = _number_children(state, children, ctx)
    if state.state in ENDED and case.state not in ENDED:
        state, ended = _end(state, ctx)
        changed.update({c.seq: c for c in ended})
    elif case.state in ENDED and state.state not in ENDED:
        state = replace(state, closed_at=None)
    state = replace(state, next_seq=taken, version=case.version + (0 if row.quiet else 1))
    follow = row.follow(case, data, ctx) if row.follow else ()
    return Stepped(
        state=state,
        row=row,
        seq=ctx.seq,
        type=action,
        data=event_data(data, ctx),
        clocks=tuple(changed[s] for s in sorted(changed)),
        notices=tuple(drafts),
        children=tuple(children),
        follow=follow,
        jobs=row.jobs,
    )


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


def compute(clock: ClockFact, ctx: Context) -> ClockFact:
    """The clock with its last day computed anew from rule, start, pauses and extensions.

    Raises:
        ActionError: where the law knows no such period on that day, or no further extension.
    """
    fixed = clock.options.get(FIXED)
    if fixed:
        return replace(
            clock,
            due_on=date.fromisoformat(fixed),
            statutory=False,
            state=ClockState.OPEN.value,
            calendar_version=ctx.calendar.version,
        )
    try:
        deadline = due(
            clock.rule,
            start=clock.started_at,
            received=clock.received_at,
            pauses=clock.pauses,
            extensions=clock.extensions,
            calendar=ctx.calendar,
            options=clock.options,
        )
    except LawError as error:
        raise ActionError(
            Code.GUARD_FAILED, str(error), data={"rule": clock.rule, "reason": str(error.code)}
        ) from error
    return replace(
        clock,
        due_on=deadline.last_day,
        provisional=deadline.provisional,
        article=deadline.article,
        instrument=deadline.instrument,
        statutory=deadline.statutory,
        state=ClockState.SUSPENDED.value if deadline.suspended else ClockState.OPEN.value,
        calendar_version=ctx.calendar.version,
    )


#: Key under which a clock keeps a last day that somebody set, instead of a period that is counted.
FIXED = "fixed_due_on"


def _instant(data: Data, name: str, ctx: Context, case: CaseState) -> datetime:
    if not name:
        return ctx.at
    value = data.get(name)
    if value is None:
        value = getattr(case, name, None)
    if value is None:
        return ctx.at
    if isinstance(value, datetime):
        return value
    text = str(value)
    if len(text) == 10:
        return datetime.combine(date.fromisoformat(text), time(), SHANGHAI)
    return datetime.fromisoformat(text)


def _day(data: Data, name: str, ctx: Context, case: CaseState) -> date:
    return _instant(data, name, ctx, case).astimezone(SHANGHAI).date()


def _holder(state: CaseState, who: str, data: Data) -> int | None:
    if who == "handling":
        return state.organisation if state.organisation is not None else state.registered_by
    if who == "centre":
        return state.registered_by
    value = data.get(who)
    return int(value) if value is not None else None


Moved = tuple[CaseState, int, tuple[ClockFact, ...]]


def _move(state: CaseState, move: Move, data: Data, ctx: Context, taken: int) -> Moved:
    if isinstance(move, Start):
        return _start(state, move, data, ctx, taken)
    if isinstance(move, Restart):
        old = state.clock(move.rule)
        state, taken, gone = _move(state, Void(move.rule, "restarted"), data, ctx, taken)
        state, taken, new = _start(state, Start(move.rule, at=move.at), data, ctx, taken)
        if old is not None and new:
            # A testing under way goes on: its time is not counted in the new period either.
            begun = new[0].started_at.astimezone(SHANGHAI).date()
            still = tuple((max(a, begun), b) for a, b in old.pauses if b is None or b >= begun)
            new = (compute(replace(new[0], holder=old.holder, pauses=still), ctx),)
            state = state.with_clock(new[0])
        return state, taken, gone + new
    if isinstance(move, Extend):
        clock = state.clock(str(data["clock"]))
        if clock is None:
            raise ActionError(
                Code.GUARD_FAILED, _("没有可以延长的期限。"), fields={"clock": _("请选择正在计时的期限。")}
            )
        longer = compute(replace(clock, extensions=clock.extensions + 1), ctx)
        return state.with_clock(longer), taken, (longer,)
    if isinstance(move, Recount):
        counted = tuple(compute(c, ctx) for c in state.clocks if c.running)
        for each in counted:
            state = state.with_clock(each)
        return state, taken, counted
    if isinstance(move, Hand):
        holder = _holder(state, "handling", data)
        handed = tuple(
            replace(c, holder=holder) for c in state.clocks if c.running and c.rule not in HELD_ELSEWHERE
        )
        for each in handed:
            state = state.with_clock(each)
        return state, taken, handed
    if (
        isinstance(move, Meet | Void | Pause | Resume)
        and move.when is not None
        and not move.when(state, data, ctx)
    ):
        return state, taken, ()
    clock = state.clock(move.rule)
    if clock is None:
        return state, taken, ()
    if isinstance(move, Meet):
        on = _day(data, move.on, ctx, state)
        changed = replace(clock, decided_on=on) if move.decided else met(clock, on)
        return state.with_clock(changed), taken, (changed,)
    if isinstance(move, Void):
        voided: list[ClockFact] = []
        for running in [c for c in state.clocks if c.rule == move.rule and c.running]:
            void = replace(running, state=ClockState.VOID.value, reason=move.reason)
            state = state.with_clock(void)
            voided.append(void)
        return state, taken, tuple(voided)
    if isinstance(move, Pause):
        paused = compute(
            replace(clock, pauses=(*clock.pauses, (_day(data, move.since, ctx, state), None))), ctx
        )
        return state.with_clock(paused), taken, (paused,)
    return _resume(state, clock, _day(data, move.until, ctx, state), ctx, taken)


#: Clocks that do not follow the case from one bureau to another.
HELD_ELSEWHERE = frozenset({"service.hotline_12345", "jurisdiction.designation"})


def _resume(state: CaseState, clock: ClockFact, until: date, ctx: Context, taken: int) -> Moved:
    pauses = tuple((a, until if b is None else b) for a, b in clock.pauses)
    resumed = compute(replace(clock, pauses=pauses), ctx)
    return state.with_clock(resumed), taken, (resumed,)


def _start(state: CaseState, move: Start, data: Data, ctx: Context, taken: int) -> Moved:
    if move.when is not None and not move.when(state, data, ctx):
        return state, taken, ()
    rule = move.rule if isinstance(move.rule, str) else move.rule(state, data, ctx)
    if rule is None:
        return state, taken, ()
    if move.fixed and data.get(move.fixed) is None:
        return state, taken, ()
    options = {k: v for k, v in ctx.options.items() if k in CLOCK_OPTIONS}
    if move.fixed:
        options[FIXED] = str(data[move.fixed])[:10]
    clock = ClockFact(
        seq=taken,
        rule=rule,
        instrument="",
        article="",
        statutory=True,
        started_at=_instant(data, move.at, ctx, state)
        if isinstance(move.at, str)
        else move.at(state, data, ctx),
        received_at=state.received_at,
        due_on=None,
        state=ClockState.OPEN.value,
        holder=_holder(state, move.holder, data),
        calendar_version=ctx.calendar.version,
        after_close=move.after_close,
        options=options,
    )
    clock = compute(clock, ctx)
    return state.with_clock(clock), taken + 1, (clock,)


#: Settings that change how a period is counted; they are kept with the clock they were read for.
CLOCK_OPTIONS = frozenset(
    {
        "transition.clock",
        "transition.act",
        "weekend_rollover",
        "return_to_centre.working_days",
        "informant.courtesy_working_days",
    }
)


def met(clock: ClockFact, on: date) -> ClockFact:
    """The clock as done on a day; late if that day lies after its last one. A suspended clock is done in time."""
    late = clock.due_on is not None and on > clock.due_on
    return replace(clock, state=(ClockState.MET_LATE if late else ClockState.MET).value, met_on=on)


def _tell(
    state: CaseState, tell: Tell, data: Data, ctx: Context, taken: int
) -> tuple[CaseState, int, list[NoticeDraft]]:
    if tell.when is not None and not tell.when(state, data, ctx):
        return state, taken, []
    clock = state.clock(tell.meets) if tell.meets else None
    drafts: list[NoticeDraft] = []
    notices = dict(state.facts.notices)
    for role in tell.to:
        seen: set[int] = set()
        for party in state.parties(role):
            told = party.represented_by or party.seq
            if told in seen or not party.reachable:
                continue
            seen.add(told)
            drafts.append(NoticeDraft(taken, tell.form, role, told, tell.required))
            notices[taken] = Notice(
                form=tell.form,
                to=role,
                party=told,
                event=ctx.seq,
                required=tell.required,
                meets=clock.seq if clock else None,
                made_on=ctx.on,
            )
            taken += 1
    return replace(state, facts=replace(state.facts, notices=notices)), taken, drafts


def _settle_told(state: CaseState, ctx: Context) -> tuple[CaseState, list[ClockFact]]:
    """Meets the clocks whose last required notice has been proven; the day counts on which the last was told."""
    changed: list[ClockFact] = []
    for clock in state.clocks:
        if not clock.running:
            continue
        notices = [n for n in state.facts.notices.values() if n.meets == clock.seq and not n.void]
        proven = [n.proven_on for n in notices if n.proven_on is not None]
        nobody = not notices and clock.decided_on is not None and clock.rule in TOLD_BY_DECISION
        if notices and len(proven) == len(notices):
            done = met(clock, max(proven))
        elif clock.decided_on is not None and (nobody or _decision_is_enough(clock, ctx)):
            done = met(clock, clock.decided_on)
        else:
            continue
        state = state.with_clock(done)
        changed.append(done)
    return state, changed


def _decision_is_enough(clock: ClockFact, ctx: Context) -> bool:
    """The lenient reading of art. 15, where a bureau has chosen it; of termination there is no such reading."""
    return clock.rule == "complaint.acceptance" and ctx.options.get("acceptance.met_by") == "decided"


#: Clocks of a decision that must be told; where there is nobody who can be told, the decision itself ends them.
TOLD_BY_DECISION = frozenset({"complaint.acceptance", "complaint.termination_notice"})


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


def _end(state: CaseState, ctx: Context) -> tuple[CaseState, list[ClockFact]]:
    """Closes the case's remaining clocks: service clocks end with it, those marked ``after_close`` go on.

    A case that goes on as another kind or in another case has answered nobody: its clocks are void, not met.
    """
    goes_on = state.state in (State.CONVERTED, State.MERGED)
    changed: list[ClockFact] = []
    for clock in state.clocks:
        if clock.running and not clock.after_close:
            if clock.statutory or goes_on:
                void = replace(
                    clock, state=ClockState.VOID.value, reason=state.state if goes_on else "case_closed"
                )
            else:
                void = met(clock, ctx.on)
            state = state.with_clock(void)
            changed.append(void)
    return replace(state, closed_at=ctx.at), changed


def due_at(state: CaseState) -> tuple[datetime | None, str]:
    """First instant after the last day of the earliest open clock of the handling organisation, and its rule.

    None while nothing runs or all is suspended.
    """
    holder = state.organisation if state.organisation is not None else state.registered_by
    running = [
        c
        for c in state.clocks
        if c.state == ClockState.OPEN and c.due_on is not None and c.holder in (holder, None)
    ]
    if not running:
        return None, ""
    first = min(running, key=lambda c: (c.due_on or date.max, c.seq))
    assert first.due_on is not None
    return datetime.combine(first.due_on + timedelta(days=1), time(), SHANGHAI), first.rule


def new_child(table_: str, **values: Any) -> NewChild:
    return NewChild(table_, values)
