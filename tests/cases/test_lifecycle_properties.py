"""What always holds, whoever does what: no dead end, no duty skipped, no statutory clock without a holder."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiesu.cases.clockwork import due_at
from jiesu.cases.errors import ActionError, Code
from jiesu.cases.facts import CaseState, dump_facts, load_facts
from jiesu.cases.kinds import ENDED
from jiesu.cases.lifecycle import TABLES, drawing, table
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.closing import CHECKED, DEED
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.lifecycle.informing import CLOCK_OF_BASIS
from jiesu.cases.lifecycle.table import NEW, Context, Row
from jiesu.cases.lifecycle.waiting import waits_for
from jiesu.cases.step import Stepped, step
from jiesu.law import actions, shipped

SHANGHAI = ZoneInfo("Asia/Shanghai")
CENTRE, BUREAU, OTHER, SUPERIOR = 1, 10, 11, 12
OPEN_CHOICES = {
    "staff": [7, 8],
    "councils": [50],
    "superiors": [SUPERIOR],
    "knowledge": ["k"],
    "subjects": ["quality"],
}
BRINGER = {"complaint": "complainant", "report": "informant", "consultation": "enquirer", "other": "enquirer"}


def context(at: datetime, seq: int, *, authority: int = BUREAU, **options: Any) -> Context:
    return Context(
        at=at, actor=7, authority=authority, party=None, seq=seq, calendar=shipped(), options=options
    )


def born(
    kind: str,
    at: datetime,
    *,
    anonymous: bool = False,
    confirmed: bool = True,
    mixed: str = "",
    receiving: int | None = None,
    promised: bool = False,
) -> CaseState:
    """A freshly registered case with one party on each side.

    Args:
        receiving: the bureau whose own desk took it in.
        promised: 12345 awaits a reply.
    """
    blank = CaseState(
        number=430900260000000001,
        kind=kind,
        state=NEW,
        registered_by=CENTRE,
        received_at=at,
        registered_at=at,
    )
    opposite = "respondent" if kind in ("complaint", "consultation", "other") else "reported"
    parties = [{"seq": 2, "role": opposite}]
    if kind in BRINGER and not anonymous:
        parties.insert(0, {"seq": 1, "role": BRINGER[kind]})
    data = {"kind": kind, "parties": parties, "anonymous": anonymous, "confirmed": confirmed, "mixed": mixed}
    if receiving is not None:
        data["receiving"] = receiving
    if promised:
        data["service_due"] = (at.date() + timedelta(days=5)).isoformat()
    if kind == "lead":
        data |= {"organisation": BUREAU, "found": "in_mediation"}
    return step(blank, "register", data, context(at, 3, authority=CENTRE)).state


def value(field: Field, case: CaseState, at: datetime, pick: random.Random) -> Any:
    """A valid value of a field, as the door would have cleaned it."""
    day = at.astimezone(SHANGHAI).date()
    choices = [c[0] for c in resolve(field, case, day)]
    if isinstance(field.choices, str) and field.choices in OPEN_CHOICES:
        choices = [str(c) for c in OPEN_CHOICES[field.choices]]
    if field.type in (Type.TEXT, Type.LINE):
        return {"text": 1, "digest": "00"}
    if field.type == Type.DATE:
        return (day + timedelta(days=pick.randint(1, 5)) if field.future else day).isoformat()
    if field.type == Type.DATETIME:
        return (at + timedelta(days=1) if field.future else at).isoformat()
    if field.type == Type.BOOL:
        return pick.random() < 0.7
    if field.type == Type.MONEY:
        return pick.randint(0, 10_000_00)
    if field.type == Type.MULTI:
        return sorted({pick.choice(choices)}) if choices else []
    if field.type == Type.ORGANISATION:
        return int(pick.choice(choices)) if choices else pick.choice([BUREAU, OTHER])
    if field.type == Type.CASE:
        return "430900260000000099"
    if field.type in (Type.WHOLE, Type.STAFF):
        if choices:
            return int(pick.choice(choices))
        return pick.randint(field.minimum or 1, field.maximum or 5)
    if choices:
        return pick.choice(choices)
    return "7,8" if field.name == "officers_named" else "x"


def filled(row: Row, case: CaseState, at: datetime, pick: random.Random) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in row.fields:
        if field.required or pick.random() < 0.6:
            data[field.name] = value(field, case, at, pick)
    if row.action == "reopen" and pick.random() < 0.5:
        data.pop("finish_by", None)
    if row.action in ("split", "convert", "raise_lead") or data.get("violation"):
        data["new_case"] = "430900260000000077"
    if row.action == "propose":
        approvals = [r for r in table(case.kind).rows.values() if r.approval and case.state in r.states]
        target = pick.choice(approvals) if approvals else None
        if target is None:
            raise ActionError(Code.UNKNOWN_ACTION, "")
        data |= {"action": target.action, "proposed": filled(target, case, at, pick)}
    return data


def try_step(case: CaseState, action: str, data: dict[str, Any], at: datetime) -> CaseState:
    """The case after the action and all that follow from it."""
    authority = case.organisation or BUREAU
    done: Stepped = step(case, action, data, context(at, case.next_seq, authority=authority))
    state = done.state
    assert state.state in (done.row.leads(case.state) or (case.state,)), (action, case.state, state.state)
    for name, fields in done.follow:
        state = step(state, name, fields, context(at, state.next_seq, authority=authority)).state
    return state


def check(case: CaseState) -> None:
    """What holds of every case at any time."""
    for clock in case.clocks:
        if clock.running:
            assert clock.holder is not None, clock
        assert (clock.met_on is not None) == (clock.state in ("met", "met_late")), clock
    if case.state in ENDED:
        assert case.closed_at is not None
        assert not [c for c in case.clocks if c.running and c.statutory and not c.after_close], case.clocks
        assert case.state != "closed" or not case.unproven()
    else:
        assert case.closed_at is None
        assert any(c.running for c in case.clocks) or waits_for(case), (case.kind, case.state, case.clocks)
        if case.state == "registered":
            paused = any(c.state == "suspended" for c in case.clocks)
            assert due_at(case)[0] is not None or paused, case.clocks
    first, rule = due_at(case)
    assert (first is None) == (rule == "")
    assert load_facts(dump_facts(case.facts)) == case.facts


WORDS = {"text": 1, "digest": "00"}
DELIVERED = {"result": "delivered", "channel": "in_person", "proof": "signature"}
ENDINGS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "shared": [
        ("clear_flag", {"flag": "state_secret", "reason": WORDS}),
        ("confirm_kind", {}),
        ("reject", {}),
        ("enter_own_procedure", {"matter": "information_request", "reference": WORDS}),
        ("enter_own_procedure", {"matter": "review_application", "reference": WORDS}),
        ("keep_whole", {"reason": WORDS}),
        ("finish_assistance", {"result": WORDS}),
        ("reply_to_12345", {"reply": WORDS}),
        ("decide_recusal", {"granted": False, "reason": WORDS}),
        ("end_appraisal", {"document": WORDS, "result": WORDS}),
        ("end_testing", {"document": WORDS, "result": WORDS}),
        ("end_identification", {"document": WORDS, "result": WORDS}),
        ("designate_jurisdiction", {"organisation": BUREAU, "reason": WORDS}),
        ("close", CHECKED),
        ("notify", DELIVERED),
    ],
    "complaint": [
        ("route", {"organisation": OTHER}),
        ("settle", {"terms": WORDS}),
        ("terminate", {"reasons": WORDS, "violation": False}),
        ("refuse", {"reasons": WORDS, "legal_basis": WORDS, "violation": False}),
    ],
    "report": [
        ("route", {"organisation": OTHER}),
        ("inform_informant", {"basis": "no_duty", "reason": WORDS, "result": WORDS}),
        ("record_verification", {"on_site": False, "officers_named": "7", "findings": WORDS}),
        ("decline_filing", {"missing_conditions": ["p22.19.1"], "facts_found": WORDS}),
    ],
    "lead": [
        ("record_verification", {"on_site": False, "officers_named": "7", "findings": WORDS}),
        ("decline_filing", {"missing_conditions": ["p22.19.1"], "facts_found": WORDS}),
    ],
    "consultation": [("answer", {"reply": WORDS, "at_once": True})],
    "other": [
        ("answer", {"reply": WORDS}),
        ("inform_other_channel", {"matter": "petition", "advice": WORDS}),
    ],
}


def finish(case: CaseState, at: datetime) -> CaseState:
    """Brings any case to its end with ordinary actions; fails where it cannot."""
    for _round in range(60):
        if case.state in ENDED:
            return case
        at += timedelta(minutes=1)
        day = at.astimezone(SHANGHAI).date()
        for action, data in [*ENDINGS["shared"], *ENDINGS[case.kind]]:
            row = table(case.kind).rows.get(action)
            if row is None or case.state not in row.states:
                continue
            fields = {
                **data,
                "kind": case.kind,
                "until": day.isoformat(),
                "on": day.isoformat(),
                "at": at.isoformat(),
            }
            if action == "close":
                marks, copies = (resolve(f, case, day) for f in DEED)
                fields |= {"deed": [m for m, _label in marks], "copies": copies[0][0] if copies else None}
            if action == "terminate":
                fields["ground"] = next(c[0] for c in resolve(row.fields[0], case, day))
            if action == "refuse":
                fields["ground"] = resolve(row.fields[0], case, day)[-1][0]
            if action == "reject" and case.facts.proposals:
                fields |= {"proposal": next(iter(case.facts.proposals)), "reason": WORDS}
            elif action == "reject":
                continue
            if action == "notify":
                waiting = case.unproven()
                if not waiting:
                    continue
                fields |= {"message": next(iter(waiting)), "told_at": at.isoformat()}
            if action == "confirm_kind" and case.facts.confirmed:
                continue
            if action == "keep_whole" and case.facts.mixed != "suggested":
                continue
            if action == "settle" and case.facts.settled_on:
                continue
            if action == "clear_flag" and "state_secret" not in case.facts.flags:
                continue
            if action == "finish_assistance":
                fields["part"] = next(
                    (s for s, c in case.facts.taking_part.items() if c == "assisting"), None
                )
            if action == "inform_informant":
                if case.state == "verifying":
                    continue
                owed = [b for b, r in CLOCK_OF_BASIS.items() if case.clock(r) is not None]
                told = "no_duty" in case.facts.duties_answered or not case.facts.duties
                if not owed and case.facts.informed and told:
                    continue
                fields["basis"] = owed[0] if owed else "no_duty"
                if owed and any(n.form == "10" and n.proven_on is None for n in case.facts.notices.values()):
                    continue
            # A report that came back and was routed anew is verified by whoever has it now.
            if action == "record_verification" and case.facts.verified and case.state != "routed":
                continue
            try:
                case = try_step(case, action, fields, at)
            except ActionError:
                continue
            check(case)
            break
        else:
            raise AssertionError(
                f"dead end: {case.kind} in {case.state}: {dump_facts(case.facts)} {[(c.rule, c.state) for c in case.clocks]}"
            )
    raise AssertionError(f"does not end: {case.kind} in {case.state}")


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 2**32),
    kind=st.sampled_from(sorted(TABLES)),
    start=st.datetimes(datetime(2020, 1, 2), datetime(2026, 9, 30)),  # noqa: DTZ001
    anonymous=st.booleans(),
    confirmed=st.booleans(),
    mixed=st.sampled_from(["", "suggested"]),
    receiving=st.sampled_from([None, BUREAU]),
    promised=st.booleans(),
)
@pytest.mark.rule("C-09")
def test_random_work_never_dead_ends_and_never_leaves_a_case_without_a_running_clock_or_an_explicit_wait(
    seed: int,
    kind: str,
    start: datetime,
    anonymous: bool,
    confirmed: bool,
    mixed: str,
    receiving: int | None,
    promised: bool,
) -> None:
    pick = random.Random(seed)
    at = start.replace(tzinfo=SHANGHAI)
    case = born(
        kind,
        at,
        anonymous=anonymous and kind == "report",
        confirmed=confirmed or kind == "lead",
        mixed="" if kind == "lead" else mixed,
        receiving=receiving,
        promised=promised,
    )
    check(case)
    for _ in range(pick.randint(0, 25)):
        at += timedelta(hours=pick.choice([1, 3, 26, 100]))
        rows = [
            r
            for r in table(case.kind).rows.values()
            if case.state in r.states and r.action != "absorb_repeat"
        ]
        ahead = [r for r in rows if r.to is not None or r.group == "main"]
        row = pick.choice(ahead if ahead and pick.random() < 0.5 else rows)
        if row.approval == "law" and pick.random() < 0.5:
            continue
        try:
            case = try_step(case, row.action, filled(row, case, at, pick), at)
        except ActionError:
            continue
        check(case)
    finish(case, at + timedelta(hours=1))


def test_every_state_is_reached_and_left() -> None:
    for kind, cycle in TABLES.items():
        starts = {s for r in cycle.rows.values() for s in r.states}
        goals = {s for r in cycle.rows.values() for s in r.targets()}
        assert goals - starts <= set(ENDED), (kind, goals - starts)
        assert starts - goals <= {NEW}, (kind, starts - goals)


def test_every_article_that_a_row_rests_on_is_in_the_law() -> None:
    known = set(actions())
    for cycle in TABLES.values():
        for row in cycle.rows.values():
            assert not row.article or row.article in known, (cycle.kind, row.action, row.article)


def test_a_represented_party_is_told_through_its_representative() -> None:
    at = datetime(2026, 10, 12, 9, tzinfo=SHANGHAI)
    case = born("complaint", at)
    joined = load_facts(
        {
            **dump_facts(case.facts),
            "parties": [
                {"seq": 1, "role": "complainant"},
                {"seq": 5, "role": "complainant", "represented_by": 1},
                {"seq": 2, "role": "respondent"},
            ],
        }
    )
    case = step(replace(case, facts=joined), "route", {"organisation": OTHER}, context(at, 10)).state
    done = step(case, "accept", {}, context(at, case.next_seq))
    assert [n.party for n in done.notices] == [1]


def test_the_drawings_are_those_of_the_tables() -> None:
    page = drawing.render()
    assert Path("docs/lifecycle.md").read_text("utf-8") == page
    for cycle in TABLES.values():
        for row in cycle.rows.values():
            assert f"`{row.action}`" in page
    assert "registered --> withdrawn : withdraw" in page
    assert "registered --> accepted" not in page
