"""How facts change. Each fold takes the case before the action and gives its facts after it."""

from __future__ import annotations

from datetime import date, datetime

from jiesu.cases.facts import (
    Authorisation,
    CaseState,
    Data,
    Facts,
    PartyFact,
    ProposalFact,
    SessionFact,
    replace,
)
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind, PartyRole
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.table import Context, Fold
from jiesu.law import informant_duties


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
        commission_consents=_asked_on_form_1(data),
        receiving=int(data["receiving"]) if data.get("receiving") else None,
    )


def _asked_on_form_1(data: Data) -> dict[str, bool]:
    """Form 1 asks the complainant whether mediation may be commissioned."""
    answer = data.get("consent_commission")
    return {"complainant": bool(answer)} if data["kind"] == Kind.COMPLAINT and answer is not None else {}


def route(case: CaseState, data: Data, ctx: Context) -> Facts:
    own = int(data["organisation"]) in (ctx.authority, case.facts.receiving)
    return replace(case.facts, direct=own, routed_on=ctx.on)


def bounce(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Back at the centre, drafts of a decision have lost their bureau."""
    return replace(case.facts, bounces=case.facts.bounces + 1, proposals={})


def confirm_kind(case: CaseState, data: Data, ctx: Context) -> Facts:
    """The parties keep their sides: who brought the matter in, and whom it is about."""
    before, after = Kind(case.kind), Kind(data["kind"])
    roles = {BRINGER[before]: BRINGER[after], OPPOSITE[before]: OPPOSITE[after]}
    parties = tuple(replace(p, role=str(roles.get(PartyRole(p.role)) or p.role)) for p in case.facts.parties)
    return replace(case.facts, confirmed=True, parties=parties)


def asked_material(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, materials_asked=(*case.facts.materials_asked, ctx.seq))


def asked_identity(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Silence after this day may count as refusal, if the notice is proven to have arrived by then."""
    by = date.fromisoformat(data["answer_by"])
    return replace(asked_material(case, data, ctx), identity_by=by)


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
    session = SessionFact(starts_at=datetime.fromisoformat(data["starts_at"]))
    return replace(case.facts, sessions={**case.facts.sessions, -1: session}, mediator=data.get("mediator"))


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
    if data.get("result") in ("no_answer", "wrong_number"):
        facts = replace(facts, unreached=tuple(sorted({*facts.unreached, who})))
    return facts


def pause(kind: str) -> Fold:
    return setting(appraisal=kind)


def withdraw(case: CaseState, data: Data, ctx: Context) -> Facts:
    on = date.fromisoformat(data["on"]) if data.get("on") else ctx.on
    return replace(case.facts, withdrawn_on=on)


def settle(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, settled_on=date.fromisoformat(data["on"]))


def recusal_decided(case: CaseState, data: Data, ctx: Context) -> Facts:
    facts = replace(case.facts, recusal_pending=False)
    if not data["granted"]:
        return facts
    gone = facts.mediator or case.assignee
    recused = facts.recused if gone is None else tuple(sorted({*facts.recused, gone}))
    return replace(facts, mediator=data.get("mediator"), recused=recused)


def fee_dispute(case: CaseState, data: Data, ctx: Context) -> Facts:
    if data.get("about") == "body":
        return replace(case.facts, body_dispute=True)
    return replace(case.facts, fee_dispute=True)


def commission(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, commissioned=int(data["organisation"]))


def _without_part(facts: Facts, *capacities: str) -> Facts:
    """The facts once those who took part in a capacity have done so."""
    return replace(facts, taking_part={s: c for s, c in facts.taking_part.items() if c not in capacities})


def end_commission(case: CaseState, data: Data, ctx: Context) -> Facts:
    return _without_part(replace(case.facts, commissioned=None), "commissioned")


def end_dispute(case: CaseState, data: Data, ctx: Context) -> Facts:
    """The other bureau's look at the case ends with the dispute."""
    return _without_part(replace(case.facts, dispute=""), "disputing")


def propose(case: CaseState, data: Data, ctx: Context) -> Facts:
    proposal = ProposalFact(action=data["action"], by=ctx.actor, data=data.get("proposed") or {})
    return replace(case.facts, proposals={**case.facts.proposals, -1: proposal})


def decide_proposal(case: CaseState, data: Data, ctx: Context) -> Facts:
    proposals = {k: v for k, v in case.facts.proposals.items() if k != int(data["proposal"])}
    return replace(case.facts, proposals=proposals)


def drop_proposals(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, proposals={})


#: Duties that depend on what verification shows; they are offered, but no item of every checklist.
CONDITIONAL_DUTIES = frozenset({"food.transfer", "food.reward"})


def verified(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Verification names the subjects; their duties to tell the informant become items of the checklist."""
    subjects = tuple(sorted({*case.facts.subjects, *(data.get("subjects") or ())}))
    duties = set(case.facts.duties)
    if Kind(case.kind) == Kind.REPORT and not case.anonymous:
        unread = bool(ctx.options.get("informant.second_hand_duties", True))
        duties |= {
            duty.key
            for subject in subjects
            for duty in informant_duties(subject=subject, on=ctx.on, second_hand=unread)
            # A duty under every subject goes with the decision to file, not with verification.
            if duty.subject == subject and duty.key not in CONDITIONAL_DUTIES and "informant" in duty.to
        }
    return replace(
        case.facts, verified=case.facts.verified + 1, subjects=subjects, duties=tuple(sorted(duties))
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
        void_notices(case, data, ctx),
        confirmed=True,
        informed=False,
        duties_answered=(),
        withdrawn_on=None,
        settled_on=None,
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


def clear_flag(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, flags=tuple(f for f in case.facts.flags if f != data["flag"]))


def nothing_more_told(case: CaseState, data: Data, ctx: Context) -> Facts:
    """A matter that leaves for a channel of its own: what was still to be told or approved here is void."""
    notices = {s: replace(n, void=n.void or n.proven_on is None) for s, n in case.facts.notices.items()}
    return replace(case.facts, notices=notices, proposals={}, open_parts=0, taking_part={})


def informed(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(
        case.facts,
        informed=True,
        duties_answered=(*case.facts.duties_answered, data.get("basis") or ""),
    )


def start_part(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(case.facts, open_parts=case.facts.open_parts + 1)


def open_part(facts: Facts, data: Data) -> int | None:
    """The seq of the part meant; of several open ones it must be named."""
    parts = [s for s, c in sorted(facts.taking_part.items()) if c == "assisting"]
    if data.get("part"):
        return int(data["part"]) if int(data["part"]) in parts else None
    return parts[0] if len(parts) == 1 else None


def end_part(case: CaseState, data: Data, ctx: Context) -> Facts:
    done = open_part(case.facts, data)
    taking_part = {s: c for s, c in case.facts.taking_part.items() if s != done}
    return replace(case.facts, open_parts=max(0, case.facts.open_parts - 1), taking_part=taking_part)


def supplied(case: CaseState, data: Data, ctx: Context) -> Facts:
    """What was missing at registration and has now been handed in."""
    there = set(data.get("completes") or ())
    return replace(case.facts, incomplete=tuple(i for i in case.facts.incomplete if i not in there))


def party_corrected(case: CaseState, data: Data, ctx: Context) -> Facts:
    """A party that could not be reached can, once a number or an address is known."""
    facts = supplied(case, data, ctx)
    seq = int(data["party"])
    reached = any(data.get(k) for k in ("phone", "address", "email"))
    parties = tuple(
        replace(p, reachable=p.reachable or reached) if p.seq == seq else p for p in facts.parties
    )
    return replace(facts, parties=parties)


def authorised(case: CaseState, data: Data, ctx: Context) -> Facts:
    entry = Authorisation(
        powers=tuple(data["powers"]),
        since=date.fromisoformat(data["valid_from"]),
        until=date.fromisoformat(data["valid_to"]),
    )
    facts = supplied(case, data, ctx)
    return replace(facts, authorisations={**facts.authorisations, int(data["agent"]): entry})


def joint_consent(case: CaseState, data: Data, ctx: Context) -> Facts:
    """Who of a joint complaint agrees to what; one who no longer agrees is taken off."""
    facts = supplied(case, data, ctx)
    named = {int(p) for p in data["people"]}
    before = set(facts.joint_consents.get(data["subject"], ()))
    after = before | named if data["consent"] else before - named
    return replace(facts, joint_consents={**facts.joint_consents, data["subject"]: tuple(sorted(after))})


def agreed(case: CaseState, data: Data, ctx: Context) -> Facts:
    """An agreement needs no question about violations: a lead may be raised at any time, before and after."""
    return replace(case.facts, agreement=data["form"], violation_asked=True)


def repeat(case: CaseState, data: Data, ctx: Context) -> Facts:
    return replace(link("repeat")(case, data, ctx), informed=True)
