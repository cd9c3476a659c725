"""How an action moves a case's clocks: opened, met, paused, handed on, and the day that the queue goes by. Pure."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.translation import gettext as _

from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState, ClockFact, Data, replace
from jiesu.cases.kinds import ClockState, State
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import (
    Context,
    Extend,
    Hand,
    Meet,
    Move,
    Pause,
    Recount,
    Restart,
    Resume,
    Start,
    Void,
)
from jiesu.law import LawError, due


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
        due_at=deadline.ends_at,
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
        return state.organisation or state.facts.receiving or state.registered_by
    if who == "centre":
        return state.registered_by
    value = data.get(who)
    return int(value) if value is not None else None


Moved = tuple[CaseState, int, tuple[ClockFact, ...]]


def move_clocks(state: CaseState, move: Move, data: Data, ctx: Context, taken: int) -> Moved:
    """The state after one move of a row, the next free seq, and the clocks that it opened or changed.

    Args:
        taken: the next free seq; a clock that is opened takes it.

    Raises:
        ActionError: where the law knows no such period, or there is nothing to extend.
    """
    if isinstance(move, Start):
        return _start(state, move, data, ctx, taken)
    if isinstance(move, Restart):
        old = state.clock(move.rule)
        state, taken, gone = move_clocks(state, Void(move.rule, "restarted"), data, ctx, taken)
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
        if move.when is not None and not move.when(state, data, ctx):
            return state, taken, ()
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
        at = _instant(data, move.on, ctx, state)
        on = at.astimezone(SHANGHAI).date()
        changed = replace(clock, decided_on=on) if move.decided else met(clock, on, at=at)
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
        "distribution.working_days",
        "informant.courtesy_working_days",
        "on_site.hours",
    }
)


def met(clock: ClockFact, on: date, *, at: datetime | None = None) -> ClockFact:
    """The clock as done on a day; late if that day lies after its last one. A suspended clock is done in time.

    Args:
        at: the instant, where it is known; a period of hours is late from the instant at which it ends.
    """
    late = clock.due_on is not None and on > clock.due_on
    if clock.due_at is not None and at is not None:
        late = at >= clock.due_at
    return replace(clock, state=(ClockState.MET_LATE if late else ClockState.MET).value, met_on=on)


def end_clocks(state: CaseState, ctx: Context) -> tuple[CaseState, list[ClockFact]]:
    """Ends the remaining clocks of a case that ends; those marked ``after_close`` go on.

    None of them is met: what was owed was done by an act of its own, or it was not. A case that goes on as another
    kind takes what is owed to 12345 along.
    """
    goes_on = state.state in (State.CONVERTED, State.MERGED)
    changed: list[ClockFact] = []
    for clock in state.clocks:
        if clock.running and (not clock.after_close or state.state == State.CONVERTED):
            ended = replace(
                clock, state=ClockState.VOID.value, reason=state.state if goes_on else "case_closed"
            )
            if ctx.schema < 3 and not clock.statutory and not goes_on:
                ended = met(clock, ctx.on)
            state = state.with_clock(ended)
            changed.append(ended)
    return state, changed


LAST = datetime.max.replace(tzinfo=SHANGHAI)


def due_at(state: CaseState) -> tuple[datetime | None, str]:
    """First instant after the last day of the earliest open clock of the handling organisation, and its rule.

    Before routing it is that of the centre, and of its bureau where both are one legal person. None while nothing runs
    or all is suspended.
    """
    at_centre = (state.registered_by, state.facts.receiving)
    holders = {None, *((state.organisation,) if state.organisation is not None else at_centre)}
    running = [
        c for c in state.clocks if c.state == ClockState.OPEN and c.due_on is not None and c.holder in holders
    ]
    if not running:
        return None, ""
    first = min(running, key=lambda c: (c.ends_at or LAST, c.seq))
    return first.ends_at, first.rule
