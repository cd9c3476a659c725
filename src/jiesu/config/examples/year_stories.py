"""How a generated case goes from receipt to close: in time, unless its tale says late."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jiesu import law
from jiesu.cases.bulk import Step
from jiesu.cases.draft import Draft
from jiesu.cases.facts import CaseState
from jiesu.cases.kinds import Kind
from jiesu.cases.lawbook import refusal_grounds, termination_grounds
from jiesu.cases.lifecycle.closing import CHECKED
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.guards import IN_WRITING
from jiesu.config.examples.plots import owed_to_informant
from jiesu.config.examples.year_plan import words
from jiesu.people.actors import Actor

SOON = timedelta(hours=0.1)


@dataclass(frozen=True)
class Place:
    """Where a generated case is registered and handled, in whose name, and who went out for it."""

    county: str
    name: str
    short: str
    centre: int
    bureau: int
    actor: Actor
    officers: str


@dataclass(frozen=True, slots=True)
class Tale:
    """One contact of a generated year. ``recovered`` in fen; ``late``: told after the last day of acceptance."""

    row: int
    kind: str
    channel: str
    subject: str
    county: str
    received: datetime
    outcome: str
    late: bool
    seed: int
    recovered: int | None = None


class _Teller:
    """Time and hand of one story."""

    def __init__(self, tale: Tale, place: Place) -> None:
        self.tale = tale
        self.place = place
        self.at = tale.received

    def step(self, action: str, /, *, hours: float = 1, **data: Any) -> Step:
        self.at += timedelta(hours=hours)
        return Step(action, data, self.place.actor, self.at)

    @property
    def refused_by_respondent(self) -> bool:
        """Most mediations without an agreement end because the respondent does not want one."""
        return self.tale.outcome == "terminated" and self.tale.seed % 3 > 0

    @property
    def day(self) -> str:
        return self.at.astimezone(SHANGHAI).date().isoformat()

    def prove(self, state: CaseState) -> Iterator[Step]:
        for seq in sorted(state.unproven()):
            written = state.facts.notices[seq].form in IN_WRITING
            yield self.step(
                "notify", hours=0.1, message=seq, result="delivered", told_at=(self.at + SOON).isoformat(),
                channel="letter" if written else "phone", proof="postal_number" if written else "call_record",
            )  # fmt: skip


def tell(tale: Tale, place: Place) -> Callable[[Draft], Iterator[Step]]:
    """The steps of a tale."""

    def steps(draft: Draft) -> Iterator[Step]:
        t = _Teller(tale, place)
        if tale.kind == Kind.COMPLAINT:
            yield from _complaint(t, draft)
        elif tale.kind == Kind.REPORT:
            yield from _report(t, draft)
        elif tale.kind == Kind.CONSULTATION:
            yield t.step("answer", hours=0.1, reply="已解答。", at_once=True)
            yield t.step("close", hours=0.1, **CHECKED)
        elif tale.channel == "12345":
            yield t.step("return_to_12345", hours=3, reason="不属于市场监督管理部门职责。")
            yield t.step("close", hours=0.1, **CHECKED)
        else:
            yield t.step("answer", hours=3, reply="已告知向主管部门反映。")
            yield t.step("close", hours=0.1, **CHECKED)

    return steps


def _complaint(t: _Teller, draft: Draft) -> Iterator[Step]:
    outcome = t.tale.outcome
    yield t.step("route", organisation=t.place.bureau)
    if t.tale.late:
        t.at += timedelta(days=20)
    if outcome == "withdrawn" and not t.tale.late:
        yield t.step("withdraw", hours=20, statement="已经解决，撤回投诉。")
        yield t.step("close", **CHECKED)
        return
    if outcome == "refused":
        meaning, said = _drawn(t, "refusals")
        ground = next(g.key for g in refusal_grounds(t.at.date()) if g.meaning == meaning)
        yield t.step("refuse", hours=26, violation=False, ground=ground, **said)
        yield from t.prove(draft.state)
        yield t.step("close", **CHECKED)
        return
    yield t.step("accept", hours=26)
    yield from t.prove(draft.state)
    if outcome in ("agreed", "terminated", "withdrawn"):
        for party in ("complainant", "respondent"):
            consent = party == "complainant" or not t.refused_by_respondent
            yield t.step(
                "record_consent",
                hours=4,
                party=party,
                subject="mediation",
                consent=consent,
                proof="call_record",
            )
    t.at += timedelta(days=3 + t.tale.seed % 12)
    yield from _end(t, draft)


def _drawn(t: _Teller, what: str) -> tuple[str, dict[str, Any]]:
    """A ground by its meaning, drawn by weight, with what is said of it."""
    told: dict[str, dict[str, Any]] = words()[what]
    chance = random.Random(f"{what} {t.tale.seed}")  # noqa: S311
    (meaning,) = chance.choices(list(told), [each["weight"] for each in told.values()])
    return meaning, {k: v for k, v in told[meaning].items() if k != "weight"}


def _end(t: _Teller, draft: Draft) -> Iterator[Step]:
    if t.tale.outcome == "agreed":
        yield t.step(
            "agree", form="performed", recovered=t.tale.recovered, terms="商家退款或者赔偿，已经履行。"
        )
    else:
        meaning, reasons = "withdrawn_or_settled", "投诉人撤回投诉或者双方和解。"
        if t.tale.outcome == "settled":
            yield t.step("settle", on=t.day, recovered=t.tale.recovered, terms="双方自行和解。")
        elif t.refused_by_respondent:
            meaning, reasons = "absent_or_refused", "被投诉人明确拒绝调解。"
        else:
            yield t.step("withdraw", statement="不再要求调解。")
        ground = next(g.key for g in termination_grounds(t.at.date()) if g.meaning == meaning)
        yield t.step("terminate", hours=2, ground=ground, reasons=reasons, violation=False)
        yield from t.prove(draft.state)
    yield t.step("close", hours=2, **CHECKED)
    if t.tale.seed % 3 == 0:
        yield t.step("rate", hours=30, stars=5 if t.tale.seed % 7 else 4)


def _report(t: _Teller, draft: Draft) -> Iterator[Step]:
    yield t.step("route", organisation=t.place.bureau)
    yield t.step(
        "record_verification",
        hours=50,
        on_site=True,
        at=t.at.isoformat(),
        officers_named=t.place.officers,
        findings="已现场核查。",
    )
    t.at += timedelta(days=2 + t.tale.seed % 5)
    on = t.at.astimezone(SHANGHAI).date()
    if t.tale.outcome == "filed":
        yield t.step("file_case", facts_found="有初步证据证明存在违法行为。", officers_named=t.place.officers)
    else:
        meaning, facts = _drawn(t, "declined")
        condition = next(g.key for g in law.grounds("report.filing", on=on) if g.meaning == meaning)
        yield t.step("decline_filing", missing_conditions=[condition], **facts)
    if not draft.state.anonymous:
        for basis in owed_to_informant(draft.state, on):
            yield t.step("inform_informant", hours=20, basis=basis, result="已核查，依法作出决定。")
        yield from t.prove(draft.state)
    yield t.step("close", hours=10, **CHECKED)
