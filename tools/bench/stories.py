"""Histories of cases over seven years: mostly closed ones, each by the actions that really close it, and open work."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from jiesu.cases.bulk import History, Step
from jiesu.cases.draft import Draft
from jiesu.cases.kinds import BRINGER, OPPOSITE, Kind
from jiesu.cases.lawbook import refusal_grounds
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.closing import CHECKED, DEED
from jiesu.cases.lifecycle.fields import SHANGHAI
from jiesu.cases.lifecycle.guards import IN_WRITING
from jiesu.cases.opening import Opening, PartyInput
from jiesu.law import informant_duties
from jiesu.people.actors import Actor
from tools.bench import words
from tools.bench.people import FIRST_DAY, NOW, Team

OPEN_SHARE = 0.03
#: Open work is at most so old.
OPEN_DAYS = 45
KINDS = {"complaint": 62, "report": 18, "consultation": 14, "other": 6}
#: What cases are about: a few subjects make most of them.
SUBJECTS = {
    "aftersales": 24, "contract": 16, "food": 14, "quality": 12, "advertising": 8, "price": 7, "prepaid": 6,
    "return7": 4, "consumer_rights": 3, "measure": 2, "unlicensed": 1, "cosmetics": 1, "trademark": 1, "minor": 1,
}  # fmt: skip
CHANNELS = {"hotline": 40, "12345": 25, "portal": 20, "counter": 8, "letter": 4, "station": 3}


@dataclass
class Story:
    """One case as it is told: who works on it, and what time it is."""

    chance: random.Random
    team: Team
    handler: Actor
    at: datetime
    end: datetime

    def later(self, low: float, high: float) -> datetime:
        """Some hours later, in working time or not, but never after the end."""
        self.at = min(self.end, self.at + timedelta(hours=self.chance.uniform(low, high)))
        return self.at

    def do(
        self, action: str, hours: tuple[float, float] = (0.1, 5), actor: Actor | None = None, **data: Any
    ) -> Step:
        return Step(action, data, actor or self.handler, self.later(*hours))

    def prove(self, draft: Draft) -> Iterator[Step]:
        """Every notice not yet proven is told: by telephone, in person what must be in writing."""
        for seq, notice in draft.state.facts.notices.items():
            if notice.proven_on is None and not notice.void:
                at = self.later(0.1, 4)
                written = notice.form in IN_WRITING
                channel, proof = ("in_person", "signature") if written else ("phone", "call_record")
                yield Step(
                    "notify",
                    {"message": seq, "result": "delivered", "channel": channel, "told_at": at.isoformat(),
                     "proof": proof, "reference": f"LY-{seq}"},
                    self.handler,
                    at,
                )  # fmt: skip

    def routed(self) -> Iterator[Step]:
        yield self.do(
            "route",
            (0.2, 8),
            self.team.dispatcher,
            organisation=self.team.bureau,
            office=self.handler.office_id,
        )
        yield self.do("assign", (0.2, 8), self.team.head, staff=self.handler.staff_id)

    def accepted(self, draft: Draft) -> Iterator[Step]:
        yield self.do("accept", (2, 60))
        yield from self.prove(draft)

    def consent(self, party: str) -> Step:
        return self.do(
            "record_consent", (2, 30), party=party, subject="mediation", consent=True, proof="call_record"
        )

    def agreed(self, draft: Draft) -> Iterator[Step]:
        yield from self.accepted(draft)
        yield self.consent("complainant")
        yield self.consent("respondent")
        starts = self.at + timedelta(hours=30)
        yield self.do(
            "schedule_session", starts_at=starts.isoformat(), method="on_site", place="本所调解室",
            mediator=self.handler.staff_id,
        )  # fmt: skip
        yield from self.prove(draft)
        self.at = max(self.at, starts)
        session = next(iter(draft.state.facts.sessions))
        yield self.do("record_session", session=session, result="agreed", positions="双方到场，自愿协商。")
        yield self.do(
            "agree",
            form="form9",
            on_site=True,
            recovered=self.chance.randint(10, 4000) * 100,
            terms="退货退款。",
        )
        yield from self.prove(draft)
        day = self.at.astimezone(SHANGHAI).date()
        marks, copies = (resolve(field, draft.state, day) for field in DEED)
        on_paper = {"deed": [mark for mark, _label in marks]} | ({"copies": copies[0][0]} if copies else {})
        yield self.do("close", (1, 30), **CHECKED, **on_paper)

    def refused(self, draft: Draft) -> Iterator[Step]:
        on = self.later(2, 60).astimezone(SHANGHAI).date()
        ground = next(g for g in refusal_grounds(on) if g.meaning == "not_consumer")
        yield self.do(
            "refuse",
            (0, 0),
            self.team.head,
            ground=ground.key,
            reasons="不能证明存在消费关系。",
            violation=False,
        )
        yield from self.prove(draft)
        yield self.do("close", (1, 30), **CHECKED)

    def verified(self, draft: Draft) -> Iterator[Step]:
        at = self.later(4, 60)
        yield self.do(
            "record_verification", on_site=True, at=at.isoformat(), officers_named="李卫东,孙海燕",
            findings="现场检查，未见所述情况。", subjects=["quality"],
        )  # fmt: skip
        yield self.do(
            "decline_filing",
            (4, 60),
            self.team.head,
            missing_conditions=["p22.19.1"],
            facts_found="没有证据。",
        )
        # Whoever reported under order 20 with a name is told (art. 31); order 121 has no such duty.
        duties = informant_duties(subject="quality", on=self.at.astimezone(SHANGHAI).date())
        if duties:
            yield self.do("inform_informant", (1, 20), basis=duties[0].key, result="不予立案。")
        else:
            yield self.do("inform_informant", (1, 20), basis="no_duty", reason="办法没有规定告知义务。")
        yield from self.prove(draft)
        yield self.do("close", (1, 30), **CHECKED)

    def answered(self, draft: Draft) -> Iterator[Step]:
        yield self.do(
            "answer", (0.1, 1), self.team.caller, reply="可以凭购物凭证要求经营者履行三包。", at_once=True
        )
        yield self.do("close", (0.1, 1), self.team.caller, **CHECKED)

    def returned(self, draft: Draft) -> Iterator[Step]:
        yield self.do("return_to_12345", (0.2, 20), self.team.caller, reason="不属于市场监管职责。")
        yield self.do("close", (0.1, 1), self.team.caller, **CHECKED)

    def closed(self, kind: str) -> Callable[[Draft], Iterator[Step]]:
        """How a case of this kind ends."""
        how = {"report": self.verified, "consultation": self.answered, "other": self.returned}.get(kind)
        if how is None:
            how = self.agreed if self.chance.random() < 0.75 else self.refused
        if kind in ("consultation", "other"):
            return how
        ending = how

        def told(draft: Draft) -> Iterator[Step]:
            yield from self.routed()
            yield from ending(draft)

        return told

    def open(self, kind: str) -> Callable[[Draft], Iterator[Step]]:
        """How far an open case of this kind has come."""
        reached = self.chance.random()

        def told(draft: Draft) -> Iterator[Step]:
            if reached < 0.1 or kind in ("consultation", "other"):
                return
            yield from self.routed()
            if reached < 0.35 or kind == "report":
                return
            yield self.do("accept", (2, 30))
            if reached < 0.5:
                return
            yield from self.prove(draft)
            if reached < 0.7:
                return
            yield self.consent("complainant")
            yield self.consent("respondent")

        return told


def _pick(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def histories(teams: list[Team], count: int, *, seed: int = 12315) -> Iterable[History]:
    """So many histories, the same for the same seed."""
    chance = random.Random(seed)
    span = (NOW - timedelta(days=60) - FIRST_DAY).total_seconds()
    for row in range(count):
        team = chance.choices(teams, [t.weight for t in teams])[0]
        kind = _pick(chance, KINDS)
        is_open = chance.random() < OPEN_SHARE
        if is_open:
            at = NOW - timedelta(days=OPEN_DAYS * chance.random())
        else:
            # More each year: the square root puts half of them into the last three.
            at = FIRST_DAY + timedelta(seconds=span * chance.random() ** 0.6)
        story = Story(
            chance, team, chance.choice(team.handlers), at, end=NOW if is_open else at + timedelta(days=55)
        )
        steps = story.open(kind) if is_open else story.closed(kind)
        yield History(opening(chance, team, kind, at, row), team.caller, at, steps=steps, row=row)


def opening(chance: random.Random, team: Team, kind: str, at: datetime, row: int) -> Opening:
    """What came in."""
    goods, brand = chance.choice(words.GOODS), words.brand(chance)
    respondent = words.shop(chance, team.place)
    bringer = BRINGER[Kind(kind)]
    assert bringer is not None
    return Opening(
        kind=kind,
        channel=_pick(chance, CHANNELS),
        registered_by=team.centre,
        division=team.division,
        received_at=at,
        parties=(
            PartyInput(
                role=bringer.value,
                name=words.name(chance),
                phone=words.phone(chance),
                address=f"{team.place}{chance.choice(words.STREETS)}{chance.randint(1, 99)}号",
            ),
            PartyInput(
                role=OPPOSITE[Kind(kind)].value, name=respondent, phone="07371234567", address=team.place
            ),
        ),
        text=words.message(chance, goods, brand) + (words.RARE if row % 3333 == 7 else ""),
        demand=chance.choice(words.CLAIMS),
        amount=chance.randint(9, 9000) * 100,
        subject=_pick(chance, SUBJECTS),
        query_code="ABCDEFGHJK",
    )
