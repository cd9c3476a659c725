"""Both doors write the same: random histories through ``act`` and through ``bulk``, every row and hash compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from jiesu.cases import act as door
from jiesu.cases import bulk, keys
from jiesu.cases.errors import ActionError
from jiesu.cases.facts import replace
from jiesu.cases.lifecycle.choices import resolve
from jiesu.cases.lifecycle.fields import Field, Type
from jiesu.cases.models import Case, DocumentNumber
from jiesu.cases.offering import offered
from jiesu.cases.opening import Opening, PartyInput, make_number
from jiesu.cases.verify import verify_case
from jiesu.people.actors import Actor, citizen
from jiesu.people.models import Staff
from jiesu.places.queries import by_key
from tests.cases.conftest import moment
from tests.cases.pictures import picture

pytestmark = pytest.mark.django_db

HISTORIES = 500
LONGEST = 4
WORDS = ("电饭煲使用一天即损坏", "预付卡余额不退", "收到的手机与页面描述不符", "称重短少二两", "要求退一赔三")


@dataclass
class Told:
    """A history as ``act`` lived it, ready to be told again to ``bulk``."""

    opening: Opening
    actor: Actor
    at: datetime
    key: bytes
    steps: list[bulk.Step] = field(default_factory=list)


class Serial:
    """A sequence that can be set back."""

    last = 500_000

    def __call__(self) -> int:
        self.last += 1
        return self.last


class Walk:
    """Takes random actions of random people on one case through ``act``."""

    def __init__(self, chance: random.Random, people: list[Actor], places: dict[str, int]) -> None:
        self.chance = chance
        self.people = people
        self.places = places
        self.taken: Counter[str] = Counter()

    def opening(self, at: datetime, number: int) -> Opening:
        pick = self.chance
        kind = pick.choice(
            ("complaint", "complaint", "complaint", "report", "report", "consultation", "other")
        )
        bringer = {"complaint": "complainant", "report": "informant"}.get(kind, "enquirer")
        opposite = "reported" if kind == "report" else "respondent"
        anonymous = kind == "report" and pick.random() < 0.3
        parties = [
            PartyInput(role=opposite, name="资阳区好再来超市", phone="07371234567", address="益阳市资阳区")
        ]
        if not anonymous:
            parties.insert(
                0, PartyInput(role=bringer, name="张小明", phone="13812345678", address="益阳市大码头1号")
            )
            if pick.random() < 0.2:
                parties.append(PartyInput(role=bringer, name="李大山", represented_by=0))
        return Opening(
            kind=kind,
            channel=pick.choice(("hotline", "portal", "12345", "letter")),
            registered_by=self.places["centre"],
            division="430900",
            received_at=at - timedelta(hours=pick.choice((0, 5, 30))),
            parties=tuple(parties),
            text=pick.choice(WORDS) + "，电话 13812345678。",
            demand=pick.choice(("", "退还货款 299 元")),
            amount=pick.choice((None, 29900)),
            anonymous=anonymous,
            confirmed=pick.random() < 0.8,
            mixed=pick.choice(("", "", "", "suggested")),
            service_due=pick.choice(("", (at + timedelta(days=5)).date().isoformat())),
            number=number,
            query_code="ABCDEFGHJK",
        )

    def value(self, spec: Field, state: Any, at: datetime) -> Any:
        pick = self.chance
        choices = [c[0] for c in resolve(spec, state, at.date())]
        if spec.type in (Type.TEXT, Type.LINE):
            return pick.choice(WORDS)
        if spec.type == Type.MULTI:
            return pick.sample(choices, min(len(choices), pick.randint(0, 2)))
        if choices:
            return pick.choice(choices)
        if spec.type in (Type.CODE, Type.CHOICE):
            return {"officers_named": "李卫东,孙海燕"}.get(spec.name, "X-12")
        if spec.type == Type.STAFF:
            return self.places["handler"]
        if spec.type == Type.ORGANISATION:
            return self.places[
                "office" if spec.name == "office" else pick.choice(("bureau", "bureau", "next"))
            ]
        days = pick.choice((1, 3, 9)) if spec.future else -pick.choice((0, 0, 1))
        return {
            Type.DATE: (at + timedelta(days=days)).date().isoformat(),
            Type.DATETIME: (at + timedelta(days=days, seconds=days)).isoformat(),
            Type.MONEY: "299.50",
            Type.BOOL: pick.random() < 0.7,
            Type.WHOLE: pick.randint(spec.minimum or 1, spec.maximum or 5),
            Type.CASE: str(self.places["earlier"]),
        }[spec.type]

    def begin(self, case: Case, at: datetime, length: int) -> datetime:
        """The ordinary way of a case up to a point, so that the walk goes on from the middle of the table too."""
        for action, who, data in self.ordinary[case.kind][:length]:
            at += timedelta(hours=2)
            if action == "notify":
                seq = min(door.load(Case.objects.get(pk=case.pk)).state.unproven(), default=None)
                if seq is None:
                    continue
                data = {**data, "message": seq, "told_at": at.isoformat()}
            try:
                with transaction.atomic():
                    door.act(case.pk, action, data, actor=self.people[who], at=at)
            except ActionError:
                break
        return at

    @property
    def ordinary(self) -> dict[str, list[tuple[str, int, dict[str, Any]]]]:
        routed = {"organisation": self.places["bureau"], "office": self.places["office"]}
        told = {"result": "delivered", "channel": "letter", "proof": "postal_number", "reference": "1"}
        agreed = {"subject": "mediation", "consent": True, "proof": "oral"}
        start: list[tuple[str, int, dict[str, Any]]] = [
            ("route", 1, routed),
            ("assign", 2, {"staff": self.places["handler"]}),
        ]
        verified = {"on_site": False, "officers_named": "李卫东,孙海燕", "findings": "已核查"}
        return {
            "complaint": [
                *start,
                ("accept", 3, {}),
                ("notify", 3, told),
                ("record_consent", 3, {**agreed, "party": "complainant"}),
                ("record_consent", 3, {**agreed, "party": "respondent"}),
            ],
            "report": [*start, ("record_verification", 3, {**verified, "at": "2024-06-24T10:00:00+08:00"})],
            "consultation": [],
            "other": [],
        }

    def take(self, case: Case, at: datetime) -> tuple[str, Actor] | None:
        """One action that the table allows to somebody, or None after a few refusals."""
        state = door.load(case).state
        for actor in self.chance.sample(self.people, len(self.people)):
            offers = [o for o in offered(case, state, actor, at) if o.action not in ("merge_repeat",)]
            if not offers:
                continue
            # What was seldom taken comes first, so that a few hundred walks meet nearly every action.
            offer = self.chance.choices(offers, [1 / (1 + self.taken[o.action]) for o in offers])[0]
            data = {
                f.name: self.value(f, state, at)
                for f in offer.fields
                if f.needed({}) or self.chance.random() < 0.6
            }
            name = "propose" if offer.propose else offer.action
            if offer.propose:
                data["action"] = offer.action
            try:
                with transaction.atomic():
                    door.act(case.pk, name, data, actor=actor, at=at)
            except ActionError:
                continue
            self.taken[offer.action] += 1
            return name, actor
        return None


def series() -> list[dict[str, Any]]:
    return list(
        DocumentNumber.objects.order_by("organisation_id", "form", "year").values(
            "organisation_id", "form", "year", "last"
        )
    )


@pytest.fixture
def world(who: Callable[[str], Actor]) -> tuple[list[Actor], dict[str, int]]:
    names = ("calltaker", "dispatcher", "officehead", "handler", "handler", "handler", "head", "supervisor")
    people = [who(n) for n in names] + [citizen("complainant")]
    places = {
        "centre": by_key("430900-centre").pk,
        "bureau": by_key("430902-bureau").pk,
        "next": by_key("430903-bureau").pk,
        "office": by_key("430902005-office").pk,
        "handler": Staff.objects.get(username="handler").pk,
        "earlier": 430900200000000001,
    }
    return people, places


def test_both_doors_write_the_same(
    world: tuple[list[Actor], dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    people, places = world
    chance = random.Random(12315)
    told: list[Told] = []
    recorded: list[bulk.Step] = []
    run = door._run

    def record(draft: Any, action: str, data: Any, ctx: Any, actor: Actor, *more: Any) -> Any:
        before = serial.last
        # Histories carry cleaned values; officers are cleaned on the way in.
        clean = door.known_officers(draft.state, dict(data))
        try:
            done = run(draft, action, dict(data), ctx, actor, *more)
        except ActionError:
            # A refused action gives its number back, so that both doors count alike.
            serial.last = before
            raise
        recorded.append(bulk.Step(action, clean, actor, ctx.at))
        return done

    # Given a sequence that gives both doors the same numbers for the cases that follow.
    serial = Serial()
    monkeypatch.setattr(door, "_run", record)
    monkeypatch.setitem(door.enrich.__kwdefaults__, "serial", serial)
    monkeypatch.setattr(bulk, "reserve_serials", lambda count: [serial()])
    walk = Walk(chance, people, places)
    mark = transaction.savepoint()
    first = moment("2025-03-03T09:00")
    for n in range(HISTORIES):
        # Both sides of both changes of law.
        at = chance.choice(
            (first, moment("2024-06-24T09:00"), moment("2026-04-13T09:00"), moment("2026-06-01T09:00"))
        )
        key = random.Random(n).randbytes(keys.KEY_BYTES)
        opening = walk.opening(at, make_number("430900", at, 100_000 + n))
        monkeypatch.setattr(keys, "new_data_key", lambda key=key: key)
        draft = door.open_case(opening, actor=people[0], at=at)
        story = Told(opening, people[0], at, key)
        recorded.clear()
        at = walk.begin(draft.case, at, chance.choice((0, 0, 3, 6)))
        story.steps.extend(recorded)
        for _step in range(chance.randint(0, LONGEST)):
            at += timedelta(hours=chance.choice((1, 5, 30)))
            recorded.clear()
            if walk.take(Case.objects.get(pk=draft.case.pk), at) is None:
                break
            story.steps.append(recorded[-1])
        told.append(story)
    numbers = [t.opening.number or 0 for t in told]
    lived = {n: picture(n) for n in numbers}
    counted = series()
    transaction.savepoint_rollback(mark)
    assert not Case.objects.filter(pk__in=numbers).exists()

    # When the same histories are told to the other door
    serial.last = Serial.last
    written = bulk.write(
        (
            bulk.History(t.opening, t.actor, t.at, steps=t.steps, data_key=t.key, row=i)
            for i, t in enumerate(told)
        ),
        batch=120,
    )

    # Then every row is the same, the chain too
    assert [r.error.message for r in written.refused] == []
    assert [n for _row, n in written.numbers] == numbers
    for number in numbers:
        assert picture(number) == lived[number]
    assert series() == counted
    actions = {s.action for t in told for s in t.steps}
    assert len(actions) > 35, sorted(actions)
    for number in numbers[:50]:
        assert verify_case(Case.objects.get(pk=number)) == []


def test_cases_that_begin_alike_are_written_as_each_alone_would_be(
    world: tuple[list[Actor], dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given cases of which many are alike, received at different instants of a few days, on both sides of changes of law
    people, places = world
    chance = random.Random(41)
    walk = Walk(chance, people, places)
    moments = (moment("2024-06-24T09:00"), moment("2026-04-13T09:00"), moment("2026-06-01T09:00"))
    begun = [(walk.opening(at, 0), at, desk) for at in moments for desk in ("centre", "bureau")]
    told: list[Told] = []
    for n in range(200):
        like, at, desk = chance.choice(begun)
        opening = replace(
            like,
            number=make_number("430900", at, 700_000 + n),
            received_at=at - timedelta(minutes=chance.randrange(2000)),
            registered_by=places[desk],
            parties=tuple(replace(party, name=f"{party.name}{n}") for party in like.parties),
            occurred_on=chance.choice(("", "2024-06-01", "2024-06-02")),
            amount=chance.choice((None, n, 1_000 + n)),
            title=chance.choice(("", f"关于第{n}件")),
        )
        told.append(Told(opening, people[0], at, chance.randbytes(keys.KEY_BYTES)))
    # when each is opened alone, and all of them are in one batch
    mark = transaction.savepoint()
    for one in told:
        monkeypatch.setattr(keys, "new_data_key", lambda key=one.key: key)
        door.open_case(one.opening, actor=one.actor, at=one.at)
    alone = {one.opening.number: picture(one.opening.number or 0) for one in told}
    transaction.savepoint_rollback(mark)
    stepped: list[str] = []
    monkeypatch.setattr(bulk, "open_draft", counting(bulk.open_draft, stepped))
    written = bulk.write(bulk.History(t.opening, t.actor, t.at, data_key=t.key) for t in told)
    # then every row is the same, the chain too, and few have taken the step
    assert written.refused == []
    for number, lived in alone.items():
        assert picture(number or 0) == lived
        assert verify_case(Case.objects.get(pk=number)) == []
    assert 0 < len(stepped) < len(told) / 2


def counting(function: Callable[..., Any], calls: list[str]) -> Callable[..., Any]:
    def counted(*values: Any, **more: Any) -> Any:
        calls.append(function.__name__)
        return function(*values, **more)

    return counted
