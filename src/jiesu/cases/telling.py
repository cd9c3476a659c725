"""Who must be told what by an action, and what it is to have told them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from jiesu.cases.clockwork import met
from jiesu.cases.facts import CaseState, ClockFact, Data, Notice, replace
from jiesu.cases.lifecycle.table import Context, Tell


@dataclass(frozen=True)
class NoticeDraft:
    """A notice that the step issues; the door renders, numbers and stores it under ``seq``."""

    seq: int
    form: str
    to: str
    party: int | None
    required: bool


def tell_parties(
    state: CaseState, tell: Tell, data: Data, ctx: Context, taken: int
) -> tuple[CaseState, int, list[NoticeDraft]]:
    """The state with the notices that a row asks for, the next free seq, and their drafts: one to each who is told.

    The represented are told through whoever speaks for them; who cannot be reached is told nothing.
    """
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


def settle_told(state: CaseState, ctx: Context) -> tuple[CaseState, list[ClockFact]]:
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
