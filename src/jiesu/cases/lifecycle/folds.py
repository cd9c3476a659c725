"""How facts change. Each fold takes the case before the action and gives its facts after it."""

from __future__ import annotations

from datetime import date, datetime

from jiesu.cases.facts import CaseState, Data, Facts, PartyFact, ProposalFact, SessionFact, replace
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind, PartyRole
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import Context, Fold


def setting(**changes: object) -> Fold:
    """A fold that sets facts to fixed values."""

    def fold(case: CaseState, data: Data, ctx: Context) -> Facts:
        return replace(case.facts, **changes)

    return fold


def register(case: CaseState, data: Data, ctx: Context) -> Facts:
    parties = tuple(
        PartyFact(
            seq=int(p["seq"]),
            role=p["role"],
            represented_by=p.get("represented_by"),
            reachable=p.get("reachable", True),
        )
        for p in data.get("parties", [])
    )
    return replace(
        case.facts,
        parties=parties,
        confirmed=bool(data.get("confirmed", True)),
        incomplete=tuple(data.get("incomplete", [])),
        mixed=data.get("mixed", ""),
        flags=tuple(data.get("flags", [])),
        subjects=tuple(data.get("subjects", [])),
        links=tuple((link[0], int(link[1])) for link in data.get("links", [])),
        lead_of=int(data["lead_of"]) if data.get("lead_of") else None,
        consents={},
    )


def route(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, direct=ctx.authority == int(data["organisation"]))


def bounce(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Back at the centre, drafts of a decision have lost their bureau."""
    return replace(case.facts, bounces=case.facts.bounces + 1, direct=False, proposals={})


def confirm_kind(case: CaseState, data: Data, ctx: Context) -> Facts:
    """The parties keep their sides: who brought the matter in, and whom it is about."""
    before, after = Kind(case.kind), Kind(data["kind"])
    roles = {BRINGER[before]: BRINGER[after], OPPOSITE[before]: OPPOSITE[after]}
    parties = tuple(replace(p, role=str(roles.get(PartyRole(p.role)) or p.role)) for p in case.facts.parties)
    return replace(case.facts, confirmed=True, parties=parties)


def asked_material(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, materials_asked=(*case.facts.materials_asked, ctx.seq))


def violation(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Non-acceptance and termination ask whether the material shows a suspected violation."""
    return replace(case.facts, violation_asked=True)


def notify(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Records the proof of a notice, or that it failed; a proof once given stays."""
    seq = int(data["message"])
    notices = dict(case.facts.notices)
    notice = notices[seq]
    if data["result"] == "delivered":
        told = datetime.fromisoformat(data["told_at"]).astimezone(SHANGHAI).date()
        notices[seq] = replace(notice, proven_on=notice.proven_on or told)
    else:
        notices[seq] = replace(notice, failed=notice.failed + 1)
    return replace(case.facts, notices=notices)


def consent(case: CaseState, data: Data, ctx: Context) -> Facts:
    facts = case.facts
    party, given = data["party"], bool(data["consent"])
    if data["subject"] == "commission":
        return replace(facts, commission_consents={**facts.commission_consents, party: given})
    refusals = tuple(r for r in facts.express_refusals if r != party)
    if not given:
        refusals = (*refusals, party)
    return replace(facts, consents={**facts.consents, party: given}, express_refusals=refusals)


def schedule(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(
        case.facts, sessions={**case.facts.sessions, -1: SessionFact()}, mediator=data.get("mediator")
    )


def session_held(case: CaseState, data: Data, ctx: Context) -> Facts:
    seq = int(data["session"])
    sessions = dict(case.facts.sessions)
    sessions[seq] = replace(sessions[seq], result=data["result"], absent=tuple(data.get("absent") or ()))
    return replace(case.facts, sessions=sessions)


def contact(case: CaseState, data: Data, ctx: Context) -> Facts:
    facts = case.facts
    who = data["to"]
    if data.get("express_refusal") and who in ("complainant", "respondent"):
        facts = replace(
            facts,
            express_refusals=tuple(sorted({*facts.express_refusals, who})),
            consents={**facts.consents, who: False},
        )
    return facts


def pause(kind: str) -> Fold:
    return setting(appraisal=kind)


def withdraw(case: CaseState, data: Data, ctx: Context) -> Facts:
    on = date.fromisoformat(data["on"]) if data.get("on") else ctx.on
    return replace(case.facts, withdrawn_on=on)


def settle(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, settled_on=date.fromisoformat(data["on"]))


def recusal_decided(case: CaseState, data: Data, ctx: Context) -> Facts:
    mediator = data.get("mediator") if data["granted"] else case.facts.mediator
    return replace(case.facts, recusal_pending=False, mediator=mediator)


def commission(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, commissioned=int(data["organisation"]))


def propose(case: CaseState, data: Data, ctx: Context) -> Facts:
    proposal = ProposalFact(action=data["action"], by=ctx.actor, data=data.get("proposed") or {})
    return replace(case.facts, proposals={**case.facts.proposals, -1: proposal})


def decide_proposal(case: CaseState, data: Data, ctx: Context) -> Facts:
    proposals = {k: v for k, v in case.facts.proposals.items() if k != int(data["proposal"])}
    return replace(case.facts, proposals=proposals)


def drop_proposals(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, proposals={})


def verified(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(
        case.facts,
        verified=case.facts.verified + 1,
        subjects=tuple(sorted({*case.facts.subjects, *(data.get("subjects") or ())})),
    )


def void_notices(case: CaseState, data: Data, ctx: Context) -> Facts:
    """A revoked decision's notices need no proof any more; they stay on file."""
    facts = case.facts
    gone = facts.decision.event if facts.decision else None
    notices = {
        s: (replace(n, void=True) if n.event == gone and n.proven_on is None else n)
        for s, n in facts.notices.items()
    }
    return replace(facts, notices=notices, decision=None, violation_asked=False, proposals={})


def reopen(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(
        void_notices(case, data, ctx), confirmed=True, informed=False, withdrawn_on=None, settled_on=None
    )


def review(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(
        case.facts, reviews=(*case.facts.reviews, f"{data['type']}:{data.get('outcome') or 'pending'}")
    )


def urge(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, urged=case.facts.urged + 1)


def rate(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, rated=int(data["stars"]))


def link(type_: str, field: str = "other") -> Fold:
    """A fold that notes a tie to another case."""

    def fold(case: CaseState, data: Data, ctx: Context) -> Facts:
        return replace(case.facts, links=(*case.facts.links, (type_, int(data[field]))))

    return fold


def split(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(link("split", "new_case")(case, data, ctx), mixed="split")


def raise_lead(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(link("lead", "new_case")(case, data, ctx), lead_raised=True, violation_asked=True)


def add_flag(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, flags=tuple(sorted({*case.facts.flags, data["flag"]})))


def informed(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(
        case.facts,
        informed=True,
        duties_answered=(*case.facts.duties_answered, data.get("basis") or ""),
    )


def start_part(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, open_parts=case.facts.open_parts + 1)


def end_part(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, open_parts=max(0, case.facts.open_parts - 1))


def respondent_added(case: CaseState, data: Data, ctx: Context) -> Facts:
    parties = (*case.facts.parties, PartyFact(seq=int(data["party_seq"]), role=data["role"]))
    return replace(case.facts, parties=parties)


def agreed(case: CaseState, data: Data, ctx: Context) -> Facts:
    """An agreement needs no question about violations: a lead may be raised at any time, before and after."""
    return replace(case.facts, agreement=data["form"], violation_asked=True)


def repeat(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(link("repeat")(case, data, ctx), informed=True)
